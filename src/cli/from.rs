//! `--from`: where events are read, other than AWS's event history.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use super::failure::Failure;
use crate::catalogue;
use crate::collect::archive::{Archive, CandidateCalls};
use crate::collect::history::SOURCE;
use crate::collect::source::Source;

/// A place events are read from, as it is written after `--from` and in the facts of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// AWS's event history, beside other places.
    History,
    /// A file or folder of logs.
    Files(PathBuf),
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "history" | SOURCE => Self::History,
            path => Self::Files(path.into()),
        })
    }
}

impl Place {
    /// The text that means the same place from any folder.
    pub(super) fn full(&self) -> String {
        match self {
            Self::History => SOURCE.to_owned(),
            Self::Files(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
        }
    }

    /// Whether it can still be read, as far as that is known without reading.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::History => true,
            Self::Files(path) => path.exists(),
        }
    }
}

/// What reads these places, but for the event history.
pub(super) fn sources(places: &[Place]) -> Result<Vec<Box<dyn Source>>, Failure> {
    let paths = places.iter().filter_map(|place| match place {
        Place::History => None,
        Place::Files(path) => Some(path.clone()),
    });
    let paths: Vec<PathBuf> = paths.collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Box::new(Archive::new(&paths, candidate_calls())?)])
}

/// The calls that a chain may hold, whoever makes them.
fn candidate_calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name().chain(catalogue::shown_by_anybody()),
    )
}
