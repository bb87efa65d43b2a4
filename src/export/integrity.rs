//! What a verification found, as a table: a row for each digest, each log file and each gap.

use serde_json::Value;

use super::Table;
use super::tables::{moment, optional, text};
use crate::cloudtrail::digest::{Checked, Gap, Trail, Verification};
use crate::investigation::Investigation;

const INTEGRITY: [&str; 10] = [
    "File", "Kind", "Outcome", "Reason", "From", "Until", "Digest", "Account", "Region", "Trail",
];

/// The rows of one verification.
pub fn verification(found: &Verification) -> Table<'_> {
    Table::new(&INTEGRITY, &INTEGRITY, rows(found))
}

/// The rows of all that an investigation knows of; `None` where nothing was verified.
pub(super) fn integrity(investigation: &Investigation) -> Option<Table<'_>> {
    let verified = investigation.verified();
    let rows = verified.iter().flat_map(|(_, verified)| rows(&verified.found));
    (!verified.is_empty()).then(|| Table::new(&INTEGRITY, &INTEGRITY, rows))
}

fn rows(found: &Verification) -> impl Iterator<Item = [Value; 10]> {
    let files = found.files.iter().map(file);
    files.chain(found.gaps().map(|(trail, gap)| gap_row(trail, gap)))
}

fn file(file: &Checked) -> [Value; 10] {
    let (account, region, trail) = file.of().unwrap_or_default();
    [
        text(&file.file),
        text(file.kind.as_str()),
        text(file.outcome.as_str()),
        text(&file.reason),
        moment(file.from),
        moment(file.until),
        optional(file.digest.as_deref()),
        text(account),
        text(region),
        text(trail),
    ]
}

fn gap_row(trail: &Trail, gap: &Gap) -> [Value; 10] {
    [
        Value::Null,
        text("gap"),
        text("not covered"),
        text(&gap.reason),
        moment(Some(gap.from)),
        moment(Some(gap.until)),
        Value::Null,
        text(&trail.account),
        text(&trail.region),
        text(&trail.trail),
    ]
}
