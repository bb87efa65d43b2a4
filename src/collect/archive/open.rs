//! A file on disk: what kind it is, and its hash.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::investigation::fact::{FileOutcome, FileReport, Problem};

use super::find::{Bytes, LogFile};
use super::gzip;
use super::index::Shelf;
use super::intake::Reader;
use super::rows::is_console_csv;
use super::text::{Limits, Memory, Text, TextError};

/// A zip begins with a member, or with its end if it is empty.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Whether a file that begins like this may hold records.
pub(in crate::collect) fn may_hold_records(start: &[u8]) -> bool {
    let text = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    let is_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    is_json || gzip::is_gzip(start) || is_zip(start) || is_console_csv(start)
}

fn is_zip(start: &[u8]) -> bool {
    ZIP.iter().any(|magic| start.starts_with(magic))
}

/// Hashes what passes through it.
struct Hashing<R> {
    reader: R,
    hash: Sha256,
    bytes: u64,
    /// The end was seen: asking again, for each of many small files, would only cost time.
    is_done: bool,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.is_done {
            return Ok(0);
        }
        let length = self.reader.read(into)?;
        self.is_done = length == 0 && !into.is_empty();
        self.hash.update(&into[..length]);
        self.bytes += length as u64;
        Ok(length)
    }
}

impl<R: Read> Hashing<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            hash: Sha256::new(),
            bytes: 0,
            is_done: false,
        }
    }

    /// Reads what is left; the hash in hexadecimal and the size of all.
    fn finish(mut self) -> io::Result<(String, u64)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((hex::encode(self.hash.finalize()), self.bytes))
    }
}

/// Opens files one after the other.
pub(super) struct Opener<'p> {
    reader: Reader<'p>,
    limits: Limits,
    memory: Memory,
}

impl<'p> Opener<'p> {
    pub(super) fn new(reader: Reader<'p>, limits: Limits) -> Self {
        Self {
            reader,
            limits,
            memory: Memory::default(),
        }
    }

    /// Everything that was remembered of the files.
    pub(super) fn into_shelves(self) -> Vec<Shelf> {
        self.reader.into_shelves()
    }

    /// Reads the file of this number and adds what it held to `reports`.
    pub(super) fn read(
        &mut self,
        number: usize,
        (file, opened): (&LogFile, io::Result<Bytes>),
        reports: &mut Vec<FileReport>,
    ) {
        let origin: Arc<str> = file.path.to_string_lossy().into();
        if let Err(error) = self.try_read(number, (file, opened), &origin, reports) {
            reports.push(failed(origin, String::new(), 0, &error));
        }
    }

    fn try_read(
        &mut self,
        number: usize,
        (file, opened): (&LogFile, io::Result<Bytes>),
        origin: &Arc<str>,
        reports: &mut Vec<FileReport>,
    ) -> Result<(), TextError> {
        let opened = opened?;
        let is_on_disk = matches!(opened, Bytes::Disk(_));
        let on_disk = Hashing::new(opened);
        if file.holds_other_events() {
            let (sha256, bytes) = on_disk.finish()?;
            reports.push(passed_over(origin.clone(), sha256, bytes));
            return Ok(());
        }
        let mut text = Text::new(on_disk, self.limits, &mut self.memory)?;
        if is_zip(text.first_bytes()) {
            let (sha256, bytes) = text.into_reader().finish()?;
            if !is_on_disk {
                // CloudTrail writes none, and reading one means to jump about in it.
                reports.push(failed(
                    origin.clone(),
                    sha256,
                    bytes,
                    &"it is a zip: download it and read it with --from PATH",
                ));
                return Ok(());
            }
            self.zip(number, file, (origin, &sha256, bytes), reports);
            return Ok(());
        }
        let tally = self.reader.read((number, None), origin, &mut text);
        let (sha256, bytes) = text.into_reader().finish()?;
        reports.push(tally.report(origin.clone(), sha256, bytes));
        Ok(())
    }

    fn zip(
        &mut self,
        number: usize,
        file: &LogFile,
        (origin, sha256, bytes): (&Arc<str>, &str, u64),
        reports: &mut Vec<FileReport>,
    ) {
        let archive = File::open(&file.path)
            .map_err(|error| error.to_string())
            .and_then(|file| ZipArchive::new(file).map_err(|error| error.to_string()));
        let mut archive = match archive {
            Ok(archive) => archive,
            Err(error) => return reports.push(failed(origin.clone(), sha256.to_owned(), bytes, &error)),
        };
        for at in 0..archive.len() {
            let mut member = match archive.by_index(at) {
                Ok(member) => member,
                Err(error) => {
                    let name = format!("{origin}!{at}").into();
                    reports.push(failed(name, sha256.to_owned(), bytes, &error));
                    continue;
                }
            };
            if member.is_dir() {
                continue;
            }
            let name: Arc<str> = match member.name() {
                Ok(name) => format!("{origin}!{name}").into(),
                Err(_) => format!("{origin}!{at}").into(),
            };
            let limits = self.limits.for_member(member.compressed_size());
            match Text::new(&mut member, limits, &mut self.memory) {
                Ok(mut text) => {
                    let tally = self.reader.read((number, Some(at)), &name, &mut text);
                    reports.push(tally.report(name, sha256.to_owned(), bytes));
                }
                Err(error) => reports.push(failed(name, sha256.to_owned(), bytes, &error)),
            }
        }
    }
}

/// Hands a text that was opened again to `read`.
pub(super) fn reopen<T>(
    opened: io::Result<Bytes>,
    member: Option<usize>,
    (limits, memory): (Limits, &mut Memory),
    read: impl FnOnce(&mut Text<'_, &mut dyn Read>) -> Result<T, TextError>,
) -> Result<T, TextError> {
    let file = match (opened?, member) {
        (Bytes::Disk(file), Some(_)) => file,
        (mut bytes, _) => return read(&mut Text::new(&mut bytes as &mut dyn Read, limits, memory)?),
    };
    let mut archive = ZipArchive::new(file).map_err(io::Error::other)?;
    let mut member = archive.by_index(member.unwrap_or_default()).map_err(io::Error::other)?;
    let limits = limits.for_member(member.compressed_size());
    read(&mut Text::new(&mut member as &mut dyn Read, limits, memory)?)
}

fn failed(path: Arc<str>, sha256: String, bytes: u64, error: &dyn std::fmt::Display) -> FileReport {
    FileReport {
        path,
        sha256,
        bytes,
        outcome: FileOutcome::Failed,
        records: 0,
        problems: vec![Problem {
            place: "byte 0".to_owned(),
            reason: error.to_string(),
        }],
        broken: 0,
        regions: Vec::new(),
    }
}

fn passed_over(path: Arc<str>, sha256: String, bytes: u64) -> FileReport {
    FileReport {
        path,
        sha256,
        bytes,
        outcome: FileOutcome::PassedOver,
        records: 0,
        problems: Vec::new(),
        broken: 0,
        regions: Vec::new(),
    }
}
