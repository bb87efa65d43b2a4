//! One CloudTrail record, normalised.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Identity, Outcome, envelope, json, redact, resources, time};

/// What makes two records the same event: id, time and receiving account (quirk Q21). Never the request id (Q22).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// When it happened.
    pub time: DateTime<Utc>,
    /// `eventID`; for a record without one, the hash of the record.
    pub id: Arc<str>,
    /// `recipientAccountId`, empty where absent.
    pub account: Arc<str>,
}

/// The members of a record that screens, filters and rules read.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its identity among events.
    pub key: EventKey,
    /// `eventName` as written, API date included.
    pub name: Arc<str>,
    /// `eventSource`, such as `iam.amazonaws.com`.
    pub source: Arc<str>,
    /// `awsRegion`, any text (quirk Q26).
    pub region: Arc<str>,
    /// Who made the call.
    pub identity: Identity,
    /// What came of it.
    pub outcome: Outcome,
    /// `sourceIPAddress` as text: often a service name (quirk Q11).
    pub source_ip: Option<Arc<str>>,
    /// `userAgent`, written by the caller.
    pub user_agent: Option<Arc<str>>,
    /// `readOnly`: yes, no, or not said (quirk Q13).
    pub read_only: Option<bool>,
    /// `eventType`, such as `AwsApiCall`.
    pub event_type: Option<Arc<str>>,
    /// Joins the copies of one cross-account call.
    pub shared_id: Option<Arc<str>>,
    /// The resources the record names: ARNs, names, ids.
    pub resources: Vec<Arc<str>>,
}

impl Event {
    /// When it happened.
    pub fn time(&self) -> DateTime<Utc> {
        self.key.time
    }

    /// The event id.
    pub fn id(&self) -> &str {
        &self.key.id
    }

    /// The account that received the event, else the caller's.
    pub fn account(&self) -> &str {
        if self.key.account.is_empty() {
            self.identity.account.as_deref().unwrap_or_default()
        } else {
            &self.key.account
        }
    }

    /// The event name without an API date (`CreateFunction20150331v2` is `CreateFunction`, quirk Q24).
    pub fn base_name(&self) -> &str {
        without_api_date(&self.name)
    }

    /// `eventSource` without `.amazonaws.com`.
    pub fn service(&self) -> &str {
        self.source.split('.').next().unwrap_or_default()
    }

    /// Whether the call changes something: what `readOnly` says, else what the verb suggests.
    pub fn is_write(&self) -> bool {
        is_write(self.read_only, &self.name)
    }
}

fn is_write(read_only: Option<bool>, name: &str) -> bool {
    const READING: [&str; 10] = [
        "Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Scan", "BatchGet", "Check",
    ];
    match read_only {
        Some(read_only) => !read_only,
        None => !READING.iter().any(|verb| name.starts_with(verb)),
    }
}

/// Takes an API date off an event name: `20\d{6}(v\d+)?` at the end (quirk Q24).
pub fn without_api_date(name: &str) -> &str {
    if !name.ends_with(|c: char| c.is_ascii_digit()) {
        return name;
    }
    let unversioned = match name.rsplit_once('v') {
        Some((head, version)) if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) => head,
        _ => name,
    };
    let Some(cut) = unversioned.len().checked_sub(8) else {
        return name;
    };
    match unversioned.get(cut..) {
        Some(date) if date.starts_with("20") && date.bytes().all(|b| b.is_ascii_digit()) && cut > 0 => &name[..cut],
        _ => name,
    }
}

/// A record as it is kept: the event, the whole record with its secrets replaced, and the hash of the original.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The normalised members.
    pub event: Event,
    /// The whole record, secrets replaced.
    pub body: Arc<Value>,
    /// SHA-256 of the record's bytes as read, before anything was replaced.
    pub sha256: [u8; 32],
}

/// Why a text is not a CloudTrail record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not JSON.
    #[error("not valid JSON: {0}")]
    Json(String),
    /// JSON, but without the members every record has.
    #[error("not a CloudTrail record: {0}")]
    NotARecord(&'static str),
}

