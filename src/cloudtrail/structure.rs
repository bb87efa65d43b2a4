//! Where JSON's structure lies in a stretch of text: one bit per byte, 64 bytes at a time.
//!
//! The method is that of simdjson's first stage (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019):
//! compare 16 bytes at once, then do the rest on 64-bit masks. Only real quotes count as quotes, so no text inside a
//! string, whoever wrote it, is ever taken for structure.

use wide::u8x16;

/// Bytes that one [`Block`] describes.
pub const BLOCK: usize = 64;

/// The fewest capitals and digits that an identifier begins with: those of an account.
pub const SHORTEST_ID: usize = 12;

/// What stands where in 64 bytes; bit n is byte n.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// Quotes that begin a string.
    pub starts: u64,
    /// Quotes that end a string.
    pub ends: u64,
    /// `{` and `[` outside strings.
    pub opens: u64,
    /// `}` and `]` outside strings.
    pub closes: u64,
    /// Line feeds outside strings.
    pub lines: u64,
    /// Line feeds inside strings, which JSON forbids: the string, and with it the record, was cut off.
    pub torn: u64,
    /// Backslashes.
    pub escapes: u64,
    /// First bytes of strings that may be identifiers: the first [`SHORTEST_ID`] bytes, as far as they lie in this block,
    /// are capitals and digits (or a few signs between them in ASCII), or there is an escape in the block.
    pub id_like: u64,
}

/// Reads text block by block, remembering what runs on from one to the next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lexer {
    /// All ones inside a string, else zero.
    in_string: u64,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
    /// 1 if the last byte of the block before began a string.
    started: u64,
}

impl Lexer {
    /// Describes the next 64 bytes.
    #[inline]
    pub fn next(&mut self, bytes: &[u8; BLOCK]) -> Block {
        let mut found = Found::default();
        for (lane, sixteen) in bytes.as_chunks::<16>().0.iter().enumerate() {
            found.add(lane, *sixteen);
        }
        let escaped = self.escaped(found.backslashes);
        let quotes = found.quotes & !escaped;
        // Everything from an opening quote up to, not including, the closing one.
        let strings = prefix_xor(quotes) ^ self.in_string;
        self.in_string = (strings >> 63).wrapping_neg();
        let starts = quotes & strings;
        let firsts = starts << 1 | self.started;
        self.started = starts >> 63;
        Block {
            starts,
            ends: quotes & !strings,
            opens: found.opens & !strings,
            closes: found.closes & !strings,
            lines: found.lines & !strings,
            torn: found.lines & strings,
            escapes: found.backslashes,
            id_like: match found.backslashes {
                0 => firsts & runs_of_twelve(found.id_like),
                // Whoever writes a letter as an escape is not to hide an identifier by it.
                signs => firsts & (found.id_like | signs),
            },
        }
    }

    /// The bytes that a backslash before them makes literal.
    fn escaped(&mut self, mut backslashes: u64) -> u64 {
        let mut escaped = self.escaped;
        backslashes &= !escaped;
        self.escaped = 0;
        while backslashes != 0 {
            let bit = backslashes & backslashes.wrapping_neg();
            let next = bit << 1;
            if next == 0 {
                self.escaped = 1;
            }
            escaped |= next;
            backslashes &= !(bit | next);
        }
        escaped
    }
}

#[derive(Default)]
struct Found {
    quotes: u64,
    backslashes: u64,
    opens: u64,
    closes: u64,
    lines: u64,
    id_like: u64,
}

impl Found {
    #[inline]
    fn add(&mut self, lane: usize, bytes: [u8; 16]) {
        let bytes = u8x16::new(bytes);
        let mask = |matching: u8x16| u64::from(matching.to_bitmask()) << (16 * lane);
        let is = |bytes: u8x16, byte: u8| mask(bytes.simd_eq(u8x16::splat(byte)));
        // `[` and `{`, `]` and `}` differ in one bit.
        let folded = bytes | u8x16::splat(0x20);
        // `0` to `Z` is one range, found by a comparison that wraps around.
        let above_zero = bytes - u8x16::splat(b'0');
        self.quotes |= is(bytes, b'"');
        self.backslashes |= is(bytes, b'\\');
        self.opens |= is(folded, b'{');
        self.closes |= is(folded, b'}');
        self.lines |= is(bytes, b'\n');
        self.id_like |= mask(above_zero.min(u8x16::splat(b'Z' - b'0')).simd_eq(above_zero));
    }
}

/// Where twelve bits in a row are set; what comes after the last bit is taken for set.
fn runs_of_twelve(bits: u64) -> u64 {
    let later = |bits: u64, by: u32| !(!bits >> by);
    let two = bits & later(bits, 1);
    let four = two & later(two, 2);
    let eight = four & later(four, 4);
    eight & later(four, 8)
}

/// Bit n of the result is the parity of bits 0 to n.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The set bits of a mask, lowest first.
#[inline]
pub fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = mask.trailing_zeros() as usize;
        (mask != 0).then(|| {
            mask &= mask - 1;
            at
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, one byte after the other.
    fn slowly(text: &[u8]) -> Vec<(usize, char)> {
        let (mut in_string, mut escaped, mut found) = (false, false, Vec::new());
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                b'\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                b'"' if !escaped => {
                    found.push((at, if in_string { 'e' } else { 's' }));
                    in_string = !in_string;
                }
                b'{' | b'[' if !in_string => found.push((at, 'o')),
                b'}' | b']' if !in_string => found.push((at, 'c')),
                _ => {}
            }
            escaped = false;
        }
        found
    }

    proptest! {
        #[test]
        fn no_string_that_begins_like_an_identifier_is_passed_over(
            text in r#"("([A-Z0-9]{10,20}|[a-z:]{0,5}|[A-Z0-9]{0,5}\\u0041[A-Z]{12})",){0,20}"#,
            before in 0..BLOCK,
        ) {
            let mut text = [" ".repeat(before), text].concat().into_bytes();
            text.resize(text.len().next_multiple_of(BLOCK), b' ');
            let mut lexer = Lexer::default();
            let mut found = Vec::new();
            for (n, block) in text.as_chunks::<BLOCK>().0.iter().enumerate() {
                found.extend(bits(lexer.next(block).id_like).map(|at| n * BLOCK + at));
            }
            for (start, sign) in slowly(&text) {
                let string = &text[start + 1..];
                let plain = string.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
                if sign == 's' && (plain >= SHORTEST_ID || string.get(plain) == Some(&b'\\')) {
                    prop_assert!(found.contains(&(start + 1)), "{}", String::from_utf8_lossy(string));
                }
            }
        }

        #[test]
        fn masks_say_what_a_byte_by_byte_reading_says(text in r#"[\\"{}\[\]aA1\n ]{0,300}"#) {
            let mut text = text.into_bytes();
            text.resize(text.len().next_multiple_of(BLOCK), b' ');
            let mut lexer = Lexer::default();
            let mut found = Vec::new();
            for (n, block) in text.as_chunks::<BLOCK>().0.iter().enumerate() {
                let block = lexer.next(block);
                for (mask, sign) in [(block.starts, 's'), (block.ends, 'e'), (block.opens, 'o'), (block.closes, 'c')] {
                    found.extend(bits(mask).map(|at| (n * BLOCK + at, sign)));
                }
            }
            found.sort_unstable();
            prop_assert_eq!(found, slowly(&text));
        }
    }
}
