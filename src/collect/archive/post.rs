//! Workers, one per core, and how they tell the caller what they found.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::collect::source::{Found, Progress};
use crate::investigation::fact::{FileReport, Page};

use super::ArchiveError;
use super::follow::Followed;

/// Letters that wait for the caller, at most: the workers do not run ahead of it.
const WAITING: usize = 4;
/// A letter is sent when it holds so many records and reports, or is so old. Waking the caller for every small file cost
/// more than what it was told.
const LETTER: usize = 512;
const LETTER_AGE: Duration = Duration::from_millis(50);
/// Between two reports of progress.
const PACE: Duration = Duration::from_millis(100);

/// How much may be kept in memory over all files, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// For calls that can be part of a chain, with their text.
    pub candidates: i64,
    /// For what the keys did that are followed, with its text.
    pub followed: i64,
    /// For the places and the terms of all other records.
    pub others: i64,
    /// For the outlines of texts with more records than that.
    pub outlines: i64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            candidates: 96 << 20,
            followed: 32 << 20,
            others: 48 << 20,
            outlines: 32 << 20,
        }
    }
}

/// The way from one worker to the caller.
pub(super) struct Post {
    sender: SyncSender<Vec<Found>>,
    /// Shared with the caller, who looks into it while this worker is at something long.
    letter: Arc<Mutex<Letter>>,
    shared: Arc<Shared>,
}

/// What was found and is not sent yet.
struct Letter {
    pages: Vec<Page>,
    reports: Vec<FileReport>,
    /// Records in the pages, and reports.
    size: usize,
    begun: Instant,
}

impl Letter {
    fn new() -> Self {
        Self {
            pages: Vec::new(),
            reports: Vec::new(),
            size: 0,
            begun: Instant::now(),
        }
    }

    fn is_old(&self) -> bool {
        self.size > 0 && self.begun.elapsed() >= LETTER_AGE
    }

    /// What is in it: pages, then the reports of their files. A new letter is begun.
    fn take(&mut self) -> Vec<Found> {
        let Self { pages, reports, .. } = std::mem::replace(self, Self::new());
        let reports = (!reports.is_empty()).then_some(Found::Files(reports));
        pages.into_iter().map(Found::Page).chain(reports).collect()
    }
}

/// A letter, whoever held it before: a worker that panicked is reported elsewhere.
fn held(letter: &Mutex<Letter>) -> MutexGuard<'_, Letter> {
    letter.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    stopped: AtomicBool,
    room: Room,
    followed: Followed,
    files: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
}

impl Post {
    /// Gives records to the caller, waiting while it is busy; breaks if it wants no more.
    pub(super) fn page(&self, page: Page) -> ControlFlow<()> {
        self.write(|letter| {
            letter.size += page.records.len();
            letter.pages.push(page);
        })
    }

    /// Reports what one file on disk held, after its pages; breaks if the caller wants no more.
    pub(super) fn file(&self, reports: &mut Vec<FileReport>) -> ControlFlow<()> {
        let records = reports.iter().map(|report| report.records).sum();
        let bytes = reports.first().map_or(0, |report| report.bytes);
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        self.shared.records.fetch_add(records, Ordering::Relaxed);
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.write(|letter| {
            letter.size += reports.len();
            letter.reports.append(reports);
        })
    }

    fn write(&self, add: impl FnOnce(&mut Letter)) -> ControlFlow<()> {
        let mut letter = held(&self.letter);
        add(&mut letter);
        let is_due = letter.size >= LETTER || letter.is_old();
        drop(letter);
        if is_due { self.send() } else { self.flow() }
    }

