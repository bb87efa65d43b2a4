//! What was read, and what was not.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::fact::{Answered, Asked, Crossed, Crossing, FileOutcome, FileReport, Problem, Queried};

/// A region in words, with its account where that is another than the one that is asked.
pub fn place(account: &str, region: &str) -> String {
    let words = [account, region].into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

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

impl Unread {
    fn of(file: &FileReport) -> Self {
        Self {
            path: file.path.clone(),
            outcome: file.outcome,
            problems: file.problems.clone(),
            broken: file.broken,
        }
    }

    /// Whether it was meant to be read, and something is lost.
    pub fn is_lost(&self) -> bool {
        use FileOutcome::{Failed, Missing, Partial, Read};
        matches!(self.outcome, Failed | Missing | Partial | Read)
    }
}

/// How far one question to the event history of a region was answered. Seconds since the epoch; both ends are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuestionCoverage {
    /// The window asked for.
    pub window: Option<(i64, i64)>,
    /// What was read whole.
    pub read: Vec<(i64, i64)>,
    /// Why it was given up, if it was.
    pub refused: Option<Answered>,
}

impl QuestionCoverage {
    /// Whether all of the window was read, by whatever answers.
    pub fn is_complete(&self) -> bool {
        self.window
            .is_some_and(|(from, until)| unread(from..=until, &self.read).is_empty())
    }
}

/// The parts of a window that were not read yet, the newest last.
pub fn unread(window: RangeInclusive<i64>, read: &[(i64, i64)]) -> Vec<RangeInclusive<i64>> {
    let mut read: Vec<(i64, i64)> = read.to_vec();
    read.sort_unstable();
    let (mut from, until) = window.into_inner();
    let mut parts = Vec::new();
    for (start, end) in read {
        if start > from && from <= until {
            parts.push(from..=until.min(start - 1));
        }
        from = from.max(end + 1);
    }
    if from <= until {
        parts.push(from..=until);
    }
    parts
}

/// What is known of the event history of one region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryCoverage {
    /// By question.
    pub questions: BTreeMap<String, QuestionCoverage>,
    /// Answers.
    pub pages: u64,
    /// Events in them; what several questions brought counts each time.
    pub events: u64,
    /// Requests refused because there were too many.
    pub throttled: u64,
}

/// In a word, what became of a region's event history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryState {
    /// Every question was answered to its end.
    Complete,
    /// Some were not, yet or at all.
    Partial,
    /// The region is not enabled: nothing can have happened there since it was last.
    Disabled,
    /// The responder may not look there.
    Denied,
    /// Asking failed.
    Failed,
}

impl HistoryState {
    /// The word on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Disabled => "disabled",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl HistoryCoverage {
    fn take(&mut self, asked: &Asked) {
        let question = || asked.question.clone();
        match &asked.answer {
            Answered::Begun { from, until } => {
                let question = self.questions.entry(question()).or_default();
                question.window = Some((*from, *until));
                question.refused = None;
            }
            Answered::Page { events, part, .. } => {
                self.pages += 1;
                self.events += events;
                if let Some(part) = part {
                    self.questions.entry(question()).or_default().read.push(*part);
                }
            }
            Answered::Throttled => self.throttled += 1,
            Answered::NotEnabled { .. } | Answered::Denied { .. } | Answered::Failed { .. } => {
                self.questions.entry(question()).or_default().refused = Some(asked.answer.clone());
            }
        }
    }

    /// Why the region, or some question in it, was not read.
    fn refused(&self) -> Option<&Answered> {
        self.questions.values().find_map(|question| question.refused.as_ref())
    }

    /// In a word.
    pub fn state(&self) -> HistoryState {
        match self.refused() {
            Some(Answered::NotEnabled { .. }) => HistoryState::Disabled,
            Some(Answered::Denied { .. }) => HistoryState::Denied,
            Some(_) => HistoryState::Failed,
            None if self.questions.values().all(QuestionCoverage::is_complete) => HistoryState::Complete,
            None => HistoryState::Partial,
        }
    }

