//! Fetches objects ahead of those who read them, with a bounded number of requests and of bytes in memory.
//!
//! Objects are cut into parts, and parts are asked for strictly in the order in which they will be read. So the part
//! that a reader waits for is under way, or next; what else is in memory is read after it, and makes room when it is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::AbortHandle;

use super::api::{Api, Object};
use super::cache::{Cache, Keeping};
use super::refusal;
use crate::collect::archive::Remote;
use crate::collect::refusal::Refusal;

/// Requests on their way at once.
const AT_ONCE: usize = 32;
/// Bytes that were fetched, or are being fetched, and are not read yet; in kilobytes.
const AHEAD: usize = 64 << 10;
/// Objects that are larger are fetched in parts of this size.
const PART: u64 = 8 << 20;

/// Objects that are fetched when they are needed, and shortly before.
#[derive(Debug)]
pub(super) struct Fetcher {
    shared: Arc<Shared>,
    runtime: Handle,
    under_way: Mutex<Option<AbortHandle>>,
}

#[derive(Debug)]
struct Shared {
    api: Arc<Api>,
    objects: Vec<Object>,
    cache: Option<Cache>,
    requests: Arc<Semaphore>,
    arrivals: Mutex<Arrivals>,
    /// Something arrived, or nothing will.
    news: Condvar,
    stopped: AtomicBool,
}

/// What of the present reading was asked for and was not opened yet.
#[derive(Debug, Default)]
struct Arrivals {
    /// Which reading it is.
    reading: u64,
    objects: HashMap<usize, Arrival>,
}

#[derive(Debug)]
enum Arrival {
    /// It was in the cache.
    Kept(PathBuf, OwnedSemaphorePermit),
    /// Its parts, in order.
    Parts(usize, mpsc::Receiver<Coming>),
}

type Coming = oneshot::Receiver<Result<Part, Refusal>>;

/// A part of an object. There is room for another when it is dropped.
#[derive(Debug)]
struct Part {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl Fetcher {
    pub(super) fn new(api: Arc<Api>, objects: Vec<Object>, cache: Option<Cache>, runtime: Handle) -> Self {
        let shared = Shared {
            api,
            objects,
            cache,
            requests: Arc::new(Semaphore::new(AT_ONCE)),
            arrivals: Mutex::default(),
            news: Condvar::new(),
            stopped: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
            runtime,
            under_way: Mutex::new(None),
        }
    }

    /// Nothing more is wanted: whoever waits is told so.
    pub(super) fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.replace(None);
        held(&self.shared.arrivals).objects.clear();
        self.shared.news.notify_all();
    }

