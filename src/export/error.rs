//! What can go wrong with an export.

use std::io;
use std::path::{Path, PathBuf};

/// An error of an export. The folder holds what it held before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder holds something that is no earlier export of this investigation.
    #[error("{}: the folder holds {what}", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A record could not be read from the investigation.
    #[error("a record could not be read from the investigation: {0}")]
    Record(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ExportError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// What the responder should do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Occupied { .. } => "give the name of a new or empty folder; this one was left as it is",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "free some space on this disk or export to another one; no half file was left"
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "export to a folder of yours",
                io::ErrorKind::NotFound => "the folder is made for you, but the one around it must exist",
                _ => "try again, or export to another disk",
            },
            Self::Record(_) => "open the investigation again: it says whether its file is whole",
        }
    }
}