    /// Whether something that should have been read was not.
    pub fn is_unread(&self) -> bool {
        !matches!(self.state(), HistoryState::Complete | HistoryState::Disabled)
    }

    /// The first and last second asked for.
    pub fn window(&self) -> Option<(i64, i64)> {
        let windows = || self.questions.values().filter_map(|question| question.window);
        Some((windows().map(|w| w.0).min()?, windows().map(|w| w.1).max()?))
    }

    /// Why something was not read, in the words of AWS.
    pub fn why(&self) -> Option<&str> {
        match self.refused()? {
            Answered::NotEnabled { why } | Answered::Denied { why } | Answered::Failed { why } => Some(why),
            _ => None,
        }
    }
}

/// What is known of a table of records that was asked in SQL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableCoverage {
    /// The first and the last second that was asked for.
    pub window: Option<(i64, i64)>,
    /// Rounds of questions.
    pub rounds: u64,
    /// Queries that were run for them.
    pub queries: u64,
    /// Rows that came back; what several rounds brought counts each time.
    pub rows: u64,
    /// Bytes that were scanned.
    pub scanned: u64,
    /// Why a round was not answered, or not to its end.
    pub stopped: Option<String>,
}

impl TableCoverage {
    fn take(&mut self, queried: &Queried) {
        let (from, until) = self.window.unwrap_or((queried.from, queried.until));
        self.window = Some((from.min(queried.from), until.max(queried.until)));
        self.rounds += 1;
        self.queries += queried.queries.len() as u64;
        self.rows += queried.rows;
        self.scanned += queried.scanned;
        if self.stopped.is_none() {
            self.stopped.clone_from(&queried.stopped);
        }
    }

    /// The word on screens and in exports.
    pub fn state(&self) -> &'static str {
        if self.stopped.is_some() { "partial" } else { "complete" }
    }
}

/// What was asked, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    regions: BTreeMap<(Arc<str>, Arc<str>), RegionCoverage>,
    unread: Vec<Unread>,
    files: HashMap<Arc<str>, String>,
    history: BTreeMap<(String, String), HistoryCoverage>,
    crossings: BTreeMap<String, Crossing>,
    tables: BTreeMap<String, TableCoverage>,
    records: u64,
    broken: u64,
    passed_over: u64,
}

