//! What was read, and what was not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::fact::{FileOutcome, FileReport, Problem};

/// What is known of one account's region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegionCoverage {
    /// Records read.
    pub records: u64,
    /// Files they came from.
    pub files: u64,
    /// The earliest event.
    pub first: Option<DateTime<Utc>>,
    /// The latest event.
    pub last: Option<DateTime<Utc>>,
}

/// A file that was not read whole, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The path.
    pub path: Arc<str>,
    /// What became of it.
    pub outcome: FileOutcome,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Records lost.
    pub broken: u64,
}

/// What was asked, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    regions: BTreeMap<(String, String), RegionCoverage>,
    unread: Vec<Unread>,
    files: HashMap<Arc<str>, String>,
    records: u64,
    broken: u64,
    passed_over: u64,
}

impl Coverage {
    pub(super) fn add(&mut self, files: &[FileReport]) {
        for file in files {
            // A file read again (the investigation was continued) is not counted twice.
            if self.files.insert(file.path.clone(), file.sha256.clone()).is_some() {
                continue;
            }
            self.records += file.records;
            self.broken += file.broken;
            for count in &file.regions {
                let region = self
                    .regions
                    .entry((count.account.clone(), count.region.clone()))
                    .or_default();
                region.records += count.records;
                region.files += 1;
                region.first = [region.first, count.first].into_iter().flatten().min();
                region.last = [region.last, count.last].into_iter().flatten().max();
            }
            match file.outcome {
                FileOutcome::PassedOver => self.passed_over += 1,
                FileOutcome::Read if file.broken == 0 => {}
                outcome => self.unread.push(Unread {
                    path: file.path.clone(),
                    outcome,
                    problems: file.problems.clone(),
                    broken: file.broken,
                }),
            }
        }
    }

    /// Per (account, region): what was read. Sorted.
    pub fn regions(&self) -> &BTreeMap<(String, String), RegionCoverage> {
        &self.regions
    }

    /// Files that were not read whole.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Every file and its SHA-256, in no order.
    pub fn files(&self) -> &HashMap<Arc<str>, String> {
        &self.files
    }

    /// Records read, copies included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Records that could not be read.
    pub fn broken(&self) -> u64 {
        self.broken
    }

    /// Files passed over because they hold no such records (digests).
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Whether something that should have been read was not.
    pub fn is_partial(&self) -> bool {
        self.broken > 0
            || self
                .unread
                .iter()
                .any(|u| matches!(u.outcome, FileOutcome::Partial | FileOutcome::Failed))
    }
}
