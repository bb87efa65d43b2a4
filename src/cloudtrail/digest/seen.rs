//! What there is to verify, as it was read: the hash of each file, and of a digest also what it says.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::keys::Wanted;
use super::name::{Name, file_name};
use super::text::Digest;

/// Everything there is.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Digests.
    pub digests: Vec<SeenDigest>,
    /// Log files.
    pub logs: Vec<SeenLog>,
    /// Files that are no part of a trail and may hold records: whoever reads the place believes them.
    pub loose: Vec<String>,
    /// How many others are no part of a trail.
    pub others: u64,
}

/// Why the text of a file is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It is damaged: it cannot be what CloudTrail delivered. In words.
    Damaged(String),
    /// It could not be read. In words.
    Unread(String),
}

/// What the metadata of a digest's object say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signature {
    /// `x-amz-meta-signature`, in hexadecimal.
    pub text: String,
    /// `x-amz-meta-backfill-generation-timestamp`, of a digest that was written later: its key is of that time.
    pub written: Option<DateTime<Utc>>,
}

impl Signature {
    /// Reads saved metadata: an object with a member for each key, that holds the object's own. By file name.
    pub fn parse_all(text: &[u8]) -> Option<HashMap<String, Self>> {
        let saved: HashMap<String, HashMap<String, Value>> = serde_json::from_slice(text).ok()?;
        let read = |(key, metadata): (String, HashMap<String, Value>)| {
            let signature = Self::of(|name| metadata.get(name).and_then(Value::as_str))?;
            Some((file_name(&key).to_owned(), signature))
        };
        Some(saved.into_iter().filter_map(read).collect())
    }

    /// Reads the metadata of one object, by their names; `None` where it is not signed.
    pub fn of<'m>(metadata: impl Fn(&str) -> Option<&'m str>) -> Option<Self> {
        Some(Self {
            text: metadata("signature")?.to_owned(),
            written: metadata("backfill-generation-timestamp").and_then(crate::cloudtrail::time::parse_text),
        })
    }
}

/// A digest.
#[derive(Debug, Clone)]
pub struct SeenDigest {
    pub(super) file: String,
    pub(super) text: Result<DigestText, Broken>,
    pub(super) signature: Option<Signature>,
}

/// The text of a digest.
#[derive(Debug, Clone)]
pub(super) struct DigestText {
    pub(super) sha256: [u8; 32],
    pub(super) digest: Digest,
}

impl SeenDigest {
    /// A digest at a path, its text uncompressed, and its metadata, where they are known.
    pub fn new(file: String, text: Result<Vec<u8>, Broken>, signature: Option<Signature>) -> Self {
        let text = text.and_then(|text| {
            let digest = Digest::parse(&text).map_err(|why| Broken::Damaged(why.to_owned()))?;
            let sha256 = Sha256::digest(&text).into();
            Ok(DigestText { sha256, digest })
        });
        Self { file, text, signature }
    }

    /// The last part of its path.
    pub(super) fn name(&self) -> &str {
        file_name(&self.file)
    }
}

/// A log file.
#[derive(Debug, Clone)]
pub struct SeenLog {
    /// Its path.
    pub file: String,
    /// SHA-256 of its text, uncompressed.
    pub sha256: Result<[u8; 32], Broken>,
}

impl Seen {
    /// Where and for which time the public keys have to be asked for: CloudTrail has other keys in each region.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: BTreeMap<&str, (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
        for seen in &self.digests {
            let (Ok(text), Some(name)) = (&seen.text, Name::parse(seen.name())) else {
                continue;
            };
            // It becomes a part of a host's name, and stands in the name of a file that anybody may have made.
            if !name.region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                continue;
            }
            let written = seen.signature.as_ref().and_then(|signature| signature.written);
            let (from, until) = (text.digest.start, written.unwrap_or(text.digest.end));
            let time = wanted.entry(name.region).or_insert((from, until));
            *time = (time.0.min(from), time.1.max(until));
        }
        let around = TimeDelta::hours(1);
        let asked = wanted.into_iter().map(|(region, (from, until))| Wanted {
            region: region.to_owned(),
            from: from.checked_sub_signed(around).unwrap_or(from),
            until: until.checked_add_signed(around).unwrap_or(until),
        });
        asked.collect()
    }
}
