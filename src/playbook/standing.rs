//! Where each item stands: what was marked by hand, what its check found, whether it applies.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::checks::{Check, Facts, Found};
use super::clock::Clock;
use super::console::ConsoleLink;
use super::deeds::{Deed, Deeds};
use super::first::deactivation;
use super::format::{Item, Playbook};
use super::paste::{Own, Shown, merged};
use super::subject::{Names, Subject};
use super::when::{Applies, Judge, Situation};
use crate::investigation::checklist::Progress;
use crate::investigation::fact::ItemState;
use crate::investigation::{Advice, Investigation, triage};

/// The state of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing done yet.
    Open,
    /// Being worked on.
    InProgress,
    /// Waits for something.
    Blocked,
    /// Ticked by hand; nothing proves it, and nothing says otherwise.
    DoneByHand,
    /// The account, a record or what was pasted shows that it is done.
    Proved,
    /// Nothing of what it is about was found in all that was read.
    NothingFound,
    /// It does not apply.
    NotApplicable,
    /// Ticked by hand, or shown by what was pasted, while the account or a later record says otherwise.
    Contradicted,
}

impl From<ItemState> for State {
    /// The state of an item of which nothing but the mark is known.
    fn from(marked: ItemState) -> Self {
        match marked {
            ItemState::Open => Self::Open,
            ItemState::InProgress => Self::InProgress,
            ItemState::Done => Self::DoneByHand,
            ItemState::Blocked => Self::Blocked,
            ItemState::NotApplicable => Self::NotApplicable,
        }
    }
}

impl State {
    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in progress",
            Self::Blocked => "blocked",
            Self::DoneByHand => "done by hand",
            Self::Proved => "done and proved",
            Self::NothingFound => "nothing found",
            Self::NotApplicable => "not applicable",
            Self::Contradicted => "contradicted",
        }
    }

    /// Whether nothing more is to be done.
    pub fn is_settled(self) -> bool {
        matches!(
            self,
            Self::DoneByHand | Self::Proved | Self::NothingFound | Self::NotApplicable
        )
    }
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// What proves or contradicts it, what is missing, or why it does not apply; may be empty.
    pub why: String,
    /// As of when the account or a record says so.
    pub at: Option<DateTime<Utc>>,
    /// What cannot be verified, and what is missing for it; may be empty.
    pub unverified: String,
    /// What was found for each name of the chain it is about.
    pub lines: Vec<Line>,
    /// What the chain did of what it is about.
    pub seen: Vec<Deed>,
    /// Pages of the console.
    pub links: Vec<ConsoleLink>,
    /// Whether it is settled by hand.
    pub is_marked: bool,
}

/// What was found for one name of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is, and its name. The attacker may have chosen it.
    pub subject: String,
    /// The `node` of the chain that it is, where it is one.
    pub node: Option<String>,
    /// What the check found; `None` where there is none for it.
    pub found: Option<Found>,
}

/// Where every item of a playbook stands at a moment.
#[derive(Debug, Clone, Default)]
pub struct Standings {
    items: HashMap<String, Standing>,
    /// The item that ends a stranger's use of the key, while there is one.
    urgent: Option<String>,
}

/// What is to be done next, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next<'p> {
    /// The item.
    pub item: &'p Item,
    /// Why this one.
    pub why: String,
}

impl Standings {
    /// Looks at every item.
    pub fn of(playbook: &Playbook, investigation: &Investigation, names: &Names, now: DateTime<Utc>) -> Self {
        let facts = Facts::of(investigation, now);
        let deeds = Deeds::of(investigation);
        let situation = Situation::of(investigation, names);
        let judge = Judge::new();
        let look = |item: &Item| {
            let progress = investigation.checklist().progress(&item.id);
            let seen = deeds.of_calls(&item.evidence);
            let applies = item.when.as_ref().map_or(Applies::Yes, |condition| {
                let times = seen.iter().map(|deed| deed.times).sum();
                let tried = times + seen.iter().map(|deed| deed.failed).sum::<u64>();
                judge.applies(condition, &situation, times, tried)
            });
            let looked = Looked::at(item, &facts, names, seen);
            (item.id.clone(), looked.standing(item, names, progress, applies))
        };
        let triage = triage(investigation);
        let mut seeds = triage.to_deactivate().filter(|_| triage.advice == Advice::Deactivate);
        let urgent = seeds.find_map(|seed| deactivation(playbook, names, seed));
        Self {
            items: playbook.items().map(look).collect(),
            urgent: urgent.map(|(item, _)| item.id.clone()),
        }
    }

    /// Where an item stands.
    pub fn get(&self, item: &str) -> Option<&Standing> {
        self.items.get(item)
    }

    /// The state of an item; open while nothing is known.
    pub fn state(&self, item: &str) -> State {
        self.get(item).map_or(State::Open, |standing| standing.state)
    }

