//! Everything that can happen in an investigation.
//!
//! A fact is written to the file first and applied to the investigation second; nothing else changes it. So a live run, a
//! batch run, a replay and a test are the same thing fed from different ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::AccountSeen;
use super::change::{Acted, Snapshot};
use super::live::LiveSeen;
use super::pasted::Pasted;
use super::verified::Verified;
use crate::cloudtrail::Record;
use crate::cloudtrail::notice::Notice;

/// One fact and when it became known (the response's clock, not the attack's).
#[derive(Debug, Clone)]
pub struct Fact {
    /// When the responder's program learned it.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: What,
}

/// What can happen. Serialised into the journal as JSON; records travel beside it (`skip`), bound by their hashes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum What {
    /// The investigation began.
    Started(Started),
    /// A source gave events that belong to the chain or name one of its nodes.
    Page(Page),
    /// Files of an archive were read to the end.
    FilesRead {
        /// What each file held.
        files: Vec<FileReport>,
    },
    /// The event history of a region was asked, or answered.
    Asked(Asked),
    /// A table of records was asked a round of questions.
    Queried(Queried),
    /// The chain led into another account.
    Crossed(Crossed),
    /// After the passes, AWS was asked once more for new calls of the chain.
    Watched(Watched),
    /// One pass over the sources began.
    PassBegan(PassBegan),
    /// One pass over the sources ended.
    PassEnded(PassEnded),
    /// AWS was asked who the responder is and whose the keys are.
    Account(AccountSeen),
    /// AWS was asked what there still is of the chain.
    Live(LiveSeen),
    /// The responder judged a node or an actor.
    Judged(Judged),
    /// The responder changed the state of a checklist item.
    ItemMarked(ItemMarked),
    /// The responder pasted what a command of the steps printed.
    Pasted(Pasted),
    /// A trail was verified by its digests.
    Verified(Verified),
    /// Evidence was kept of what there is in the account.
    Snapshot(Snapshot),
    /// The account was changed.
    Acted(Acted),
}

/// How an investigation began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The access key ids to start from.
    pub seeds: Vec<String>,
    /// The version of keytrail.
    pub tool_version: String,
    /// The playbook that leads through the steps: a built-in id, or the file it was read from; empty for the one that fits.
    pub playbook: String,
    /// The text of a playbook that is not built in, so that the file can be opened without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook_text: Option<String>,
    /// The notice it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Box<Notice>>,
}

/// Events from one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    /// The file (`path` or `archive.zip!member`) or request they came from.
    pub origin: Arc<str>,
    /// The records. Stored beside the journal, not in it.
    #[serde(skip)]
    pub records: Vec<Record>,
}

/// What one file of an archive held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// The path; `archive.zip!member` inside a zip. May hold any text.
    pub path: Arc<str>,
    /// SHA-256 of the file as it lies on disk, in hexadecimal; empty where it could not be read.
    pub sha256: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Records in it, readable or not.
    pub records: u64,
    /// What is wrong in it. At most [`FileReport::MOST_PROBLEMS`] are listed; `broken` counts all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Records that could not be read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub broken: u64,
    /// Records per region with the first and last time seen, over all its records.
    pub regions: Vec<RegionCount>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl FileReport {
    /// How many problems of one file are listed one by one.
    pub const MOST_PROBLEMS: usize = 20;
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcome {
    /// Read to the end.
    Read,
    /// Read, but some of it was broken or cut off; see the problems.
    Partial,
    /// A digest, insight or other file that holds no records of this kind: passed over, nothing wrong.
    PassedOver,
    /// Not CloudTrail records at all: passed over and said.
    NotCloudTrail,
    /// Could not be read.
    Failed,
    /// No file, but files that should be there and are not: for days, no region of an account has any.
    Missing,
    /// No file, but a place of which nothing was read, for a reason that need not be a fault.
    Nothing,
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Byte offset in the uncompressed text, or a line number: `byte 1024`, `line 112`.
    pub place: String,
    /// What is wrong, for the responder.
    pub reason: String,
}

/// Records of one region in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionCount {
    /// The account that received the events; empty where the records do not say.
    pub account: Arc<str>,
    /// The region, any text; empty where the records do not say.
    pub region: Arc<str>,
    /// How many records.
    pub records: u64,
    /// The earliest event time.
    pub first: Option<DateTime<Utc>>,
    /// The latest event time.
    pub last: Option<DateTime<Utc>>,
}

/// A question to the event history of one region, and how far it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The account, where it is not the one that the responder's own credentials are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// The question: `AccessKeyId=AKIA...`.
    pub question: String,
    /// What became of it.
    pub answer: Answered,
}

/// What became of a question to the event history. Times are whole seconds since the epoch; both ends are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answered {
    /// It is asked for this window.
    Begun {
        /// The first second.
        from: i64,
        /// The last second.
        until: i64,
    },
    /// A page came. Every event from `from` to `until` is now read; `None` where a second is not whole yet.
    Page {
        /// Events in it, those that other questions brought included.
        events: u64,
        /// Events whose record could not be read.
        #[serde(default, skip_serializing_if = "is_zero")]
        unreadable: u64,
        /// The seconds that were read whole.
        part: Option<(i64, i64)>,
    },
    /// The region is not enabled for the account.
    NotEnabled {
        /// AWS's words.
        why: String,
    },
    /// The responder may not look there.
    Denied {
        /// AWS's words.
        why: String,
    },
    /// It was given up.
    Failed {
        /// AWS's words, or those of the network.
        why: String,
    },
    /// A request was refused because there were too many.
    Throttled,
}

