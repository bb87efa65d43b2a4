//! The files of a trail, read to be verified: each digest and its signature, each log file and its hash.

mod folder;

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest as _, Sha256};

use super::archive::{Memory, TextError, read_text};
use crate::cloudtrail::digest::{Broken, Kind, LONGEST, Seen, SeenDigest, SeenLog, Signature, kind};

pub use folder::Folder;

/// Why a trail cannot be read at all. What is wrong with single files is told of each.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// A folder that was named does not exist or cannot be opened.
    #[error("{}: {source}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to verify.
    #[error("there is neither a digest nor a log file of CloudTrail in {place}")]
    NoTrail {
        /// The place.
        place: String,
    },
    /// A worker ended before its time, which is a mistake in this program.
    #[error("a part of the reader failed; please report this")]
    Worker,
}

impl TrailError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoTrail { .. } => {
                "Give the folder that the trail's bucket was copied to, with AWSLogs in it:\naws s3 sync s3://BUCKET ./bucket"
            }
            Self::Path { .. } | Self::Worker => "",
        }
    }
}

/// An object of a bucket, opened.
pub struct Object {
    /// Its bytes as they are stored.
    pub reader: Box<dyn Read>,
    /// What its metadata say, of a digest, where they are known.
    pub signature: Option<Signature>,
}

/// Where the files of a trail lie.
pub trait Objects: Sync {
    /// The place in words.
    fn place(&self) -> String;
    /// The paths of all files, with `/` between the parts.
    fn list(&self) -> Result<Vec<String>, TrailError>;
    /// Whether an investigation of this place reads a file that is no part of a trail.
    fn is_read(&self, path: &str) -> bool;
    /// Opens one of them.
    fn open(&self, path: &str) -> io::Result<Object>;
    /// How many are best read at once.
    fn at_once(&self) -> usize;
}

/// Reads everything. `progress` is told how many of how many files are read.
pub fn read(objects: &dyn Objects, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Seen, TrailError> {
    let listed = objects.list()?;
    let all = listed.len();
    let told = |path: String| {
        let loose = || objects.is_read(&path).then_some(Kind::Other);
        kind(&path).or_else(loose).map(|kind| (kind, path))
    };
    let files: Vec<(Kind, String)> = listed.into_iter().filter_map(told).collect();
    if files.iter().all(|(kind, _)| *kind == Kind::Other) {
        return Err(TrailError::NoTrail { place: objects.place() });
    }
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut memory = Memory::default();
        let mut seen = Seen::default();
        while let Some((kind, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match kind {
                Kind::Digest => seen.digests.push(digest(objects, path, &mut memory)),
                Kind::Log => seen.logs.push(log(objects, path, &mut memory)),
                Kind::Other => seen.loose.push(path.clone()),
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        }
        seen
    };
    let mut seen = Seen {
        others: (all - files.len()) as u64,
        ..Seen::default()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..objects.at_once().clamp(1, files.len()))
            .map(|_| scope.spawn(work))
            .collect();
        for worker in workers {
            let mut part = worker.join().map_err(|_| TrailError::Worker)?;
            seen.digests.append(&mut part.digests);
            seen.logs.append(&mut part.logs);
            seen.loose.append(&mut part.loose);
        }
        Ok(seen)
    })
}

fn digest(objects: &dyn Objects, path: &str, memory: &mut Memory) -> SeenDigest {
    let (text, signature) = match open(objects, path) {
        Ok(Object { reader, signature }) => (digest_text(reader, memory), signature),
        Err(broken) => (Err(broken), None),
    };
    SeenDigest::new(path.to_owned(), text, signature)
}

fn log(objects: &dyn Objects, path: &str, memory: &mut Memory) -> SeenLog {
    SeenLog {
        file: path.to_owned(),
        sha256: open(objects, path).and_then(|object| hash(object.reader, memory)),
    }
}

fn open(objects: &dyn Objects, path: &str) -> Result<Object, Broken> {
    let opened = objects.open(path);
    opened.map_err(|error| Broken::Unread(format!("it cannot be read: {error}")))
}

fn hash(reader: impl Read, memory: &mut Memory) -> Result<[u8; 32], Broken> {
    let mut hash = Sha256::new();
    read_text(reader, memory, |piece| hash.update(piece)).map_err(|error| broken(&error))?;
    Ok(hash.finalize().into())
}

fn digest_text(reader: impl Read, memory: &mut Memory) -> Result<Vec<u8>, Broken> {
    let mut text = Vec::new();
    let mut is_too_long = false;
    read_text(reader, memory, |piece| {
        is_too_long |= text.len() + piece.len() > LONGEST;
        if !is_too_long {
            text.extend_from_slice(piece);
        }
    })
    .map_err(|error| broken(&error))?;
    if is_too_long {
        return Err(Broken::Damaged("it is longer than any digest".to_owned()));
    }
    Ok(text)
}

/// What is damaged is not what CloudTrail delivered; what could not be read may be.
fn broken(error: &TextError) -> Broken {
    match error {
        TextError::Io(_) => Broken::Unread(error.to_string()),
        TextError::Damaged | TextError::CutOff | TextError::Bomb | TextError::Trailing => {
            Broken::Damaged(error.to_string())
        }
    }
}
