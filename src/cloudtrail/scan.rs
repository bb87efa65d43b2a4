//! Cuts a stream of text into single JSON objects (records, or envelopes around them), whatever holds them together:
//! `{"Records": [...]}`, `{"Events": [...]}`, a bare list, JSON lines, concatenated objects, or one object alone.
//!
//! Objects are cut out by counting brackets outside strings, never by looking for a text: everything in a record may
//! be written by an attacker.

mod container;

use std::ops::ControlFlow;

use fearless_simd::Level;

use super::structure::{BLOCK, Block, Lexer, bits};
use container::Inside;

/// The longest object that is read. CloudTrail's own limit for one event is 256 kB.
pub const LONGEST_ELEMENT: usize = 64 << 20;

/// Blocks whose structure is read at once.
const AT_ONCE: usize = 64;
const NOT_JSON: &str = "this line is not JSON";

/// What the scanner finds.
#[derive(Debug)]
pub enum Item<'t> {
    /// One JSON object, or something else that stands where an object should be.
    Element(Element<'t>),
    /// Text that is not JSON.
    Problem {
        /// Byte offset in the text.
        offset: u64,
        /// What is wrong, for the responder.
        reason: &'static str,
    },
}

/// One JSON value, cut out of the text but not parsed.
#[derive(Debug, Clone, Copy)]
pub struct Element<'t> {
    /// The text around it, from which blocks are counted.
    pub(super) window: &'t [u8],
    /// The structure of the window.
    pub(super) blocks: &'t [Block],
    /// What the processor can do.
    pub(super) level: Level,
    /// Where it begins in the window.
    pub(super) start: usize,
    /// Where it ends in the window.
    pub(super) end: usize,
    /// Byte offset in the whole text.
    pub offset: u64,
    /// Whether it stands by itself, not in a list: it may be a document that holds records in some other way.
    pub alone: bool,
}

impl<'t> Element<'t> {
    /// Its text.
    pub fn text(&self) -> &'t [u8] {
        &self.window[self.start..self.end]
    }
}

/// The scanner. Text goes in at [`Scanner::buffer`], elements come out of [`Scanner::scan`].
#[derive(Debug)]
pub struct Scanner {
    text: Vec<u8>,
    /// Where in `text` the window begins: what was not done with when the structure was last read anew. All other places
    /// are counted from here.
    origin: usize,
    /// The structure of the window, as far as it was read.
    blocks: Vec<Block>,
    /// What the processor can do.
    level: Level,
    lexer: Lexer,
    /// Offset of the window in the whole text.
    base: u64,
    /// Everything before this place is done with, but for an open element.
    at: usize,
    open: Option<Open>,
    inside: Inside,
    /// The line that `at` stands in is broken: go on with the next one.
    skipping_line: bool,
    has_list: bool,
    longest: usize,
}

/// An element whose end was not found yet.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: usize,
    depth: usize,
    /// Not an element but some other value to get past.
    passed_over: bool,
}

/// How a step of the scanner ended.
enum Step {
    Done,
    /// More text is needed.
    Starved,
    Stopped,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::with_limit(LONGEST_ELEMENT)
    }
}

impl Scanner {
    /// A scanner that gives up on elements longer than `longest` bytes.
    pub fn with_limit(longest: usize) -> Self {
        let level = Level::new();
        Self {
            text: Vec::new(),
            origin: 0,
            blocks: Vec::new(),
            level,
            lexer: Lexer::new(level),
            base: 0,
            at: 0,
            open: None,
            inside: Inside::Start,
            skipping_line: false,
            has_list: false,
            longest,
        }
    }

    /// Forgets all text, keeping the memory for the next.
    pub fn reset(&mut self) {
        let (mut text, mut blocks) = (std::mem::take(&mut self.text), std::mem::take(&mut self.blocks));
        text.clear();
        blocks.clear();
        *self = Self {
            text,
            blocks,
            ..Self::with_limit(self.longest)
        };
    }

    /// Whether a list was met, even if an empty one.
    pub fn found_list(&self) -> bool {
        self.has_list
    }

