//! What a record is about, read from its structure without parsing it.
//!
//! Exact where it answers, and it says so where it cannot: an envelope, a record whose own members are written with
//! escapes, or one that lacks a member has to be parsed.

use chrono::{DateTime, NaiveDate, Utc};
use memchr::memchr;

use super::scan::Element;
use super::structure::{BLOCK, bits};
use super::terms::{self, Term};
use super::time;

/// The members of a record that every record is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skim<'t> {
    /// When it happened.
    pub time: DateTime<Utc>,
    /// `eventSource`.
    pub source: &'t str,
    /// `eventName`.
    pub name: &'t str,
    /// `awsRegion`, empty where absent.
    pub region: &'t str,
    /// `recipientAccountId`, empty where absent.
    pub account: &'t str,
}

/// The record's own members, as far as they were met.
#[derive(Default)]
struct Members<'t> {
    time: Option<&'t [u8]>,
    source: Option<&'t [u8]>,
    name: Option<&'t [u8]>,
    region: Option<&'t [u8]>,
    account: Option<&'t [u8]>,
    address: Option<&'t [u8]>,
    /// The record may be an envelope, or cannot be read without unescaping.
    unclear: bool,
}

/// How the names begin that [`Members::take`] knows.
const BEGINNINGS: [&[u8; 8]; 9] = [
    b"eventTim",
    b"eventSou",
    b"eventNam",
    b"awsRegio",
    b"recipien",
    b"sourceIP",
    b"CloudTra",
    b"userIden",
    b"requestP",
];
/// Spreads them over sixteen places, no two to one: found by trying.
const SPREAD: u64 = 0x63ca_828d_d5f4_b3b3;
/// The beginnings at their places. Most strings are told from the names by one look.
const KNOWN: [u64; 16] = {
    let mut known = [0; 16];
    let mut n = 0;
    while n < BEGINNINGS.len() {
        let beginning = u64::from_le_bytes(*BEGINNINGS[n]);
        assert!(known[place(beginning)] == 0, "two names fall to one place");
        known[place(beginning)] = beginning;
        n += 1;
    }
    known
};

const fn place(beginning: u64) -> usize {
    (beginning.wrapping_mul(SPREAD) >> 60) as usize
}

/// The member whose value finds a record whatever its form: some archives have masked ids.
const ACCESS_KEY_ID: &[u8; 11] = b"accessKeyId";
/// From the quote before it to the one behind it.
const TO_ITS_END: usize = ACCESS_KEY_ID.len() + 1;

