//! What an evidence folder holds, and what it stands for.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::folder::Written;
use super::{Journal, pasted, snapshots};
use crate::cloudtrail::time;
use crate::investigation::Investigation;

/// The name of the format.
const FORMAT: &str = "keytrail-evidence/1";

/// What is in an evidence folder, the manifest itself left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The files, with their lengths and hashes.
    pub files: Vec<Written>,
    /// How many records were written.
    pub records: u64,
    /// The manifest as it stands in `manifest.json`.
    pub document: Value,
    /// SHA-256 of `manifest.json`, in hexadecimal: who notes it can tell later that nothing in the folder was changed.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(
        investigation: &Investigation,
        journal: &Journal,
        files: &[Written],
        records: (u64, u64),
        now: DateTime<Utc>,
    ) -> Self {
        let coverage = investigation.coverage();
        let pass = investigation.last_pass().map(|(_, pass)| pass);
        let passes = investigation.passes().iter().map(|(at, pass)| {
            json!({
                "began_at": time::format(*at),
                "sources": pass.sources,
                "since": pass.since.map(time::format),
                "until": pass.until.map(time::format),
                "regions": pass.regions(),
            })
        });
        let first = coverage.regions().values().filter_map(|r| r.first).min();
        let last = coverage.regions().values().filter_map(|r| r.last).max();
        let listed = files
            .iter()
            .map(|f| json!({"name": f.name, "bytes": f.bytes, "sha256": f.sha256}));
        let document = json!({
            "format": FORMAT,
            "made_at": time::format(now),
            "tool": "keytrail",
            "tool_version": env!("CARGO_PKG_VERSION"),
            "investigation": identity(investigation),
            "account": investigation.account(),
            "passes": passes.collect::<Vec<_>>(),
            "window": {
                "first_event": first.map(time::format),
                "last_event": last.map(time::format),
            },
            "coverage": {
                "partial": coverage.is_partial(),
                "records": coverage.records(),
                "records_unreadable": coverage.broken(),
                "files": coverage.files().len(),
                "files_not_read_whole": coverage.unread().len(),
                "files_passed_over": coverage.passed_over(),
                "regions": coverage.regions().len(),
                "fixed_point": pass.map(|p| p.fixed_point),
                "cut_short": pass.and_then(|p| p.cut_short.as_ref()),
            },
            "records": {"kept": records.0, "missing": records.1},
            "journal": {"head": journal.head, "facts": journal.facts, "integrity": journal.integrity},
            "snapshots": snapshots::listed(investigation),
            "pasted": pasted::listed(investigation),
            "files": listed.collect::<Vec<_>>(),
        });
        Self {
            files: files.to_vec(),
            records: records.0,
            document,
            sha256: String::new(),
        }
    }
}

/// What tells one investigation from another: where it began, and when.
fn identity(investigation: &Investigation) -> Value {
    json!({
        "seeds": investigation.seeds(),
        "started": investigation.started().map(|(at, _)| time::format(*at)),
    })
}

/// Whether `manifest` is one of an earlier export of this investigation.
pub(super) fn is_earlier(manifest: &[u8], investigation: &Investigation) -> bool {
    serde_json::from_slice::<Value>(manifest)
        .is_ok_and(|m| m["format"] == FORMAT && m["investigation"] == identity(investigation))
}
