//! The events in order of time, filtered.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | a filter |
//! | `term` | a filter as it is typed |
//! | `sieve` | whether an event passes |
//! | `suggest` | what a term that is being typed may become |

mod sieve;
mod suggest;
mod term;

pub use sieve::{Sieve, belongs};
pub use suggest::suggestions;
pub use term::{Part, Term, parse, print};

use super::{Evidence, Investigation};

/// What the timeline shows. Every part that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these events, whoever made them.
    pub only: Option<Only>,
    /// Only events behind this finding, by its id.
    pub finding: Option<String>,
    /// What the responder asks for.
    pub terms: Vec<Term>,
}

/// Some events and what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// What they are about. The attacker may have named it.
    pub what: String,
    /// Where they stand in the evidence.
    pub events: Vec<usize>,
}

impl Filter {
    /// A filter of one term.
    pub fn of(term: Term) -> Self {
        Self {
            terms: vec![term],
            ..Self::default()
        }
    }

    /// Sets a term, or takes it away where it is set: the same key leads in and out. A part has one value.
    pub fn toggle(&mut self, term: Term) {
        let known = self.terms.len();
        self.terms.retain(|other| other.part != term.part);
        if self.terms.len() == known {
            self.terms.push(term);
        }
    }
}

/// The indices of the events that pass a filter, earliest first; equal times in order of their ids.
pub fn select(investigation: &Investigation, filter: &Filter) -> Vec<u32> {
    let sieve = Sieve::of(investigation, filter);
    let mut rows = in_order(investigation.evidence());
    rows.retain(|at| sieve.passes(*at as usize));
    rows
}

/// All events, earliest first; equal times in order of their ids.
pub fn in_order(evidence: &Evidence) -> Vec<u32> {
    let events = evidence.events();
    let mut rows: Vec<u32> = (0u32..).zip(events).map(|(at, _)| at).collect();
    rows.sort_by(|a, b| events[*a as usize].key.cmp(&events[*b as usize].key));
    rows
}