impl<'t> Element<'t> {
    /// Reads the element and appends the hashes of its tokens (see [`terms`]) to `tokens`: of all of them, and perhaps
    /// of some names that look like one. `None` if the element has to be parsed; what was appended is then void.
    pub fn skim(&self, tokens: &mut Vec<Term>) -> Option<Skim<'t>> {
        let mut members = Members::default();
        let mut depth = 0;
        let mut starts_before = 0;
        for (n, mask) in self.block_masks() {
            let block = &self.blocks[n];
            let base = n * BLOCK;
            for bit in bits(block.id_like & mask) {
                self.tokens_at(base + bit, tokens);
            }
            // Where a string of that length ends.
            let starts = block.starts & mask;
            let ends = block.ends & mask & (starts << TO_ITS_END | starts_before >> (BLOCK - TO_ITS_END));
            starts_before = starts;
            for bit in bits(ends) {
                members.unclear |= self.access_key_at(base + bit, tokens);
            }
            let own = own_level(block.opens & mask, block.closes & mask, &mut depth) & mask;
            if own != 0 {
                members.unclear |= block.escapes & own != 0;
                for bit in bits(block.starts & own) {
                    members.take(&self.window[base + bit..self.end]);
                }
            }
            members.unclear |= block.torn & mask != 0;
        }
        let address = members.address.filter(|address| terms::is_address(address));
        tokens.extend(address.map(terms::hash));
        members.finish()
    }

    /// Appends the value of the access key that is named before this quote, if it is one and was not found by its form.
    /// Returns whether it cannot be read without unescaping.
    fn access_key_at(&self, quote: usize, tokens: &mut Vec<Term>) -> bool {
        if self.window[..quote].last_chunk() != Some(ACCESS_KEY_ID) {
            return false;
        }
        match value_text(&self.window[quote + 1..self.end]) {
            Some(value) if memchr(b'\\', value).is_some() => return true,
            Some(value) if !value.is_empty() && !terms::is_id(value) => tokens.push(terms::hash(value)),
            _ => {}
        }
        false
    }

    /// The blocks it lies in, each with the bits that belong to it.
    fn block_masks(&self) -> impl Iterator<Item = (usize, u64)> + use<> {
        let (start, end) = (self.start, self.end);
        (start / BLOCK..end.div_ceil(BLOCK)).map(move |n| {
            let from = start.saturating_sub(n * BLOCK).min(BLOCK - 1);
            let to = (end - n * BLOCK).min(BLOCK);
            (n, (!0_u64 << from) & (!0_u64 >> (BLOCK - to)))
        })
    }

    /// Appends the tokens of the string whose first byte is at `at`.
    #[inline]
    fn tokens_at(&self, at: usize, tokens: &mut Vec<Term>) {
        let text = &self.window[at..self.end];
        let length = text.iter().take_while(|&&byte| terms::is_id_byte(byte)).count();
        match text.get(length) {
            Some(b'"') if length >= 16 => tokens.push(terms::hash(&text[..length])),
            Some(b':') if length >= 12 => {
                let end = string_end(text);
                if memchr(b'\\', &text[..end]).is_some() {
                    unescaped_tokens(&text[..end], tokens);
                } else {
                    terms::each_token(&text[..end], &mut |token| tokens.push(terms::hash(token)));
                }
            }
            // Whoever writes a letter as an escape is not to hide an id by it. Other strings with an escape after a few
            // capitals are rare.
            Some(b'\\') => unescaped_tokens(&text[..string_end(text)], tokens),
            _ => {}
        }
    }

    /// Every text value in it, unescaped. Names of members are left out.
    pub fn each_value(&self, found: &mut impl FnMut(&[u8])) {
        let mut from = None;
        for (n, mask) in self.block_masks() {
            let block = &self.blocks[n];
            for bit in bits((block.starts | block.ends) & mask) {
                let at = n * BLOCK + bit;
                if block.starts >> bit & 1 == 1 {
                    from = Some(at + 1);
                } else if let Some(from) = from.take() {
                    let after = self.window[at + 1..self.end]
                        .iter()
                        .find(|byte| !byte.is_ascii_whitespace());
                    if after == Some(&b':') {
                        continue;
                    }
                    let text = &self.window[from..at];
                    if memchr(b'\\', text).is_some() {
                        if let Some(text) = unescape(text) {
                            found(text.as_bytes());
                        }
                    } else {
                        found(text);
                    }
                }
            }
        }
    }
}

/// The bits of a block at which the record's own members lie, not those of objects inside it.
#[inline]
fn own_level(opens: u64, closes: u64, depth: &mut usize) -> u64 {
    let mut own = 0;
    let mut from = 0;
    for bit in bits(opens | closes) {
        if *depth == 1 {
            own |= (!0_u64 << from) & !(!0_u64 << bit);
        }
        from = bit;
        if opens >> bit & 1 == 1 {
            *depth += 1;
        } else {
            *depth = depth.saturating_sub(1);
        }
    }
    if *depth == 1 {
        own |= !0_u64 << from;
    }
    own
}

