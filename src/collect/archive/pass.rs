//! A reading of many files by one worker per core.

use std::io;
use std::ops::ControlFlow;
use std::thread;

use crate::cloudtrail::Interner;
use crate::cloudtrail::terms::Wanted;
use crate::collect::source::Found;
use crate::investigation::fact::{FileOutcome, FileReport, Page};

use super::find::{Bytes, LogFile, LogFiles};
use super::index::{Shelf, Unit, Waiting};
use super::intake::Reader;
use super::open::{Opener, reopen};
use super::post::{Post, cores, in_parallel};
use super::text::{Limits, Memory, TextError};
use super::{ArchiveError, CandidateCalls};

/// With fewer files than this their order matters: the biggest come first, so that no core is left with a big one at
/// the end. Those of about the same size stay in the order of their names, which is mostly that of time.
const FEW: usize = 1_000;

/// Reads every file once. `wanted` is given at once, the rest is remembered.
pub(super) fn first(
    archive: &LogFiles,
    (calls, wanted, limits): (&CandidateCalls, &Wanted, Limits),
    out: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<Vec<Shelf>, ArchiveError> {
    let files = &archive.files;
    let mut order: Vec<(usize, &LogFile)> = files.iter().enumerate().collect();
    if order.len() < FEW {
        order.sort_by_cached_key(|(_, file)| std::cmp::Reverse(file.bytes().checked_ilog2()));
    }
    archive.ahead(order.iter().map(|(number, _)| *number));
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
        loop {
            let at = post.next();
            let Some((number, file)) = order.get(at) else { break };
            opener.read(*number, (file, archive.open(file, at)), &mut reports);
            if post.file(&mut reports).is_break() {
                break;
            }
        }
        opener.into_shelves()
    })?;
    // What a bucket does not give is said object by object.
    if archive.remote.is_none() {
        outcomes.check(files.len())?;
    }
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
            FileOutcome::NotCloudTrail | FileOutcome::Missing | FileOutcome::Nothing => {}
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
    archive: &LogFiles,
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
    archive.ahead(texts.iter().map(|(_, unit, _)| unit.file));
    let workers = in_parallel(texts.len(), out, |post| {
        let (mut interner, mut memory) = (Interner::default(), Memory::default());
        let mut given = Vec::new();
        loop {
            let at = post.next();
            let Some((shelf, unit, waiting)) = texts.get(at).filter(|_| !post.is_stopped()) else {
                break;
            };
            let opened = archive.open(&archive.files[unit.file], at);
            let numbers = read_again((opened, unit), waiting, wanted, (&mut interner, &mut memory), post)?;
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
    (opened, unit): (io::Result<Bytes>, &Unit),
    waiting: &[Waiting],
    wanted: &Wanted,
    (interner, memory): (&mut Interner, &mut Memory),
    post: &Post,
) -> Result<Vec<usize>, ArchiveError> {
    let (mut records, mut given) = (Vec::new(), Vec::new());
    let mut left = waiting;
    let reopened = reopen(opened, unit.member, memory, &mut |mut text| {
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
    let path = || unit.origin.to_string();
    match reopened {
        _ if post.is_stopped() => {}
        Err(TextError::Io(why)) => return Err(ArchiveError::Again { path: path(), why }),
        Err(_) => return Err(ArchiveError::Changed { path: path() }),
        Ok(()) if !left.is_empty() => return Err(ArchiveError::Changed { path: path() }),
        Ok(()) => {}
    }
    Ok(given)
}
