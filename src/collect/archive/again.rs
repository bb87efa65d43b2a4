//! Reading again what seems to answer a lead and is not in memory.

use std::io::Read;
use std::sync::Arc;

use crate::cloudtrail::terms::Wanted;
use crate::cloudtrail::{Interner, Record};
use crate::collect::source::Out;
use crate::investigation::fact::Page;

use super::find::LogFiles;
use super::index::{Shelf, Unit, Waiting};
use super::intake::{PAGE, Reader};
use super::open::reopen;
use super::outline::Outline;
use super::post::{Budget, Post, in_parallel};
use super::text::{Limits, Memory, Text, TextError};
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
    /// The records of these numbers, in the text, were.
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
    (calls, wanted, limits): (&CandidateCalls, &Wanted, Limits),
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
                    let mut records = Records {
                        waiting,
                        wanted,
                        interner: &mut interner,
                        page: Vec::new(),
                        given: Vec::new(),
                        post,
                        origin: &unit.origin,
                    };
                    let read = reopen(opened, member, (limits, &mut memory), |text| records.read(text));
                    let is_same = read.map(|()| records.waiting.is_empty());
                    verdict(&unit.origin, is_same, post)?;
                    Done::Records(*shelf, records.given)
                }
                Job::Whole(shelf, number, outline) => {
                    let mut given = Vec::new();
                    let is_same = reopen(opened, member, (limits, &mut memory), |text| {
                        let is_same;
                        (given, is_same) = reader.read_again(outline, text)?;
                        Ok(is_same)
                    });
                    verdict(&outline.origin, is_same, post)?;
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

/// The waiting records of one text.
struct Records<'r> {
    waiting: &'r [Waiting],
    wanted: &'r Wanted,
    interner: &'r mut Interner,
    page: Vec<Record>,
    /// The numbers of those that were given.
    given: Vec<usize>,
    post: &'r Post,
    origin: &'r Arc<str>,
}

impl Records<'_> {
    /// Gives those that answer, stopping after the last. What waits afterwards was not found.
    fn read<R: Read>(&mut self, text: &mut Text<'_, R>) -> Result<(), TextError> {
        let (mut window, mut base) = (Vec::new(), 0_u64);
        while let Some((next, rest)) = self.waiting.split_first() {
            let from = usize::try_from(next.place.offset - base).unwrap_or(usize::MAX);
            if let Some(bytes) = window.get(from..from.saturating_add(next.place.length as usize)) {
                match next.read(bytes, self.wanted, self.interner) {
                    Ok(Some(record)) => {
                        self.page.push(record);
                        self.given.push(next.number);
                        if self.page.len() >= PAGE {
                            self.end_page();
                        }
                    }
                    Ok(None) => {}
                    // Its marks were those of a record, but it is none; so it was the first time, when nobody asked.
                    Err(_) if bytes.first() == Some(&b'{') && bytes.last() == Some(&b'}') => {}
                    Err(_) => break,
                }
                self.waiting = rest;
                continue;
            }
            let unneeded = from.min(window.len());
            window.drain(..unneeded);
            base += unneeded as u64;
            if self.post.is_stopped() || text.fill(&mut window)? == 0 {
                break;
            }
        }
        self.end_page();
        Ok(())
    }

    fn end_page(&mut self) {
        self.interner.forget_many();
        if !self.page.is_empty() {
            // A caller that listens no more needs no records.
            let _ = self.post.page(Page {
                origin: self.origin.clone(),
                records: std::mem::take(&mut self.page),
            });
        }
    }
}

/// Whether a text is what it had been.
fn verdict(origin: &str, is_same: Result<bool, TextError>, post: &Post) -> Result<(), ArchiveError> {
    let path = || origin.to_owned();
    match is_same {
        _ if post.is_stopped() => Ok(()),
        Err(TextError::Io(why)) => Err(ArchiveError::Again { path: path(), why }),
        Ok(true) => Ok(()),
        Err(_) | Ok(false) => Err(ArchiveError::Changed { path: path() }),
    }
}
