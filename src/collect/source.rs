//! What a source of events is.

use super::archive::{Archive, ArchiveError};
pub use super::archive::{Found, Out, Progress};
use crate::investigation::lead::Lead;

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An archive on disk.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
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

impl Source for Archive {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        Self::ask(self, leads, out).map_err(SourceError::from)
    }

    fn settle(&mut self, out: &mut Out<'_>) -> Result<(), SourceError> {
        Self::settle(self, out).map_err(SourceError::from)
    }

    fn is_settled(&self) -> bool {
        Self::is_settled(self)
    }
}
