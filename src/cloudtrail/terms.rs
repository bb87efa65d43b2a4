//! The values a record can be looked up by, and their hashes.
//!
//! - *Tokens* find any record: access key ids and unique ids (`AIDA...`, `AROA...`) that stand as a whole value, the two
//!   halves of `AROA...:session`, whatever stands under `accessKeyId`, and the address a call came from.
//! - *Terms* find only calls that can be part of a chain: every text value, and the last segment of an ARN.

use std::collections::HashSet;

use memchr::memrchr;
use serde_json::Value;

/// The hash of a value. Two values may share one: whoever finds a record by hash looks again at the record itself.
pub type Term = u32;

/// Lengths of values that are terms, in bytes. The longest ARN has 2,048.
const TERM_LENGTHS: std::ops::RangeInclusive<usize> = 2..=2048;

/// Lengths of identifiers that AWS gives out, in bytes.
const ID_LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

/// The hash of one value.
#[inline]
pub fn hash(text: &[u8]) -> Term {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = text.len() as u64;
    let mut mix = |word: u64| {
        let wide = u128::from(state ^ word) * u128::from(SPREAD);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are wanted, folded into one")]
        let folded = (wide as u64) ^ ((wide >> 64) as u64);
        state = folded;
    };
    for word in text.as_chunks().0 {
        mix(u64::from_le_bytes(*word));
    }
    // The last words may overlap with the ones before: that is cheaper than padding.
    let last = match (text.first_chunk(), text.last_chunk(), text.last_chunk()) {
        (_, Some(eight), _) => u64::from_le_bytes(*eight),
        (Some(first), None, Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    mix(last ^ SPREAD);
    #[expect(clippy::cast_possible_truncation, reason = "a hash of 32 bits is wanted")]
    let term = (state ^ state >> 32) as Term;
    term
}

/// Whether a text has the form of an identifier that AWS gives out: 16 to 128 capitals and digits.
pub fn is_id(text: &[u8]) -> bool {
    ID_LENGTHS.contains(&text.len()) && text.iter().all(|&byte| is_id_byte(byte))
}

/// Whether a byte may be part of such an identifier.
pub(super) fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// Whether a source of calls is an address: services stand there by their names, and nobody asks for those.
pub fn is_address(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_digit) || value.contains(&b':')
}

/// Splits `AROA...:session` and `account:federated-user`.
pub fn principal(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = value.iter().take(129).position(|&byte| !is_id_byte(byte))?;
    principal_at(value, colon)
}

/// Splits a value of capitals and digits up to this place, where a colon may be.
fn principal_at(value: &[u8], colon: usize) -> Option<(&[u8], &[u8])> {
    let (head, tail) = (&value[..colon], value[colon..].strip_prefix(b":")?);
    let is_account = head.len() == 12 && head.iter().all(u8::is_ascii_digit);
    ((ID_LENGTHS.contains(&head.len()) || is_account) && !tail.is_empty()).then_some((head, tail))
}

/// Every token in one value.
pub fn each_token(value: &[u8], found: &mut impl FnMut(&[u8])) {
    let end = value.iter().position(|&byte| !is_id_byte(byte));
    each_token_of(value, end.unwrap_or(value.len()), found);
}

/// Every token in one value of capitals and digits up to this place.
#[inline]
pub fn each_token_of(value: &[u8], end: usize, found: &mut impl FnMut(&[u8])) {
    if end == value.len() {
        if ID_LENGTHS.contains(&end) {
            found(value);
        }
    } else if let Some((head, tail)) = principal_at(value, end) {
        found(value);
        found(tail);
        if ID_LENGTHS.contains(&head.len()) {
            found(head);
        }
    }
}

/// Every term in one value.
pub fn each_term(value: &[u8], found: &mut impl FnMut(&[u8])) {
    if !TERM_LENGTHS.contains(&value.len()) {
        return;
    }
    found(value);
    if value.starts_with(b"arn:") {
        // `role/path/name` is known by its name; `function:name` too.
        for separator in [b'/', b':'] {
            let name = memrchr(separator, value).map_or(value.len(), |at| at + 1);
            if name < value.len() {
                found(&value[name..]);
            }
        }
    } else if let Some((head, tail)) = principal(value) {
        found(head);
        found(tail);
    }
}

/// Every token (and, of a candidate call, every term) of a record that was parsed.
pub fn of_record(record: &Value, is_candidate: bool, found: &mut impl FnMut(&[u8])) {
    each_text(record, "", &mut |member, value| {
        if is_candidate {
            each_term(value.as_bytes(), found);
        }
        each_token(value.as_bytes(), found);
        if member == "accessKeyId" && !value.is_empty() {
            found(value.as_bytes());
        }
    });
    // Of what was asked for it is no address of the caller.
    let address = record.get("sourceIPAddress").and_then(Value::as_str);
    if let Some(address) = address.filter(|address| is_address(address.as_bytes())) {
        found(address.as_bytes());
    }
}

fn each_text(value: &Value, member: &str, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(member, text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, "", found)),
        Value::Object(members) => members.iter().for_each(|(name, inner)| each_text(inner, name, found)),
        _ => {}
    }
}

