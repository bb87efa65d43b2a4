//! The evidence folder: everything a responder hands over, with a manifest.

use std::error::Error;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::folder::Folder;
use super::manifest::{self, Manifest};
use super::{ExportError, Format, integrity, pasted, snapshots, tables, text};
use crate::cloudtrail::EventKey;
use crate::investigation::Investigation;
use crate::investigation::timeline::Filter;
use crate::playbook::{Names, Playbook, Standings};

const MANIFEST: &str = "manifest.json";

/// What an export needs of an investigation and the place it is kept.
pub trait Case {
    /// What the facts add up to, settled.
    fn investigation(&self) -> &Investigation;
    /// The record of an event as it is kept: JSON on one line, secrets replaced.
    fn body(&self, key: &EventKey) -> Result<Option<String>, Box<dyn Error + Send + Sync>>;
    /// The state of the journal.
    fn journal(&self) -> Journal;
}

/// The state of a journal of facts, for the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// The hash of the last fact, in hexadecimal.
    pub head: String,
    /// How many facts there are.
    pub facts: u64,
    /// `whole`, or what is broken.
    pub integrity: String,
}

/// Writes the evidence folder and gives what its manifest says. Makes the folder if there is none.
///
/// A folder that holds something else than an earlier export of the same investigation is refused, so that evidence of
/// two incidents never mixes. All files are written under other names first: a full disk leaves the earlier export as it
/// was.
pub fn write_evidence(
    folder: &Path,
    case: &impl Case,
    playbook: &Playbook,
    now: DateTime<Utc>,
) -> Result<Manifest, ExportError> {
    let investigation = case.investigation();
    let mut folder = open(folder, investigation)?;
    let standings = Standings::of(playbook, investigation, &Names::of(investigation, now), now);
    for (name, table) in [
        ("events.csv", tables::events(investigation, &Filter::default())),
        ("chain.csv", tables::chain(investigation)),
        ("findings.csv", super::findings(investigation)),
        ("resources.csv", super::resources(investigation)),
        ("coverage.csv", super::coverage(investigation)),
        ("files.csv", tables::files(investigation)),
        ("checklist.csv", tables::checklist(investigation, playbook, &standings)),
        ("actors.csv", super::actors(investigation)),
    ] {
        folder.write(name, |out| table.write(Format::Csv, out))?;
    }
    if let Some(table) = integrity::integrity(investigation) {
        folder.write("integrity.csv", |out| table.write(Format::Csv, out))?;
    }
    if let Some(notice) = investigation.notice() {
        folder.write("notice.txt", |out| write_text(&notice.text, out))?;
    }
    snapshots::write(&mut folder, investigation)?;
    pasted::write(&mut folder, investigation)?;
    folder.write("chain.json", |out| super::write_chain(investigation, Format::Json, out))?;
    let records = write_records(&mut folder, case)?;
    let mut manifest = Manifest::new(investigation, &case.journal(), folder.files(), records, now);
    folder.write(MANIFEST, |out| super::write_json(&manifest.document, out))?;
    if let Some(written) = folder.files().last() {
        manifest.sha256.clone_from(&written.sha256);
    }
    folder.publish()?;
    Ok(manifest)
}

fn open(path: &Path, investigation: &Investigation) -> Result<Folder, ExportError> {
    let folder = Folder::open(path)?;
    let what = match folder.read(MANIFEST) {
        Some(manifest) if manifest::is_earlier(&manifest, investigation) => return Ok(folder),
        Some(_) => "the evidence of another investigation",
        None if folder.is_empty()? => return Ok(folder),
        None => "other files",
    };
    Err(ExportError::Occupied {
        path: path.to_owned(),
        what,
    })
}

/// A text that somebody sent, line by line, harmless to read.
fn write_text(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "{}", text::safe(line)))
}

/// Every record that is kept, those of other callers that name a node included, in order of time. Gives how many were
/// written and how many could not be found, which happens only in a file whose integrity is broken.
fn write_records(folder: &mut Folder, case: &impl Case) -> Result<(u64, u64), ExportError> {
    let mut keys: Vec<&EventKey> = case
        .investigation()
        .evidence()
        .events()
        .iter()
        .map(|e| &e.key)
        .collect();
    keys.sort_unstable();
    let (mut written, mut missing) = (0, 0);
    let mut unreadable = None;
    let result = folder.write("events.jsonl", |out| {
        for key in keys {
            match case.body(key) {
                Ok(Some(body)) => {
                    writeln!(out, "{}", text::safe_json(&body))?;
                    written += 1;
                }
                Ok(None) => missing += 1,
                Err(e) => {
                    unreadable = Some(e);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        Ok(())
    });
    match unreadable {
        Some(e) => Err(ExportError::Record(e)),
        None => result.map(|()| (written, missing)),
    }
}
