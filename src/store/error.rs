//! What can go wrong with an investigation file, and what to do about it.

use std::error::Error;
use std::path::Path;

use rusqlite::ErrorCode;

/// What kind of trouble it is; decides the hint and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A new investigation would overwrite a file.
    Exists,
    /// There is no such file.
    NotFound,
    /// The file is not an investigation of keytrail.
    NotKeytrail,
    /// A newer keytrail wrote the file.
    Newer,
    /// No space is left.
    DiskFull,
    /// The file or its folder cannot be written, or not be read.
    NoAccess,
    /// Another program writes to the file.
    InUse,
    /// The file is an investigation, but SQLite cannot read it any more.
    Damaged,
    /// Anything else.
    Failed,
}

/// An error of the investigation file. Whatever was to be written was not applied either.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct StoreError {
    kind: ErrorKind,
    what: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    pub(super) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            source: None,
        }
    }

    /// An error of the file system at `path`.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::AlreadyExists => ErrorKind::Exists,
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => ErrorKind::NoAccess,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorKind::DiskFull,
            _ => ErrorKind::Failed,
        };
        Self {
            kind,
            what: format!("{}: {source}", path.display()),
            source: Some(source.into()),
        }
    }

    /// The same error, naming the file it is about.
    pub(super) fn at(mut self, path: &Path) -> Self {
        self.what = format!("{}: {}", path.display(), self.what);
        self
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the responder should do next.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            ErrorKind::Exists => "open it with `keytrail open`, or give `--save` another name",
            ErrorKind::NotFound => "check the path; a new file needs a folder that exists",
            ErrorKind::NotKeytrail => {
                "give a file that keytrail saved (usually named `.keytrail`); this one was left as it is"
            }
            ErrorKind::Newer => "install the newer keytrail to open it; the file was left as it is",
            ErrorKind::DiskFull => {
                "free some space on this disk and go on; everything shown so far is in the file, the last step is not"
            }
            ErrorKind::NoAccess => {
                "check who may write the file and its folder, or work on a copy in a folder of yours"
            }
            ErrorKind::InUse => "close the other keytrail that has this file open, then open it again",
            ErrorKind::Damaged => {
                "work on a copy: `sqlite3 FILE .recover` saves what can be read; the archives can be read anew"
            }
            ErrorKind::Failed => "try again; if it fails again, save to another disk",
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        let (kind, what) = match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => (ErrorKind::DiskFull, "the disk is full, nothing was written"),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                (ErrorKind::NoAccess, "the investigation cannot be written")
            }
            Some(ErrorCode::CannotOpen) => (ErrorKind::NoAccess, "the investigation cannot be opened"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (ErrorKind::InUse, "another program is writing to the investigation")
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                (ErrorKind::Damaged, "the investigation is damaged")
            }
            _ => (ErrorKind::Failed, "the investigation could not be read or written"),
        };
        Self {
            kind,
            what: format!("{what} ({source})"),
            source: Some(source.into()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(source: serde_json::Error) -> Self {
        Self {
            kind: ErrorKind::Failed,
            what: format!("a fact could not be put into words ({source})"),
            source: Some(source.into()),
        }
    }
}