    fn replace(&self, next: Option<AbortHandle>) {
        let before = std::mem::replace(&mut *held(&self.under_way), next);
        if let Some(before) = before {
            before.abort();
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whoever held it before: nothing is left half-done under these locks.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Remote for Fetcher {
    fn ahead(&self, files: Vec<usize>) {
        let reading = {
            let mut arrivals = held(&self.shared.arrivals);
            arrivals.reading += 1;
            arrivals.objects.clear();
            arrivals.reading
        };
        let task = self.runtime.spawn(fetch_ahead(self.shared.clone(), files, reading));
        self.replace(Some(task.abort_handle()));
    }

    fn open(&self, at: usize) -> io::Result<Box<dyn Read>> {
        let shared = &self.shared;
        let mut arrivals = held(&shared.arrivals);
        loop {
            if shared.stopped.load(Ordering::Relaxed) {
                return Err(stopped());
            }
            match arrivals.objects.remove(&at) {
                Some(Arrival::Kept(path, _room)) => return Ok(Box::new(File::open(path)?)),
                Some(Arrival::Parts(number, parts)) => return Ok(Box::new(shared.reader(number, parts))),
                None => arrivals = shared.news.wait(arrivals).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

fn stopped() -> io::Error {
    io::Error::other("the reading was stopped")
}

/// Asks for the parts of one object after the other, as there is room.
async fn fetch_ahead(shared: Arc<Shared>, files: Vec<usize>, reading: u64) {
    // Of each reading its own: what is left of one that was given up takes no room from the next.
    let room = Arc::new(Semaphore::new(AHEAD));
    for (at, number) in files.into_iter().enumerate() {
        let Some(object) = shared.objects.get(number) else {
            continue;
        };
        let kept = shared.cache.as_ref().and_then(|cache| cache.find(object));
        if let Some(path) = kept {
            let Ok(one) = room.clone().acquire_owned().await else {
                return;
            };
            shared.arrived(reading, at, Arrival::Kept(path, one));
            continue;
        }
        let (sender, parts) = mpsc::channel();
        let mut parts = Some(parts);
        for (from, bytes) in parts_of(object.bytes) {
            let kilobytes = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
            let Ok(space) = room.clone().acquire_many_owned(kilobytes).await else {
                return;
            };
            let Ok(request) = shared.requests.clone().acquire_owned().await else {
                return;
            };
            let (answer, coming) = oneshot::channel();
            // A reader that went away needs no more of it.
            if sender.send(coming).is_err() {
                break;
            }
            if let Some(parts) = parts.take() {
                shared.arrived(reading, at, Arrival::Parts(number, parts));
            }
            let shared = shared.clone();
            tokio::spawn(async move {
                let got = shared.api.get(&shared.objects[number], from, bytes).await;
                drop(request);
                let _ = answer.send(got.map(|bytes| Part { bytes, _room: space }));
            });
        }
    }
}

/// Where the parts of an object of this size begin, and how long they are.
fn parts_of(bytes: u64) -> impl Iterator<Item = (u64, u64)> {
    let parts = bytes.div_ceil(PART).max(1);
    (0..parts).map(move |part| (part * PART, PART.min(bytes - part * PART)))
}

impl Shared {
    fn arrived(&self, reading: u64, at: usize, arrival: Arrival) {
        let mut arrivals = held(&self.arrivals);
        if arrivals.reading == reading {
            arrivals.objects.insert(at, arrival);
            self.news.notify_all();
        }
    }

    fn reader(&self, number: usize, parts: mpsc::Receiver<Coming>) -> Reader {
        let object = &self.objects[number];
        Reader {
            left: parts_of(object.bytes).count(),
            parts,
            part: None,
            used: 0,
            keeping: self.cache.as_ref().and_then(|cache| cache.begin(object)),
        }
    }
}

/// Reads an object, part by part as they come.
struct Reader {
    parts: mpsc::Receiver<Coming>,
    /// How many are still to come.
    left: usize,
    part: Option<Part>,
    /// How much of the part was read.
    used: usize,
    keeping: Option<Keeping>,
}

impl Reader {
    /// Goes on to the next part. Returns whether there was one.
    fn next(&mut self) -> io::Result<bool> {
        self.part = None;
        self.used = 0;
        if self.left == 0 {
            return Ok(false);
        }
        let coming = self.parts.recv().map_err(|_| stopped())?;
        let part = coming.blocking_recv().map_err(|_| stopped())?;
        let part = part.map_err(|error| io::Error::other(refusal::of_object(&error)))?;
        self.left -= 1;
        let is_written = self
            .keeping
            .as_mut()
            .is_some_and(|keeping| keeping.write(&part.bytes).is_ok());
        // A full disk is no reason not to read on.
        self.keeping = self.keeping.take().filter(|_| is_written);
        if self.left == 0
            && let Some(keeping) = self.keeping.take()
        {
            keeping.finish();
        }
        self.part = Some(part);
        Ok(true)
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.part.as_ref().map(|part| &part.bytes[self.used..]);
            if let Some(mut rest) = rest.filter(|rest| !rest.is_empty()) {
                let length = rest.read(into)?;
                self.used += length;
                return Ok(length);
            }
            if !self.next()? {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
