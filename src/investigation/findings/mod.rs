//! Findings: what matters in the calls of the chain, how much, why, and what to do about it.
//!
//! A pure function of the set of events and of what was judged. Which call shows what is data
//! (`catalogue/finding_calls.csv`); here is what a field path cannot say.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | one pass over the events, and sightings gathered to findings |
//! | `whose` | whose a call seems to be: everyday work weighs little |
//! | `habit` | what is done again and again |
//! | `things` | what was there before, and what the chain itself had made |
//! | `opened` | policies written, and to whom they open what |
//! | `fleets` | instances as miners start them |
//! | `bursts` | questions and denials in one go |
//! | `network` | first use from another network |

mod bursts;
mod fleets;
mod habit;
mod network;
mod opened;
mod things;
mod whose;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Investigation, Link};
use crate::catalogue::{self, FindingKind, Kind, Routine, Severity, Shows, Whom};
use crate::cloudtrail::{Event, EventKey, IdentityType, json};
use bursts::Asked;
use fleets::Fleets;
use things::{Made, Things};
use whose::{Callers, Whose};

/// How many different things a finding names.
const MOST_DETAILS: usize = 12;
/// Said where the source looks foreign.
const FOREIGN_WORDS: &str = ", by a source that looks foreign";

/// How it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// It worked.
    Done,
    /// It was tried, and failed.
    Tried,
    /// It looks like somebody's everyday work.
    Everyday,
    /// It was done to what the attacker had made.
    Own,
}

/// Something that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: &'static FindingKind,
    /// How it was done.
    pub manner: Manner,
    /// How it weighs.
    pub severity: Severity,
    /// The events behind it, earliest first.
    pub events: Vec<EventKey>,
    /// The nodes (by their `node` id) that made these calls, and those that the calls made; in the order of the chain.
    pub nodes: Vec<String>,
    /// What it was about: names, ids, what a policy says. May be what an attacker wrote.
    pub details: Vec<String>,
    /// How many more there were.
    pub more_details: usize,
}

impl Finding {
    /// Its id: that of its kind, and how it was done.
    pub fn id(&self) -> String {
        match self.manner {
            Manner::Done => self.kind.id.to_owned(),
            Manner::Tried => format!("{}:tried", self.kind.id),
            Manner::Everyday => format!("{}:everyday", self.kind.id),
            Manner::Own => format!("{}:own", self.kind.id),
        }
    }

    /// What was found, and how it was done.
    pub fn title(&self) -> String {
        match self.manner {
            Manner::Done => self.kind.title.to_owned(),
            Manner::Tried => format!("Tried in vain: {}", self.kind.title),
            Manner::Everyday => format!("As every day: {}", self.kind.title),
            Manner::Own => format!("Of the attacker's own: {}", self.kind.title),
        }
    }

    /// Why it matters, and how that is to be taken.
    pub fn why(&self) -> String {
        match self.manner {
            Manner::Done => self.kind.why.to_owned(),
            Manner::Tried => format!("It failed. {}", self.kind.why),
            Manner::Everyday => format!(
                "It looks like the work of an application or a deployment. {}",
                self.kind.why
            ),
            Manner::Own => format!("The attacker had made it: nobody else misses it. {}", self.kind.why),
        }
    }

    /// When it was seen first.
    pub fn first(&self) -> Option<DateTime<Utc>> {
        self.events.first().map(|key| key.time)
    }

    /// When it was seen last.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.events.last().map(|key| key.time)
    }
}

/// What was lost by a call, if that matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    /// It does not.
    Any,
    /// Something that was there before.
    Existing,
    /// Only what the attacker had made.
    Own,
}

/// A finding in one call.
struct Sighting {
    kind: &'static FindingKind,
    at: usize,
    detail: String,
    is_everyday: bool,
    thing: Thing,
    /// Whether it is in what calls have in common: it is there, whether each of them worked or not.
    is_pattern: bool,
}

impl Sighting {
    fn of(id: &str, at: usize, detail: String, is_everyday: bool) -> Option<Self> {
        let kind = catalogue::finding_kind(id)?;
        Some(Self {
            kind,
            at,
            detail,
            is_everyday,
            thing: Thing::Any,
            is_pattern: false,
        })
    }

