//! The text of a file: inflated if it is gzip, as it is otherwise.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes read from disk at once.
const READ: u64 = 128 << 10;
/// Bytes of text made at once: small enough for the second-level cache, with the masks of its structure.
const TEXT: usize = 128 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much text a file may hold before it is taken for a bomb.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of text in one file, at most.
    pub inflated: u64,
    /// Bytes of text for each byte on disk, at most, once more than `free` bytes were made. CloudTrail's own files have
    /// 7 to 40; gzip can reach 1,032.
    pub ratio: u64,
    /// Bytes of text that any file may hold.
    pub free: u64,
    /// Bytes on disk, where the file is packed in another.
    pub packed: Option<u64>,
}

impl Limits {
    /// The limits for a member of a zip that has so many bytes on disk.
    pub(super) fn for_member(self, packed: u64) -> Self {
        Self {
            packed: Some(packed),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated: 64 << 30,
            ratio: 300,
            free: 64 << 20,
            packed: None,
        }
    }
}

/// Why the text of a file ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum TextError {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the gzip data is damaged")]
    Damaged,
    #[error("the gzip data ends early: the file was cut off")]
    CutOff,
    #[error("it holds far more text than its size allows (a gzip bomb?); the rest was not read")]
    Bomb,
    #[error("what follows the gzip data is something else")]
    Trailing,
}

/// Reads a file's text.
pub(super) struct Text<R> {
    reader: R,
    input: Vec<u8>,
    used: usize,
    gzip: Option<Decompress>,
    /// The last gzip member was read to its end.
    is_ended: bool,
    limits: Limits,
    read: u64,
    made: u64,
}

impl<R: Read> Text<R> {
    /// Begins to read; finds out whether it is gzip. `input` is memory to read into.
    pub(super) fn new(reader: R, limits: Limits, input: Vec<u8>) -> Result<Self, TextError> {
        let mut text = Self {
            reader,
            input,
            used: 0,
            gzip: None,
            is_ended: false,
            limits,
            read: 0,
            made: 0,
        };
        text.refill()?;
        if text.input.starts_with(&GZIP) {
            text.gzip = Some(Decompress::new_gzip(15));
        }
        Ok(text)
    }

    /// The reader under it, and the memory it was given.
    pub(super) fn into_parts(self) -> (R, Vec<u8>) {
        (self.reader, self.input)
    }

    /// Bytes of text so far.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// The first bytes on disk.
    pub(super) fn first_bytes(&self) -> &[u8] {
        &self.input
    }

    /// Appends more text to `out` and returns how much; 0 at the end.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) -> Result<usize, TextError> {
        let before = out.len();
        let result = if self.gzip.is_some() {
            self.inflate(out)
        } else {
            self.copy(out)
        };
        let made = out.len() - before;
        self.made += made as u64;
        let on_disk = self.limits.packed.unwrap_or(self.read);
        let allowed = self.limits.free.max(on_disk.saturating_mul(self.limits.ratio));
        let is_packed = self.gzip.is_some() || self.limits.packed.is_some();
        if is_packed && self.made > allowed.min(self.limits.inflated) {
            return Err(TextError::Bomb);
        }
        match result {
            // What was made before the damage counts; the next call meets the damage again.
            Err(_) if made > 0 => Ok(made),
            other => other.map(|()| made),
        }
    }

    fn copy(&mut self, out: &mut Vec<u8>) -> Result<(), TextError> {
        if self.used == self.input.len() {
            self.refill()?;
        }
        out.extend_from_slice(&self.input[self.used..]);
        self.used = self.input.len();
        Ok(())
    }

    fn inflate(&mut self, out: &mut Vec<u8>) -> Result<(), TextError> {
        out.reserve(TEXT);
        let full = out.len() + TEXT;
        while out.len() < full {
            if self.used == self.input.len() && self.refill()? == 0 {
                return if self.is_ended { Ok(()) } else { Err(TextError::CutOff) };
            }
            let Some(gzip) = &mut self.gzip else { return Ok(()) };
            let (seen, length) = (gzip.total_in(), out.len());
            let status = gzip
                .decompress_vec(&self.input[self.used..], out, FlushDecompress::None)
                .map_err(|_| TextError::Damaged)?;
            self.used += usize::try_from(gzip.total_in() - seen).unwrap_or_default();
            match status {
                Status::StreamEnd => {
                    self.is_ended = !self.next_member()?;
                    if self.is_ended {
                        return Ok(());
                    }
                }
                Status::Ok | Status::BufError if gzip.total_in() > seen || out.len() > length => {}
                _ if self.used == self.input.len() || out.len() == out.capacity() => {
                    if out.len() > length || out.len() == out.capacity() {
                        return Ok(());
                    }
                }
                _ => return Err(TextError::Damaged),
            }
        }
        Ok(())
    }

    /// Gets past the end of a gzip member; returns whether another one follows.
    fn next_member(&mut self) -> Result<bool, TextError> {
        // Some writers pad with zeros.
        loop {
            let rest = &self.input[self.used..];
            self.used += rest.iter().take_while(|&&byte| byte == 0).count();
            if self.used < self.input.len() || self.refill()? == 0 {
                break;
            }
        }
        if self.input.len() - self.used == 1 {
            let mut more = [0];
            if self.reader.read(&mut more)? == 1 {
                self.read += 1;
                self.input.push(more[0]);
            }
        }
        let rest = &self.input[self.used..];
        if rest.is_empty() {
            return Ok(false);
        }
        if rest.starts_with(&GZIP) {
            self.gzip = Some(Decompress::new_gzip(15));
            return Ok(true);
        }
        Err(TextError::Trailing)
    }

    fn refill(&mut self) -> Result<usize, TextError> {
        self.used = 0;
        self.input.clear();
        let length = self.reader.by_ref().take(READ).read_to_end(&mut self.input)?;
        self.read += length as u64;
        Ok(length)
    }
}

/// A text as a stream, for readers that want one.
pub(super) struct Stream<'t, R> {
    text: &'t mut Text<R>,
    buffer: Vec<u8>,
    used: usize,
}

impl<'t, R: Read> Stream<'t, R> {
    pub(super) fn new(text: &'t mut Text<R>) -> Self {
        Self {
            text,
            buffer: Vec::new(),
            used: 0,
        }
    }
}

impl<R: Read> Read for Stream<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = {
            let mut available = self.fill_buf()?;
            available.read(into)?
        };
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Stream<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.buffer.len() {
            self.buffer.clear();
            self.used = 0;
            self.text.fill(&mut self.buffer).map_err(io::Error::other)?;
        }
        Ok(&self.buffer[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        self.used += amount;
    }
}
