//! The notice that says a key leaked: an AWS Health event, a GuardDuty or Security Hub finding, a support case, an e-mail,
//! or any text with key ids in it.
//!
//! Anybody may have written it. It is recognised by its content: JSON first, then labelled lines, then a plain search for
//! key ids. A key id is only taken where it stands in the text whole; a masked one is asked for, never guessed.
//!
//! | file | one idea |
//! |---|---|
//! | `documents` | AWS Health, GuardDuty, Security Hub, whatever they are wrapped in |
//! | `lines` | `Label: value` pairs, one or several on a line |
//! | `search` | key ids, whole and masked, anywhere in a text |
//! | `moment` | the times notices write |

mod documents;
mod lines;
mod moment;
mod search;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::redact;
pub use moment::Moment;

/// The longest text that is read, in bytes: a notice is a page or two.
pub const LONGEST: usize = 1 << 20;
/// The most keys that are taken from one notice; a list that is longer is not a notice.
pub const MOST_KEYS: usize = 100;
/// The most remarks that are kept, and how long each value may be.
const MOST_NOTES: usize = 50;
const LONGEST_VALUE: usize = 300;

/// What kind of notice a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// An AWS support case that names no key: the list is in the case itself.
    SupportCase,
    /// An AWS support case with a block of lines for each key.
    SupportCaseKeys,
    /// The e-mail "Irregular Activity Detected for Your AWS Access Key".
    EmailIrregular,
    /// An AWS Health event.
    Health,
    /// A GuardDuty finding.
    Guardduty,
    /// A Security Hub finding.
    Asff,
    /// Anything else.
    #[default]
    Text,
}

impl Format {
    /// What to call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::SupportCase | Self::SupportCaseKeys => "AWS support case",
            Self::EmailIrregular => "AWS e-mail on irregular activity",
            Self::Health => "AWS Health event",
            Self::Guardduty => "GuardDuty finding",
            Self::Asff => "Security Hub finding",
            Self::Text => "text",
        }
    }
}

/// What a notice says of one key, or of one that it does not name in full.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mention {
    /// The key's id, as it stands in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The id where only a part of it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked: Option<String>,
    /// The user or role it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The unique id of that user or role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<String>,
    /// The call that was seen, or the type of the finding where no call is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Moment>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The country of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A notice, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notice {
    /// What kind of notice it is.
    pub format: Format,
    /// What it says of each key.
    pub mentions: Vec<Mention>,
    /// The account it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The support case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
    /// The subject or title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<String>,
    /// The AWS Health event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_arn: Option<String>,
    /// What was not understood, and what to be careful about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The text, live secrets replaced.
    pub text: String,
}

/// Reads a notice. Any text gives one; what it does not say is left open.
pub fn parse(text: &str) -> Notice {
    let whole = text.trim_start_matches('\u{feff}');
    let text = &whole[..whole.floor_char_boundary(LONGEST)];
    // What is said is read from the text without its secrets, so that none gets in by another door. The ids are looked for
    // in the text as it came: those inside of signed addresses are hidden together with the signature.
    let (kept, redacted) = redact::redact_prose(text);
    let mut notice = documents::read(&kept).unwrap_or_else(|| lines::read(&kept));
    let found = search::keys(text);
    // No id is taken that does not stand in the text as it is.
    for mention in &mut notice.mentions {
        mention.key.take_if(|key| !found.contains(&key.as_str()));
    }
    for key in found {
        if !notice.keys().any(|known| known == key) {
            notice.mention(Mention::of(key));
        }
    }
    for masked in search::masked(&kept) {
        let masked = short(masked);
        if !notice.masked().any(|known| known == masked) {
            notice.mention(Mention {
                masked: Some(masked),
                ..Mention::default()
            });
        }
    }
    notice.mentions.retain(|mention| *mention != Mention::default());
    if redacted {
        notice.note("what looks like a live secret was removed from the text; treat it as leaked");
    }
    if whole.len() > text.len() {
        notice.note("only the first megabyte of the text was read");
    }
    notice.text = kept;
    notice
}

impl Notice {
    /// The key ids it names in full, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.mentions.iter().filter_map(|m| m.key.as_deref())
    }

    /// The ids of which only a part can be read.
    pub fn masked(&self) -> impl Iterator<Item = &str> {
        self.mentions.iter().filter_map(|m| m.masked.as_deref())
    }

    /// What is still to be found out: which key it names only in part, beside those it names whole.
    pub fn question(&self) -> Option<String> {
        let masked = self.masked().next().filter(|_| self.keys().next().is_some())?;
        Some(format!(
            "the notice names another key only in part ({masked}): find out which it is"
        ))
    }

    /// When it says that a key was used; `None` where it names no time, or one without its zone.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        self.mentions.iter().find_map(|m| m.time.as_ref()?.utc)
    }

    /// Whether it names this source address.
    pub fn names_address(&self, address: IpAddr) -> bool {
        self.mentions.iter().any(|m| m.address == Some(address))
    }

    /// Whether the text is nothing but key ids: then there is nothing else to keep.
    pub fn is_only_keys(&self) -> bool {
        let mut words = self
            .text
            .split([' ', ',', ';', '\t', '\r', '\n'])
            .filter(|w| !w.is_empty());
        words.all(|word| self.keys().any(|key| key == word))
    }

    /// What it says, in a line: `GetCallerIdentity from 203.0.113.39, 2026-01-01 00:00 UTC, case 170000000012345`.
    pub fn headline(&self, when: impl Fn(DateTime<Utc>) -> String) -> String {
        let said = self.mentions.iter().find(|m| m.address.is_some() || m.event.is_some());
        let mut parts = Vec::new();
        if let Some(mention) = said {
            let event = mention.event.as_deref().unwrap_or("a call");
            parts.push(match mention.address {
                Some(address) => format!("{event} from {address}"),
                None => event.to_owned(),
            });
            parts.extend(mention.time.as_ref().map(|time| time.said(&when)));
        } else {
            parts.push(self.format.label().to_owned());
        }
        let case = self.case_id.iter().map(|id| format!("case {id}"));
        parts.extend(
            case.chain(
                self.subject
                    .clone()
                    .filter(|_| said.is_none() && self.case_id.is_none()),
            ),
        );
        let keys = self.keys().count();
        if keys > 1 {
            parts.push(format!("{keys} keys"));
        }
        parts.join(", ")
    }

    fn mention(&mut self, mention: Mention) {
        if self.mentions.len() < MOST_KEYS {
            self.mentions.push(mention);
        } else {
            self.note(&format!(
                "the notice names more than {MOST_KEYS} keys; the first are taken"
            ));
        }
    }

    fn note(&mut self, note: &str) {
        let note = short(note);
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl Mention {
    fn of(key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..Self::default()
        }
    }
}

/// A value, at most so long.
fn short(text: &str) -> String {
    text.trim().chars().take(LONGEST_VALUE).collect()
}

/// An address as notices write it: alone, or with something behind it.
fn address(text: &str) -> Option<IpAddr> {
    let word = text.trim().split([' ', ',', ';', '(', '/']).next()?;
    word.trim_end_matches('.').parse().ok()
}
