//! What a verification of a trail found: that the logs are whole, or where they are not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cloudtrail::digest::{Kind, Outcome, Verification, Worst};
use crate::cloudtrail::time;

/// A verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// What was verified: the full path of a folder.
    pub place: String,
    /// Where the public keys came from; they are believed.
    pub keys: String,
    /// What is older was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Who did it.
    pub by: String,
    /// What was found.
    pub found: Verification,
}

impl Verified {
    /// What was found, in a sentence without its end: `whole: 2 digests and 2 log files are valid`.
    pub fn line(&self) -> String {
        let found = &self.found;
        let total = |kind| found.files.iter().filter(|file| file.kind == kind).count() as u64;
        let (digests, logs) = (
            counted(total(Kind::Digest), "digest"),
            counted(total(Kind::Log), "log file"),
        );
        let of_all = match total(Kind::Other) {
            0 => format!("{digests} and {logs}"),
            others => format!("{digests}, {logs} and {}", counted(others, "other file")),
        };
        let worst = found.worst();
        let line = if worst == Worst::Whole {
            format!("{}: {of_all} are valid", worst.as_str())
        } else {
            let each = Outcome::ALL.into_iter().filter_map(|outcome| {
                let count: u64 = [Kind::Digest, Kind::Log, Kind::Other]
                    .map(|kind| found.count(kind, outcome))
                    .iter()
                    .sum();
                (count > 0).then(|| format!("{count} {}", outcome.as_str()))
            });
            let gaps = found.gaps().count() as u64;
            let gaps = (gaps > 0).then(|| counted(gaps, "gap"));
            let each: Vec<String> = each.chain(gaps).collect();
            format!("{}: of {of_all} {}", worst.as_str(), each.join(", "))
        };
        let since = self
            .since
            .map(|since| format!("; what is older than {} was left out", time::format(since)));
        let since = since.unwrap_or_default();
        match self.span() {
            Some((from, until)) => format!("{line}; proved whole from {from} to {until}{}{since}", self.breaks()),
            None => format!("{line}; no time is proved whole{since}"),
        }
    }

    /// The first and the last moment that are proved whole, of all trails.
    fn span(&self) -> Option<(String, String)> {
        let spans = || self.found.whole().map(|(_, span)| span);
        let (from, until) = (spans().map(|s| s.from).min()?, spans().map(|s| s.until).max()?);
        Some((time::format(from), time::format(until)))
    }

    /// That the time between is not whole in every trail, where it is not.
    fn breaks(&self) -> &'static str {
        let mut trails = self.found.trails.iter();
        let first = self.found.trails.first().map(|trail| trail.whole.as_slice());
        if trails.all(|trail| trail.whole.len() == 1 && Some(trail.whole.as_slice()) == first) {
            ""
        } else {
            ", not all of it in every region"
        }
    }
}

fn counted(count: u64, thing: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{end}")
}
