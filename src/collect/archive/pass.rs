//! A reading of many files by one worker per core.

use std::cell::{RefCell, RefMut};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::cloudtrail::Interner;
use crate::cloudtrail::terms::Wanted;
use crate::collect::source::{Found, Progress};
use crate::investigation::fact::{FileOutcome, FileReport, Page};

use super::find::LogFile;
use super::follow::Followed;
use super::index::{Shelf, Unit, Waiting};
use super::intake::Reader;
use super::open::{Opener, reopen};
use super::text::{Limits, Memory};
use super::{ArchiveError, CandidateCalls};

/// Letters that wait for the caller, at most: the workers do not run ahead of it.
const WAITING: usize = 4;
/// A letter is sent when it holds so many records and reports, or is so old. Waking the caller for every small file cost
/// more than what it was told.
const LETTER: usize = 512;
const LETTER_AGE: Duration = Duration::from_millis(50);
/// Between two reports of progress.
const PACE: Duration = Duration::from_millis(100);
/// Text of calls that can be part of a chain that is kept in memory, in bytes, over all files.
const KEPT_CANDIDATES: i64 = 96 << 20;
/// Text of what the keys did that are followed, likewise.
const KEPT_FOLLOWED: i64 = 32 << 20;
/// With fewer files than this their order matters: the biggest come first, so that no core is left with a big one at
/// the end. Those of about the same size stay in the order of their names, which is mostly that of time.
const FEW: usize = 1_000;

/// The way from one worker to the caller.
pub(super) struct Post {
    sender: SyncSender<Vec<Found>>,
    letter: RefCell<Letter>,
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
}

#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    stopped: AtomicBool,
    kept_candidates: AtomicI64,
    kept_followed: AtomicI64,
    followed: Followed,
    files: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
}

impl Post {
    /// Gives records to the caller, waiting while it is busy; breaks if it wants no more.
    pub(super) fn page(&self, page: Page) -> ControlFlow<()> {
        let mut letter = self.letter.borrow_mut();
        letter.size += page.records.len();
        letter.pages.push(page);
        self.send_if_due(letter)
    }

    /// Reports what one file on disk held, after its pages; breaks if the caller wants no more.
    fn file(&self, reports: &mut Vec<FileReport>) -> ControlFlow<()> {
        let records = reports.iter().map(|report| report.records).sum();
        let bytes = reports.first().map_or(0, |report| report.bytes);
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        self.shared.records.fetch_add(records, Ordering::Relaxed);
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut letter = self.letter.borrow_mut();
        letter.size += reports.len();
        letter.reports.append(reports);
        self.send_if_due(letter)
    }

    fn send_if_due(&self, letter: RefMut<'_, Letter>) -> ControlFlow<()> {
        let is_due = letter.size >= LETTER || letter.begun.elapsed() >= LETTER_AGE;
        drop(letter);
        if is_due { self.send() } else { self.flow() }
    }

    /// Sends what was not sent yet.
    fn send(&self) -> ControlFlow<()> {
        let letter = self.letter.replace(Letter::new());
        let pages = letter.pages.into_iter().map(Found::Page);
        let reports = (!letter.reports.is_empty()).then_some(Found::Files(letter.reports));
        let found: Vec<Found> = pages.chain(reports).collect();
        // A caller that listens no more has said so, or will find the post gone.
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

    /// Whether the text of a call that can be part of a chain may be kept in memory.
    pub(super) fn grant_candidate(&self, bytes: usize) -> bool {
        grant(&self.shared.kept_candidates, KEPT_CANDIDATES, bytes)
    }

    /// Whether the text of something that a followed key did may be kept in memory.
    pub(super) fn grant_followed(&self, bytes: usize) -> bool {
        grant(&self.shared.kept_followed, KEPT_FOLLOWED, bytes)
    }

    /// The number of the next job, for this worker alone.
    fn next(&self) -> usize {
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
        }
    }
}

/// What is granted is never given back.
fn grant(kept: &AtomicI64, most: i64, bytes: usize) -> bool {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    kept.load(Ordering::Relaxed) + bytes <= most && kept.fetch_add(bytes, Ordering::Relaxed) + bytes <= most
}

