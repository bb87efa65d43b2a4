//! The gzip format around a deflate stream (RFC 1952).
//!
//! Read by hand, because the inflater can be used again for the next file only without it: setting up a new one for
//! each of many small files costs more than inflating them.

use flate2::Decompress;
use libdeflater::{Crc, Decompressor};

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
pub(super) struct Inflater {
    /// For files that are in memory as a whole: twice as fast as a stream.
    whole: Decompressor,
    pub(super) deflate: Decompress,
    pub(super) crc: Crc,
    /// Between the header and the trailer of a member.
    pub(super) in_member: bool,
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            whole: Decompressor::new(),
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
        self.crc = Crc::new();
        self.in_member = true;
    }

    /// Inflates a file that is in memory as a whole onto `out`, if it is one member of at most `most` bytes. Otherwise, and
    /// if anything is wrong with it, `out` stays as it was: then it is for the stream to tell what.
    pub(super) fn inflate_whole(&mut self, file: &[u8], most: usize, out: &mut Vec<u8>) -> bool {
        let Some((before, length)) = file.split_last_chunk() else {
            return false;
        };
        // What follows a first member would be passed over without a word. But a first member that is as long as the last
        // ends with this length too.
        if file.len() < SHORTEST + TRAILER || memchr::memmem::find(before, length).is_some() {
            return false;
        }
        let length = u32::from_le_bytes(*length) as usize;
        if length > most {
            return false;
        }
        let before = out.len();
        out.resize(before + length, 0);
        let is_whole = self.whole.gzip_decompress(file, &mut out[before..]) == Ok(length);
        if !is_whole {
            out.truncate(before);
        }
        is_whole
    }

    /// Whether the trailer of the member fits its data.
    pub(super) fn ends_with(&self, trailer: [u8; TRAILER]) -> bool {
        // The length is that of all text so far, modulo 2^32.
        let length = self.deflate.total_out() & u64::from(u32::MAX);
        u64::from_le_bytes(trailer) == length << 32 | u64::from(self.crc.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn a_whole_file_is_inflated_only_if_it_is_one_sound_member() {
        let mut inflater = Inflater::default();
        let mut inflate = |file: &[u8]| {
            let mut out = b"before ".to_vec();
            let is_whole = inflater.inflate_whole(file, 1000, &mut out);
            assert_eq!(is_whole, out.len() > 7, "what failed leaves nothing behind");
            is_whole.then(|| String::from_utf8(out).unwrap())
        };
        let one = pack(b"some records");
        assert_eq!(inflate(&one).as_deref(), Some("before some records"));
        // The same member twice has a trailer that fits the first, padded with zeros or not.
        assert_eq!(inflate(&[one.clone(), one.clone()].concat()), None);
        assert_eq!(inflate(&[one.clone(), vec![0; 5], one.clone()].concat()), None);
        assert_eq!(inflate(&[one.clone(), pack(b"more records")].concat()), None);
        assert_eq!(inflate(&one[..one.len() - 3]), None);
        let mut damaged = one.clone();
        damaged[12] ^= 0xff;
        assert_eq!(inflate(&damaged), None);
        assert_eq!(inflate(&pack(&[b'x'; 1001])), None);
    }

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
