//! What is remembered of a file, so that later leads find its records without another reading.

use std::path::Path;
use std::sync::Arc;

use crate::cloudtrail::terms::{Term, Wanted};
use crate::cloudtrail::{Interner, Record, RecordError};
use crate::investigation::fact::Page;

/// One text that holds records: a file, or a member of a zip.
#[derive(Debug)]
pub(super) struct Unit {
    /// The file.
    pub path: Arc<Path>,
    /// Which member of a zip.
    pub member: Option<usize>,
    /// The name in pages and reports.
    pub origin: Arc<str>,
    entries: Box<[Entry]>,
    /// The terms of all entries, one after the other.
    terms: Box<[Term]>,
    /// The text of those entries that are kept in memory.
    kept: Box<[u8]>,
    /// Entries that seem to answer a lead and have to be read again.
    pub waiting: Vec<usize>,
}

/// What is being remembered of the text at hand. Used again for the next text: growing and trimming three lists for each
/// of many small files costs more than copying them once.
#[derive(Debug, Default)]
pub(super) struct Notes {
    entries: Vec<Entry>,
    terms: Vec<Term>,
    kept: Vec<u8>,
}

impl Notes {
    /// Remembers a record; with its text if `keep`. Records without terms cannot be asked for.
    pub(super) fn remember(&mut self, offset: u64, text: &[u8], is_candidate: bool, terms: &[Term], keep: bool) {
        let (Ok(length), Ok(kept_at)) = (u32::try_from(text.len()), u32::try_from(self.kept.len())) else {
            return;
        };
        let terms_end = u32::try_from(self.terms.len() + terms.len());
        let (false, Ok(terms_end)) = (terms.is_empty(), terms_end) else {
            return;
        };
        self.terms.extend_from_slice(terms);
        if keep {
            self.kept.extend_from_slice(text);
        }
        self.entries.push(Entry {
            offset,
            length,
            terms_end,
            kept_at: keep.then_some(kept_at),
            is_candidate,
            is_given: false,
        });
    }

    /// Writes the notes into the unit they are of, and forgets them.
    pub(super) fn file(&mut self, unit: &mut Unit) {
        unit.entries = self.entries.as_slice().into();
        unit.terms = self.terms.as_slice().into();
        unit.kept = self.kept.as_slice().into();
        self.entries.clear();
        self.terms.clear();
        self.kept.clear();
    }
}

/// One record that a later lead may ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Byte offset in the text of the file.
    pub offset: u64,
    /// Bytes.
    pub length: u32,
    terms_end: u32,
    kept_at: Option<u32>,
    /// Whether all its values are terms, not just the identifiers.
    pub is_candidate: bool,
    is_given: bool,
}

impl Unit {
    pub(super) fn new(path: Arc<Path>, member: Option<usize>, origin: Arc<str>) -> Self {
        Self {
            path,
            member,
            origin,
            entries: Box::default(),
            terms: Box::default(),
            kept: Box::default(),
            waiting: Vec::new(),
        }
    }

    /// What is in memory and answers; remembers what else may answer.
    pub(super) fn ask(&mut self, wanted: &Wanted, interner: &mut Interner) -> Option<Page> {
        let mut records = Vec::new();
        let mut from = 0;
        for (number, entry) in self.entries.iter_mut().enumerate() {
            let to = entry.terms_end as usize;
            let terms = &self.terms[from..to];
            from = to;
            if entry.is_given || !terms.iter().any(|&term| wanted.may_be(term)) {
                continue;
            }
            let Some(at) = entry.kept_at else {
                self.waiting.push(number);
                continue;
            };
            let text = &self.kept[at as usize..at as usize + entry.length as usize];
            if let Ok(Some(record)) = entry.read(text, wanted, interner) {
                records.push(record);
            }
        }
        let origin = self.origin.clone();
        (!records.is_empty()).then_some(Page { origin, records })
    }

    /// The entries that wait, in the order of their places in the file, each once.
    pub(super) fn take_waiting(&mut self) -> Vec<usize> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        waiting.dedup();
        waiting.retain(|&number| self.entries.get(number).is_some_and(|entry| !entry.is_given));
        waiting
    }

    pub(super) fn entry_mut(&mut self, number: usize) -> Option<&mut Entry> {
        self.entries.get_mut(number)
    }
}

impl Entry {
    /// Parses the record and gives it if it answers.
    pub(super) fn read(
        &mut self,
        text: &[u8],
        wanted: &Wanted,
        interner: &mut Interner,
    ) -> Result<Option<Record>, RecordError> {
        let record = Record::parse(text, interner)?;
        self.is_given = wanted.is_in(&record.body, self.is_candidate);
        Ok(self.is_given.then_some(record))
    }
}
