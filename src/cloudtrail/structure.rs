//! Where JSON's structure lies in a stretch of text: one bit per byte, 64 bytes at a time.
//!
//! The method is that of simdjson's first stage (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019):
//! compare many bytes at once, then do the rest on 64-bit masks. Only real quotes count as quotes, so no text inside a
//! string, whoever wrote it, is ever taken for structure.

#![expect(
    clippy::inline_always,
    reason = "what `dispatch!` calls is compiled for what the processor can do only where it is inlined"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};

/// Bytes that one [`Block`] describes.
pub const BLOCK: usize = 64;

/// The fewest capitals and digits that an identifier begins with: those of an account, before a colon.
pub const SHORTEST_ID: u32 = 12;
/// The fewest capitals and digits of an identifier that stands alone.
pub const SHORTEST_ID_ALONE: u32 = 16;

/// The lengths of the members' names that [`Block::names`] marks.
pub const NAME_LENGTHS: [u32; 6] = [9, 11, 12, 15, 17, 18];

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
    /// First bytes of strings that may be identifiers: [`SHORTEST_ID_ALONE`] capitals and digits (or a few signs between
    /// them in ASCII), or [`SHORTEST_ID`] before a colon, as far as they lie in this block; or there is an escape in the
    /// block.
    pub id_starts: u64,
    /// Capitals and digits, and a few signs between them in ASCII.
    pub id_bytes: u64,
    /// Colons right behind a string that may have one of [`NAME_LENGTHS`].
    pub names: u64,
    /// Colons outside strings with something else before them: blanks, behind a name that `names` does not mark.
    pub loose_colons: u64,
    /// How many `opens` there are.
    pub opening: u8,
    /// How many `closes` there are.
    pub closing: u8,
}

/// Reads text block by block, remembering what runs on from one to the next.
#[derive(Debug, Clone, Copy)]
pub struct Lexer {
    /// What the processor can do.
    level: Level,
    /// All ones inside a string, else zero.
    in_string: u64,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
    /// The quotes of the block before that began a string.
    starts: u64,
    /// 1 if the last byte of the block before ended a string.
    ended: u64,
}

impl Lexer {
    /// At the beginning of a text.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            in_string: 0,
            escaped: 0,
            starts: 0,
            ended: 0,
        }
    }

    /// Describes the next stretch of text, block by block.
    pub fn read(&mut self, text: &[[u8; BLOCK]], blocks: &mut Vec<Block>) {
        dispatch!(self.level, simd => self.read_with(simd, text, blocks));
    }

    /// Inlined, as all that it calls, so that it is compiled for what the processor can do.
    #[inline(always)]
    fn read_with<S: Simd>(&mut self, simd: S, text: &[[u8; BLOCK]], blocks: &mut Vec<Block>) {
        blocks.reserve(text.len());
        for bytes in text {
            blocks.push(self.next(&Found::new(simd, bytes)));
        }
    }

    #[inline(always)]
    fn next(&mut self, found: &Found) -> Block {
        let escaped = self.escaped(found.backslashes);
        let quotes = found.quotes & !escaped;
        // Everything from an opening quote up to, not including, the closing one.
        let strings = prefix_xor(quotes) ^ self.in_string;
        self.in_string = (strings >> 63).wrapping_neg();
        let (starts, ends) = (quotes & strings, quotes & !strings);
        let starts_before = std::mem::replace(&mut self.starts, starts);
        let ended_before = std::mem::replace(&mut self.ended, ends >> 63);
        let later = |by: u32| starts << by | starts_before >> (64 - by);
        let colons = found.colons & !strings;
        let after_strings = ends << 1 | ended_before;
        let mut name_began = 0;
        for length in NAME_LENGTHS {
            // From the first quote to the colon.
            name_began |= later(length + 2);
        }
        let (opens, closes) = (found.opens & !strings, found.closes & !strings);
        #[expect(clippy::cast_possible_truncation, reason = "there are 64 at most")]
        let count = |bits: u64| bits.count_ones() as u8;
        Block {
            starts,
            ends,
            opens,
            closes,
            opening: count(opens),
            closing: count(closes),
            lines: found.lines & !strings,
            torn: found.lines & strings,
            escapes: found.backslashes,
            id_starts: later(1)
                & match found.backslashes {
                    0 => id_starts(found.id_like, found.colons),
                    // Whoever writes a letter as an escape is not to hide an identifier by it.
                    signs => found.id_like | signs,
                },
            id_bytes: found.id_like & !found.colons,
            names: colons & after_strings & name_began,
            loose_colons: colons & !after_strings,
        }
    }

    /// The bytes that a backslash before them makes literal.
    #[inline(always)]
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

/// Which bytes are which, in strings or not.
struct Found {
    quotes: u64,
    backslashes: u64,
    opens: u64,
    closes: u64,
    lines: u64,
    colons: u64,
    id_like: u64,
}

