//! `--from`: where events are read, other than AWS's event history.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::failure::Failure;
use crate::catalogue;
use crate::collect::archive::{Archive, CandidateCalls};
use crate::collect::athena::Location;
use crate::collect::bucket::{self, Bucket};
use crate::collect::history::SOURCE;
use crate::collect::hunt::Window;
use crate::collect::lake;
use crate::collect::source::Source;
use crate::investigation::fact::PassBegan;

/// How far back tables are asked where nobody says: a scan has its price.
pub(super) const USUAL_REACH: TimeDelta = TimeDelta::days(90);

/// A place events are read from, as it is written after `--from` and in the facts of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// AWS's event history, beside other places.
    History,
    /// A file or folder of logs.
    Files(PathBuf),
    /// A trail's bucket, and the folder in it; empty for the whole bucket.
    Bucket { bucket: String, prefix: String },
    /// `athena:DATABASE.TABLE`
    Athena(String, String),
    /// `lake:EVENT_DATA_STORE`
    Lake(lake::Store, String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if matches!(text, "history" | SOURCE) {
            return Ok(Self::History);
        }
        if let Some(named) = text.strip_prefix("athena:") {
            return match named.split_once('.') {
                Some((database, table)) if !database.is_empty() && !table.is_empty() => {
                    Ok(Self::Athena(database.to_owned(), table.to_owned()))
                }
                _ => Err("write it as athena:DATABASE.TABLE".to_owned()),
            };
        }
        if let Some(store) = text.strip_prefix("lake:") {
            return Ok(Self::Lake(store.parse()?, store.to_owned()));
        }
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
            Self::History => SOURCE.to_owned(),
            Self::Files(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
            Self::Athena(database, table) => format!("athena:{database}.{table}"),
            Self::Lake(_, store) => format!("lake:{store}"),
            Self::Bucket { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
            Self::Bucket { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
        }
    }

    /// Whether it can still be read, as far as that is known without reading.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Files(path) => path.exists(),
            Self::History | Self::Bucket { .. } | Self::Athena(..) | Self::Lake(..) => true,
        }
    }

    /// Whether it is a trail's bucket.
    pub(super) fn is_bucket(&self) -> bool {
        matches!(self, Self::Bucket { .. })
    }

    /// Whether it is a table, asked in SQL.
    pub(super) fn is_table(&self) -> bool {
        matches!(self, Self::Athena(..) | Self::Lake(..))
    }
}

/// From when on these places are read: of tables not everything, unless that is asked for.
pub(super) fn since(places: &[Place], asked: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let is_table = places.iter().any(Place::is_table);
    asked.or_else(|| is_table.then(|| Utc::now() - USUAL_REACH))
}

/// How places are read.
pub(super) struct Manner<'a> {
    pub(super) seeds: &'a [String],
    pub(super) pass: &'a PassBegan,
    /// Where the logs lie that a table is made of.
    pub(super) location: Option<&'a Location>,
    /// Whether a table may be made.
    pub(super) may_change: bool,
}

/// What reads these places, but for the event history. Of tables it is said what a question will cost.
pub(super) fn sources(places: &[Place], manner: &Manner<'_>) -> Result<Vec<Box<dyn Source>>, Failure> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut paths = Vec::new();
    for place in places {
        match place {
            // It is no source that answers in turn.
            Place::History => {}
            Place::Files(path) => paths.push(path.clone()),
            Place::Bucket { bucket, prefix } => sources.push(Box::new(manner.bucket(bucket, prefix))),
            Place::Athena(database, table) => sources.push(manner.athena(database, table)?),
            Place::Lake(store, _) => sources.push(manner.lake(store)?),
        }
    }
    if !paths.is_empty() {
        sources.push(Box::new(Archive::new(&paths, candidate_calls())?));
    }
    Ok(sources)
}

impl Manner<'_> {
    fn bucket(&self, bucket: &str, prefix: &str) -> Bucket {
        let asked = self.pass.bucket.clone().unwrap_or_default();
        Bucket::new(bucket::Settings {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            profile: asked.profile,
            regions: asked.regions,
            window: Window {
                since: self.pass.since,
                until: self.pass.until,
            },
            cache: asked.cache.map(PathBuf::from),
            requester_pays: asked.requester_pays,
            calls: candidate_calls(),
        })
    }
}

/// The calls that a chain may hold, whoever makes them.
pub(super) fn candidate_calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name().chain(catalogue::shown_by_anybody()),
    )
}
