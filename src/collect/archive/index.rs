//! What is remembered of the files, so that later leads find their records without another reading.

use std::sync::Arc;

use crate::cloudtrail::terms::{Term, Wanted};
use crate::cloudtrail::{Interner, Record, RecordError};
use crate::investigation::fact::Page;

use super::outline::Outline;

/// Terms on a shelf, at least, when the next one is begun: few enough to share shelves out evenly over the cores.
const FULL: usize = 1 << 18;

/// One text that holds records: a file, or a member of a zip.
#[derive(Debug)]
pub(super) struct Unit {
    /// Which of the archive's files.
    pub file: usize,
    /// Which member of a zip.
    pub member: Option<usize>,
    /// The name in pages and reports.
    pub origin: Arc<str>,
    /// Where its entries end on the shelf.
    entries_end: usize,
}

/// What a worker remembers of many texts, end to end: three lists for each of many small files cost more than reading
/// them, and are slow to look through.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    units: Vec<Unit>,
    entries: Vec<Entry>,
    /// The terms of all entries.
    terms: Vec<Term>,
    /// The text of those entries that are kept in memory.
    kept: Vec<u8>,
    /// Entries that seem to answer a lead and have to be read again.
    waiting: Vec<usize>,
    /// The texts with records that are not remembered one by one.
    outlines: Vec<Outline>,
}

/// One record that a later lead may ask for.
#[derive(Debug, Clone, Copy)]
struct Entry {
    place: Place,
    terms_end: u32,
    kept_at: Option<u32>,
    /// Whether all its values are terms, not just the identifiers.
    is_candidate: bool,
    is_given: bool,
}

/// Where a record stands in the text of its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Byte offset.
    pub offset: u64,
    /// Bytes.
    pub length: u32,
}

/// A record to be read again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// Its number on the shelf.
    pub number: usize,
    /// Where it stands in the text.
    pub place: Place,
    is_candidate: bool,
}

impl Shelf {
    /// Bytes that remembering a record takes, without its text.
    pub(super) fn cost(terms: &[Term]) -> usize {
        size_of::<Entry>() + size_of_val(terms)
    }

    /// Remembers a record of the text at hand; with its own text if `keep`. Returns whether it could.
    pub(super) fn remember(
        &mut self,
        offset: u64,
        text: &[u8],
        is_candidate: bool,
        terms: &[Term],
        keep: bool,
    ) -> bool {
        let length = u32::try_from(text.len());
        let kept_at = keep.then(|| u32::try_from(self.kept.len())).transpose();
        let terms_end = u32::try_from(self.terms.len() + terms.len());
        let (Ok(length), Ok(kept_at), Ok(terms_end)) = (length, kept_at, terms_end) else {
            return false;
        };
        self.terms.extend_from_slice(terms);
        if keep {
            self.kept.extend_from_slice(text);
        }
        self.entries.push(Entry {
            place: Place { offset, length },
            terms_end,
            kept_at,
            is_candidate,
            is_given: false,
        });
        true
    }

    /// Ends the text at hand: what was remembered since the last one is of it.
    fn end_text(&mut self, file: usize, member: Option<usize>, origin: &Arc<str>) {
        if self.units.last().map_or(0, |unit| unit.entries_end) == self.entries.len() {
            return;
        }
        self.units.push(Unit {
            file,
            member,
            origin: origin.clone(),
            entries_end: self.entries.len(),
        });
    }

    /// Adds the outline of the text at hand.
    pub(super) fn outline(&mut self, outline: Outline) {
        self.outlines.push(outline);
    }

    /// Whether the next text belongs on another shelf.
    fn is_full(&self) -> bool {
        self.terms.len() >= FULL
    }

