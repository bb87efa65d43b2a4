//! What AWS said before something was changed: a file for each snapshot, in a folder of its own.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::folder::Folder;
use super::{ExportError, cell};
use crate::cloudtrail::time;
use crate::investigation::Investigation;
use crate::investigation::change::{Snapshot, SnapshotOf};

/// Writes them all.
pub(super) fn write(folder: &mut Folder, investigation: &Investigation) -> Result<(), ExportError> {
    for (number, (_, snapshot)) in (1..).zip(investigation.snapshots()) {
        folder.write(&name(number, snapshot), |out| match snapshot.of {
            SnapshotOf::CredentialReport => write_csv(&snapshot.text, out),
            // JSON was made safe when it was kept.
            _ => out.write_all(snapshot.text.as_bytes()),
        })?;
    }
    Ok(())
}

/// What the manifest says of them: the hash is that of what AWS said, as the journal holds it.
pub(super) fn listed(investigation: &Investigation) -> Vec<Value> {
    let all = (1..).zip(investigation.snapshots());
    all.map(|(number, (at, snapshot))| {
        json!({
            "name": name(number, snapshot),
            "of": snapshot.of.to_string(),
            "taken_at": time::format(*at),
            "sha256": snapshot.sha256,
        })
    })
    .collect()
}

/// The number keeps names apart; letters that a file system may mind are left out.
fn name(number: usize, snapshot: &Snapshot) -> String {
    let end = match snapshot.of {
        SnapshotOf::CredentialReport => "csv",
        _ => "json",
    };
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let of: String = snapshot.of.to_string().chars().map(letter).take(80).collect();
    format!("snapshots/{number:03}-{of}.{end}")
}

/// The credential report holds names of users, and whoever makes a user chooses its name.
fn write_csv(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    for record in reader.records() {
        let record = record?;
        let cells = record.iter().map(|text| cell::cell(&json!(text)).into_owned());
        writer.write_record(cells)?;
    }
    writer.flush()
}