impl Coverage {
    pub(super) fn add(&mut self, files: &[FileReport]) {
        for file in files {
            if matches!(file.outcome, FileOutcome::Missing | FileOutcome::Nothing) {
                self.unread.retain(|unread| unread.path != file.path);
                self.unread.push(Unread::of(file));
                continue;
            }
            // A file read again (the investigation was continued) is not counted twice; one that could not be opened
            // before is read now.
            match self.files.entry(file.path.clone()) {
                Entry::Occupied(before) if !before.get().is_empty() || file.sha256.is_empty() => continue,
                entry => entry.insert_entry(file.sha256.clone()),
            };
            self.unread.retain(|unread| unread.path != file.path);
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
                _ => self.unread.push(Unread::of(file)),
            }
        }
    }

    pub(super) fn asked(&mut self, asked: &Asked) {
        if let Answered::Page { events, unreadable, .. } = asked.answer {
            self.records += events;
            self.broken += unreadable;
        }
        let place = (asked.account.clone().unwrap_or_default(), asked.region.clone());
        self.history.entry(place).or_default().take(asked);
    }

    pub(super) fn queried(&mut self, queried: &Queried) {
        self.records += queried.rows;
        self.broken += queried.unreadable;
        self.tables.entry(queried.source.clone()).or_default().take(queried);
    }

    /// A new pass asks tables for everything once more.
    pub(super) fn begin_pass(&mut self) {
        for table in self.tables.values_mut() {
            table.stopped = None;
        }
    }

    /// Per table that was asked in SQL: how far it was read. Sorted.
    pub fn tables(&self) -> &BTreeMap<String, TableCoverage> {
        &self.tables
    }

    pub(super) fn crossed(&mut self, crossed: &Crossed) {
        self.crossings.insert(crossed.account.clone(), crossed.crossing.clone());
    }

    /// Per (account, region): how far AWS's event history was read. Sorted. The account is empty for the one that the
    /// responder's own credentials are of.
    pub fn history(&self) -> &BTreeMap<(String, String), HistoryCoverage> {
        &self.history
    }

    /// The other accounts that the chain entered, and whether AWS could be asked there. Sorted.
    pub fn crossings(&self) -> &BTreeMap<String, Crossing> {
        &self.crossings
    }

    /// Whether archives held records of an account.
    pub fn is_archived(&self, account: &str) -> bool {
        self.regions.keys().any(|(archived, _)| **archived == *account)
    }

    /// Whether AWS could not be asked in some account, and archives hold nothing of it either.
    fn has_closed_account(&self) -> bool {
        let mut crossings = self.crossings.iter();
        crossings.any(|(account, crossing)| !matches!(crossing, Crossing::Open { .. }) && !self.is_archived(account))
    }

    /// Per (account, region): what was read. Sorted.
    pub fn regions(&self) -> &BTreeMap<(Arc<str>, Arc<str>), RegionCoverage> {
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
            || self.history.values().any(HistoryCoverage::is_unread)
            || self.has_closed_account()
            || self.tables.values().any(|table| table.stopped.is_some())
            || self.unread.iter().any(Unread::is_lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, answer: Answered) -> Asked {
        Asked {
            account: None,
            region: "us-east-1".to_owned(),
            question: question.to_owned(),
            answer,
        }
    }

    #[test]
    fn a_question_is_complete_when_every_second_was_read_whatever_else_was_answered() {
        let mut history = HistoryCoverage::default();
        let page = |from, until| Answered::Page {
            events: 1,
            unreadable: 0,
            part: Some((from, until)),
        };
        history.take(&asked("a", Answered::Begun { from: 0, until: 9 }));
        // The end of the window, read once more, may be answered first.
        history.take(&asked("a", page(7, 12)));
        assert_eq!(history.state(), HistoryState::Partial);
        history.take(&asked("a", page(0, 6)));
        assert_eq!(history.state(), HistoryState::Complete);
    }

    #[test]
    fn what_was_given_up_is_not_forgotten_when_something_else_is_asked() {
        let mut history = HistoryCoverage::default();
        let why = || "no".to_owned();
        history.take(&asked("a", Answered::Begun { from: 0, until: 9 }));
        history.take(&asked("a", Answered::Failed { why: why() }));
        history.take(&asked("b", Answered::Begun { from: 0, until: 9 }));
        assert_eq!((history.state(), history.why()), (HistoryState::Failed, Some("no")));
        history.take(&asked("a", Answered::Begun { from: 0, until: 9 }));
        assert_eq!(history.state(), HistoryState::Partial, "it is asked again");
    }

    #[test]
    fn what_could_not_be_opened_counts_once_it_is_read() {
        let file = |outcome, sha256: &str, records| FileReport {
            path: "s3://logs/a".into(),
            sha256: sha256.to_owned(),
            bytes: 1,
            outcome,
            records,
            problems: Vec::new(),
            broken: 0,
            regions: Vec::new(),
        };
        let mut coverage = Coverage::default();
        let failed = file(FileOutcome::Failed, "", 0);
        coverage.add(&[failed.clone(), failed]);
        assert!(coverage.is_partial() && coverage.unread().len() == 1);
        let read = file(FileOutcome::Read, "ab", 7);
        coverage.add(&[read.clone(), read]);
        assert!(!coverage.is_partial());
        assert_eq!((coverage.unread().len(), coverage.records()), (0, 7));
    }

    #[test]
    fn only_what_was_not_read_is_asked_again() {
        assert_eq!(unread(0..=9, &[]), [0..=9]);
        assert_eq!(unread(0..=9, &[(8, 9), (3, 4)]), [0..=2, 5..=7]);
        assert_eq!(unread(0..=9, &[(-5, 20)]), []);
        assert_eq!(unread(5..=9, &[(0, 5), (5, 6), (20, 30)]), [7..=9]);
    }
}