/// A round of questions to a table of records (Athena, CloudTrail Lake), and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Queried {
    /// The table: `Athena DATABASE.TABLE`.
    pub source: String,
    /// The first second that was asked for, since the epoch.
    pub from: i64,
    /// The last second.
    pub until: i64,
    /// How many leads were asked for at once.
    pub leads: u64,
    /// The ids of the queries that were run, by which AWS knows them too.
    pub queries: Vec<String>,
    /// Rows that came back, those that other rounds brought included.
    pub rows: u64,
    /// Rows that could not be read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: u64,
    /// Bytes that were scanned for it.
    pub scanned: u64,
    /// Why it was not answered, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// Another account into which the chain led, and whether AWS can be asked there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossed {
    /// The account.
    pub account: String,
    /// What came of it.
    #[serde(flatten)]
    pub crossing: Crossing,
}

/// Whether AWS can be asked in another account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "crossing", rename_all = "snake_case")]
pub enum Crossing {
    /// It is asked there.
    Open {
        /// As whom.
        arn: String,
    },
    /// The way that was named does not lead there.
    Refused {
        /// AWS's words, or what is wrong with it.
        why: String,
    },
    /// No way was named.
    NoWay,
}

/// One round of a watch: every key and session of the chain was asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Calls up to here were asked for. Delivery takes some five minutes, without guarantee.
    pub until: DateTime<Utc>,
    /// Regions that could not be read this time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<String>,
}

/// The beginning of one pass over the sources. A pass that has no end was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassBegan {
    /// The sources, paths in full.
    pub sources: Vec<String>,
    /// Only events at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Only events before this time.
    pub until: Option<DateTime<Utc>>,
    /// How AWS is asked, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws: Option<AskedAws>,
    /// How tables of records are asked, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<AskedTables>,
    /// How a trail's bucket is read, where one is among the sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<AskedBucket>,
}

/// How tables of records (Athena, CloudTrail Lake) are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AskedTables {
    /// The responder's profile, where one was named.
    pub profile: Option<String>,
    /// Only these regions' records, where they were named.
    pub regions: Option<Vec<String>>,
    /// Athena's workgroup, where one was named.
    pub workgroup: Option<String>,
    /// Where Athena puts results, if not where the workgroup says.
    pub output: Option<String>,
    /// Bytes that may be scanned, at most.
    pub most_scanned: Option<u64>,
}

impl PassBegan {
    /// The regions that were named, where they were; else all.
    pub fn regions(&self) -> Option<&Vec<String>> {
        let of_history = self.aws.as_ref().and_then(|aws| aws.regions.as_ref());
        let of_tables = || self.tables.as_ref()?.regions.as_ref();
        let of_bucket = || self.bucket.as_ref()?.regions.as_ref();
        of_history.or_else(of_tables).or_else(of_bucket)
    }

    /// The profile that AWS was asked with, where it was asked: with none, too.
    pub fn profile(&self) -> Option<&Option<String>> {
        let of_history = self.aws.as_ref().map(|aws| &aws.profile);
        let of_tables = || Some(&self.tables.as_ref()?.profile);
        let of_bucket = || Some(&self.bucket.as_ref()?.profile);
        of_history.or_else(of_tables).or_else(of_bucket)
    }
}

/// How a trail's bucket is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AskedBucket {
    /// The responder's profile, where one was named.
    pub profile: Option<String>,
    /// The regions, where they were named; else all there are.
    pub regions: Option<Vec<String>>,
    /// The folder in which what was fetched is kept; where there is none, nothing is kept.
    pub cache: Option<String>,
    /// Whether the responder pays where the bucket's owner does not.
    pub requester_pays: bool,
}

/// How AWS is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AskedAws {
    /// The responder's profile, where one was named.
    pub profile: Option<String>,
    /// The regions, where they were named; else all that are enabled.
    pub regions: Option<Vec<String>>,
    /// The role that is assumed in each other account that the chain enters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_role: Option<String>,
    /// The profiles for single other accounts, by account.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<String, String>,
}

/// The end of one pass over the sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassEnded {
    /// Whether the chain reached its fixed point: no lead is left.
    pub fixed_point: bool,
    /// Why it ended early, in words; `None` when it ran to the end.
    pub cut_short: Option<String>,
}

/// What the responder says of a node or an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not judged yet.
    #[default]
    Unknown,
    /// The attacker's.
    Malicious,
    /// Ours, and meant to be.
    Expected,
}

impl Verdict {
    /// The word on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Malicious => "malicious",
            Self::Expected => "expected",
        }
    }
}

/// A judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What is judged: a node's `node` id, or an actor's id.
    pub subject: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Who says so.
    pub by: String,
}

/// The state of a checklist item, as set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Nothing done yet.
    #[default]
    Open,
    /// Being worked on.
    InProgress,
    /// Done.
    Done,
    /// Waits for something; the note says for what.
    Blocked,
    /// Does not apply; the note says why.
    NotApplicable,
}

impl ItemState {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::InProgress,
        Self::Done,
        Self::Blocked,
        Self::NotApplicable,
    ];

    /// Whether it means nothing without a note that says why.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Blocked | Self::NotApplicable)
    }

    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in progress",
            Self::Done => "done",
            Self::Blocked => "blocked",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// A change to a checklist item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMarked {
    /// The item's id, such as `S1-05`.
    pub item: String,
    /// Its new state.
    pub state: ItemState,
    /// A note; replaces the note before. Empty for none.
    pub note: String,
    /// Who did it.
    pub by: String,
}
