//! What is counted while a file is read.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::cloudtrail::{Interner, RecordError};
use crate::investigation::fact::{FileOutcome, FileReport, Problem, RegionCount};

/// Counts the records of one file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    regions: Vec<RegionCount>,
    /// Where in `regions` the last record was counted: the next one is often of the same region.
    last: usize,
    readable: u64,
    problems: Vec<Problem>,
    broken: u64,
    /// JSON that is no record, which says nothing as long as there is no record beside it.
    not_records: u64,
    signs: Signs,
}

/// What tells a file without a readable record from another.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a sign of its own, and any may be together"
)]
struct Signs {
    is_digest: bool,
    /// A list of records was found, even if an empty one.
    has_list: bool,
    /// The text began like JSON.
    is_json: bool,
    cut_short: bool,
}

impl Tally {
    /// Counts a record.
    pub(super) fn record(&mut self, account: &str, region: &str, time: DateTime<Utc>, interner: &mut Interner) {
        self.readable += 1;
        let is_same = |count: &RegionCount| *count.region == *region && *count.account == *account;
        if !self.regions.get(self.last).is_some_and(is_same) {
            self.last = self.regions.iter().position(is_same).unwrap_or(self.regions.len());
        }
        if let Some(count) = self.regions.get_mut(self.last) {
            count.records += 1;
            count.first = count.first.min(Some(time));
            count.last = count.last.max(Some(time));
        } else {
            self.regions.push(RegionCount {
                account: interner.intern(account),
                region: interner.intern(region),
                records: 1,
                first: Some(time),
                last: Some(time),
            });
        }
    }

    /// Records read so far, readable or not.
    pub(super) fn records(&self) -> u64 {
        self.readable + self.broken + self.not_records
    }

    /// Counts something that is no readable record.
    pub(super) fn broken(&mut self, place: String, reason: String) {
        self.broken += 1;
        self.problem(place, reason);
    }

    /// Counts a record that could not be read.
    pub(super) fn unreadable(&mut self, place: String, error: &RecordError) {
        match error {
            RecordError::Json(_) => self.broken += 1,
            RecordError::NotARecord(_) => self.not_records += 1,
        }
        self.problem(place, error.to_string());
    }

    /// Says that the rest of the file was not read.
    pub(super) fn cut_short(&mut self, place: String, reason: String) {
        self.signs.cut_short = true;
        self.problem(place, reason);
    }

    fn problem(&mut self, place: String, reason: String) {
        if self.problems.len() < FileReport::MOST_PROBLEMS {
            self.problems.push(Problem { place, reason });
        }
    }

    pub(super) fn digest(&mut self) {
        self.signs.is_digest = true;
    }

    pub(super) fn list(&mut self) {
        self.signs.has_list = true;
    }

    /// Looks at the first text of the file.
    pub(super) fn begins_with(&mut self, text: &[u8]) {
        self.signs.is_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    }

    /// The report. `sha256` and `bytes` are of the file on disk.
    pub(super) fn report(mut self, path: Arc<str>, sha256: String, bytes: u64) -> FileReport {
        let has_problem = !self.problems.is_empty();
        let outcome = match self.readable {
            0 if self.signs.is_digest => FileOutcome::PassedOver,
            0 if self.signs.cut_short => FileOutcome::Failed,
            0 if self.signs.has_list && !has_problem => FileOutcome::Read,
            0 if self.signs.is_json && self.broken > 0 => FileOutcome::Failed,
            0 => FileOutcome::NotCloudTrail,
            _ if has_problem => FileOutcome::Partial,
            _ => FileOutcome::Read,
        };
        let holds_records = !matches!(outcome, FileOutcome::PassedOver | FileOutcome::NotCloudTrail);
        if !holds_records {
            self.problems.clear();
        }
        self.regions
            .sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
        FileReport {
            path,
            sha256,
            bytes,
            outcome,
            records: if holds_records { self.records() } else { 0 },
            problems: self.problems,
            broken: if holds_records {
                self.broken + self.not_records
            } else {
                0
            },
            regions: self.regions,
        }
    }
}
