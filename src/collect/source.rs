//! What a source of events is.

use std::ops::ControlFlow;

use super::archive::{Archive, ArchiveError};
pub use super::archive::{Found, Progress};
use crate::investigation::lead::Lead;

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An archive on disk.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Where events come from.
pub trait Source: Send {
    /// Gives everything that answers one of `leads` and was not given before. Blocks; `out` stops it with `Break`.
    fn look_up(&mut self, leads: &[Lead], out: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError>;
}

impl Source for Archive {
    fn look_up(&mut self, leads: &[Lead], out: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        Self::look_up(self, leads, out).map_err(SourceError::from)
    }
}
