//! What a record is about, read from its structure without parsing it.
//!
//! Exact where it answers, and it says so where it cannot: an envelope, a record with names or members that are written
//! with escapes, or one that lacks a member has to be parsed.

#![expect(
    clippy::inline_always,
    reason = "what `dispatch!` calls is compiled for what the processor can do only where it is inlined"
)]

use chrono::{DateTime, Utc};
use fearless_simd::{Simd, dispatch};

use super::scan::Element;
use super::structure::{BLOCK, Block, SHORTEST_ID, SHORTEST_ID_ALONE, bits};
use super::terms::{self, Term};
use members::{Known, Members};

mod members;

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

impl<'t> Element<'t> {
    /// Reads the element and appends the hashes of its tokens (see [`terms`]) to `tokens`: of all of them, and perhaps
    /// of some texts that look like one. `None` if the element has to be parsed; what was appended is then void.
    pub fn skim(&self, tokens: &mut Vec<Term>) -> Option<Skim<'t>> {
        let members = dispatch!(self.level, simd => self.skim_with(simd, tokens));
        let address = members.address().filter(|address| terms::is_address(address));
        tokens.extend(address.map(terms::hash));
        members.finish()
    }

    /// Inlined, as all that it calls for most records, so that it is compiled for what the processor can do.
    #[inline(always)]
    fn skim_with<S: Simd>(&self, _: S, tokens: &mut Vec<Term>) -> Members<'t> {
        let mut members = Members::default();
        let mut depth = 0;
        // Up to where strings with escapes were looked at.
        let mut looked = 0;
        for (n, mask) in self.block_masks() {
            let block = &self.blocks[n];
            let (opens, closes) = (block.opens & mask, block.closes & mask);
            for bit in bits(block.id_starts & mask) {
                self.tokens_at(n * BLOCK + bit, tokens);
            }
            for bit in bits(block.names & mask) {
                let before = !(!0 << bit);
                let depth = || depth + (opens & before).count_ones() - (closes & before).count_ones();
                self.member_at(n * BLOCK + bit, depth, &mut members, tokens);
            }
            members.unclear |= (block.torn | block.loose_colons) & mask != 0;
            if block.escapes & mask != 0 {
                self.look_for_escaped_names(n * BLOCK, block.escapes & mask, &mut looked, &mut members);
            }
            depth = depth + opens.count_ones() - closes.count_ones();
        }
        members
    }

    /// Takes the member whose name ends before this colon, if it is one to know.
    #[inline(always)]
    fn member_at(&self, colon: usize, depth: impl FnOnce() -> u32, members: &mut Members<'t>, tokens: &mut Vec<Term>) {
        match Known::before(&self.window[self.start..colon]) {
            // Some archives have masked ids: what stands here finds a record whatever its form.
            Some(Known::AccessKeyId) => {
                let Some((from, to)) = self.text_at(colon + 1) else {
                    return;
                };
                if self.has_escape(from, to) {
                    members.unclear = true;
                } else if from < to && !terms::is_id(&self.window[from..to]) {
                    tokens.push(terms::hash(&self.window[from..to]));
                }
            }
            // In objects inside it a name says nothing about the record.
            Some(Known::Own(member)) if depth() == 1 => {
                let text = self.text_at(colon + 1);
                members.unclear |= text.is_some_and(|(from, to)| self.has_escape(from, to));
                members.take(member, text.map(|(from, to)| &self.window[from..to]));
            }
            Some(Known::Own(_)) | None => {}
        }
    }

    /// A name that is written with escapes is not known by its bytes.
    fn look_for_escaped_names(&self, base: usize, escapes: u64, looked: &mut usize, members: &mut Members<'_>) {
        for bit in bits(escapes) {
            if base + bit >= *looked {
                *looked = (self.string_end(base + bit) + 1).min(self.end);
                let after = self.window[*looked..self.end]
                    .iter()
                    .find(|byte| !byte.is_ascii_whitespace());
                members.unclear |= after == Some(&b':');
            }
        }
    }

    /// The text value that begins here or after blanks, not unescaped, if it is a text.
    #[inline(always)]
    fn text_at(&self, at: usize) -> Option<(usize, usize)> {
        let blanks = self.window[at..self.end]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace());
        let from = at + blanks.count() + 1;
        (self.window[from - 1] == b'"').then(|| (from, self.string_end(from)))
    }

    /// The next end of a string.
    #[inline(always)]
    fn string_end(&self, at: usize) -> usize {
        self.next_bit(at, self.end, |block| block.ends)
    }

    /// Where what may be an identifier ends.
    #[inline(always)]
    fn id_end(&self, at: usize) -> usize {
        self.next_bit(at, self.end, |block| !block.id_bytes)
    }

    #[inline(always)]
    fn has_escape(&self, from: usize, to: usize) -> bool {
        self.next_bit(from, to, |block| block.escapes) < to
    }

    /// The first place from `at` on that is marked; `to` if none is before.
    #[inline(always)]
    fn next_bit(&self, at: usize, to: usize, mask: impl Fn(&Block) -> u64) -> usize {
        let mut n = at / BLOCK;
        let mut marked = mask(&self.blocks[n]) & !0 << (at % BLOCK);
        while marked == 0 {
            n += 1;
            if n * BLOCK >= to {
                return to;
            }
            marked = mask(&self.blocks[n]);
        }
        (n * BLOCK + marked.trailing_zeros() as usize).min(to)
    }

    /// The blocks it lies in, each with the bits that belong to it.
    #[inline(always)]
    fn block_masks(&self) -> impl Iterator<Item = (usize, u64)> + use<> {
        let (start, end) = (self.start, self.end);
        (start / BLOCK..end.div_ceil(BLOCK)).map(
            #[inline(always)]
            move |n| {
                let from = start.saturating_sub(n * BLOCK).min(BLOCK - 1);
                let to = (end - n * BLOCK).min(BLOCK);
                (n, (!0_u64 << from) & (!0_u64 >> (BLOCK - to)))
            },
        )
    }

    /// Appends the tokens of the string whose first byte is at `at`.
    #[inline(always)]
    fn tokens_at(&self, at: usize, tokens: &mut Vec<Term>) {
        let id_end = self.id_end(at);
        let ends_well = match self.window[id_end] {
            b'"' => id_end - at >= SHORTEST_ID_ALONE as usize,
            b':' => id_end - at >= SHORTEST_ID as usize,
            byte => byte == b'\\',
        };
        if !ends_well {
            return;
        }
        let end = self.string_end(id_end);
        let text = &self.window[at..end];
        // Whoever writes a letter as an escape is not to hide an id by it. Other strings with an escape after a few
        // capitals are rare.
        if self.has_escape(id_end, end) {
            unescaped_tokens(text, tokens);
        } else {
            terms::each_token_of(text, id_end - at, &mut |token| tokens.push(terms::hash(token)));
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
                    if self.has_escape(from, at) {
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

#[cfg(test)]
mod tests;