    /// What is in memory and answers; remembers what else may answer.
    pub(super) fn ask(&mut self, wanted: &Wanted, interner: &mut Interner) -> Vec<Page> {
        for outline in &mut self.outlines {
            outline.ask(wanted);
        }
        let mut pages: Vec<Page> = Vec::new();
        let mut last_unit = None;
        for number in self.candidates(wanted) {
            let entry = &mut self.entries[number];
            if entry.is_given {
                continue;
            }
            let Some(at) = entry.kept_at else {
                self.waiting.push(number);
                continue;
            };
            let text = &self.kept[at as usize..at as usize + entry.place.length as usize];
            let Ok(Some(record)) = read(text, entry.is_candidate, wanted, interner) else {
                continue;
            };
            entry.is_given = true;
            let unit = self.unit_of(number);
            match pages.last_mut() {
                Some(page) if last_unit == Some(unit) => page.records.push(record),
                _ => pages.push(Page {
                    origin: self.units[unit].origin.clone(),
                    records: vec![record],
                }),
            }
            last_unit = Some(unit);
        }
        pages
    }

    /// The entries with a term that may be wanted, in order. One walk along all terms, many at once: hardly any is wanted.
    fn candidates(&self, wanted: &Wanted) -> Vec<usize> {
        const AT_ONCE: usize = 32;
        let mut candidates = Vec::new();
        let mut entry = 0;
        for (n, some) in self.terms.chunks(AT_ONCE).enumerate() {
            if !wanted.may_hold_any(some) {
                continue;
            }
            for (at, &term) in some.iter().enumerate() {
                if wanted.may_be(term) {
                    let at = n * AT_ONCE + at;
                    entry += self.entries[entry..].partition_point(|entry| entry.terms_end as usize <= at);
                    if candidates.last() != Some(&entry) {
                        candidates.push(entry);
                    }
                }
            }
        }
        candidates
    }

    fn unit_of(&self, number: usize) -> usize {
        self.units.partition_point(|unit| unit.entries_end <= number)
    }

    /// Whether anything has to be read again.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty() || self.outlines.iter().any(Outline::is_waiting)
    }

    /// What has to be read again, by the number of its text, each record once and in the order of their places.
    pub(super) fn take_waiting(&mut self) -> Vec<(usize, Vec<Waiting>)> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        waiting.dedup();
        waiting.retain(|&number| !self.entries[number].is_given);
        let entry = |&number: &usize| Waiting {
            number,
            place: self.entries[number].place,
            is_candidate: self.entries[number].is_candidate,
        };
        waiting
            .chunk_by(|&a, &b| self.unit_of(a) == self.unit_of(b))
            .map(|numbers| (self.unit_of(numbers[0]), numbers.iter().map(entry).collect()))
            .collect()
    }

    /// The text of this number.
    pub(super) fn unit(&self, number: usize) -> &Unit {
        &self.units[number]
    }

    /// The texts that have to be read again as a whole, with their numbers.
    pub(super) fn waiting_outlines(&self) -> impl Iterator<Item = (usize, &Outline)> {
        self.outlines
            .iter()
            .enumerate()
            .filter(|(_, outline)| outline.is_waiting())
    }

    /// Notes which records were given of a text that was read again as a whole.
    pub(super) fn read_whole(&mut self, outline: usize, given: Vec<u64>) {
        self.outlines[outline].read_again(given);
    }

    /// Notes that a record was given.
    pub(super) fn given(&mut self, number: usize) {
        self.entries[number].is_given = true;
    }
}

/// The shelves of one worker.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    full: Vec<Shelf>,
    /// The one that is being filled.
    pub open: Shelf,
}

impl Shelves {
    /// Ends the text at hand, and with it the shelf if it is full.
    pub(super) fn end_text(&mut self, file: usize, member: Option<usize>, origin: &Arc<str>) {
        self.open.end_text(file, member, origin);
        if self.open.is_full() {
            self.full.push(std::mem::take(&mut self.open));
        }
    }

    /// All of them.
    pub(super) fn into_all(self) -> Vec<Shelf> {
        let Self { mut full, open } = self;
        full.push(open);
        full
    }
}

impl Waiting {
    /// Parses the record and gives it if it answers.
    pub(super) fn read(
        &self,
        text: &[u8],
        wanted: &Wanted,
        interner: &mut Interner,
    ) -> Result<Option<Record>, RecordError> {
        read(text, self.is_candidate, wanted, interner)
    }
}

fn read(
    text: &[u8],
    is_candidate: bool,
    wanted: &Wanted,
    interner: &mut Interner,
) -> Result<Option<Record>, RecordError> {
    let record = Record::parse(text, interner)?;
    Ok(wanted.is_in(&record.body, is_candidate).then_some(record))
}
