//! What was read, and what was not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::fact::{Answered, Asked, FileOutcome, FileReport, Problem};

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

/// How far one question to the event history of a region was answered. Seconds since the epoch; both ends are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuestionCoverage {
    /// The window asked for.
    pub window: Option<(i64, i64)>,
    /// What was read whole.
    pub read: Vec<(i64, i64)>,
    /// Whether all of it was.
    pub is_complete: bool,
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
    /// Why the region, or some question in it, was not read.
    pub refused: Option<Answered>,
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
                question.is_complete = false;
                self.refused = None;
            }
            Answered::Page { events, part, .. } => {
                self.pages += 1;
                self.events += events;
                if let Some(part) = part {
                    self.questions.entry(question()).or_default().read.push(*part);
                }
            }
            Answered::Complete => self.questions.entry(question()).or_default().is_complete = true,
            Answered::Throttled => self.throttled += 1,
            Answered::NotEnabled { .. } | Answered::Denied { .. } | Answered::Failed { .. } => {
                self.refused = Some(asked.answer.clone());
            }
        }
    }

    /// In a word.
    pub fn state(&self) -> HistoryState {
        match &self.refused {
            Some(Answered::NotEnabled { .. }) => HistoryState::Disabled,
            Some(Answered::Denied { .. }) => HistoryState::Denied,
            Some(_) => HistoryState::Failed,
            None if self.questions.values().all(|question| question.is_complete) => HistoryState::Complete,
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
        match self.refused.as_ref()? {
            Answered::NotEnabled { why } | Answered::Denied { why } | Answered::Failed { why } => Some(why),
            _ => None,
        }
    }
}

/// What was asked, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    regions: BTreeMap<(String, String), RegionCoverage>,
    unread: Vec<Unread>,
    files: HashMap<Arc<str>, String>,
    history: BTreeMap<String, HistoryCoverage>,
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

    pub(super) fn asked(&mut self, asked: &Asked) {
        if let Answered::Page { events, unreadable, .. } = asked.answer {
            self.records += events;
            self.broken += unreadable;
        }
        self.history.entry(asked.region.clone()).or_default().take(asked);
    }

    /// Per region: how far AWS's event history was read. Sorted.
    pub fn history(&self) -> &BTreeMap<String, HistoryCoverage> {
        &self.history
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
            || self.history.values().any(HistoryCoverage::is_unread)
            || self
                .unread
                .iter()
                .any(|u| matches!(u.outcome, FileOutcome::Partial | FileOutcome::Failed))
    }
}
