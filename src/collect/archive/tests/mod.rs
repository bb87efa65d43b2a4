//! Archives on disk, and what they answer.

mod limits;
mod look_ups;
mod shapes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::investigation::fact::{FileOutcome, FileReport};
use crate::investigation::lead::Attribute;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com"],
        [("lambda.amazonaws.com", "CreateFunction")],
    )
}

/// Everything that answers, at once.
fn look_up(archive: &mut Archive, leads: &[Lead], out: &mut Out<'_>) -> Result<(), ArchiveError> {
    archive.ask(leads, out)?;
    archive.settle(out)
}

fn lead(value: &str) -> Lead {
    Lead::new(Attribute::AccessKeyId, value)
}

/// A record of a call signed with `key`, its id telling it from others.
fn record(id: &str, key: &str, source: &str, name: &str, more: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.08", "userIdentity": {"type": "IAMUser", "accessKeyId": key},
        "eventTime": "2026-01-01T00:00:00Z", "eventSource": source, "eventName": name, "awsRegion": "eu-west-1",
        "eventID": id, "recipientAccountId": "123456789012",
    });
    if let (Value::Object(record), Value::Object(more)) = (&mut record, more) {
        record.extend(more);
    }
    record
}

fn simple(id: &str) -> Value {
    record(id, KEY, "ec2.amazonaws.com", "DescribeInstances", json!({}))
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes.as_ref()).unwrap();
    gzip.finish().unwrap()
}

/// The event ids found, and the reports by file name.
#[derive(Default)]
struct Answer {
    ids: Vec<String>,
    reports: BTreeMap<String, FileReport>,
}

impl Answer {
    fn take(&mut self, found: Found) -> ControlFlow<()> {
        match found {
            Found::Page(page) => self.ids.extend(page.records.iter().map(|r| r.event.id().to_owned())),
            Found::Files(reports) => {
                for report in reports {
                    let name = report.path.rsplit('/').next().unwrap().to_owned();
                    assert!(self.reports.insert(name, report).is_none(), "a file is reported once");
                }
            }
            Found::Progress(_)
            | Found::Asked(_)
            | Found::Crossed(_)
            | Found::Queried(_)
            | Found::Region(..)
            | Found::Watched(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn outcome(&self, name: &str) -> FileOutcome {
        self.reports[name].outcome
    }
}

fn answer(archive: &mut Archive, leads: &[Lead]) -> Answer {
    let mut answer = Answer::default();
    look_up(archive, leads, &mut |found| answer.take(found)).unwrap();
    answer.ids.sort();
    answer
}

/// A folder with these files, asked for the key.
fn read(files: &[(&str, Vec<u8>)]) -> Answer {
    let folder = folder_with(files);
    answer(
        &mut Archive::new(&[folder.path().to_owned()], calls()).unwrap(),
        &[lead(KEY)],
    )
}

fn folder_with(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn zipped(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