    /// Sends what was not sent yet.
    fn send(&self) -> ControlFlow<()> {
        let found = held(&self.letter).take();
        // A caller that listens no more has said so.
        let _ = self.sender.send(found);
        self.flow()
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Whether the caller wants no more.
    pub(super) fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed)
    }

    /// The keys that the answers so far gave out.
    pub(super) fn followed(&self) -> &Followed {
        &self.shared.followed
    }

    /// Whether so much may be kept of a call that can be part of a chain.
    pub(super) fn grant_candidate(&self, bytes: usize) -> bool {
        grant(&self.shared.room.candidates, bytes)
    }

    /// Whether so much may be kept of something that a followed key did.
    pub(super) fn grant_followed(&self, bytes: usize) -> bool {
        grant(&self.shared.room.followed, bytes)
    }

    /// Whether so much may be kept of any other record.
    pub(super) fn grant_other(&self, bytes: usize) -> bool {
        grant(&self.shared.room.others, bytes)
    }

    /// Whether an outline may have so many bytes.
    pub(super) fn grant_outline(&self, bytes: usize) -> bool {
        grant(&self.shared.room.outlines, bytes)
    }

    /// The number of the next job, for this worker alone.
    pub(super) fn next(&self) -> usize {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl Shared {
    fn progress(&self, files_total: usize) -> Progress {
        Progress {
            files_done: self.files.load(Ordering::Relaxed),
            files_total: files_total as u64,
            records: self.records.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            ..Progress::default()
        }
    }
}

/// What is left of a budget.
#[derive(Default)]
struct Room {
    candidates: AtomicI64,
    followed: AtomicI64,
    others: AtomicI64,
    outlines: AtomicI64,
}

impl Room {
    fn of(budget: Budget) -> Self {
        Self {
            candidates: budget.candidates.into(),
            followed: budget.followed.into(),
            others: budget.others.into(),
            outlines: budget.outlines.into(),
        }
    }
}

/// What is granted is never given back.
fn grant(room: &AtomicI64, bytes: usize) -> bool {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    room.load(Ordering::Relaxed) >= bytes && room.fetch_sub(bytes, Ordering::Relaxed) >= bytes
}

/// Runs `work` on every core and hands what it posts to `out`, on this thread.
pub(super) fn in_parallel<T: Send>(
    jobs: usize,
    budget: Budget,
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
    work: impl Fn(&Post) -> T + Sync,
) -> Result<Vec<T>, ArchiveError> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let shared = Arc::new(Shared {
        room: Room::of(budget),
        ..Shared::default()
    });
    let letters: Vec<_> = (0..cores().min(jobs))
        .map(|_| Arc::new(Mutex::new(Letter::new())))
        .collect();
    thread::scope(|scope| {
        let workers: Vec<_> = letters
            .iter()
            .map(|letter| {
                let post = Post {
                    sender: sender.clone(),
                    letter: letter.clone(),
                    shared: shared.clone(),
                };
                let work = &work;
                scope.spawn(move || {
                    let result = work(&post);
                    // The caller stops the rest, if it wants no more.
                    let _ = post.send();
                    result
                })
            })
            .collect();
        drop(sender);
        let mut told = Instant::now();
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            match receiver.recv_timeout(PACE) {
                Ok(letter) => flow = letter.into_iter().try_for_each(&mut *out),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if flow.is_continue() && told.elapsed() >= PACE {
                told = Instant::now();
                // A worker may be long at one file: what it found before is not to wait for that.
                let sent = receiver.try_iter().take(WAITING).flatten();
                let old = letters.iter().filter(|letter| held(letter).is_old());
                let progress = Found::Progress(shared.progress(jobs));
                flow = sent
                    .chain(old.flat_map(|letter| held(letter).take()))
                    .chain([progress])
                    .try_for_each(&mut *out);
            }
        }
        if flow.is_break() {
            shared.stopped.store(true, Ordering::Relaxed);
        }
        // Whoever waits to send is told that nobody listens.
        drop(receiver);
        let done: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        if flow.is_break() {
            return Err(ArchiveError::Stopped);
        }
        done.into_iter()
            .map(|result| result.map_err(|_| ArchiveError::Worker))
            .collect()
    })
}

/// How many workers there are.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