/// A set of values to look for.
#[derive(Debug)]
pub struct Wanted {
    texts: HashSet<Vec<u8>>,
    hashes: HashSet<Term>,
    /// One bit for each value of a hash's low bits: most hashes are told apart here.
    filter: Box<[u64; FILTER_WORDS]>,
}

const FILTER_BITS: u32 = 1 << 16;
const FILTER_WORDS: usize = (FILTER_BITS / u64::BITS) as usize;

impl Wanted {
    /// The set of these values.
    pub fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let texts: HashSet<Vec<u8>> = values.map(|value| value.as_bytes().to_vec()).collect();
        let hashes: HashSet<Term> = texts.iter().map(|text| hash(text)).collect();
        let mut filter = Box::new([0; FILTER_WORDS]);
        for term in &hashes {
            filter[(term % FILTER_BITS / 64) as usize] |= 1_u64 << (term % 64);
        }
        Self { texts, hashes, filter }
    }

    /// Whether one of the values has this hash.
    #[inline]
    pub fn may_be(&self, term: Term) -> bool {
        self.seems(term) == 1 && self.hashes.contains(&term)
    }

    /// Whether one of the values may have one of these hashes. Without a branch for each.
    #[inline]
    pub fn may_hold_any(&self, terms: &[Term]) -> bool {
        terms.iter().fold(0, |seems, &term| seems | self.seems(term)) == 1
    }

    /// 1 if the hash has the low bits of one of the values', else 0.
    #[inline]
    fn seems(&self, term: Term) -> u64 {
        self.filter[(term % FILTER_BITS / u64::BITS) as usize] >> (term % u64::BITS) & 1
    }

    /// The hashes of the values.
    pub fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        self.hashes.iter().copied()
    }

    /// Whether a record, parsed, holds one of the values where it counts.
    pub fn is_in(&self, record: &Value, is_candidate: bool) -> bool {
        let mut found = false;
        of_record(record, is_candidate, &mut |text| found |= self.texts.contains(text));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(each: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Vec<String> {
        let mut all = Vec::new();
        each(&mut |text: &[u8]| all.push(String::from_utf8_lossy(text).into_owned()));
        all
    }

    #[test]
    fn ids_and_both_halves_of_a_principal_are_tokens() {
        let tokens = |value: &str| collected(|found| each_token(value.as_bytes(), &mut |t: &[u8]| found(t)));
        assert_eq!(tokens("AKIAIOSFODNN7EXAMPLE"), ["AKIAIOSFODNN7EXAMPLE"]);
        assert_eq!(
            tokens("AROAIOSFODNN7EXAMPLE:i-0123"),
            ["AROAIOSFODNN7EXAMPLE:i-0123", "i-0123", "AROAIOSFODNN7EXAMPLE"]
        );
        assert_eq!(tokens("123456789012:feder"), ["123456789012:feder", "feder"]);
        assert!(tokens("123456789012").is_empty());
        assert!(tokens("AWS::IAM::Role").is_empty());
    }

    #[test]
    fn an_arn_is_found_by_its_name() {
        let terms = |value: &str| collected(|found| each_term(value.as_bytes(), &mut |t: &[u8]| found(t)));
        assert!(terms("arn:aws:iam::1:role/path/admin").contains(&"admin".to_owned()));
        assert!(terms("arn:aws:lambda:eu-west-1:1:function:orders").contains(&"orders".to_owned()));
        assert_eq!(terms("x"), Vec::<String>::new());
    }
}
