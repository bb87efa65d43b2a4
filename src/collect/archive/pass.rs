//! A reading of many files by one worker per core.

use std::ops::ControlFlow;
use std::thread;

use crate::cloudtrail::Interner;
use crate::cloudtrail::terms::Wanted;
use crate::collect::source::Found;
use crate::investigation::fact::{FileOutcome, FileReport, Page};

use super::find::{LogFile, LogFiles};
use super::index::Shelf;
use super::intake::Reader;
use super::open::Opener;
use super::post::{Budget, cores, in_parallel};
use super::text::Limits;
use super::{ArchiveError, CandidateCalls};

/// With fewer files than this their order matters: the biggest come first, so that no core is left with a big one at
/// the end. Those of about the same size stay in the order of their names, which is mostly that of time.
const FEW: usize = 1_000;

/// Reads every file once. `wanted` is given at once, the rest is remembered.
pub(super) fn first(
    archive: &LogFiles,
    (calls, wanted): (&CandidateCalls, &Wanted),
    (limits, budget): (Limits, Budget),
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
    let workers = in_parallel(order.len(), budget, &mut watch, |post| {
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
