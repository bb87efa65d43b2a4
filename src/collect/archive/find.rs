//! The files of an archive.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::ArchiveError;

/// A file that may hold records.
#[derive(Debug, Clone)]
pub(in crate::collect) struct LogFile {
    pub path: PathBuf,
}

/// Parts of S3 keys under which CloudTrail writes other things than API calls.
const OTHER_EVENTS: [&str; 2] = ["CloudTrail-Insight", "CloudTrail-NetworkActivity"];

impl LogFile {
    /// Bytes on disk; 0 where that cannot be told.
    pub(super) fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// Whether its place says that it holds other things than API calls. Digests are known by their content.
    pub(super) fn holds_other_events(&self) -> bool {
        self.path
            .components()
            .any(|part| OTHER_EVENTS.iter().any(|other| part.as_os_str() == *other))
    }
}

/// Every file under `paths`, each once, in the order of their paths.
pub(in crate::collect) fn log_files(paths: &[PathBuf]) -> Result<Vec<LogFile>, ArchiveError> {
    let mut walk = Walk::default();
    for path in paths {
        let failed = |source| ArchiveError::Path {
            path: path.clone(),
            source,
        };
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            fs::read_dir(path).map_err(failed)?;
            walk.folder(path);
        } else {
            walk.file(path);
        }
    }
    let mut files = walk.files;
    // As bytes: taking paths apart to compare them took 3 % of the time for many small files.
    files.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    // The same file may be named twice, or lie under two of the paths.
    files.dedup_by(|a, b| a.path == b.path);
    if files.is_empty() {
        return Err(ArchiveError::NoFiles { paths: paths.to_vec() });
    }
    Ok(files)
}

#[derive(Default)]
struct Walk {
    files: Vec<LogFile>,
    /// Folders reached through links, so that a link to a folder above does not lead round for ever.
    linked: HashSet<PathBuf>,
}

impl Walk {
    fn file(&mut self, path: &Path) {
        self.files.push(LogFile { path: path.to_owned() });
    }

    /// Walks a folder. What cannot be listed becomes a file, so that reading it fails and is reported.
    fn folder(&mut self, top: &Path) {
        let mut folders = vec![top.to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else {
                self.file(&folder);
                continue;
            };
            for entry in entries {
                let Ok(entry) = entry else {
                    self.file(&folder);
                    continue;
                };
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    Ok(kind) if kind.is_file() => self.files.push(LogFile { path }),
                    Ok(kind) if kind.is_symlink() => match fs::metadata(&path) {
                        Ok(metadata) if metadata.is_dir() => {
                            let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                            let leads_up = fs::canonicalize(&folder).is_ok_and(|folder| folder.starts_with(&real));
                            if !leads_up && self.linked.insert(real) {
                                folders.push(path);
                            }
                        }
                        Ok(metadata) if !metadata.is_file() => {}
                        Ok(_) | Err(_) => self.file(&path),
                    },
                    // Pipes, sockets and devices would block or never end.
                    Ok(_) => {}
                    Err(_) => self.file(&path),
                }
            }
        }
    }
}
