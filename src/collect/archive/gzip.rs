//! The gzip format around a deflate stream (RFC 1952).
//!
//! Read by hand, because the inflater can be used again for the next file only without it: setting up a new one for
//! each of many small files costs more than inflating them.

use flate2::{Crc, Decompress};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;
/// Bytes of a header without optional parts.
const SHORTEST: usize = 10;
/// Bytes after the data: checksum and length.
pub(super) const TRAILER: usize = 8;
/// The longest header that is looked for: names and comments are short.
const LONGEST: usize = 64 << 10;

/// Whether a file begins like gzip.
pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&MAGIC)
}

/// What the start of a member says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// The data begins after so many bytes.
    Ends(usize),
    /// More bytes are needed to tell.
    Unfinished,
    /// It is not a gzip header.
    Other,
}

/// Reads the header of a member.
pub(super) fn header(start: &[u8]) -> Header {
    let magic = start.get(..2).is_none_or(|two| two == MAGIC);
    if !magic || start.get(2).is_some_and(|&method| method != DEFLATE) {
        return Header::Other;
    }
    match header_length(start) {
        Some(length) if length <= start.len() => Header::Ends(length),
        _ if start.len() > LONGEST => Header::Other,
        _ => Header::Unfinished,
    }
}

/// `None` if it cannot be told yet.
fn header_length(start: &[u8]) -> Option<usize> {
    const CHECKSUM: u8 = 1 << 1;
    const EXTRA: u8 = 1 << 2;
    const NAME: u8 = 1 << 3;
    const COMMENT: u8 = 1 << 4;
    let flags = *start.get(3)?;
    let mut at = SHORTEST;
    if flags & EXTRA != 0 {
        let length = start.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            at += 1 + start.get(at..)?.iter().position(|&byte| byte == 0)?;
        }
    }
    Some(at + if flags & CHECKSUM != 0 { 2 } else { 0 })
}

/// Inflates one member after the other.
#[derive(Debug)]
pub(super) struct Inflater {
    pub(super) deflate: Decompress,
    pub(super) crc: Crc,
    /// Between the header and the trailer of a member.
    pub(super) in_member: bool,
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            deflate: Decompress::new(false),
            crc: Crc::new(),
            in_member: false,
        }
    }
}

impl Inflater {
    /// Makes ready for the data of a member.
    pub(super) fn begin(&mut self) {
        self.deflate.reset(false);
        self.crc.reset();
        self.in_member = true;
    }

    /// Whether the trailer of the member fits its data.
    pub(super) fn ends_with(&self, trailer: [u8; TRAILER]) -> bool {
        let expected = u64::from(self.crc.amount()) << 32 | u64::from(self.crc.sum());
        u64::from_le_bytes(trailer) == expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_with_any_optional_part_end_where_the_data_begins() {
        let plain = [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 0, 3];
        assert_eq!(header(&plain), Header::Ends(10));
        let full = [
            &[0x1f, 0x8b, 8, 0b1_1110, 1, 2, 3, 4, 0, 3, 2, 0, 9, 9][..],
            b"name\0note\0",
            &[7, 7],
        ]
        .concat();
        assert_eq!(header(&full), Header::Ends(full.len()));
        for length in 0..full.len() {
            assert_eq!(header(&full[..length]), Header::Unfinished, "{length}");
        }
        assert_eq!(header(b"PK\x03\x04"), Header::Other);
    }
}
