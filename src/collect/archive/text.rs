//! The text of a file: inflated if it is gzip, as it is otherwise.

use std::io::{self, BufRead, Read};

use flate2::{FlushDecompress, Status};

use super::gzip::{self, Header, Inflater, TRAILER};

/// Bytes read from disk at once. Most of CloudTrail's files are smaller: one read gets them whole.
const READ: usize = 128 << 10;
/// Bytes of text made at once: small enough for the second-level cache, with the masks of its structure.
const TEXT: usize = 128 << 10;
/// The longest text that is made at once, of a file that was read at once.
const WHOLE: usize = 4 << 20;

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
pub(in crate::collect) enum TextError {
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

/// What can be used again for the next text.
pub(in crate::collect) struct Memory {
    /// What was read from disk is `input[..filled]`.
    input: Box<[u8]>,
    filled: usize,
    inflater: Inflater,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            input: vec![0; READ].into(),
            filled: 0,
            inflater: Inflater::default(),
        }
    }
}

/// Reads a file's text.
pub(super) struct Text<'m, R> {
    reader: R,
    memory: &'m mut Memory,
    /// How much of the input was used.
    used: usize,
    is_gzip: bool,
    /// Gzip members that were read to their ends.
    members: u64,
    /// What is wrong with the text after what was given of it.
    failed: Option<TextError>,
    limits: Limits,
    read: u64,
    made: u64,
}

impl<'m, R: Read> Text<'m, R> {
    /// Begins to read; finds out whether it is gzip. `memory` is used on from text to text.
    pub(super) fn new(reader: R, limits: Limits, memory: &'m mut Memory) -> Result<Self, TextError> {
        let mut text = Self {
            reader,
            memory,
            used: 0,
            is_gzip: false,
            members: 0,
            failed: None,
            limits,
            read: 0,
            made: 0,
        };
        text.memory.filled = 0;
        text.refill()?;
        text.is_gzip = gzip::is_gzip(text.first_bytes());
        text.memory.inflater.in_member = false;
        Ok(text)
    }

    /// The reader under it.
    pub(super) fn into_reader(self) -> R {
        self.reader
    }

    /// Bytes of text so far.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// The first bytes on disk.
    pub(super) fn first_bytes(&self) -> &[u8] {
        &self.memory.input[..self.memory.filled]
    }

