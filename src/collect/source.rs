//! What a source of events is.

use std::ops::ControlFlow;

use super::archive::ArchiveError;
use crate::investigation::fact::{FileReport, Page};
use crate::investigation::lead::Lead;

/// What a look-up yields while it runs.
#[derive(Debug)]
pub enum Found {
    /// Records that answer a lead, from one place. None is ever given twice; copies of an event in several places are
    /// several records.
    Page(Page),
    /// What files held. Every file is reported once, when it is first read.
    Files(Vec<FileReport>),
    /// How far the reading has come.
    Progress(Progress),
}

/// How far the reading has come.
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
}

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An archive on disk.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl SourceError {
    /// What the responder can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Archive(error) => error.hint(),
        }
    }
}

/// Where events come from.
pub trait Source: Send {
    /// Gives everything that answers one of `leads` and was not given before. Blocks; `out` stops it with `Break`.
    fn look_up(
        &mut self,
        leads: &[Lead],
        out: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), SourceError>;
}