    /// The one thing to do next: what is contradicted, else the first by time box and order that is not settled.
    pub fn next<'p>(&self, playbook: &'p Playbook, clock: &Clock, now: DateTime<Utc>) -> Option<Next<'p>> {
        let is = |item: &&Item, states: &[State]| states.contains(&self.state(&item.id));
        if let Some(item) = playbook.items().find(|item| is(item, &[State::Contradicted])) {
            let standing = self.get(&item.id);
            let why = standing.map_or("", |standing| &standing.why);
            let is_marked = standing.is_some_and(|standing| standing.is_marked);
            let was = if is_marked { "settled by hand" } else { "proved" };
            let why = format!("It was {was}, but {why}.");
            return Some(Next { item, why });
        }
        let due = |item: &Item| clock.due_words(item.time_box, now);
        let urgent = playbook.items().find(|item| Some(&item.id) == self.urgent.as_ref());
        if let Some(item) = urgent.filter(|item| !self.state(&item.id).is_settled()) {
            let why = format!("{}; a stranger used the key, and it may still work.", due(item));
            return Some(Next { item, why });
        }
        // Stable: inside a time box the playbook's order holds.
        let open = playbook
            .items()
            .filter(|item| is(item, &[State::Open, State::InProgress]));
        let item = open.min_by_key(|item| item.time_box)?;
        let standing = self.get(&item.id);
        let missing = standing
            .map(|standing| standing.why.as_str())
            .filter(|why| !why.is_empty());
        let due = due(item);
        let why = match missing {
            Some(missing) => format!("{due}; {missing}."),
            None => format!("{due}."),
        };
        Some(Next { item, why })
    }
}

/// What an item's check and evidence show, whatever was marked.
struct Looked<'n> {
    subjects: Vec<&'n Subject>,
    lines: Vec<Line>,
    found: Option<Found>,
    /// What could not be verified beside what was found.
    unverified: String,
    seen: Vec<Deed>,
    /// Since when what was pasted shows that it is done, where nothing else does.
    shown_since: Option<DateTime<Utc>>,
}

impl<'n> Looked<'n> {
    fn at(item: &Item, facts: &Facts<'_>, names: &'n Names, seen: Vec<Deed>) -> Self {
        let shown = Shown::of(item, names, facts.pasted(), &seen);
        let each = item.check.and_then(|check| check.for_each).or(item.for_each);
        let taken = |subject: &&Subject| each.is_some_and(|each| each.takes(subject));
        let subjects: Vec<&Subject> = names.subjects.iter().filter(taken).collect();
        let mut lines: Vec<Line> = Vec::new();
        let mut listed = Vec::new();
        for subject in &subjects {
            let check = item.check.filter(|check| check.for_each.is_some());
            // What is gone and has no check needs no line.
            if check.is_none() && subject.is_gone {
                continue;
            }
            listed.push(*subject);
            lines.push(Line {
                subject: subject.label(),
                node: subject.node.clone(),
                found: check.map(|check| match check.check {
                    Check::Judged => check.check.of_subject(facts, subject),
                    // It is nothing to be ended, whatever it is.
                    _ if subject.is_ours => Found::ours(facts, subject),
                    check => check.of_subject(facts, subject),
                }),
            });
        }
        let found = item.check.map(|check| match check.for_each {
            None => check.check.of_all(facts, &seen),
            Some(each) => together(&lines, each.as_str(), facts.is_read),
        });
        let own: Vec<Own<'_>> = lines
            .iter()
            .zip(&listed)
            .map(|(line, subject)| Own::of(subject, line.found.as_ref()))
            .collect();
        let shown_since = match &found {
            Some(Found::Proved { .. }) => None,
            _ => shown.since(&own),
        };
        let found = merged(found, shown.of_item(&own));
        for (line, subject) in lines.iter_mut().zip(listed) {
            line.found = merged(line.found.take(), shown.of_subject(subject));
        }
        lines.extend(shown.beyond(&subjects));
        let not_told = |line: &&Line| matches!(line.found, Some(Found::Unknown { .. }));
        let mut unverified: Vec<String> = lines.iter().filter(not_told).map(said).collect();
        if let (Some(Found::Unknown { why }), true) = (&found, unverified.is_empty()) {
            unverified.push(why.clone());
        }
        let unverified = short_list(&unverified);
        Self {
            subjects,
            lines,
            found,
            unverified,
            seen,
            shown_since,
        }
    }

    fn standing(self, item: &Item, names: &Names, progress: Option<&Progress>, applies: Applies) -> Standing {
        let (state, why, at) = self.state(item, progress, applies);
        Standing {
            is_marked: progress
                .is_some_and(|progress| matches!(progress.state, ItemState::Done | ItemState::NotApplicable)),
            state,
            why,
            at,
            unverified: self.unverified,
            lines: self.lines,
            seen: self.seen,
            links: item
                .console
                .iter()
                .flat_map(|page| page.links(names, &self.subjects))
                .collect(),
        }
    }