impl Found {
    #[inline(always)]
    fn new<S: Simd>(simd: S, bytes: &[u8; BLOCK]) -> Self {
        let bytes = u8x64::simd_from(simd, *bytes);
        let is = |bytes: u8x64<S>, byte: u8| bytes.simd_eq(byte).to_bitmask();
        // `[` and `{`, `]` and `}` differ in one bit.
        let folded = bytes | 0x20;
        // `0` to `Z` is one range, found by a comparison that wraps around.
        let above_zero = bytes - b'0';
        Self {
            quotes: is(bytes, b'"'),
            backslashes: is(bytes, b'\\'),
            opens: is(folded, b'{'),
            closes: is(folded, b'}'),
            lines: is(bytes, b'\n'),
            colons: is(bytes, b':'),
            id_like: above_zero.simd_le(b'Z' - b'0').to_bitmask(),
        }
    }
}

/// Where an identifier may begin; what comes after the last bit is taken for what would make it one.
#[inline(always)]
fn id_starts(bits: u64, colons: u64) -> u64 {
    let later = |bits: u64, by: u32| !(!bits >> by);
    let two = bits & later(bits, 1);
    let four = two & later(two, 2);
    let eight = four & later(four, 4);
    let twelve = eight & later(four, 8);
    twelve & (later(four, SHORTEST_ID) | later(colons, SHORTEST_ID))
}

/// Bit n of the result is the parity of bits 0 to n.
#[inline(always)]
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

    /// What each byte is, told one byte after the other: `s` begins a string, `e` ends one, `o` and `c` are brackets, `:` is a
    /// colon right behind a string and `l` another one.
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
                b':' if !in_string => {
                    let is_name = at > 0 && found.last() == Some(&(at - 1, 'e'));
                    found.push((at, if is_name { ':' } else { 'l' }));
                }
                _ => {}
            }
            escaped = false;
        }
        found
    }

    /// The blocks of a text, which are the same whatever the processor can do.
    fn read(text: &str) -> Vec<Block> {
        let mut text = text.as_bytes().to_vec();
        text.resize(text.len().next_multiple_of(BLOCK), b' ');
        let [plain, best] = [Level::baseline(), Level::new()].map(|level| {
            let mut blocks = Vec::new();
            let mut lexer = Lexer::new(level);
            // In two stretches, as text comes.
            let (first, rest) = text.as_chunks().0.split_at(text.len() / BLOCK / 2);
            lexer.read(first, &mut blocks);
            lexer.read(rest, &mut blocks);
            blocks
        });
        assert_eq!(plain, best);
        best
    }

    fn marked(blocks: &[Block], mask: impl Fn(&Block) -> u64) -> Vec<usize> {
        let of_block = |(n, block)| bits(mask(block)).map(move |at| n * BLOCK + at);
        blocks.iter().enumerate().flat_map(of_block).collect()
    }

    proptest! {
        #[test]
        fn no_string_that_begins_like_an_identifier_is_passed_over(
            text in r#"("([A-Z0-9]{10,20}(:[a-z]{0,5})?|[a-z:]{0,5}|[A-Z0-9]{0,5}\\u0041[A-Z]{12})",){0,20}"#,
            before in 0..BLOCK,
        ) {
            let text = [" ".repeat(before), text].concat();
            let found = marked(&read(&text), |block| block.id_starts);
            for (start, sign) in slowly(text.as_bytes()) {
                let string = &text.as_bytes()[start + 1..];
                let plain = string.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
                let may_be_id = match string.get(plain) {
                    Some(b'\\') => true,
                    Some(b':') if plain == SHORTEST_ID as usize => true,
                    _ => plain >= SHORTEST_ID_ALONE as usize,
                };
                if sign == 's' && may_be_id {
                    prop_assert!(found.contains(&(start + 1)), "{}", String::from_utf8_lossy(string));
                }
            }
        }

        #[test]
        fn masks_say_what_a_byte_by_byte_reading_says(text in r#"[\\"{}\[\]:aA1\n ]{0,300}"#) {
            let blocks = read(&text);
            let masks: [fn(&Block) -> u64; 4] =
                [|block| block.starts, |block| block.ends, |block| block.opens, |block| block.closes];
            for (mask, sign) in masks.into_iter().zip(['s', 'e', 'o', 'c']) {
                let expected: Vec<usize> =
                    slowly(text.as_bytes()).iter().filter(|found| found.1 == sign).map(|found| found.0).collect();
                prop_assert_eq!(marked(&blocks, mask), expected, "{}", sign);
            }
        }

        #[test]
        fn names_of_the_lengths_that_count_are_marked_by_the_colon_behind_them(
            text in r#"[ {]{0,70}("[a-z]{8,20}" ?:("[a-z:]{0,30}"|[0-9]),){0,20}"#,
        ) {
            let (blocks, found) = (read(&text), slowly(text.as_bytes()));
            let marked_names = marked(&blocks, |block| block.names);
            for (n, &(colon, sign)) in found.iter().enumerate() {
                if sign == ':' {
                    let length = colon - found[n - 2].0 - 2;
                    let counts = NAME_LENGTHS.iter().any(|&known| known as usize == length);
                    prop_assert!(!counts || marked_names.contains(&colon), "a name of {length} bytes");
                }
            }
            let loose: Vec<usize> = found.iter().filter(|found| found.1 == 'l').map(|found| found.0).collect();
            prop_assert_eq!(marked(&blocks, |block| block.loose_colons), loose);
        }
    }
}
