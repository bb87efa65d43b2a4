//! What was fetched, kept in a folder, so that nothing is fetched twice.
//!
//! A file is named like its object, with the object's ETag behind it: an object that was written anew is another file.
//! The files are as CloudTrail wrote them, and for their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::api::Object;

/// Names that file systems do not take any more.
const LONGEST_NAME: usize = 200;

/// A folder with what was fetched of a bucket.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(super) fn new(folder: &Path, bucket: &str) -> Self {
        Self {
            folder: folder.join(bucket),
        }
    }

    /// Where an object is kept; `None` for keys that are no path inside the folder, or tell no version.
    fn place(&self, object: &Object) -> Option<PathBuf> {
        let version = object.etag.trim_matches('"');
        let is_plain = |name: &str| {
            let is_name = !name.is_empty() && !matches!(name, "." | "..") && name.len() <= LONGEST_NAME;
            is_name && !name.contains(['\\', ':']) && !name.contains(char::is_control)
        };
        let is_hash = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_path = is_hash && object.key.split('/').all(is_plain);
        is_path.then(|| self.folder.join(format!("{}.{version}", object.key)))
    }

    /// The file of an object, if it is kept whole.
    pub(super) fn find(&self, object: &Object) -> Option<PathBuf> {
        let place = self.place(object)?;
        let metadata = fs::metadata(&place).ok()?;
        (metadata.is_file() && metadata.len() == object.bytes).then_some(place)
    }

    /// Begins to keep an object; `None` where it cannot be kept.
    pub(super) fn begin(&self, object: &Object) -> Option<Keeping> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let place = self.place(object)?;
        let folder = place.parent()?;
        private_folders(folder).ok()?;
        // Another run may keep the same object just now.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let unfinished = folder.join(format!(".{}-{number}.part", std::process::id()));
        let file = private_file(&unfinished).ok()?;
        Some(Keeping {
            file,
            unfinished,
            place,
            is_kept: false,
        })
    }
}

#[cfg(unix)]
fn private_folders(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folders(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// An object that is being kept. Given up, it leaves nothing.
#[derive(Debug)]
pub(super) struct Keeping {
    file: File,
    unfinished: PathBuf,
    place: PathBuf,
    is_kept: bool,
}

impl Keeping {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// The object is whole.
    pub(super) fn finish(mut self) {
        // What cannot be kept is fetched again the next time.
        self.is_kept = fs::rename(&self.unfinished, &self.place).is_ok();
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, etag: &str, bytes: u64) -> Object {
        Object {
            key: key.to_owned(),
            bytes,
            etag: etag.to_owned(),
        }
    }

    #[test]
    fn what_was_kept_whole_is_found_until_the_object_changes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), "logs");
        let whole = object("AWSLogs/a.json.gz", "\"abc\"", 4);
        cache.begin(&whole).unwrap().write(b"cut").unwrap();
        assert_eq!(cache.find(&whole), None, "it was given up");
        let mut keeping = cache.begin(&whole).unwrap();
        keeping.write(b"text").unwrap();
        keeping.finish();
        assert_eq!(fs::read(cache.find(&whole).unwrap()).unwrap(), b"text");
        assert_eq!(cache.find(&object("AWSLogs/a.json.gz", "\"abd\"", 4)), None);
        assert_eq!(cache.find(&object("AWSLogs/a.json.gz", "\"abc\"", 5)), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(cache.find(&whole).unwrap()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn no_key_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), "logs");
        for key in [
            "../out",
            "a/../../out",
            "/etc/out",
            "a//b",
            "a/./b",
            "",
            "a\u{0}b",
            "a\\b",
        ] {
            assert!(cache.begin(&object(key, "\"abc\"", 1)).is_none(), "{key:?}");
        }
        assert!(cache.begin(&object("a", "\"../../x\"", 1)).is_none());
    }
}
