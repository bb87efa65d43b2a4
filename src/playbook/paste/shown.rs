//! What all that was pasted shows of an item, beside its check.

use chrono::{DateTime, Utc};

use super::super::checks::Found;
use super::super::deeds::Deed;
use super::super::format::Item;
use super::super::standing::{Line, short_list};
use super::super::subject::{Names, Subject};
use super::{Ask, asks};
use crate::investigation::Pasted;

/// The last answer to something asked for; `None` where nothing was pasted.
type Answer<'a> = Option<&'a (DateTime<Utc>, Pasted)>;

/// The outputs that an item asks for, each with the last answer.
pub(in super::super) struct Shown<'a> {
    asks: Vec<(Ask<'a>, Answer<'a>)>,
    /// What the chain did of what the item is about.
    seen: &'a [Deed],
}

/// A name that an item is about.
pub(in super::super) struct Own<'s> {
    subject: &'s Subject,
    /// The account says of this very name that it is not so: an answer about the account as a whole does not outweigh that.
    is_disputed: bool,
}

impl<'s> Own<'s> {
    pub(in super::super) fn of(subject: &'s Subject, checked: Option<&Found>) -> Self {
        Self {
            subject,
            is_disputed: matches!(checked, Some(Found::NotYet { at: Some(_), .. })),
        }
    }
}

impl<'a> Shown<'a> {
    pub(in super::super) fn of(
        item: &'a Item,
        names: &'a Names,
        pasted: &'a [(DateTime<Utc>, Pasted)],
        seen: &'a [Deed],
    ) -> Self {
        let answered = asks(item, names).into_iter().map(|ask| {
            let last = pasted.iter().rev().find(|(_, pasted)| ask.is_answered_by(pasted));
            (ask, last)
        });
        Self {
            asks: answered.collect(),
            seen,
        }
    }

    /// What the last answer to one of them shows; `None` where there is none.
    fn found(&self, answer: Answer<'_>) -> Option<Found> {
        let (at, pasted) = answer?;
        let by = format!("{}: `{}` pasted by {}", pasted.words, pasted.command, pasted.by);
        let later = |deed: &&Deed| deed.last_success.is_some_and(|last| last > *at);
        Some(match self.seen.iter().find(later) {
            _ if !pasted.shows => Found::NotYet { why: by, at: Some(*at) },
            // What was so then need not be so any more.
            Some(deed) => Found::NotYet {
                why: format!("the chain called {} after `{}` was pasted", deed.call, pasted.command),
                at: deed.last_success,
            },
            None => Found::Proved { by, at: Some(*at) },
        })
    }

    /// What was pasted for one name.
    pub(in super::super) fn of_subject(&self, subject: &Subject) -> Option<Found> {
        let about = |ask: &Ask<'_>| ask.subjects.contains(&subject);
        self.together(|ask| about(ask))
    }

    /// What was pasted of the item, which is about these names.
    pub(in super::super) fn of_item(&self, own: &[Own<'_>]) -> Option<Found> {
        let found = self.together(|_| true)?;
        let Found::Proved { .. } = found else {
            return Some(found);
        };
        let missing = |why: String| Some(Found::NotYet { why, at: None });
        if self.asks.iter().any(|(ask, _)| ask.template.part) {
            return missing("all that was asked for is pasted and so; the rest is ticked by hand".to_owned());
        }
        let others: Vec<String> = own
            .iter()
            .filter(|own| !self.covers(own))
            .map(|own| own.subject.label())
            .collect();
        if !others.is_empty() {
            return missing(format!("nothing pasted shows it of {}", short_list(&others)));
        }
        Some(found)
    }

    /// Since when all of it shows that the item is done, whatever happened later: the oldest answer.
    pub(in super::super) fn since(&self, own: &[Own<'_>]) -> Option<DateTime<Utc>> {
        let shows = |(ask, answer): &(Ask<'_>, Answer<'_>)| {
            let answer = answer.filter(|(_, pasted)| pasted.shows && !ask.template.part);
            answer.map(|(at, _)| *at)
        };
        let times: Option<Vec<DateTime<Utc>>> = self.asks.iter().map(shows).collect();
        times?
            .into_iter()
            .min()
            .filter(|_| own.iter().all(|own| self.covers(own)))
    }

    /// Whether an output is asked for that is about a name, or about the account as a whole.
    fn covers(&self, own: &Own<'_>) -> bool {
        let about = |ask: &Ask<'_>| match &*ask.subjects {
            [] => !own.is_disputed,
            subjects => subjects.contains(&own.subject),
        };
        own.subject.is_gone || self.asks.iter().any(|(ask, _)| about(ask))
    }

    /// Lines for what was pasted about other names than these.
    pub(in super::super) fn beyond(&self, own: &[&Subject]) -> Vec<Line> {
        let others = self
            .asks
            .iter()
            .filter(|(ask, _)| !ask.subjects.iter().any(|subject| own.contains(subject)));
        let line = |(ask, answer): &(Ask<'_>, Answer<'_>)| {
            let found = Some(self.found(*answer)?);
            Some(Line {
                subject: ask.about(),
                node: None,
                found,
            })
        };
        others.filter_map(line).collect()
    }

    /// What was pasted for some of the outputs; `None` where nothing was.
    fn together(&self, which: impl Fn(&Ask<'_>) -> bool) -> Option<Found> {
        let asked = self.asks.iter().filter(|(ask, _)| which(ask));
        let found: Vec<Option<Found>> = asked.map(|(_, answer)| self.found(*answer)).collect();
        let pasted: Vec<&Found> = found.iter().flatten().collect();
        if pasted.is_empty() {
            return None;
        }
        let (mut not, mut so) = (Vec::new(), Vec::new());
        let (mut last_not, mut first_so) = (None, None);
        for found in &pasted {
            match found {
                Found::Proved { by, at } => {
                    so.push(by.clone());
                    first_so = [first_so, *at].into_iter().flatten().min();
                }
                Found::NotYet { why, at } => {
                    not.push(why.clone());
                    last_not = last_not.max(*at);
                }
                Found::Nothing { .. } | Found::Unknown { .. } => {}
            }
        }
        Some(if !not.is_empty() {
            Found::NotYet {
                why: short_list(&not),
                at: last_not,
            }
        } else if pasted.len() < found.len() {
            Found::NotYet {
                why: format!("{} of {} outputs are pasted", pasted.len(), found.len()),
                at: None,
            }
        } else {
            Found::Proved {
                by: short_list(&so),
                at: first_so,
            }
        })
    }
}

/// What a check found and what was pasted, put together: the later witness counts.
pub(in super::super) fn merged(checked: Option<Found>, pasted: Option<Found>) -> Option<Found> {
    let (checked, pasted) = match (checked, pasted) {
        (Some(checked), Some(pasted)) => (checked, pasted),
        (checked, pasted) => return checked.or(pasted),
    };
    let counts = match (&checked, &pasted) {
        (Found::Unknown { .. }, _) | (Found::Nothing { .. }, Found::Proved { .. }) => true,
        (Found::NotYet { at: checked, .. }, Found::Proved { at: pasted, .. }) => pasted >= checked,
        // What has no time, such as an output that is still missing, takes nothing from a proof.
        (
            Found::Proved { at: checked, .. } | Found::Nothing { at: checked, .. } | Found::NotYet { at: checked, .. },
            Found::NotYet { at: pasted, .. },
        ) => pasted > checked,
        _ => false,
    };
    Some(if counts { pasted } else { checked })
}
