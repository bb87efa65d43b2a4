//! The built-in incident as a source: answers leads from memory, at a pace one can watch.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::records;
use crate::cloudtrail::Record;
use crate::cloudtrail::event::Interner;
use crate::collect::source::{Found, Out, Progress, Source, SourceError};
use crate::investigation::fact::{FileOutcome, FileReport, Page, RegionCount};
use crate::investigation::lead::Lead;

/// What the made-up records are said to come from.
const ORIGIN: &str = "built-in incident";
/// Records shown at a time.
const PAGE: usize = 6;

/// The demo, being read.
#[derive(Debug)]
pub struct Demo {
    pace: Duration,
    waiting: Vec<Record>,
    report: Option<FileReport>,
    progress: Progress,
}

impl Demo {
    /// The incident, with a pause of `pace` between two pages.
    pub fn new(pace: Duration) -> Self {
        let texts = records();
        let mut interner = Interner::default();
        let waiting: Vec<Record> = texts
            .iter()
            .filter_map(|text| Record::parse(text.as_bytes(), &mut interner).ok())
            .collect();
        let report = report(&texts, &waiting);
        let progress = Progress {
            files_done: 0,
            files_total: 1,
            records: 0,
            bytes: report.bytes,
            ..Progress::default()
        };
        Self {
            pace,
            waiting,
            report: Some(report),
            progress,
        }
    }
}

impl Source for Demo {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        let wanted = |record: &Record| leads.iter().any(|lead| names(&record.body, &lead.value));
        let (found, waiting): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(wanted);
        self.waiting = waiting;
        for records in found.chunks(PAGE) {
            std::thread::sleep(self.pace);
            self.progress.records += records.len() as u64;
            let page = Page {
                origin: Arc::from(ORIGIN),
                records: records.to_vec(),
            };
            if out(Found::Page(page)).is_break() || out(Found::Progress(self.progress)).is_break() {
                return Ok(());
            }
        }
        if let Some(report) = self.report.take() {
            self.progress.files_done = 1;
            // A break only means that nobody wants more.
            let _ = out(Found::Files(vec![report]));
        }
        Ok(())
    }

    fn settle(&mut self, _out: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

/// Whether a record holds this value: as a text, at the end of an ARN, or as one side of `AROA...:session`.
fn names(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => {
            text == wanted || text.rsplit(['/', ':']).next() == Some(wanted) || text.split(':').next() == Some(wanted)
        }
        Value::Array(items) => items.iter().any(|item| names(item, wanted)),
        Value::Object(members) => members.values().any(|member| names(member, wanted)),
        _ => false,
    }
}

fn report(texts: &[String], records: &[Record]) -> FileReport {
    let mut regions: Vec<RegionCount> = Vec::new();
    for record in records {
        let (account, region) = (record.event.account(), &*record.event.region);
        let time = record.event.time();
        match regions
            .iter_mut()
            .find(|r| *r.account == *account && *r.region == *region)
        {
            Some(count) => {
                count.records += 1;
                count.first = count.first.min(Some(time));
                count.last = count.last.max(Some(time));
            }
            None => regions.push(RegionCount {
                account: account.into(),
                region: region.into(),
                records: 1,
                first: Some(time),
                last: Some(time),
            }),
        }
    }
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text);
    }
    FileReport {
        path: Arc::from(ORIGIN),
        sha256: hex::encode(hash.finalize()),
        bytes: texts.iter().map(|t| t.len() as u64).sum(),
        outcome: FileOutcome::Read,
        records: records.len() as u64,
        problems: Vec::new(),
        broken: (texts.len() - records.len()) as u64,
        regions,
    }
}
