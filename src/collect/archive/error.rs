//! Why an archive cannot be read at all. What is wrong with single files is in their reports.

use std::path::PathBuf;

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A path that was named does not exist or cannot be opened.
    #[error("{}: {source}; check the path given with --from", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There are no files.
    #[error(
        "there are no files under {}; give the folder that CloudTrail's log files were copied to",
        display(paths)
    )]
    NoFiles {
        /// The paths that were named.
        paths: Vec<PathBuf>,
    },
    /// There are files, but none could be read.
    #[error(
        "none of the {files} files could be read; check that they are yours to read and whole. The first says: {first}"
    )]
    NothingReadable {
        /// How many there are.
        files: usize,
        /// What is wrong with the first.
        first: String,
    },
    /// There are files, but none holds CloudTrail records.
    #[error(
        "none of the {files} files holds CloudTrail records; give the folder that CloudTrail's log files (.json.gz) were copied to"
    )]
    NotCloudTrail {
        /// How many there are.
        files: usize,
    },
    /// A file is not the same any more.
    #[error("{path} was changed or removed while it was being read; start again with a copy that nobody writes to")]
    Changed {
        /// The file.
        path: String,
    },
    /// A file that was read cannot be read again.
    #[error("{path} was read once and cannot be read again: {why}")]
    Again {
        /// The file.
        path: String,
        /// What the system or AWS says.
        why: std::io::Error,
    },
    /// The look-up was stopped by its caller.
    #[error("the reading of the archive was stopped")]
    Stopped,
    /// A worker ended before its time, which is a mistake in this program.
    #[error("a part of the archive reader failed; please report this")]
    Worker,
}

fn display(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}
