//! How a run can fail, and what its exit code is.

use std::process::ExitCode;

/// The exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage, a malformed key included.
    Usage = 2,
    /// A batch run is done, but something that should have been read was not.
    Partial = 3,
    /// Interrupted; the file is kept and can be continued.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A run that failed: what it means for the responder, and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
}

impl Failure {
    /// A failure of the run.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hint: hint.into() }
    }

    /// A mistake in how the program was called.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(message, hint) }
    }
}

/// Any typed error with a hint becomes a failure.
macro_rules! from_hinted {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let hint = error.hint();
                Self::new(error.to_string(), hint)
            }
        }
    )+};
}

from_hinted!(
    crate::store::StoreError,
    crate::export::ExportError,
    crate::collect::source::SourceError,
    crate::collect::archive::ArchiveError
);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string(), "")
    }
}
