//! What a text may hold, in two bytes for each identifier: for records that are too many to be remembered one by one.
//!
//! Whoever asks for something that may be in it has the whole text read again. So memory does not grow with the records of
//! an archive, only the time of the later readings does.

use std::sync::Arc;

use crate::cloudtrail::terms::{Term, Wanted};

/// Terms that are gathered before they are written down, at most.
const GATHERED: usize = 1 << 20;
/// Bits for each term that is written down, and how many of them are set: one of a thousand other terms seems to be in a
/// filter too, so that a question of some dozen values does not have every text read again.
const BITS: usize = 16;
const SET: u64 = 6;

/// Gathers what the records of a text hold that are not remembered one by one.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    terms: Vec<Term>,
    filters: Vec<Filter>,
    /// What was gathered found no room: any term may be there.
    is_lost: bool,
}

impl Gatherer {
    /// Adds the terms of a record; `grant` says whether so many more bytes may be taken.
    pub(super) fn add(&mut self, terms: &[Term], grant: impl FnOnce(usize) -> bool) {
        self.terms.extend_from_slice(terms);
        if self.terms.len() >= GATHERED {
            self.write_down(grant);
        }
    }

    fn write_down(&mut self, grant: impl FnOnce(usize) -> bool) {
        self.terms.sort_unstable();
        self.terms.dedup();
        self.is_lost = self.is_lost || !grant(size_of::<Outline>() + self.terms.len() * BITS / 8);
        if self.is_lost {
            self.filters.clear();
        } else {
            self.filters.push(Filter::of(&self.terms));
        }
        self.terms.clear();
    }

    /// What was gathered of a text; `None` if there was nothing. The next text begins.
    pub(super) fn take(&mut self, grant: impl FnOnce(usize) -> bool) -> Option<MayHold> {
        if !self.terms.is_empty() {
            self.write_down(grant);
        }
        let filters = std::mem::take(&mut self.filters);
        match std::mem::take(&mut self.is_lost) {
            true => Some(MayHold::Anything),
            false if filters.is_empty() => None,
            false => Some(MayHold::Some(filters)),
        }
    }
}

/// Which terms a text may hold.
#[derive(Debug)]
pub(super) enum MayHold {
    Anything,
    Some(Vec<Filter>),
}

/// A set of terms that seems to hold some others too (Bloom, 1970).
#[derive(Debug)]
pub(super) struct Filter(Box<[u64]>);

impl Filter {
    fn of(terms: &[Term]) -> Self {
        let mut words = vec![0; (terms.len() * BITS).div_ceil(64)];
        for &term in terms {
            for (word, bit) in places(term, words.len()) {
                words[word] |= bit;
            }
        }
        Self(words.into())
    }

    fn may_hold(&self, term: Term) -> bool {
        places(term, self.0.len()).all(|(word, bit)| self.0[word] & bit != 0)
    }
}

/// The bits for a term, spread over all words: one hash gives the first and the step to the next (Kirsch and Mitzenmacher,
/// 2006).
fn places(term: Term, words: usize) -> impl Iterator<Item = (usize, u64)> {
    let mut spread = u64::from(term).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    spread = (spread ^ spread >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    spread ^= spread >> 32;
    let bits = words as u64 * 64;
    (0..SET).map(move |n| {
        let hash = spread.wrapping_add(n * (spread >> 32 | 1)) & u64::from(u32::MAX);
        let bit = ((hash * bits) >> 32) as usize;
        (bit / 64, 1 << (bit % 64))
    })
}

/// A text of which not every record is remembered.
#[derive(Debug)]
pub(super) struct Outline {
    /// Which of the archive's files.
    pub file: usize,
    /// Which member of a zip.
    pub member: Option<usize>,
    /// The name in pages and reports.
    pub origin: Arc<str>,
    /// Stands for where its records stand and what they hold; `None` where that may be more the next time.
    pub seen: Option<u64>,
    /// The numbers of the records that were given, or are remembered one by one; in order.
    handled: Vec<u64>,
    may_hold: MayHold,
    is_waiting: bool,
}

impl Outline {
    pub(super) fn new(
        (file, member, origin): (usize, Option<usize>, &Arc<str>),
        seen: Option<u64>,
        handled: Vec<u64>,
        may_hold: MayHold,
    ) -> Self {
        Self {
            file,
            member,
            origin: origin.clone(),
            seen,
            handled,
            may_hold,
            is_waiting: false,
        }
    }

    /// Has the text read again if it may hold one of these.
    pub(super) fn ask(&mut self, wanted: &Wanted) {
        self.is_waiting |= match &self.may_hold {
            MayHold::Anything => true,
            MayHold::Some(filters) => {
                let held = |term| filters.iter().any(|filter| filter.may_hold(term));
                wanted.terms().any(held)
            }
        };
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// The numbers of the records that are not to be given again.
    pub(super) fn handled(&self) -> &[u64] {
        &self.handled
    }

    /// Notes that it was read again, and which records were given.
    pub(super) fn read_again(&mut self, given: Vec<u64>) {
        self.is_waiting = false;
        self.handled.extend(given);
        self.handled.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_of_a_text_is_found_and_few_others_are() {
        let mut gatherer = Gatherer::default();
        assert!(gatherer.take(|_| true).is_none(), "nothing was gathered");
        let term = |n: u32| n.wrapping_mul(2_654_435_761);
        for n in 0..200_000 {
            gatherer.add(&[term(n), term(n / 7)], |_| true);
        }
        let Some(MayHold::Some(filters)) = gatherer.take(|_| true) else {
            panic!("a set of terms is expected");
        };
        let held = |n: u32| filters.iter().any(|filter| filter.may_hold(term(n)));
        assert!((0..200_000).all(held));
        let others = (1_000_000..1_010_000).filter(|&n| held(n)).count();
        assert!(
            others < 10_000 * filters.len() / 20,
            "{others} of 10,000 in {} parts",
            filters.len()
        );
        let bytes: usize = filters.iter().map(|filter| filter.0.len() * 8).sum();
        assert!(bytes < 600_000, "{bytes} bytes");
    }

    #[test]
    fn a_text_whose_terms_find_no_room_may_hold_anything() {
        let mut gatherer = Gatherer::default();
        gatherer.add(&[1], |_| true);
        assert!(matches!(gatherer.take(|_| false), Some(MayHold::Anything)));
        gatherer.add(&[1], |_| true);
        assert!(
            matches!(gatherer.take(|_| true), Some(MayHold::Some(_))),
            "the next text is another one"
        );
    }
}
