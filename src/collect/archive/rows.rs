//! The rows of a console download: how one is known, and that none takes all memory.

use std::cell::Cell;
use std::io::{self, Read};

use crate::cloudtrail::console_csv;

/// Bytes of a row, at most.
const LONGEST_ROW: usize = 4 << 20;

/// Ends a text in which a row has no end: a quote that is never closed would take all memory.
pub(super) struct RowLimit<'c, R> {
    text: R,
    row_bytes: &'c Cell<usize>,
}

impl<'c, R> RowLimit<'c, R> {
    /// `row_bytes` is counted here and set back by whoever reads the rows.
    pub(super) fn new(text: R, row_bytes: &'c Cell<usize>) -> Self {
        Self { text, row_bytes }
    }
}

impl<R: Read> Read for RowLimit<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.text.read(into)?;
        self.row_bytes.set(self.row_bytes.get() + length);
        if self.row_bytes.get() > LONGEST_ROW {
            return Err(io::Error::other("a row without an end"));
        }
        Ok(length)
    }
}

/// Whether a text begins with the header of a console download.
pub(super) fn is_console_csv(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    // Sixteen short names: a longer first line is something else.
    let start = &text[..text.len().min(4096)];
    let line = memchr::memchr(b'\n', start).map(|end| &start[..end]);
    line.is_some_and(|line| std::str::from_utf8(line).is_ok_and(console_csv::is_header))
}