    fn state(
        &self,
        item: &Item,
        progress: Option<&Progress>,
        applies: Applies,
    ) -> (State, String, Option<DateTime<Utc>>) {
        let marked = progress.map_or(ItemState::Open, |progress| progress.state);
        let note = progress.map(|progress| progress.note.clone()).unwrap_or_default();
        let settled = progress
            .filter(|_| matches!(marked, ItemState::Done | ItemState::NotApplicable))
            .map(|progress| progress.at);
        // Who settles later knows what was pasted before, and the other way round.
        if let Some(done) = settled.max(self.shown_since)
            && let Some((why, at)) = self.contrary(done)
        {
            return (State::Contradicted, why, Some(at));
        }
        if marked == ItemState::NotApplicable {
            return (State::NotApplicable, note, None);
        }
        let otherwise = || {
            item.when
                .as_ref()
                .map(|when| when.otherwise.clone())
                .unwrap_or_default()
        };
        if marked == ItemState::Open && applies == Applies::No {
            return (State::NotApplicable, otherwise(), None);
        }
        if let Some(Found::Proved { by, at }) = &self.found {
            return (State::Proved, by.clone(), *at);
        }
        if let (Some(Found::Nothing { looked, at }), ItemState::Open | ItemState::InProgress) = (&self.found, marked) {
            return (State::NothingFound, looked.clone(), *at);
        }
        let (missing, at) = match (&self.found, applies) {
            (_, Applies::NotSoFar) => (format!("{}, so far: not everything was read", otherwise()), None),
            (Some(Found::NotYet { why: said, at } | Found::Nothing { looked: said, at }), _) => (said.clone(), *at),
            (Some(Found::Unknown { .. }), _) => (format!("cannot be verified: {}", self.unverified), None),
            _ => (String::new(), None),
        };
        match marked {
            ItemState::Done => (State::DoneByHand, missing, at),
            ItemState::Blocked => (State::Blocked, note, at),
            ItemState::InProgress => (State::InProgress, missing, at),
            _ => (State::Open, missing, at),
        }
    }

    /// What says, later than it was done, that it is not so.
    fn contrary(&self, done: DateTime<Utc>) -> Option<(String, DateTime<Utc>)> {
        let later = |at: &Option<DateTime<Utc>>| at.filter(|at| *at > done);
        let by_lines = self.lines.iter().find_map(|line| match &line.found {
            Some(Found::NotYet { at, .. }) => later(at).map(|at| (said(line), at)),
            _ => None,
        });
        let by_check = match &self.found {
            Some(Found::NotYet { why, at }) => later(at).map(|at| (why.clone(), at)),
            _ => None,
        };
        let deed = self.seen.iter().find(|deed| later(&deed.last_success).is_some());
        let by_calls = deed.and_then(|deed| {
            let at = deed.last_success?;
            Some((format!("the chain called {} later", deed.call), at))
        });
        by_lines.or(by_check).or(by_calls)
    }
}

/// What was found for several names together.
fn together(lines: &[Line], collection: &str, is_read: bool) -> Found {
    let what = collection.replace('_', " ");
    if lines.is_empty() {
        return if is_read {
            Found::Nothing {
                looked: format!("there is none in all that was read ({what})"),
                at: None,
            }
        } else {
            Found::NotYet {
                why: format!("none so far ({what}), but not everything was read"),
                at: None,
            }
        };
    }
    let found = || {
        lines
            .iter()
            .filter_map(|line| line.found.as_ref().map(|found| (line, found)))
    };
    let not_yet: Vec<String> = found()
        .filter(|(_, found)| matches!(found, Found::NotYet { .. }))
        .map(|(line, _)| said(line))
        .collect();
    if !not_yet.is_empty() {
        let times = found().filter_map(|(_, found)| match found {
            Found::NotYet { at, .. } => *at,
            _ => None,
        });
        return Found::NotYet {
            why: short_list(&not_yet),
            at: times.max(),
        };
    }
    if let Some((_, unknown)) = found().find(|(_, found)| matches!(found, Found::Unknown { .. })) {
        return unknown.clone();
    }
    let times = found().filter_map(|(_, found)| match found {
        Found::Proved { at, .. } => *at,
        _ => None,
    });
    let at = times.max();
    match lines {
        [one] => Found::Proved { by: said(one), at },
        many => Found::Proved {
            by: format!("{}, and {} more", said(&many[0]), many.len() - 1),
            at,
        },
    }
}

fn said(line: &Line) -> String {
    let words = line.found.as_ref().map_or("", Found::words);
    format!("{}: {words}", line.subject)
}

/// The first of a list, and how many more there are.
pub(super) fn short_list(list: &[String]) -> String {
    match list {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}
