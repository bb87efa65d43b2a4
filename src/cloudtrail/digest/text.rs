//! One digest as CloudTrail writes it, and the text that is signed. Whoever could write to the bucket may have written it.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::name::file_name;
use crate::cloudtrail::time;

/// Bytes of text that a digest may have. One with ten thousand log files has five million.
pub const LONGEST: usize = 64 << 20;

/// S3 takes no longer ones.
const LONGEST_KEY: usize = 1024;
const LONGEST_BUCKET: usize = 255;

/// The algorithms there are, in the words of a digest.
const SHA256: &str = "SHA-256";
const SIGNED_WITH: &str = "SHA256withRSA";

/// An object as a digest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    bucket: String,
    key: String,
}

impl Object {
    fn new(bucket: Option<String>, key: Option<String>) -> Option<Self> {
        let (bucket, key) = (bucket?, key?);
        let is_sound = bucket.len() <= LONGEST_BUCKET && key.len() <= LONGEST_KEY && !file_name(&key).is_empty();
        is_sound.then_some(Self { bucket, key })
    }

    /// The last part of its key, by which it is known.
    pub(super) fn name(&self) -> &str {
        file_name(&self.key)
    }

    /// Where CloudTrail put it.
    pub(super) fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// A log file in a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) object: Object,
    /// `None` where it is said in a way that is not known here.
    pub(super) sha256: Option<[u8; 32]>,
    /// The times of its oldest and newest event.
    pub(super) oldest: Option<DateTime<Utc>>,
    pub(super) newest: Option<DateTime<Utc>>,
}

/// The digest before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Previous {
    pub(super) object: Object,
    pub(super) sha256: Option<[u8; 32]>,
    pub(super) signature: Option<String>,
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digest {
    /// Itself.
    pub(super) object: Object,
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    pub(super) fingerprint: String,
    /// Whether it is signed in the way that is known here.
    pub(super) is_known_algorithm: bool,
    /// `None` for the first one of a chain.
    pub(super) previous: Option<Previous>,
    pub(super) logs: Vec<Entry>,
    /// The end as it is written, and the signature before: both are signed.
    end_text: String,
    previous_signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    digest_start_time: String,
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    bucket: String,
    #[serde(rename = "digestS3Object")]
    object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    previous_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Option<Vec<RawEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry {
    #[serde(rename = "s3Bucket")]
    bucket: String,
    #[serde(rename = "s3Object")]
    object: String,
    hash_value: String,
    hash_algorithm: String,
    oldest_event_time: Option<String>,
    newest_event_time: Option<String>,
}

impl Digest {
    /// Reads a digest, or says why it is none. Nothing of the text is repeated there.
    pub(super) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        use serde_json::error::Category;
        let raw: Raw = serde_json::from_slice(text).map_err(|error| match error.classify() {
            Category::Data => "it is no digest: something that every digest has is missing or of another kind",
            Category::Syntax | Category::Eof | Category::Io => "it is no digest: it is not JSON",
        })?;
        Self::of(raw).ok_or("it is no digest: a name or a time in it is none")
    }

    fn of(raw: Raw) -> Option<Self> {
        let previous = match (raw.previous_bucket, raw.previous_object) {
            (None, None) => None,
            (bucket, key) => Some(Previous {
                object: Object::new(bucket, key)?,
                sha256: hash(
                    raw.previous_digest_hash_value.as_deref().unwrap_or_default(),
                    raw.previous_digest_hash_algorithm.as_deref().unwrap_or_default(),
                ),
                signature: raw.previous_digest_signature.clone(),
            }),
        };
        let logs = raw.log_files.unwrap_or_default().into_iter().map(Entry::of);
        Some(Self {
            object: Object::new(Some(raw.bucket), Some(raw.object))?,
            start: time::parse_text(&raw.digest_start_time)?,
            end: time::parse_text(&raw.digest_end_time)?,
            fingerprint: raw.digest_public_key_fingerprint.to_ascii_lowercase(),
            is_known_algorithm: raw.digest_signature_algorithm == SIGNED_WITH,
            previous,
            logs: logs.collect::<Option<Vec<_>>>()?,
            end_text: raw.digest_end_time,
            previous_signature: raw.previous_digest_signature,
        })
    }

    /// The text that CloudTrail signed, of a digest whose text has this hash.
    pub(super) fn signed(&self, sha256: &[u8; 32]) -> String {
        let Self {
            end_text,
            object: Object { bucket, key },
            previous_signature,
            ..
        } = self;
        let before = previous_signature.as_deref().unwrap_or("null");
        format!("{end_text}\n{bucket}/{key}\n{}\n{before}", hex::encode(sha256))
    }
}

impl Entry {
    fn of(raw: RawEntry) -> Option<Self> {
        let moment = |text: Option<String>| time::parse_text(&text?);
        Some(Self {
            object: Object::new(Some(raw.bucket), Some(raw.object))?,
            sha256: hash(&raw.hash_value, &raw.hash_algorithm),
            oldest: moment(raw.oldest_event_time),
            newest: moment(raw.newest_event_time),
        })
    }
}

fn hash(value: &str, algorithm: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(value, &mut hash).ok()?;
    (algorithm == SHA256).then_some(hash)
}
