//! What was found of a trail, as it is kept and told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::name::{Kind, Name, file_name};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is as CloudTrail delivered it.
    Valid,
    /// It is not what CloudTrail delivered.
    Changed,
    /// CloudTrail delivered it, and it is not here.
    Missing,
    /// It is here, and no digest names it.
    NotCovered,
    /// What is needed to tell is not here.
    Unchecked,
}

impl Outcome {
    /// All of them: what is worst first, after the good one.
    pub const ALL: [Self; 5] = [
        Self::Valid,
        Self::Changed,
        Self::Missing,
        Self::NotCovered,
        Self::Unchecked,
    ];

    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::NotCovered => "not covered",
            Self::Unchecked => "cannot be checked",
        }
    }
}

/// A file and what became of it. Every text in it may be the attacker's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Its path under the place that was verified; where it should be in S3, if it is missing.
    pub file: String,
    /// What it is.
    pub kind: Kind,
    /// What became of it.
    pub outcome: Outcome,
    /// Why; empty for what is valid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Of a digest the time it covers; of a log file that of its events, as its digest says.
    pub from: Option<DateTime<Utc>>,
    /// The end of that.
    pub until: Option<DateTime<Utc>>,
    /// The digest that names it; of a digest only where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Checked {
    /// Its account, its region, and of a digest the trail, as its name says.
    pub fn of(&self) -> Option<(&str, &str, &str)> {
        let name = Name::parse(file_name(&self.file))?;
        Some((name.account, name.region, name.trail))
    }

    /// Whether it is of an earlier time, as its name says.
    fn is_before(&self, moment: DateTime<Utc>) -> bool {
        let time = Name::parse(file_name(&self.file)).and_then(|name| name.time);
        time.is_some_and(|time| match self.kind {
            // The end of its hour.
            Kind::Digest => time <= moment,
            Kind::Log | Kind::Other => time < moment,
        })
    }
}

/// A time that is proved whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
}

/// A time that no digest covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// Why, as far as that can be told.
    pub reason: String,
}

/// One trail in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Whose.
    pub account: String,
    /// Where.
    pub region: String,
    /// Its name.
    pub trail: String,
    /// What is proved whole: every digest and every log file of that time is here and valid.
    pub whole: Vec<Span>,
    /// What no digest covers, between the first and the last one.
    pub gaps: Vec<Gap>,
}

/// What was found, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worst {
    /// All is valid, without a gap.
    Whole,
    /// Something could not be checked, is not covered, or there is a gap.
    NotProved,
    /// Something was changed, or is missing.
    NotWhole,
}

impl Worst {
    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::NotProved => "not proved whole",
            Self::NotWhole => "not whole",
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verification {
    /// Every digest, every log file, and what else may hold records.
    pub files: Vec<Checked>,
    /// The trails.
    pub trails: Vec<Trail>,
    /// How many files are no part of a trail and hold nothing.
    pub others: u64,
}

impl Verification {
    /// How many files of a kind had this outcome.
    pub fn count(&self, kind: Kind, outcome: Outcome) -> u64 {
        let is_so = |file: &&Checked| file.kind == kind && file.outcome == outcome;
        self.files.iter().filter(is_so).count() as u64
    }

    /// Leaves out what is of an earlier time: who copied a part of a bucket misses nothing of what was before.
    pub fn leave_out_before(&mut self, moment: DateTime<Utc>) {
        self.files.retain(|file| !file.is_before(moment));
        for trail in &mut self.trails {
            trail.gaps.retain(|gap| gap.until > moment);
            trail.whole.retain(|span| span.until > moment);
        }
    }

    /// The worst of it.
    pub fn worst(&self) -> Worst {
        let each = self.files.iter().map(|file| match file.outcome {
            Outcome::Valid => Worst::Whole,
            Outcome::Changed | Outcome::Missing => Worst::NotWhole,
            Outcome::NotCovered | Outcome::Unchecked => Worst::NotProved,
        });
        let gaps = self.gaps().map(|_| Worst::NotProved);
        each.chain(gaps).max().unwrap_or(Worst::NotProved)
    }

    /// The gaps of all trails.
    pub fn gaps(&self) -> impl Iterator<Item = (&Trail, &Gap)> {
        self.trails
            .iter()
            .flat_map(|trail| trail.gaps.iter().map(move |gap| (trail, gap)))
    }

    /// What is proved whole, of all trails.
    pub fn whole(&self) -> impl Iterator<Item = (&Trail, &Span)> {
        self.trails
            .iter()
            .flat_map(|trail| trail.whole.iter().map(move |span| (trail, span)))
    }
}
