//! The texts that a record must hold to answer a lead.
//!
//! The archive reader looks for a value among the strings of a record ([`terms`](crate::cloudtrail::terms)); a statement
//! looks for *needles* in the record's text. They find the same and a little more: a value stands there between quotes,
//! after the `/` or `:` of an ARN or a principal. Of a value with characters that JSON may write in several ways, the
//! longest part without them is looked for.

use std::collections::BTreeSet;

use super::text::Literal;
use crate::cloudtrail::terms;
use crate::investigation::lead::{Attribute, Lead};

/// A part this short would be found in every record.
const SHORTEST_PART: usize = 3;
/// From this length on, the end of a value tells it from others, whatever stands before.
const LONG: usize = 12;

/// What to look for, for some leads.
#[derive(Debug, Default)]
pub(super) struct Needles {
    /// In any record: ids, keys, addresses.
    pub anywhere: Vec<Literal>,
    /// In the principals that any record names (`AROA...:session`): the names of sessions.
    pub in_principals: Vec<Literal>,
    /// In calls that can be part of a chain.
    pub in_candidates: Vec<Literal>,
}

impl Needles {
    /// The needles of one lead.
    pub(super) fn of(lead: &Lead) -> Self {
        let value = lead.value.as_str();
        let mut needles = Self::default();
        // The reader finds an address whatever it was asked as: a user may have the name of one.
        let is_token = matches!(lead.attribute, Attribute::AccessKeyId | Attribute::SourceAddress)
            || terms::is_address(value.as_bytes());
        if terms::is_id(value.as_bytes()) {
            // Nothing else looks like an id, so it needs no quotes around it.
            needles.anywhere.extend(Literal::new(value));
        } else if !value.chars().all(is_plain) {
            for part in parts(value).iter().filter_map(|part| Literal::new(part)) {
                if is_token {
                    needles.anywhere.push(part.clone());
                }
                needles.in_principals.push(part.clone());
                needles.in_candidates.push(part);
            }
        } else if !value.is_empty() {
            let written = |text: String| Literal::new(&text);
            if is_token {
                needles.anywhere.extend(written(format!("\"{value}\"")));
            }
            let whole = terms::principal(value.as_bytes()).map(|_| format!("{value}\""));
            needles.in_principals.extend(
                [Some(format!(":{value}\"")), whole]
                    .into_iter()
                    .flatten()
                    .filter_map(written),
            );
            let ends = if value.len() >= LONG {
                vec![format!("{value}\"")]
            } else {
                ["\"", "/", ":"].map(|before| format!("{before}{value}\"")).into()
            };
            let head = is_account(value).then(|| format!("\"{value}:"));
            needles
                .in_candidates
                .extend(ends.into_iter().chain(head).filter_map(written));
        }
        needles
    }

    /// Takes in those of another lead.
    pub(super) fn add(&mut self, other: Self) {
        self.anywhere.extend(other.anywhere);
        self.in_principals.extend(other.in_principals);
        self.in_candidates.extend(other.in_candidates);
    }

    /// Bytes that they take in a statement.
    pub(super) fn len(&self) -> usize {
        let all = [&self.anywhere, &self.in_principals, &self.in_candidates];
        all.into_iter().flatten().map(|needle| needle.len() + ", ".len()).sum()
    }
}

/// The head of a principal such as `123456789012:federated-user`.
fn is_account(value: &str) -> bool {
    value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit())
}

/// Whether JSON writes a character in one way only. Some writers escape the signs of HTML, too.
fn is_plain(c: char) -> bool {
    (c == ' ' || c.is_ascii_graphic()) && !"\"\\<>&'=".contains(c)
}

/// What to look for of a value that JSON may write in several ways.
fn parts(value: &str) -> BTreeSet<String> {
    let longest = |parts: &mut dyn Iterator<Item = &str>| parts.max_by_key(|part| part.len()).map(str::to_owned);
    match longest(&mut value.split(|c| !is_plain(c))) {
        Some(part) if part.len() >= SHORTEST_PART => BTreeSet::from([part]),
        // JSON may hold these as they are, and no statement can.
        _ => longest(&mut value.split(|c| matches!(c, '\u{7f}'..='\u{9f}')))
            .map(|part| writings(&part))
            .unwrap_or_default(),
    }
}

/// A text as the writers of JSON there are write it: with or without escapes for the signs of HTML, and for what is not
/// ASCII; and as it is.
fn writings(text: &str) -> BTreeSet<String> {
    let lower: fn(u16) -> String = |unit| format!("\\u{unit:04x}");
    let upper: fn(u16) -> String = |unit| format!("\\u{unit:04X}");
    let mut all = BTreeSet::from([text.to_owned()]);
    for unit in [lower, upper] {
        for is_html_escaped in [false, true] {
            for is_ascii in [false, true] {
                let is_escaped = |c: char| is_html_escaped && "<>&'=".contains(c) || is_ascii && !c.is_ascii();
                all.insert(text.chars().map(|c| written(c, is_escaped(c), unit)).collect());
            }
        }
    }
    all
}

/// A character inside a string of JSON.
fn written(c: char, is_escaped: bool, unit: fn(u16) -> String) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        _ if is_escaped || c < ' ' => c.encode_utf16(&mut [0; 2]).iter().map(|&of| unit(of)).collect(),
        _ => c.to_string(),
    }
}
