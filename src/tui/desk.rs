//! Where the investigation on screen comes from: a case that is worked on, or one that is played back.

use chrono::{DateTime, Utc};

use super::replay::Replay;
use crate::cloudtrail::EventKey;
use crate::investigation::{Investigation, What};
use crate::store::{CaseFile, StoreError, StoredRecord};

/// The case on the desk.
#[derive(Debug)]
pub(super) enum Desk {
    /// Worked on: facts may be added.
    Live(Box<CaseFile>),
    /// Played back: nothing is added.
    Replay(Box<Replay>),
}

impl Desk {
    /// What the facts add up to, up to the moment shown.
    pub(super) fn investigation(&self) -> &Investigation {
        match self {
            Self::Live(case) => case.investigation(),
            Self::Replay(replay) => replay.investigation(),
        }
    }

    /// Writes a fact. A replay takes none.
    pub(super) fn commit(&mut self, at: DateTime<Utc>, what: What) -> Result<(), StoreError> {
        match self {
            Self::Live(case) => case.commit(at, what),
            Self::Replay(_) => Ok(()),
        }
    }

    /// Brings the chain up to date with the facts.
    pub(super) fn settle(&mut self) {
        if let Self::Live(case) = self {
            case.settle();
        }
    }

    /// The record of an event.
    pub(super) fn record(&self, key: &EventKey) -> Result<Option<StoredRecord>, StoreError> {
        self.case().record(key)
    }

    /// The file behind it.
    pub(super) fn case(&self) -> &CaseFile {
        match self {
            Self::Live(case) => case,
            Self::Replay(replay) => replay.case(),
        }
    }

    /// The file, to hand back.
    pub(super) fn into_case(self) -> CaseFile {
        match self {
            Self::Live(case) => *case,
            Self::Replay(replay) => replay.into_case(),
        }
    }
}
