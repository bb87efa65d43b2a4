//! `--from`: where events are read, other than AWS's event history.

use std::path::PathBuf;
use std::str::FromStr;

use super::failure::Failure;
use crate::catalogue;
use crate::collect::archive::{Archive, CandidateCalls};
use crate::collect::bucket::{self, Bucket};
use crate::collect::hunt::Window;
use crate::collect::source::Source;
use crate::investigation::fact::PassBegan;

/// A place events are read from, as it is written after `--from` and in the facts of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file or folder of logs.
    Files(PathBuf),
    /// A trail's bucket, and the folder in it; empty for the whole bucket.
    Bucket { bucket: String, prefix: String },
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(place) = text.strip_prefix("s3://") else {
            return Ok(Self::Files(text.into()));
        };
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            return Err("it names no bucket: write it as s3://BUCKET or s3://BUCKET/FOLDER".to_owned());
        }
        Ok(Self::Bucket {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }
}

impl Place {
    /// The text that means the same place from any folder.
    pub(super) fn full(&self) -> String {
        match self {
            Self::Files(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
            Self::Bucket { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
            Self::Bucket { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
        }
    }

    /// Whether it can still be read, as far as that is known without reading.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Files(path) => path.exists(),
            Self::Bucket { .. } => true,
        }
    }
}

/// What reads these places, for this pass.
pub(super) fn sources(places: &[Place], pass: &PassBegan) -> Result<Vec<Box<dyn Source>>, Failure> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let asked = pass.bucket.clone().unwrap_or_default();
    for place in places {
        match place {
            Place::Files(path) => paths.push(path.clone()),
            Place::Bucket { bucket, prefix } => sources.push(Box::new(Bucket::new(bucket::Settings {
                bucket: bucket.clone(),
                prefix: prefix.clone(),
                profile: asked.profile.clone(),
                regions: asked.regions.clone(),
                window: Window {
                    since: pass.since,
                    until: pass.until,
                },
                cache: asked.cache.clone().map(PathBuf::from),
                requester_pays: asked.requester_pays,
                calls: candidate_calls(),
            }))),
        }
    }
    if !paths.is_empty() {
        sources.push(Box::new(Archive::new(&paths, candidate_calls())?));
    }
    Ok(sources)
}

/// The calls that a chain may hold, whoever makes them.
fn candidate_calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name().chain(catalogue::shown_by_anybody()),
    )
}