    /// Appends more text to `out` and returns how much; 0 at the end.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) -> Result<usize, TextError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let before = out.len();
        let result = if self.is_gzip {
            self.inflate(out)
        } else {
            self.copy(out)
        };
        let made = out.len() - before;
        self.made += made as u64;
        let on_disk = self.limits.packed.unwrap_or(self.read);
        let allowed = self.limits.free.max(on_disk.saturating_mul(self.limits.ratio));
        let is_packed = self.is_gzip || self.limits.packed.is_some();
        if is_packed && self.made > allowed.min(self.limits.inflated) {
            return Err(TextError::Bomb);
        }
        match result {
            // What was made before the damage counts; the next call says what is wrong.
            Err(error) if made > 0 => {
                self.failed = Some(error);
                Ok(made)
            }
            other => other.map(|()| made),
        }
    }

    fn copy(&mut self, out: &mut Vec<u8>) -> Result<(), TextError> {
        if self.rest().is_empty() {
            self.refill()?;
        }
        out.extend_from_slice(self.rest());
        self.used = self.memory.filled;
        Ok(())
    }

    fn inflate(&mut self, out: &mut Vec<u8>) -> Result<(), TextError> {
        if self.made == 0 && self.is_whole() {
            let Memory {
                input,
                filled,
                inflater,
            } = &mut *self.memory;
            if inflater.inflate_whole(&input[..*filled], WHOLE, out) {
                self.used = self.memory.filled;
                self.members = 1;
                return Ok(());
            }
        }
        out.reserve(TEXT);
        let full = out.len() + TEXT;
        while out.len() < full {
            if !self.memory.inflater.in_member && !self.next_member()? {
                return Ok(());
            }
            if self.rest().is_empty() && self.refill()? == 0 {
                return Err(TextError::CutOff);
            }
            let Memory {
                input,
                filled,
                inflater,
            } = &mut *self.memory;
            let (seen, length) = (inflater.deflate.total_in(), out.len());
            let status = inflater
                .deflate
                .decompress_vec(&input[self.used..*filled], out, FlushDecompress::None)
                .map_err(|_| TextError::Damaged)?;
            let read = usize::try_from(inflater.deflate.total_in() - seen).unwrap_or_default();
            self.used += read;
            inflater.crc.update(&out[length..]);
            if status == Status::StreamEnd {
                self.end_member()?;
            } else if read == 0 && out.len() == length {
                // No room is left, or the data leads nowhere.
                return if out.len() == out.capacity() {
                    Ok(())
                } else {
                    Err(TextError::Damaged)
                };
            }
        }
        Ok(())
    }

    /// Whether the whole file is in memory, not used yet.
    fn is_whole(&mut self) -> bool {
        let fresh = self.used == 0 && self.members == 0 && !self.memory.inflater.in_member;
        fresh && self.memory.filled < READ && matches!(self.refill(), Ok(0))
    }

    /// Checks what follows the data of a member.
    fn end_member(&mut self) -> Result<(), TextError> {
        while self.rest().len() < TRAILER {
            if self.refill()? == 0 {
                return Err(TextError::CutOff);
            }
        }
        let trailer = self.rest().first_chunk().copied().unwrap_or_default();
        self.used += TRAILER;
        self.members += 1;
        self.memory.inflater.in_member = false;
        if self.memory.inflater.ends_with(trailer) {
            Ok(())
        } else {
            Err(TextError::Damaged)
        }
    }

    /// Gets to the data of the next member; returns whether there is one.
    fn next_member(&mut self) -> Result<bool, TextError> {
        // Some writers pad with zeros.
        while self.members > 0 {
            self.used += self.rest().iter().take_while(|&&byte| byte == 0).count();
            if !self.rest().is_empty() || self.refill()? == 0 {
                break;
            }
        }
        loop {
            match gzip::header(self.rest()) {
                Header::Ends(length) => {
                    self.used += length;
                    self.memory.inflater.begin();
                    return Ok(true);
                }
                Header::Unfinished if self.refill()? > 0 => {}
                Header::Unfinished if self.members > 0 && self.rest().is_empty() => return Ok(false),
                Header::Unfinished => return Err(TextError::CutOff),
                Header::Other if self.members > 0 => return Err(TextError::Trailing),
                Header::Other => return Err(TextError::Damaged),
            }
        }
    }

    /// Input that was not used yet.
    fn rest(&self) -> &[u8] {
        &self.memory.input[self.used..self.memory.filled]
    }

    /// Reads more input behind what is left; 0 at the end of the file, or where there is no room for more.
    fn refill(&mut self) -> Result<usize, TextError> {
        let Memory { input, filled, .. } = &mut *self.memory;
        input.copy_within(self.used..*filled, 0);
        *filled -= self.used;
        self.used = 0;
        let length = loop {
            match self.reader.read(&mut input[*filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        *filled += length;
        self.read += length as u64;
        Ok(length)
    }
}

/// Gives the whole text of a file piece by piece.
pub(in crate::collect) fn read_text(
    reader: impl Read,
    memory: &mut Memory,
    mut take: impl FnMut(&[u8]),
) -> Result<(), TextError> {
    let mut text = Text::new(reader, Limits::default(), memory)?;
    let mut piece = Vec::new();
    while text.fill(&mut piece)? > 0 {
        take(&piece);
        piece.clear();
    }
    Ok(())
}

/// A text as a stream, for readers that want one.
pub(super) struct Stream<'t, 'm, R> {
    text: &'t mut Text<'m, R>,
    buffer: Vec<u8>,
    used: usize,
}

impl<'t, 'm, R: Read> Stream<'t, 'm, R> {
    pub(super) fn new(text: &'t mut Text<'m, R>) -> Self {
        Self {
            text,
            buffer: Vec::new(),
            used: 0,
        }
    }
}

impl<R: Read> Read for Stream<'_, '_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = {
            let mut available = self.fill_buf()?;
            available.read(into)?
        };
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Stream<'_, '_, R> {
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