/// Runs `work` on every core and hands what it posts to `out`, on this thread.
fn in_parallel<T: Send>(
    jobs: usize,
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
    work: impl Fn(&Post) -> T + Sync,
) -> Result<Vec<T>, ArchiveError> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let shared = Arc::new(Shared::default());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores().min(jobs))
            .map(|_| {
                let post = Post {
                    sender: sender.clone(),
                    letter: RefCell::new(Letter::new()),
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
                flow = out(Found::Progress(shared.progress(jobs)));
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

/// Reads every file once. `wanted` is given at once, the rest is remembered.
pub(super) fn first(
    files: &[LogFile],
    (calls, wanted, limits): (&CandidateCalls, &Wanted, Limits),
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<Vec<Shelf>, ArchiveError> {
    let mut order: Vec<(usize, &LogFile)> = files.iter().enumerate().collect();
    if order.len() < FEW {
        order.sort_by_cached_key(|(_, file)| std::cmp::Reverse(file.bytes().checked_ilog2()));
    }
    let mut outcomes = Outcomes::default();
    let mut watch = |found: Found| {
        if let Found::Files(reports) = &found {
            for report in reports {
                outcomes.add(report);
            }
        }
        out(found)
    };
    let workers = in_parallel(order.len(), &mut watch, |post| {
        let mut opener = Opener::new(Reader::new(calls, wanted, post), limits);
        let mut reports = Vec::new();
        while let Some((number, file)) = order.get(post.next()) {
            opener.read(*number, file, &mut reports);
            if post.file(&mut reports).is_break() {
                break;
            }
        }
        opener.into_shelves()
    })?;
    outcomes.check(files.len())?;
    Ok(workers.into_iter().flatten().collect())
}

/// What became of the files, to tell an archive from something else.
#[derive(Default)]
struct Outcomes {
    useful: usize,
    failed: usize,
    first_failure: Option<String>,
}

impl Outcomes {
    fn add(&mut self, report: &FileReport) {
        match report.outcome {
            FileOutcome::Read | FileOutcome::Partial | FileOutcome::PassedOver => self.useful += 1,
            FileOutcome::NotCloudTrail => {}
            FileOutcome::Failed => {
                self.failed += 1;
                let reason = report.problems.first().map(|problem| problem.reason.as_str());
                self.first_failure
                    .get_or_insert_with(|| format!("{}: {}", report.path, reason.unwrap_or("unknown")));
            }
        }
    }

    fn check(self, files: usize) -> Result<(), ArchiveError> {
        match self.first_failure {
            _ if self.useful > 0 => Ok(()),
            Some(first) => Err(ArchiveError::NothingReadable {
                files: self.failed,
                first,
            }),
            None => Err(ArchiveError::NotCloudTrail { files }),
        }
    }
}

/// What is in memory and answers, looked for on every core.
pub(super) fn ask(shelves: &mut [Shelf], wanted: &Wanted) -> Result<Vec<Page>, ArchiveError> {
    let share = shelves.len().div_ceil(cores()).max(1);
    let found: Result<Vec<Vec<Page>>, _> = thread::scope(|scope| {
        let workers: Vec<_> = shelves
            .chunks_mut(share)
            .map(|share| {
                scope.spawn(move || {
                    let mut interner = Interner::default();
                    let answers = share.iter_mut().flat_map(|shelf| shelf.ask(wanted, &mut interner));
                    answers.collect()
                })
            })
            .collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    found
        .map(|pages| pages.into_iter().flatten().collect())
        .map_err(|_| ArchiveError::Worker)
}

/// Reads again what waits on the shelves, for those who asked for `wanted`.
pub(super) fn again(
    files: &[LogFile],
    shelves: &mut [Shelf],
    wanted: &Wanted,
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let texts: Vec<(usize, &Unit, Vec<Waiting>)> = shelves
        .iter_mut()
        .enumerate()
        .flat_map(|(number, shelf)| {
            let texts = shelf.take_waiting().into_iter();
            texts.map(move |(unit, waiting)| (number, unit, waiting))
        })
        .collect();
    let workers = in_parallel(texts.len(), out, |post| {
        let (mut interner, mut memory) = (Interner::default(), Memory::default());
        let mut given = Vec::new();
        while let Some((shelf, unit, waiting)) = texts.get(post.next())
            && !post.is_stopped()
        {
            let path = &files[unit.file].path;
            let numbers = read_again((path, unit), waiting, wanted, (&mut interner, &mut memory), post)?;
            given.extend(numbers.into_iter().map(|number| (*shelf, number)));
        }
        Ok(given)
    })?;
    for worker in workers {
        for (shelf, number) in worker? {
            shelves[shelf].given(number);
        }
    }
    Ok(())
}

/// Reads the waiting records of one text, stopping after the last, and gives those that answer. Returns their numbers.
fn read_again(
    (path, unit): (&Path, &Unit),
    waiting: &[Waiting],
    wanted: &Wanted,
    (interner, memory): (&mut Interner, &mut Memory),
    post: &Post,
) -> Result<Vec<usize>, ArchiveError> {
    let (mut records, mut given) = (Vec::new(), Vec::new());
    let mut left = waiting;
    let reopened = reopen(path, unit.member, memory, &mut |mut text| {
        let (mut window, mut base) = (Vec::new(), 0_u64);
        while let Some((next, rest)) = left.split_first() {
            let from = usize::try_from(next.place.offset - base).unwrap_or(usize::MAX);
            if let Some(bytes) = window.get(from..from.saturating_add(next.place.length as usize)) {
                match next.read(bytes, wanted, interner) {
                    Ok(Some(record)) => {
                        records.push(record);
                        given.push(next.number);
                    }
                    Ok(None) => {}
                    Err(_) => return,
                }
                left = rest;
                continue;
            }
            let unneeded = from.min(window.len());
            window.drain(..unneeded);
            base += unneeded as u64;
            if post.is_stopped() || !matches!(text.fill(&mut window), Ok(1..)) {
                return;
            }
        }
    });
    if !records.is_empty() {
        // A caller that listens no more needs no records.
        let _ = post.page(Page {
            origin: unit.origin.clone(),
            records,
        });
    }
    if reopened.is_err() || (!left.is_empty() && !post.is_stopped()) {
        return Err(ArchiveError::Changed {
            path: unit.origin.to_string(),
        });
    }
    Ok(given)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
