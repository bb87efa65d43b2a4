//! A bucket in a folder: all of it, or a part that was copied.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use super::{Object, Objects, TrailError};
use crate::cloudtrail::digest::{Signature, file_name};
use crate::collect::archive::{ArchiveError, log_files, may_hold_records};

/// Metadata of objects, saved beside the tree.
const METADATA: &str = "object_metadata.json";
/// Public keys, saved beside the tree.
const KEYS: &str = "public_keys.json";
/// Bytes of a file beside the tree, at most.
const MOST: u64 = 256 << 20;

/// Bytes at the start of a file that tell what it is.
const START: u64 = 4 << 10;

/// A folder.
#[derive(Debug)]
pub struct Folder {
    top: PathBuf,
    files: BTreeMap<String, PathBuf>,
    signatures: HashMap<String, Signature>,
}

impl Folder {
    /// Lists a folder of any depth, and reads the metadata beside it.
    pub fn new(top: &Path) -> Result<Self, TrailError> {
        let listed = log_files(&[top.to_owned()]);
        let files = match listed {
            Ok(files) => files,
            Err(ArchiveError::Path { path, source }) => return Err(TrailError::Path { path, source }),
            Err(_) => Vec::new(),
        };
        let named = files.into_iter().map(|file| (name(&file.path, top), file.path));
        // What was saved beside the tree is no part of it.
        let named = named.filter(|(name, _)| name != METADATA && name != KEYS);
        let mut folder = Self {
            top: top.to_owned(),
            files: named.collect(),
            signatures: HashMap::new(),
        };
        if let Some((path, text)) = folder.beside(METADATA)? {
            folder.signatures = Signature::parse_all(&text).ok_or_else(|| TrailError::Path {
                path,
                source: io::Error::other("it does not hold the metadata of objects by their keys"),
            })?;
        }
        Ok(folder)
    }

    /// The public keys that were saved beside the tree, and where.
    pub fn public_keys(&self) -> Result<Option<(PathBuf, Vec<u8>)>, TrailError> {
        self.beside(KEYS)
    }

    /// A file in the folder itself, or in the one that holds it.
    fn beside(&self, name: &str) -> Result<Option<(PathBuf, Vec<u8>)>, TrailError> {
        let above = std::path::absolute(&self.top).ok();
        let above = above.as_deref().and_then(Path::parent).map(Path::to_owned);
        let places = [Some(self.top.clone()), above].into_iter().flatten();
        for path in places.map(|place| place.join(name)) {
            let failed = |source| TrailError::Path {
                path: path.clone(),
                source,
            };
            match File::open(&path) {
                Ok(file) => {
                    let mut text = Vec::new();
                    file.take(MOST).read_to_end(&mut text).map_err(failed)?;
                    return Ok(Some((path, text)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(None)
    }
}

/// The path under the folder as S3 writes it.
fn name(path: &Path, top: &Path) -> String {
    let inside = path.strip_prefix(top).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

impl Objects for Folder {
    fn place(&self) -> String {
        self.top.display().to_string()
    }

    fn list(&self) -> Result<Vec<String>, TrailError> {
        Ok(self.files.keys().cloned().collect())
    }

    /// Told by how it begins, as when it is read. What cannot be opened may be one.
    fn is_read(&self, path: &str) -> bool {
        let mut start = Vec::new();
        let opened = self.files.get(path).map(File::open);
        match opened.map(|file| file?.take(START).read_to_end(&mut start)) {
            Some(Ok(_)) => may_hold_records(&start),
            Some(Err(_)) => true,
            None => false,
        }
    }

    fn open(&self, path: &str) -> io::Result<Object> {
        let file = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Object {
            reader: Box::new(File::open(file)?),
            signature: self.signatures.get(file_name(path)).cloned(),
        })
    }

    /// It is the inflating and hashing that takes time.
    fn at_once(&self) -> usize {
        thread::available_parallelism().map_or(1, usize::from)
    }
}
