//! Archives of CloudTrail logs on disk: read once, asked often.
//!
//! # Why it is fast
//!
//! Measured on the corpora of `examples/bench_archive.rs` (540,000 records, 830 MB of JSON) and two cores: the whole program
//! takes 0.37 of the time of `gzip -dc` for 40 files and 0.47 for 77,000. A quarter is the aim. Of the processor's time
//! for the big files 27 % goes into inflating, 11 % into marking structure, 11 % into looking at identifiers and
//! members, 5 % into the hashes and checksums of the files, 10 % into the kernel: inflating and hashing alone take half
//! of that quarter.
//!
//! 1. **What cannot matter is not parsed.** [`structure`] marks quotes, brackets and the colons behind names of 64 bytes at
//!    once, with the widest registers that the processor has, [`scan`] cuts records out by these marks, and [`skim`] reads
//!    the five members that records are counted by and every value in the form of an identifier. Of 540,000 records 2,260
//!    are parsed. Strings that cannot be identifiers, and names of other lengths than those looked for, are told by their
//!    marks alone; where a string ends is read off them too.
//! 2. **Later leads do not read again.** The first reading keeps, per record, 32-bit hashes of the identifiers in it, and
//!    for the calls that can be part of a chain those of all values, with their text. The keys that answers
//!    give out are [followed](follow) at once, and what they do later is kept too. So eight rounds of leads are answered
//!    from memory, on all cores; what is missing there is fetched by its place in the files, in a further pass that only
//!    inflates ([`Archive::settle`]).
//! 3. **One worker per core**, the biggest files first, each with buffers, masks, lists and inflaters it uses again for
//!    every file. A worker holds 128 kB of text at a time and works on it in the processor's cache: inflating whole big
//!    files with the faster inflater, out of the cache, took a tenth longer and 65 MB more; 64 kB at a time are not faster.
//! 4. **Small files are read with one call and inflated whole.** Most of CloudTrail's files are a few kilobytes; a stream
//!    is for the big ones, for several members and for whatever is wrong.
//! 5. **What is remembered and said is gathered up.** Lists end to end for many files instead of three for each, and a
//!    letter to the caller for hundreds of files instead of one for each, took a seventh off the time for small files.
//!
//! Hashes only find candidates: a record is given after it was parsed and holds the value itself.
//!
//! # Why it does not run out of memory
//!
//! All that is remembered of records has a [budget](post::Budget). Past it a text has an [outline] of what may be in it,
//! past the outlines' budget not even that: whoever asks for something that may be there has the text read again as a whole.
//! That costs time for each generation of the chain that only such a reading finds. Only the list of the files themselves,
//! which is evidence, grows with the archive: by some 800 bytes a file.
//!
//! [`structure`]: crate::cloudtrail::structure
//! [`scan`]: crate::cloudtrail::scan
//! [`skim`]: crate::cloudtrail::skim

mod again;
mod calls;
mod error;
mod find;
mod follow;
mod gzip;
mod index;
mod intake;
mod open;
mod outline;
mod pass;
mod post;
mod report;
mod rows;
mod text;

use std::path::PathBuf;
use std::sync::Arc;

pub use calls::CandidateCalls;
pub use error::ArchiveError;
pub use find::Remote;
pub(in crate::collect) use find::log_files;
pub(in crate::collect) use open::may_hold_records;
pub(in crate::collect) use text::{Memory, TextError, read_text};

use super::source::{Found, Out, Source, SourceError};
use crate::cloudtrail::terms::Wanted;
use crate::investigation::lead::Lead;
use find::{LogFile, LogFiles};
use index::Shelf;
use post::Budget;
use text::Limits;

/// Files and folders of CloudTrail logs, to be asked about leads.
#[derive(Debug)]
pub struct Archive {
    files: LogFiles,
    calls: CandidateCalls,
    limits: Limits,
    budget: Budget,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing was read yet.
    New,
    /// Every file was read once.
    Indexed {
        shelves: Vec<Shelf>,
        /// The values that were asked for since files were last read.
        asked: Vec<String>,
    },
    /// The reading was stopped, or failed: what is known is not all.
    Stopped,
}

impl Archive {
    /// Finds the files under `paths`, which are files or folders of any depth.
    pub fn new(paths: &[PathBuf], calls: CandidateCalls) -> Result<Self, ArchiveError> {
        Ok(Self::of(find::log_files(paths)?, None, calls))
    }

    /// Files of these names that lie elsewhere.
    pub fn remote(names: Vec<String>, remote: Arc<dyn Remote>, calls: CandidateCalls) -> Self {
        let files = names.into_iter().map(|name| LogFile { path: name.into() });
        Self::of(files.collect(), Some(remote), calls)
    }

    fn of(files: Vec<LogFile>, remote: Option<Arc<dyn Remote>>, calls: CandidateCalls) -> Self {
        Self {
            files: LogFiles { files, remote },
            calls,
            limits: Limits::default(),
            budget: Budget::default(),
            state: State::New,
        }
    }

    /// Gives every record that answers one of `leads` and was not given before; of later leads only what is in memory: the
    /// calls that can be part of a chain, as far as memory was granted to them. The rest waits for [`Archive::settle`].
    /// Blocks, and works on all cores. `out` stops it with `Break`; an archive that was stopped answers
    /// [`ArchiveError::Stopped`] from then on. A chain that is followed with `ask`
    /// until it yields no new lead, and then settled, reads the files twice, however many rounds it takes; once more for
    /// each time that settling leads further.
    pub fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), ArchiveError> {
        let values = leads.iter().map(|lead| lead.value.as_str());
        let wanted = Wanted::new(values.clone());
        match std::mem::replace(&mut self.state, State::Stopped) {
            State::Stopped => return Err(ArchiveError::Stopped),
            State::New => {
                let shelves = pass::first(&self.files, (&self.calls, &wanted), (self.limits, self.budget), out)?;
                self.state = State::Indexed {
                    shelves,
                    asked: Vec::new(),
                };
            }
            State::Indexed { mut shelves, mut asked } => {
                for page in pass::ask(&mut shelves, &wanted)? {
                    if out(Found::Page(page)).is_break() {
                        return Err(ArchiveError::Stopped);
                    }
                }
                asked.extend(values.map(str::to_owned));
                self.state = State::Indexed { shelves, asked };
            }
        }
        Ok(())
    }

    /// Whether everything that was asked for was given.
    pub fn is_settled(&self) -> bool {
        match &self.state {
            State::Indexed { shelves, .. } => !shelves.iter().any(Shelf::has_waiting),
            State::New | State::Stopped => true,
        }
    }

    /// Reads the files again for what [`Archive::ask`] found but did not have in memory.
    pub fn settle(&mut self, out: &mut Out<'_>) -> Result<(), ArchiveError> {
        if let State::Indexed { shelves, asked } = &mut self.state {
            let wanted = Wanted::new(asked.iter().map(String::as_str));
            asked.clear();
            let how = (&self.calls, &wanted, self.limits);
            let result = again::again(&self.files, shelves, how, out);
            if result.is_err() {
                self.state = State::Stopped;
            }
            return result;
        }
        Ok(())
    }
}

impl Source for Archive {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        Self::ask(self, leads, out).map_err(SourceError::from)
    }

    fn settle(&mut self, out: &mut Out<'_>) -> Result<(), SourceError> {
        Self::settle(self, out).map_err(SourceError::from)
    }

    fn is_settled(&self) -> bool {
        Self::is_settled(self)
    }
}

#[cfg(test)]
mod tests;