/// Lets equal texts of many records share memory.
#[derive(Debug, Default)]
pub struct Interner(std::collections::HashSet<Arc<str>>);

impl Interner {
    /// Texts that are kept, about: callers choose what they call themselves, and could fill the memory with it.
    const MOST: usize = 1 << 16;

    /// Begins anew if there are very many.
    pub fn forget_many(&mut self) {
        if self.0.len() > Self::MOST {
            self.0.clear();
        }
    }

    /// The shared copy of `text`.
    pub fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let shared: Arc<str> = text.into();
        self.0.insert(shared.clone());
        shared
    }
}

impl Record {
    /// Reads one record, bare or in an envelope (LookupEvents entry, EventBridge `detail`).
    pub fn parse(bytes: &[u8], interner: &mut Interner) -> Result<Self, RecordError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|e| RecordError::Json(e.to_string()))?;
        match envelope::unwrap(value)? {
            envelope::Unwrapped::Bare(value) => Self::from_value(value, Sha256::digest(bytes).into(), interner),
            envelope::Unwrapped::Text(value, text) => {
                Self::from_value(value, Sha256::digest(text.as_bytes()).into(), interner)
            }
        }
    }

    /// Reads a record that was parsed already; `sha256` is the hash of its original bytes.
    pub fn from_value(mut body: Value, sha256: [u8; 32], interner: &mut Interner) -> Result<Self, RecordError> {
        if !body.is_object() {
            return Err(RecordError::NotARecord("it is not an object"));
        }
        redact::redact(&mut body);
        let event = normalise(&body, sha256, interner)?;
        Ok(Self {
            event,
            body: Arc::new(body),
            sha256,
        })
    }
}

fn normalise(body: &Value, sha256: [u8; 32], interner: &mut Interner) -> Result<Event, RecordError> {
    let event_time = body
        .get("eventTime")
        .or_else(|| body.get("@timestamp"))
        .and_then(time::parse)
        .ok_or(RecordError::NotARecord("it has no eventTime"))?;
    let is_insight = json::object(body, "insightDetails").is_some();
    if json::text(body, "eventName").is_none() && !is_insight && json::text(body, "eventSource").is_none() {
        return Err(RecordError::NotARecord("it has neither eventName nor eventSource"));
    }
    // Ids and times are nearly all different: interning them would only cost memory.
    let id: Arc<str> = match json::text(body, "eventID") {
        Some(id) => id.into(),
        None => format!("sha256:{}", hex::encode(&sha256[..16])).into(),
    };
    let mut intern = |text: &str| interner.intern(text);
    let identity = Identity::of(body, &mut intern);
    let named = if is_insight { &body["insightDetails"] } else { body };
    let mut text = |value: &Value, key: &str| json::text(value, key).map(&mut intern);
    let name = text(named, "eventName").unwrap_or_else(|| "".into());
    let read_only = json::truth(body, "readOnly");
    Ok(Event {
        key: EventKey {
            time: event_time,
            id,
            account: text(body, "recipientAccountId").unwrap_or_else(|| "".into()),
        },
        name: name.clone(),
        source: text(named, "eventSource").unwrap_or_else(|| "".into()),
        region: text(body, "awsRegion").unwrap_or_else(|| "".into()),
        identity,
        outcome: Outcome::of(body),
        source_ip: text(body, "sourceIPAddress"),
        user_agent: text(body, "userAgent"),
        read_only,
        event_type: text(body, "eventType"),
        shared_id: text(body, "sharedEventID"),
        resources: resources::of(body, is_write(read_only, &name))
            .iter()
            .map(|r| interner.intern(r))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_date_folds_away_and_nothing_else_does() {
        for (name, base) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("GetFunction20150331v2", "GetFunction"),
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("CreateUser", "CreateUser"),
            ("Receive", "Receive"),
            ("Approve", "Approve"),
            ("20150331", "20150331"),
            ("PutX19990101", "PutX19990101"),
            ("", ""),
            ("né20150331", "né"),
        ] {
            assert_eq!(without_api_date(name), base);
        }
    }
}