    fn of_pattern(id: &str, at: usize, detail: String, is_everyday: bool) -> Option<Self> {
        let sighting = Self::of(id, at, detail, is_everyday)?;
        Some(Self {
            is_pattern: true,
            ..sighting
        })
    }
}

/// What is known of a call by its name.
struct Named {
    shows: &'static [Shows],
    policy: Option<catalogue::PolicyAt>,
    starts: bool,
    asks: bool,
}

/// The findings, what weighs most first, then what was first.
pub(super) fn derive(investigation: &Investigation) -> Vec<Finding> {
    let mut callers = Callers::of(investigation);
    let mut found = sightings(investigation, &mut callers);
    habit::confirm(&mut found, investigation.evidence().events(), &mut callers);
    network::find(investigation, &mut callers, &mut found);
    gather(investigation, &callers, found)
}

fn sightings<'a>(investigation: &'a Investigation, callers: &mut Callers<'a>) -> Vec<Sighting> {
    let evidence = investigation.evidence();
    let users = users_made(investigation);
    let things = Things::of(investigation);
    let made = Made::of(&things);
    let mut calls: HashMap<(&str, &str), Named> = HashMap::new();
    let mut asked = Asked::default();
    let mut fleets = Fleets::default();
    let mut found = Vec::new();
    for (at, event) in evidence.events().iter().enumerate() {
        let named = calls
            .entry((&event.source, &event.name))
            .or_insert_with(|| named(event));
        let of_chain = callers.signer(event).is_some() || !callers.proved(event).is_empty();
        if of_chain {
            asked.note(event, named.asks, callers);
        }
        let is_root = event.identity.kind == IdentityType::Root;
        let may_show = !named.shows.is_empty() || named.policy.is_some() || named.starts || is_root;
        if !may_show {
            continue;
        }
        let whose = callers.whose(event);
        if whose == Whose::Ours {
            continue;
        }
        let record = evidence.record(at);
        for shows in named.shows {
            let is_meant = match shows.whom {
                Whom::Anybody => true,
                Whom::Any | Whom::Resource => of_chain,
                Whom::Existing => of_chain && is_on_existing(event, record, &users),
                Whom::Oneself => of_chain && is_on_oneself(event, record),
            };
            if !is_meant || !shows.applies(record) {
                continue;
            }
            let detail = record.map(|record| shows.detail(record)).unwrap_or_default();
            let detail = if detail.is_empty() { about(event) } else { detail };
            let is_everyday = whose.is_everyday(shows.kind.routine);
            let Some(mut sighting) = Sighting::of(shows.kind.id, at, detail, is_everyday) else {
                continue;
            };
            if shows.whom == Whom::Resource {
                let upon = made.upon(at, evidence, callers);
                let is_own = upon.as_ref().is_some_and(|upon| upon.existing.is_empty());
                sighting.thing = if is_own { Thing::Own } else { Thing::Existing };
                if let Some(upon) = upon.filter(|upon| upon.own > 0 && !upon.existing.is_empty()) {
                    sighting.detail = upon.existing.join(", ");
                }
            }
            found.push(sighting);
        }
        if !of_chain {
            continue;
        }
        if let Some(policy) = named.policy {
            let is_everyday = |id| {
                let routine = catalogue::finding_kind(id).map_or(Routine::Never, |kind| kind.routine);
                whose.is_everyday(routine)
            };
            found.extend(Sighting::of_policy(event, at, policy, record, is_everyday));
        }
        if named.starts {
            fleets.note(event, at, record, whose.is_everyday(Routine::Program), &mut found);
        }
        if is_root {
            let call = format!("{}:{}", event.service(), event.base_name());
            found.extend(Sighting::of("root-used", at, call, false));
        }
    }
    fleets.find(|at| things.is_cancelled(at), &mut found);
    asked.find(evidence, callers, &mut found);
    found
}

fn named(event: &Event) -> Named {
    let (source, name) = (&*event.source, event.base_name());
    Named {
        shows: catalogue::shown_by(source, name),
        policy: catalogue::policy_at(source, name),
        starts: catalogue::starts_instances(source, name),
        asks: bursts::is_question(source, name),
    }
}

