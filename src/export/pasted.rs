//! What the commands of the steps printed, as it was pasted: a file for each, in a folder of its own.

use serde_json::{Value, json};

use super::folder::Folder;
use super::{ExportError, text};
use crate::cloudtrail::time;
use crate::investigation::{Investigation, Pasted};

/// Writes them all.
pub(super) fn write(folder: &mut Folder, investigation: &Investigation) -> Result<(), ExportError> {
    for (number, (_, pasted)) in (1..).zip(investigation.pasted()) {
        folder.write(&name(number, pasted), |out| {
            out.write_all(text::safe_json(&pasted.text).as_bytes())
        })?;
    }
    Ok(())
}

/// What the manifest says of them: the hash is that of the whole output, as the journal holds it.
pub(super) fn listed(investigation: &Investigation) -> Vec<Value> {
    let all = (1..).zip(investigation.pasted());
    all.map(|(number, (at, pasted))| {
        json!({
            "name": name(number, pasted),
            "item": pasted.item,
            "command": pasted.command,
            "condition": pasted.condition,
            "shows": pasted.shows,
            "words": pasted.words,
            "pasted_at": time::format(*at),
            "by": pasted.by,
            "bytes": pasted.bytes,
            "sha256": pasted.sha256,
            "redacted": pasted.redacted,
            "cut": pasted.cut,
        })
    })
    .collect()
}

/// What was cut off is no JSON any more.
fn name(number: usize, pasted: &Pasted) -> String {
    let end = if pasted.cut { "txt" } else { "json" };
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let item: String = pasted.item.chars().map(letter).take(80).collect();
    format!("pasted/{number:03}-{item}.{end}")
}
