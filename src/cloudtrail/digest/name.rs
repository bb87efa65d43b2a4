//! What the name of a file in a trail's bucket says.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A digest.
    Digest,
    /// A log file.
    Log,
    /// No part of a trail, but it may hold records.
    Other,
}

impl Kind {
    /// The words on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Log => "log file",
            Self::Other => "other file",
        }
    }
}

/// The services, as names and folders have them, that write digests, and log files.
const DIGESTS: &str = "CloudTrail-Digest";
const LOGS: [&str; 3] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];

/// The last part of a path or of a key.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What a file is, by its name. Whatever else lies among the log files is taken for one: somebody may have added it. `None`
/// for what is no part of a trail.
pub fn kind(path: &str) -> Option<Kind> {
    match Name::parse(file_name(path)) {
        Some(name) if name.service == DIGESTS => Some(Kind::Digest),
        Some(name) if LOGS.contains(&name.service) => Some(Kind::Log),
        _ => {
            let mut folders = path.rsplit('/').skip(1);
            folders.any(|folder| LOGS.contains(&folder)).then_some(Kind::Log)
        }
    }
}

/// A name in its parts: `ACCOUNT_CloudTrail_REGION_TIME_ID.json.gz`, or, of a digest,
/// `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIME[_backfill].json.gz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) account: &'a str,
    service: &'a str,
    pub(super) region: &'a str,
    /// Of a digest; else empty.
    pub(super) trail: &'a str,
    pub(super) time: Option<DateTime<Utc>>,
    /// A digest that was written later, for log files that were late.
    pub(super) is_backfill: bool,
}

impl<'a> Name<'a> {
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let stem = name.split_once(".json").map_or(name, |(stem, _)| stem);
        let mut parts = stem.splitn(4, '_');
        let (account, service, region, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if account.is_empty() || !account.bytes().all(|b| b.is_ascii_digit()) || !service.starts_with("CloudTrail") {
            return None;
        }
        let on_time = rest.strip_suffix("_backfill");
        let (trail, stamp) = if service == DIGESTS {
            // The name of a trail may hold underscores. The region in which it was made stands behind it.
            let mut ends = on_time.unwrap_or(rest).rsplitn(3, '_');
            let (stamp, _home) = (ends.next()?, ends.next()?);
            (ends.next()?, stamp)
        } else {
            ("", rest.split('_').next()?)
        };
        Some(Self {
            account,
            service,
            region,
            trail,
            time: moment(stamp),
            is_backfill: on_time.is_some(),
        })
    }
}

fn moment(stamp: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y%m%dT%H%M%SZ", "%Y%m%dT%H%MZ"].iter();
    let mut read = formats.filter_map(|format| NaiveDateTime::parse_from_str(stamp, format).ok());
    read.next().map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_it_is_and_of_when() {
        let digest =
            "111122223333_CloudTrail-Digest_eu-west-1_my_own_trail_us-east-1_20260304T110500Z_backfill.json.gz";
        let name = Name::parse(digest).unwrap();
        assert_eq!(
            (name.account, name.region, name.trail),
            ("111122223333", "eu-west-1", "my_own_trail")
        );
        assert!(name.is_backfill);
        assert_eq!(name.time.unwrap().to_rfc3339(), "2026-03-04T11:05:00+00:00");
        let log = Name::parse("111122223333_CloudTrail_us-east-1_20260304T1020Z_ExampleUniqueA10.json.gz").unwrap();
        assert_eq!((log.region, log.trail), ("us-east-1", ""));
        assert_eq!(log.time.unwrap().to_rfc3339(), "2026-03-04T10:20:00+00:00");
    }

    #[test]
    fn a_file_is_known_by_its_name_and_what_lies_among_log_files_counts_as_one() {
        let name = "111122223333_CloudTrail_us-east-1_20260304T1020Z_ExampleUniqueA10.json.gz";
        assert_eq!(kind(name), Some(Kind::Log));
        assert_eq!(kind(&format!("CloudTrail-Digest/{name}")), Some(Kind::Log));
        assert_eq!(kind("AWSLogs/1/CloudTrail/us-east-1/x.json"), Some(Kind::Log));
        assert_eq!(kind("AWSLogs/1/CloudTrail-Digest/us-east-1/x.json"), None);
        assert_eq!(kind("AWSLogs/1/Config/us-east-1/x.json"), None);
        assert_eq!(kind("public_keys.json"), None);
        for odd in ["", "_", "1_CloudTrail", "1_CloudTrail-Digest_r_t", "x_CloudTrail_r_t_u"] {
            assert_eq!(kind(odd), None, "{odd}");
        }
    }
}
