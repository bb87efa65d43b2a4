//! Reading again what seems to answer a lead and is not in memory.

use std::io;

use crate::cloudtrail::Interner;
use crate::cloudtrail::terms::Wanted;
use crate::collect::source::Out;
use crate::investigation::fact::Page;

use super::find::{Bytes, LogFiles};
use super::index::{Shelf, Unit, Waiting};
use super::intake::Reader;
use super::open::reopen;
use super::outline::Outline;
use super::post::{Budget, Post, in_parallel};
use super::text::{Memory, TextError};
use super::{ArchiveError, CandidateCalls};

/// What is to be read again of one text. The shelf is known by its number.
enum Job<'s> {
    /// Single records.
    Records(usize, &'s Unit, Vec<Waiting>),
    /// All of it; the outline is known by its number too.
    Whole(usize, usize, &'s Outline),
}

/// What became of a job.
enum Done {
    /// The records of these numbers were given.
    Records(usize, Vec<usize>),
    /// The records at these places were.
    Whole(usize, usize, Vec<u64>),
}

impl Job<'_> {
    fn text(&self) -> (usize, Option<usize>) {
        match self {
            Self::Records(_, unit, _) => (unit.file, unit.member),
            Self::Whole(.., outline) => (outline.file, outline.member),
        }
    }
}

/// Reads again what waits on the shelves, for those who asked for `wanted`.
pub(super) fn again(
    archive: &LogFiles,
    shelves: &mut [Shelf],
    (calls, wanted): (&CandidateCalls, &Wanted),
    out: &mut Out<'_>,
) -> Result<(), ArchiveError> {
    let mut jobs = Vec::new();
    for (number, shelf) in shelves.iter_mut().enumerate() {
        let texts = shelf.take_waiting();
        let shelf = &*shelf;
        let records = texts
            .into_iter()
            .map(|(unit, waiting)| Job::Records(number, shelf.unit(unit), waiting));
        jobs.extend(records);
        jobs.extend(
            shelf
                .waiting_outlines()
                .map(|(outline, text)| Job::Whole(number, outline, text)),
        );
    }
    archive.ahead(jobs.iter().map(|job| job.text().0));
    // What is read again is not remembered.
    let workers = in_parallel(jobs.len(), Budget::default(), out, |post| {
        let (mut interner, mut memory) = (Interner::default(), Memory::default());
        let mut reader = Reader::new(calls, wanted, post);
        let mut done = Vec::new();
        loop {
            let at = post.next();
            let Some(job) = jobs.get(at).filter(|_| !post.is_stopped()) else {
                break;
            };
            let (file, member) = job.text();
            let opened = archive.open(&archive.files[file], at);
            done.push(match job {
                Job::Records(shelf, unit, waiting) => {
                    let opened = (opened, *unit);
                    let numbers = read_records(opened, waiting, wanted, (&mut interner, &mut memory), post)?;
                    Done::Records(*shelf, numbers)
                }
                Job::Whole(shelf, number, outline) => {
                    let given = read_whole((opened, member), outline, (&mut reader, &mut memory), post)?;
                    Done::Whole(*shelf, *number, given)
                }
            });
        }
        Ok(done)
    })?;
    for worker in workers {
        for done in worker? {
            match done {
                Done::Records(shelf, numbers) => numbers.into_iter().for_each(|number| shelves[shelf].given(number)),
                Done::Whole(shelf, outline, given) => shelves[shelf].read_whole(outline, given),
            }
        }
    }
    Ok(())
}

/// Reads a whole text for what is wanted now. Gives the places of the records that were given.
fn read_whole(
    (opened, member): (io::Result<Bytes>, Option<usize>),
    outline: &Outline,
    (reader, memory): (&mut Reader<'_>, &mut Memory),
    post: &Post,
) -> Result<Vec<u64>, ArchiveError> {
    let mut found = (Vec::new(), 0);
    let reopened = reopen(opened, member, memory, &mut |mut text| {
        found = reader.read_again(&outline.origin, outline.handled(), &mut text);
    });
    let (given, records) = found;
    verdict(&outline.origin, reopened, records == outline.records, post).map(|()| given)
}

/// Reads the waiting records of one text, stopping after the last, and gives those that answer. Gives their numbers.
fn read_records(
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
    verdict(&unit.origin, reopened, left.is_empty(), post).map(|()| given)
}

/// Whether a text was what it had been.
fn verdict(origin: &str, reopened: Result<(), TextError>, is_same: bool, post: &Post) -> Result<(), ArchiveError> {
    let path = || origin.to_owned();
    match reopened {
        _ if post.is_stopped() => Ok(()),
        Err(TextError::Io(why)) => Err(ArchiveError::Again { path: path(), why }),
        Ok(()) if is_same => Ok(()),
        Err(_) | Ok(()) => Err(ArchiveError::Changed { path: path() }),
    }
}
