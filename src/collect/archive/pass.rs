//! A reading of many files by one worker per core.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::cloudtrail::Interner;
use crate::cloudtrail::terms::Wanted;
use crate::collect::source::{Found, Progress};
use crate::investigation::fact::{FileOutcome, FileReport, Page};

use super::find::LogFile;
use super::index::Unit;
use super::intake::Reader;
use super::open::{Opener, reopen};
use super::text::{Limits, Memory};
use super::{ArchiveError, CandidateCalls};

/// Messages that wait for the caller, at most: the workers do not run ahead of it.
const WAITING: usize = 32;
/// Reports in one message.
const REPORTS: usize = 128;
/// Between two reports of progress.
const PACE: Duration = Duration::from_millis(100);
/// Text of candidate calls that is kept in memory, in bytes, over all files.
const KEPT: i64 = 48 << 20;
/// With fewer files than this their order matters: the biggest come first, so that no core is left with a big one at
/// the end.
const FEW: usize = 1_000;

/// The way from a worker to the caller.
pub(super) struct Post {
    sender: SyncSender<Found>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    stopped: AtomicBool,
    kept: AtomicI64,
    files: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
}

impl Post {
    /// Sends something to the caller, waiting while it is busy; breaks if it wants no more.
    pub(super) fn send(&self, found: Found) -> ControlFlow<()> {
        if self.is_stopped() || self.sender.send(found).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Whether the caller wants no more.
    pub(super) fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed)
    }

    /// Whether so many bytes may be kept in memory. What is granted is never given back.
    pub(super) fn grant(&self, bytes: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.shared.kept.load(Ordering::Relaxed) + bytes <= KEPT
            && self.shared.kept.fetch_add(bytes, Ordering::Relaxed) + bytes <= KEPT
    }

    /// The number of the next job, for this worker alone.
    fn next(&self) -> usize {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts what was read of a file.
    fn count(&self, reports: &[FileReport]) {
        let records = reports.iter().map(|report| report.records).sum();
        let bytes = reports.first().map_or(0, |report| report.bytes);
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        self.shared.records.fetch_add(records, Ordering::Relaxed);
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
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
                    shared: shared.clone(),
                };
                let work = &work;
                scope.spawn(move || work(&post))
            })
            .collect();
        drop(sender);
        let mut told = Instant::now();
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            match receiver.recv_timeout(PACE) {
                Ok(found) => flow = out(found),
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
) -> Result<Vec<Unit>, ArchiveError> {
    let mut order: Vec<&LogFile> = files.iter().collect();
    if order.len() < FEW {
        order.sort_by_cached_key(|file| std::cmp::Reverse(file.bytes()));
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
        let (mut units, mut reports) = (Vec::new(), Vec::new());
        while let Some(file) = order.get(post.next())
            && !post.is_stopped()
        {
            let (read, reported) = opener.read(file);
            post.count(&reported);
            units.extend(read);
            reports.extend(reported);
            if reports.len() >= REPORTS && post.send(Found::Files(std::mem::take(&mut reports))).is_break() {
                break;
            }
        }
        if !reports.is_empty() {
            // A caller that listens no more needs no report.
            let _ = post.send(Found::Files(reports));
        }
        units
    })?;
    outcomes.check(files.len())?;
    let mut units: Vec<Unit> = workers.into_iter().flatten().collect();
    units.sort_unstable_by(|a, b| (a.path.as_os_str(), a.member).cmp(&(b.path.as_os_str(), b.member)));
    Ok(units)
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
pub(super) fn ask(units: &mut [Unit], wanted: &Wanted) -> Result<Vec<Page>, ArchiveError> {
    let share = units.len().div_ceil(cores()).max(1);
    let found: Result<Vec<Vec<Page>>, _> = thread::scope(|scope| {
        let workers: Vec<_> = units
            .chunks_mut(share)
            .map(|share| {
                scope.spawn(move || {
                    let mut interner = Interner::default();
                    share
                        .iter_mut()
                        .filter_map(|unit| unit.ask(wanted, &mut interner))
                        .collect()
                })
            })
            .collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    found
        .map(|pages| pages.into_iter().flatten().collect())
        .map_err(|_| ArchiveError::Worker)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Reads again what waits in the units, for those who asked for `wanted`.
pub(super) fn again(
    units: &mut [Unit],
    wanted: &Wanted,
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let waiting = units.iter_mut().filter(|unit| !unit.waiting.is_empty());
    // Each unit is taken by one worker alone; the lock only says so to the compiler.
    let waiting: Vec<Mutex<&mut Unit>> = waiting.map(Mutex::new).collect();
    let workers = in_parallel(waiting.len(), out, |post| {
        let (mut interner, mut memory) = (Interner::default(), Memory::default());
        while let Some(unit) = waiting.get(post.next())
            && !post.is_stopped()
        {
            let mut unit = unit.lock().map_err(|_| ArchiveError::Worker)?;
            read_again(&mut unit, wanted, (&mut interner, &mut memory), post)?;
        }
        Ok(())
    })?;
    workers.into_iter().collect()
}

/// Reads the waiting entries of one unit, stopping after the last.
fn read_again(
    unit: &mut Unit,
    wanted: &Wanted,
    (interner, memory): (&mut Interner, &mut Memory),
    post: &Post,
) -> Result<(), ArchiveError> {
    let waiting = unit.take_waiting();
    let (path, member, origin) = (unit.path.clone(), unit.member, unit.origin.clone());
    let mut records = Vec::new();
    let mut done = 0;
    let reopened = reopen(&path, member, memory, &mut |mut text| {
        let (mut window, mut base) = (Vec::new(), 0_u64);
        while let Some(entry) = waiting.get(done).and_then(|&number| unit.entry_mut(number)) {
            let from = usize::try_from(entry.offset - base).unwrap_or(usize::MAX);
            if let Some(bytes) = window.get(from..from.saturating_add(entry.length as usize)) {
                match entry.read(bytes, wanted, interner) {
                    Ok(record) => records.extend(record),
                    Err(_) => return,
                }
                done += 1;
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
        let _ = post.send(Found::Page(Page {
            origin: origin.clone(),
            records,
        }));
    }
    if reopened.is_err() || (done < waiting.len() && !post.is_stopped()) {
        return Err(ArchiveError::Changed {
            path: origin.to_string(),
        });
    }
    Ok(())
}
