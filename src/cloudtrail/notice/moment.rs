//! The times notices write. What stands there is kept; it becomes UTC only where the text says its offset.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::short;
use crate::cloudtrail::time;

/// A time as a notice gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// As it stands there.
    pub text: String,
    /// In UTC; `None` where the text does not say the offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc: Option<DateTime<Utc>>,
}

/// Forms with an offset.
const WITH_OFFSET: [&str; 5] = [
    "%B %d, %Y %H:%M:%S (UTC%:z)",
    "%B %d, %Y, %H:%M:%S (UTC%:z)",
    "%Y-%m-%d %H:%M:%S%.f %:z",
    "%Y-%m-%d %H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.f%z",
];
/// Forms that a word for UTC follows.
const IN_UTC: [&str; 5] = [
    "%B %d, %Y %H:%M:%S",
    "%B %d, %Y, %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
];
const WORDS_FOR_UTC: [&str; 5] = ["(UTC)", "UTC", "(GMT)", "GMT", "Z"];

impl Moment {
    /// Reads a time; `None` for an empty text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = short(text);
        let utc = utc(&text);
        (!text.is_empty()).then_some(Self { text, utc })
    }

    /// Reads seconds or milliseconds since the epoch.
    pub(super) fn number(number: &serde_json::Value) -> Option<Self> {
        Some(Self {
            text: number.to_string(),
            utc: Some(time::parse(number)?),
        })
    }

    /// The time in words, in the reader's own form where it is known.
    pub fn said(&self, when: impl Fn(DateTime<Utc>) -> String) -> String {
        match self.utc {
            Some(utc) => when(utc),
            None => format!("{} (zone not known)", self.text),
        }
    }
}

fn utc(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim_end_matches('.');
    if let Ok(time) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)) {
        return Some(time.to_utc());
    }
    let offset = WITH_OFFSET
        .iter()
        .find_map(|form| DateTime::parse_from_str(text, form).ok());
    if let Some(time) = offset {
        return Some(time.to_utc());
    }
    let plain = WORDS_FOR_UTC
        .iter()
        .find_map(|word| text.strip_suffix(word))?
        .trim_end();
    let naive = IN_UTC
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(plain, form).ok())?;
    Some(Utc.from_utc_datetime(&naive))
}