/// What a call was about, where the record is not kept.
fn about(event: &Event) -> String {
    let call = || format!("{}:{} in {}", event.service(), event.base_name(), event.region);
    event.resources.first().map_or_else(call, ToString::to_string)
}

/// The names of the users that the chain made.
fn users_made(investigation: &Investigation) -> HashSet<&str> {
    let nodes = investigation.chain().nodes.iter();
    let users = nodes.filter(|node| node.kind == Kind::User && node.link == Link::Created);
    users.map(|node| &*node.name).collect()
}

/// Whether a call was made upon a user who was there before and is not the caller. Of a call that was denied often only the
/// message says upon whom; where that does not either, nothing is said.
fn is_on_existing(event: &Event, record: Option<&Value>, made: &HashSet<&str>) -> bool {
    let asked = record.and_then(|record| json::first(record, "requestParameters.userName"));
    let user = asked.as_deref().or_else(|| denied_user(event.outcome.error_message()?));
    user.is_some_and(|user| !made.contains(user) && Some(user) != event.identity.user_name.as_deref())
}

/// Whether a user made a call upon itself.
fn is_on_oneself(event: &Event, record: Option<&Value>) -> bool {
    let asked = record.and_then(|record| json::first(record, "requestParameters.userName"));
    let own = event.identity.user_name.as_deref();
    record.is_some() && own.is_some() && asked.is_none_or(|asked| Some(&*asked) == own)
}

/// The user that a denial names: `... on resource: user app because ...`.
fn denied_user(message: &str) -> Option<&str> {
    let (_, resource) = message.split_once("on resource: ")?;
    let resource = resource.strip_prefix("user ").unwrap_or(resource);
    let word = resource.split_whitespace().next()?;
    Some(word.rsplit('/').next().unwrap_or(word))
}

/// The sightings gathered: one finding for each kind and manner.
fn gather(investigation: &Investigation, callers: &Callers<'_>, found: Vec<Sighting>) -> Vec<Finding> {
    let events = investigation.evidence().events();
    let mut gathered: BTreeMap<(&str, Manner), Vec<Sighting>> = BTreeMap::new();
    for sighting in found {
        let worked = sighting.is_pattern || events[sighting.at].outcome.succeeded();
        if !worked && sighting.kind.attempt.is_none() {
            continue;
        }
        let manner = match (sighting.is_everyday, worked) {
            (true, _) => Manner::Everyday,
            _ if sighting.thing == Thing::Own => Manner::Own,
            (false, true) => Manner::Done,
            (false, false) => Manner::Tried,
        };
        gathered.entry((sighting.kind.id, manner)).or_default().push(sighting);
    }
    let mut findings: Vec<Finding> = gathered
        .into_iter()
        .map(|((_, manner), sightings)| finding(investigation, callers, manner, sightings))
        .collect();
    findings.sort_by(|a, b| (b.severity, a.first(), a.kind.id).cmp(&(a.severity, b.first(), b.kind.id)));
    findings
}

fn finding(
    investigation: &Investigation,
    callers: &Callers<'_>,
    manner: Manner,
    mut sightings: Vec<Sighting>,
) -> Finding {
    let events = investigation.evidence().events();
    sightings.sort_by(|a, b| (&events[a.at].key, &a.detail).cmp(&(&events[b.at].key, &b.detail)));
    let kind = sightings[0].kind;
    let mut nodes = BTreeSet::new();
    let mut keys: Vec<EventKey> = Vec::with_capacity(sightings.len());
    let mut details: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for sighting in sightings {
        let event = &events[sighting.at];
        if keys.last() != Some(&event.key) {
            keys.push(event.key.clone());
            nodes.extend(callers.signer(event));
            nodes.extend(callers.proved(event));
        }
        if !sighting.detail.is_empty() && known.insert(sighting.detail.clone()) && details.len() < MOST_DETAILS {
            details.push(sighting.detail);
        }
    }
    let chain = investigation.chain();
    Finding {
        kind,
        manner,
        severity: match manner {
            Manner::Done => kind.severity,
            Manner::Tried => kind.attempt.unwrap_or(kind.severity),
            Manner::Everyday | Manner::Own => Severity::Low,
        },
        events: keys,
        nodes: nodes.into_iter().map(|at| chain.nodes[at].node.clone()).collect(),
        more_details: known.len() - details.len(),
        details,
    }
}
