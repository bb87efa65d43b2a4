//! What single calls do not show: somebody looks around, or tries what a credential may do.

use std::collections::{BTreeSet, HashMap};

use super::whose::{Callers, Whose, caller};
use super::{FOREIGN_WORDS, Sighting};
use crate::catalogue;
use crate::cloudtrail::Event;
use crate::investigation::Evidence;
use crate::investigation::actor::rhythm::{bursts, is_habit};

/// So many different questions in one go are more than a program needs for its work.
const MANY_QUESTIONS: usize = 12;
/// So many denied questions among them tell that the caller does not know what it may.
const DENIED_QUESTIONS: usize = 3;
/// So many denied calls in one go, of so many kinds, are no mistake in a policy.
const MANY_DENIED: usize = 10;
const KINDS_DENIED: usize = 5;

/// The calls of a caller with a program that ask, and those that were denied.
#[derive(Default)]
pub(super) struct Asked<'a> {
    questions: HashMap<(&'a str, &'a str), Vec<&'a Event>>,
    denied: HashMap<(&'a str, &'a str), Vec<&'a Event>>,
}

impl<'a> Asked<'a> {
    /// Notes a call of the chain.
    pub(super) fn note(&mut self, event: &'a Event, is_question: bool, callers: &mut Callers<'a>) {
        let is_denied = event.outcome.is_denied();
        if (!is_question && !is_denied) || event.identity.is_service() {
            return;
        }
        // The console asks by itself, about everything on a page.
        let Some((actor, _)) = callers.actor(event).filter(|(actor, _)| actor.is_somebody()) else {
            return;
        };
        let who = (caller(event), &*actor.program);
        if is_question {
            self.questions.entry(who).or_default().push(event);
        }
        if is_denied {
            self.denied.entry(who).or_default().push(event);
        }
    }

    pub(super) fn find(self, evidence: &'a Evidence, callers: &mut Callers<'a>, found: &mut Vec<Sighting>) {
        for (id, calls, is_many) in [
            (
                "reconnaissance",
                self.questions,
                is_many_questions as fn(&[&Event]) -> bool,
            ),
            ("probing", self.denied, is_many_denied),
        ] {
            for mut calls in calls.into_values() {
                calls.sort_unstable_by_key(|event| &event.key);
                let many: Vec<&[&Event]> = bursts(&calls).filter(|burst| is_many(burst)).collect();
                let firsts: Vec<&Event> = many.iter().map(|burst| burst[0]).collect();
                // An inventory asks every day.
                if is_habit(&firsts) {
                    continue;
                }
                for burst in many {
                    sight(id, burst, evidence, callers, found);
                }
            }
        }
    }
}

fn sight<'a>(id: &str, burst: &[&'a Event], evidence: &Evidence, callers: &mut Callers<'a>, found: &mut Vec<Sighting>) {
    let whose: Vec<Whose> = burst.iter().map(|event| callers.whose(event)).collect();
    let foreign = whose.contains(&Whose::Foreign);
    let denied = denied(burst).count();
    let is_everyday = id == "reconnaissance" && !foreign && denied < DENIED_QUESTIONS;
    let kinds = kinds(burst).len();
    let said = if foreign { FOREIGN_WORDS } else { "" };
    let detail = match id {
        "probing" => format!("{denied} calls of {kinds} kinds denied in one go{said}"),
        _ => format!(
            "{} questions of {kinds} kinds in one go, {denied} denied{said}",
            burst.len()
        ),
    };
    for (event, whose) in burst.iter().zip(whose) {
        if whose != Whose::Ours
            && let Some(at) = evidence.find(&event.key)
        {
            found.extend(Sighting::of_pattern(id, at, detail.clone(), is_everyday));
        }
    }
}

fn kinds<'e>(calls: &[&'e Event]) -> BTreeSet<(&'e str, &'e str)> {
    calls.iter().map(|event| (&*event.source, event.base_name())).collect()
}

fn denied<'c>(calls: &'c [&Event]) -> impl Iterator<Item = &'c Event> {
    calls.iter().copied().filter(|event| event.outcome.is_denied())
}

fn is_many_questions(burst: &[&Event]) -> bool {
    kinds(burst).len() >= MANY_QUESTIONS
}

fn is_many_denied(burst: &[&Event]) -> bool {
    burst.len() >= MANY_DENIED && kinds(burst).len() >= KINDS_DENIED
}

/// Whether a call only asks about the account.
pub(super) fn is_question(source: &str, name: &str) -> bool {
    catalogue::meaning(source, name, false).category == "recon"
}
