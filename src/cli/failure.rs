//! How a run can fail, and what its exit code is.

use std::process::ExitCode;

use crate::collect::source::SourceError;

/// The exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage, a malformed key included.
    Usage = 2,
    /// It is done, but something that should have been read, or proved, was not.
    Partial = 3,
    /// Credentials or permissions.
    Refused = 4,
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
pub(super) struct Failure {
    /// The exit code.
    pub(super) exit: Exit,
    /// What happened.
    pub(super) message: String,
    /// What to do next; may be empty.
    pub(super) hint: String,
}

impl Failure {
    /// A failure of the run.
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// AWS did not let us in.
    pub(super) fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            ..Self::new(message, hint)
        }
    }

    /// A mistake in how the program was called.
    pub(super) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(message, hint)
        }
    }
}

/// Typed errors say what to do beside what happened, in a hint or in the message itself.
macro_rules! from_error {
    ($($error:ty: $hint:expr),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let hint: &dyn Fn(&$error) -> String = &$hint;
                let hint = hint(&error);
                Self::new(error.to_string(), hint)
            }
        }
    )+};
}

from_error!(
    crate::store::StoreError: |error| error.hint().to_string(),
    crate::export::ExportError: |error| error.hint().to_string(),
    crate::collect::archive::ArchiveError: |_| String::new(),
    crate::collect::trail::TrailError: |error| error.hint().to_owned()
);

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Aws { text, hint } => Self::refused(text, hint),
            other => Self::new(other.to_string(), ""),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string(), "")
    }
}