    /// Where the next stretch of text is to be appended.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        let done = self.open.map_or(self.at, |open| open.start) / BLOCK;
        // Moving a tail that is not much shorter than what it frees would cost more than the memory is worth.
        if self.origin > 0 || done > 0 && done >= self.blocks.len() / 2 {
            let bytes = done * BLOCK;
            self.text.drain(..self.origin + bytes);
            self.origin = 0;
            self.blocks.drain(..done);
            self.base += bytes as u64;
            self.at -= bytes;
            if let Some(open) = &mut self.open {
                open.start -= bytes;
            }
        }
        &mut self.text
    }

    /// Hands every element that is complete to `sink`; `end` says that no text follows. The sink stops the scan with
    /// `Break`.
    pub fn scan(&mut self, end: bool, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        if end {
            // Spaces end the last block, wherever the window begins, and change nothing.
            self.text.extend_from_slice(&[b' '; BLOCK]);
        }
        loop {
            let step = match self.open {
                _ if self.skipping_line => self.skip_lines(sink),
                Some(open) => self.follow(open, sink),
                None => self.between(end && self.unread().len() < BLOCK, sink),
            };
            match step {
                Step::Done => {}
                Step::Starved if self.lex() => {}
                Step::Starved => break,
                Step::Stopped => return ControlFlow::Break(()),
            }
        }
        match self.open {
            Some(open) if end => sink(Item::Problem {
                offset: self.base + open.start as u64,
                reason: "the text ends inside this record",
            }),
            _ if end && self.inside.is_list() => sink(Item::Problem {
                offset: self.base + self.at as u64,
                reason: "the text ends inside the list of records",
            }),
            _ => ControlFlow::Continue(()),
        }
    }

    fn window(&self) -> &[u8] {
        &self.text[self.origin..]
    }

    /// The text whose structure was not read yet.
    fn unread(&self) -> &[u8] {
        &self.window()[self.known()..]
    }

    /// Reads the structure of a little more text; returns whether there was some. Not of all the text: after a broken
    /// line the structure has to be read anew.
    fn lex(&mut self) -> bool {
        let unread = &self.text[self.origin + self.blocks.len() * BLOCK..];
        let (whole, _) = unread.as_chunks::<BLOCK>();
        let some = &whole[..whole.len().min(AT_ONCE)];
        self.lexer.read(some, &mut self.blocks);
        !some.is_empty()
    }

    /// The end of the text whose structure is known.
    fn known(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// Looks for the end of the open element.
    fn follow(&mut self, open: Open, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Step {
        let Open {
            start,
            mut depth,
            passed_over,
        } = open;
        let alone = !self.inside.is_list();
        let mut mask = !0 << (self.at % BLOCK);
        for n in self.at / BLOCK..self.blocks.len() {
            let block = &self.blocks[n];
            let base = n * BLOCK;
            if alone && !passed_over && (block.torn | block.lines) & mask != 0 {
                let cut = bits(block.torn & mask)
                    .chain(bits(block.lines & mask).filter(|&line| self.is_cut_off(base + line)))
                    .min();
                // A record that ended before the cut is whole.
                let ended = end_of(block, mask, depth);
                if let Some(cut) = cut.filter(|&cut| ended.is_none_or(|ended| cut < ended)) {
                    return self.give_up_line(start, base + cut, "the line ends inside this record", sink);
                }
            }
            let (opening, closing) = if mask == !0 {
                (usize::from(block.opening), usize::from(block.closing))
            } else {
                let count = |bits: u64| (bits & mask).count_ones() as usize;
                (count(block.opens), count(block.closes))
            };
            if closing < depth {
                // It cannot end here: counting is enough.
                depth = depth + opening - closing;
                mask = !0;
                continue;
            }
            for bit in bits((block.opens | block.closes) & mask) {
                if block.opens >> bit & 1 == 1 {
                    depth += 1;
                    continue;
                }
                depth -= 1;
                if depth > 0 {
                    continue;
                }
                let end = base + bit + 1;
                self.at = end;
                self.open = None;
                if passed_over {
                    return Step::Done;
                }
                let element = Element {
                    window: &self.text[self.origin..],
                    blocks: &self.blocks,
                    level: self.level,
                    start,
                    end,
                    offset: self.base + start as u64,
                    alone,
                };
                return if sink(Item::Element(element)).is_break() {
                    Step::Stopped
                } else {
                    Step::Done
                };
            }
            mask = !0;
        }
        self.at = self.known();
        if self.at - start > self.longest {
            return self.give_up_line(start, self.at - 1, "this record is too long to be read", sink);
        }
        self.open = Some(Open {
            start,
            depth,
            passed_over,
        });
        Step::Starved
    }

    /// Whether a line feed inside an open element shows that the element was cut off: the next line begins an object
    /// where none can stand.
    fn is_cut_off(&self, line_feed: usize) -> bool {
        if self.window().get(line_feed + 1) != Some(&b'{') {
            return false;
        }
        let before = self.window()[..line_feed]
            .iter()
            .rev()
            .find(|byte| !byte.is_ascii_whitespace());
        !matches!(before, Some(b'{' | b'[' | b',' | b':'))
    }

    /// Reports the element from `start` and goes on with the line after `from`.
    fn give_up_line(
        &mut self,
        start: usize,
        from: usize,
        reason: &'static str,
        sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Step {
        let offset = self.base + start as u64;
        self.open = None;
        self.at = from;
        self.skipping_line = true;
        self.inside.give_up_line();
        if sink(Item::Problem { offset, reason }).is_break() {
            Step::Stopped
        } else {
            Step::Done
        }
    }

    /// Goes to the next line that may hold an object and reads its structure anew: the state of strings and brackets is
    /// not to be trusted.
    fn skip_lines(&mut self, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Step {
        let mut next = self.origin + self.at;
        self.skipping_line = loop {
            let Some(feed) = memchr::memchr(b'\n', &self.text[next..]) else {
                next = self.text.len();
                break true;
            };
            next += feed + 1;
            let line = &self.text[next..];
            let first = line.iter().position(|byte| !byte.is_ascii_whitespace());
            // Lines that are plainly something else are got past at once: starting anew for each would be slow.
            let Some(first) = first.filter(|&first| !matches!(line[first], b'{' | b'[' | b',')) else {
                break false;
            };
            next += first;
            let offset = self.base + (next - self.origin) as u64;
            if sink(Item::Problem {
                offset,
                reason: NOT_JSON,
            })
            .is_break()
            {
                return Step::Stopped;
            }
        };
        self.base += (next - self.origin) as u64;
        self.origin = next;
        self.at = 0;
        self.blocks.clear();
        self.lexer = Lexer::new(self.level);
        if self.skipping_line { Step::Starved } else { Step::Done }
    }
}

/// Where in a block the element of this depth ends.
fn end_of(block: &Block, mask: u64, mut depth: usize) -> Option<usize> {
    bits((block.opens | block.closes) & mask).find(|bit| {
        if block.opens >> bit & 1 == 1 {
            depth += 1;
        } else {
            depth -= 1;
        }
        depth == 0
    })
}

#[cfg(test)]
mod tests;
