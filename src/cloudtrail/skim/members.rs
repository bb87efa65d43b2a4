//! The members that a record is counted by, known by the bytes of their names.

use super::super::time;
use super::Skim;

/// The members of a record that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Time,
    Source,
    Name,
    Region,
    Account,
    Address,
    /// An envelope around the record, as LookupEvents writes it.
    CloudTrailEvent,
    /// Query engines return this and the next as text with JSON in it.
    UserIdentity,
    RequestParameters,
}

/// A name to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Of a member of the record itself.
    Own(Own),
    /// Wherever it stands.
    AccessKeyId,
}

/// How the names are spelt. Each has one of [`NAME_LENGTHS`](super::super::structure::NAME_LENGTHS).
const NAMES: [(&str, Known); 10] = [
    ("eventTime", Known::Own(Own::Time)),
    ("eventSource", Known::Own(Own::Source)),
    ("eventName", Known::Own(Own::Name)),
    ("awsRegion", Known::Own(Own::Region)),
    ("recipientAccountId", Known::Own(Own::Account)),
    ("sourceIPAddress", Known::Own(Own::Address)),
    ("CloudTrailEvent", Known::Own(Own::CloudTrailEvent)),
    ("userIdentity", Known::Own(Own::UserIdentity)),
    ("requestParameters", Known::Own(Own::RequestParameters)),
    ("accessKeyId", Known::AccessKeyId),
];
/// Spreads the endings of the names over [`PLACES`], no two to one: found by trying.
const SPREAD: u64 = 0x6b0d_549b_6f03_675b;
const PLACES: usize = 16;
/// The names at their places: most other names are told from them by one look.
const AT: [Spelling; PLACES] = {
    let mut at = [Spelling::of("", Known::AccessKeyId); PLACES];
    let mut n = 0;
    while n < NAMES.len() {
        let spelling = Spelling::of(NAMES[n].0, NAMES[n].1);
        let place = place(spelling.words[0]);
        assert!(at[place].length == 0, "two names fall to one place");
        at[place] = spelling;
        n += 1;
    }
    at
};

/// A name as numbers: comparing these is cheaper than comparing texts of any length.
#[derive(Debug, Clone, Copy)]
struct Spelling {
    known: Known,
    length: usize,
    /// The last eight bytes, the eight before and the first eight; they overlap where the name is shorter.
    words: [u64; 3],
}

impl Spelling {
    const fn of(name: &str, known: Known) -> Self {
        let (name, length) = (name.as_bytes(), name.len());
        let words = match length {
            0 => [0; 3],
            _ => words(name, length),
        };
        Self { known, length, words }
    }
}

/// The words of a name that ends a text.
#[inline(always)]
const fn words(text: &[u8], length: usize) -> [u64; 3] {
    let end = text.len();
    [
        word(text, end - 8),
        word(text, end - if length < 16 { length } else { 16 }),
        word(text, end - length),
    ]
}

#[inline(always)]
const fn word(text: &[u8], at: usize) -> u64 {
    match text.split_at(at).1.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few high bits are wanted")]
#[inline(always)]
const fn place(ending: u64) -> usize {
    (ending.wrapping_mul(SPREAD) >> (u64::BITS - PLACES.ilog2())) as usize
}

impl Known {
    /// The name that ends this text, with its quotes.
    #[inline(always)]
    pub(super) fn before(text: &[u8]) -> Option<Self> {
        let (_, text) = text.split_last()?;
        let ending = u64::from_le_bytes(*text.last_chunk()?);
        let spelling = &AT[place(ending)];
        if spelling.words[0] != ending {
            return None;
        }
        let quote = text.len().checked_sub(spelling.length + 1)?;
        (text[quote] == b'"' && words(text, spelling.length) == spelling.words).then_some(spelling.known)
    }
}

/// The record's own members, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Members<'t> {
    /// The texts of the first members of [`Own`].
    texts: [Option<&'t [u8]>; Own::Address as usize + 1],
    /// The record may be an envelope, or cannot be read without unescaping.
    pub unclear: bool,
}

impl<'t> Members<'t> {
    /// Takes a member's value, if it is a text.
    #[inline(always)]
    pub(super) fn take(&mut self, member: Own, text: Option<&'t [u8]>) {
        match member {
            Own::CloudTrailEvent => self.unclear = true,
            Own::UserIdentity | Own::RequestParameters => self.unclear |= text.is_some(),
            _ => {
                // Null, a number, an object: nothing that CloudTrail writes here.
                self.unclear |= text.is_none();
                self.texts[member as usize] = text;
            }
        }
    }

    fn text(&self, member: Own) -> Option<&'t [u8]> {
        self.texts[member as usize]
    }

    pub(super) fn address(&self) -> Option<&'t [u8]> {
        self.text(Own::Address)
    }

    pub(super) fn finish(self) -> Option<Skim<'t>> {
        if self.unclear {
            return None;
        }
        let text = |member| std::str::from_utf8(self.text(member).unwrap_or_default()).ok();
        self.text(Own::Source)?;
        Some(Skim {
            time: time::parse_bytes(self.text(Own::Time)?)?,
            source: text(Own::Source)?,
            name: text(Own::Name).filter(|name| !name.is_empty())?,
            region: text(Own::Region)?,
            account: text(Own::Account)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::structure::NAME_LENGTHS;
    use super::*;

    #[test]
    fn every_name_is_known_by_its_quotes_and_nothing_else_is() {
        for (name, known) in NAMES {
            assert!(
                NAME_LENGTHS.iter().any(|&length| length as usize == name.len()),
                "{name}"
            );
            assert_eq!(Known::before(format!("{{\"{name}\"").as_bytes()), Some(known), "{name}");
            for other in [
                format!("{{\"x{name}\""),
                format!("{name}\""),
                format!("\"{}\"", &name[1..]),
            ] {
                assert_eq!(Known::before(other.as_bytes()), None, "{other}");
            }
        }
    }
}
