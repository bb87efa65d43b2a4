//! What a source of events is, and what it yields.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::archive::ArchiveError;
use crate::investigation::fact::{Asked, Crossed, FileReport, Page, Queried, Watched};
use crate::investigation::lead::Lead;

/// What a look-up yields while it runs.
#[derive(Debug)]
pub enum Found {
    /// Records that answer a lead, from one file. None is ever given twice; copies of an event in several places are
    /// several records.
    Page(Page),
    /// What files held. Every file is reported once, when it is first read.
    Files(Vec<FileReport>),
    /// What became of a question to the event history.
    Asked(Asked),
    /// What became of a round of questions to a table of records.
    Queried(Queried),
    /// How far the first reading has come.
    Progress(Progress),
    /// The chain led into another account.
    Crossed(Crossed),
    /// How the reading of a region of AWS (with its account, where that is another) goes on just now.
    Region(Arc<str>, RegionNow),
    /// One more round of a watch is over.
    Watched(Watched),
}

/// How the reading of a region of AWS goes on just now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RegionNow {
    /// Requests a second, over the last ten seconds.
    pub rate: f64,
    /// Until all that is known of is read; zero when it is.
    pub left: Duration,
}

/// Who takes what is found; `Break` stops the reading.
pub type Out<'o> = dyn FnMut(Found) -> ControlFlow<()> + 'o;

/// How far the first reading has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read.
    pub files_done: u64,
    /// Files there are.
    pub files_total: u64,
    /// Records read.
    pub records: u64,
    /// Bytes read from disk.
    pub bytes: u64,
    /// The responder's credentials have expired: it goes on when they are renewed.
    pub paused: bool,
}

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An archive on disk.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A bucket that cannot be read at all, or holds nothing to read.
    #[error("{0}")]
    Bucket(String),
    /// AWS refused to be asked.
    #[error("{text}")]
    Aws {
        /// In AWS's words.
        text: String,
        /// What to do.
        hint: &'static str,
    },
    /// A table cannot be asked.
    #[error("{name} cannot be asked: {why}")]
    Table {
        /// The table.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// It ended before its time, which is a mistake in this program.
    #[error("the reading failed; please report this")]
    Panicked,
}

/// Where events come from.
pub trait Source: Send {
    /// Gives what answers one of `leads` and was not given before. What would be dear to look up for one round of leads
    /// alone may be left to [`settle`](Self::settle). Blocks; `out` stops it with `Break`.
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError>;

    /// Gives what was left over, for all leads asked so far.
    fn settle(&mut self, out: &mut Out<'_>) -> Result<(), SourceError>;

    /// Whether nothing is left over.
    fn is_settled(&self) -> bool;
}