impl<'t> Members<'t> {
    /// Takes the member whose name begins with the quote at the start of `text`, if it is one to know.
    #[inline]
    fn take(&mut self, text: &'t [u8]) {
        let Some(beginning) = text.get(1..).and_then(<[u8]>::first_chunk) else {
            return;
        };
        let beginning = u64::from_le_bytes(*beginning);
        if KNOWN[place(beginning)] != beginning {
            return;
        }
        let (length, into) = match text.get(1) {
            Some(b'e') if begins(text, b"\"eventTime\"") => (11, &mut self.time),
            Some(b'e') if begins(text, b"\"eventSource\"") => (13, &mut self.source),
            Some(b'e') if begins(text, b"\"eventName\"") => (11, &mut self.name),
            Some(b'a') if begins(text, b"\"awsRegion\"") => (11, &mut self.region),
            Some(b'r') if begins(text, b"\"recipientAccountId\"") => (20, &mut self.account),
            Some(b's') if begins(text, b"\"sourceIPAddress\"") => (17, &mut self.address),
            Some(b'C') if begins(text, b"\"CloudTrailEvent\"") => {
                self.unclear = true;
                return;
            }
            // Query engines return these as text with JSON in it.
            Some(b'u') if begins(text, b"\"userIdentity\"") => {
                self.unclear |= value_text(&text[14..]).is_some();
                return;
            }
            Some(b'r') if begins(text, b"\"requestParameters\"") => {
                self.unclear |= value_text(&text[19..]).is_some();
                return;
            }
            _ => return,
        };
        let rest = &text[length..];
        if let Some(value) = value_text(rest) {
            *into = Some(value);
        } else if rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':') {
            // Null, a number, an object: nothing that CloudTrail writes here.
            self.unclear = true;
        }
    }

    fn finish(self) -> Option<Skim<'t>> {
        if self.unclear {
            return None;
        }
        let text = |bytes: Option<&'t [u8]>| std::str::from_utf8(bytes.unwrap_or_default()).ok();
        Some(Skim {
            time: moment(self.time?)?,
            source: text(Some(self.source?))?,
            name: text(Some(self.name.filter(|name| !name.is_empty())?))?,
            region: text(self.region)?,
            account: text(self.account)?,
        })
    }
}

/// Whether `text` begins with a name. Lengths known to the compiler become a few comparisons of whole words.
#[inline]
fn begins<const N: usize>(text: &[u8], name: &[u8; N]) -> bool {
    text.first_chunk() == Some(name)
}

/// The text value that follows a member's name, if it is a text; not unescaped.
fn value_text(after_name: &[u8]) -> Option<&[u8]> {
    let text = if let Some(text) = after_name.strip_prefix(b":\"") {
        text
    } else {
        let rest = after_name.trim_ascii_start().strip_prefix(b":")?;
        rest.trim_ascii_start().strip_prefix(b"\"")?
    };
    Some(&text[..string_end(text)])
}

/// The length of a string up to its closing quote.
fn string_end(text: &[u8]) -> usize {
    let mut from = 0;
    while let Some(quote) = memchr(b'"', &text[from..]) {
        let end = from + quote;
        let backslashes = text[..end].iter().rev().take_while(|&&byte| byte == b'\\').count();
        if backslashes % 2 == 0 {
            return end;
        }
        from = end + 1;
    }
    text.len()
}

fn unescape(text: &[u8]) -> Option<String> {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(text);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).ok()
}

fn unescaped_tokens(text: &[u8], tokens: &mut Vec<Term>) {
    if let Some(text) = unescape(text) {
        terms::each_token(text.as_bytes(), &mut |token| tokens.push(terms::hash(token)));
    }
}

/// Reads a time: CloudTrail's own form quickly, any other as [`time::parse_text`] does.
fn moment(text: &[u8]) -> Option<DateTime<Utc>> {
    let number = |from: usize, to: usize| {
        text[from..to].iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    let is_plain = text.len() == 20
        && [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')]
            .iter()
            .all(|&(at, sign)| text[at] == sign);
    if !is_plain {
        return time::parse_text(std::str::from_utf8(text).ok()?);
    }
    let year = i32::try_from(number(0, 4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    Some(
        day.and_hms_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?)?
            .and_utc(),
    )
}

#[cfg(test)]
mod tests;
