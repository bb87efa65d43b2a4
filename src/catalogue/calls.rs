//! Category, severity and technique of the calls an attacker may make.

use std::sync::LazyLock;

use super::lineage::{Calls, by_call};

/// What a call means in the hands of an attacker; a judgement of the call, not a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// `recon`, `credential`, `privilege`, ...
    pub category: &'static str,
    /// `low`, `medium`, `high`, `critical`.
    pub severity: &'static str,
    /// ATT&CK technique, version 19 numbering; may be empty.
    pub technique: &'static str,
    /// Whether it is a data event, which event history never shows.
    pub data_event: bool,
    /// Why it matters, in one line.
    pub why: &'static str,
}

static CALLS: LazyLock<Calls<Call>> =
    LazyLock::new(|| by_call(include_str!("calls.csv").lines().skip(1).filter_map(parse)));

/// The first six cells hold no comma; the last may, and is then quoted.
fn parse(line: &'static str) -> Option<(&'static str, &'static str, Call)> {
    let mut cells = line.splitn(7, ',');
    let mut next = || cells.next();
    let (source, name) = (next()?, next()?);
    let call = Call {
        category: next()?,
        severity: next()?,
        technique: next()?,
        data_event: next()? == "data",
        why: next()?.trim_matches('"'),
    };
    Some((source, crate::cloudtrail::event::without_api_date(name), call))
}

/// What is known of a call, by its source and its name without an API date.
pub fn call(source: &str, name: &str) -> Option<Call> {
    CALLS.get(source)?.get(name).copied()
}

/// The data events of a service (`s3.amazonaws.com`): calls that event history never shows. Sorted.
pub fn data_events(source: &str) -> Vec<&'static str> {
    let calls = CALLS.get(source).into_iter().flatten();
    let mut names: Vec<&str> = calls
        .filter(|(_, call)| call.data_event)
        .map(|(name, _)| *name)
        .collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATEGORIES: [&str; 14] = [
        "recon",
        "credential",
        "privilege",
        "defence_evasion",
        "lateral",
        "compute",
        "exfil",
        "impact",
        "secret_access",
        "email_sms",
        "ai",
        "account_org",
        "domain_dns",
        "billing",
    ];

    #[test]
    fn every_row_is_read_and_uses_the_known_words() {
        let file = include_str!("calls.csv");
        assert_eq!(file.lines().skip(1).filter_map(parse).count(), file.lines().count() - 1);
        for call in CALLS.values().flat_map(|names| names.values()) {
            assert!(
                ["low", "medium", "high", "critical"].contains(&call.severity),
                "{call:?}"
            );
            assert!(CATEGORIES.contains(&call.category), "{call:?}");
            assert!(call.technique.is_empty() || call.technique.starts_with('T'), "{call:?}");
            assert!(!call.why.contains('"') && !call.why.is_empty(), "{call:?}");
        }
    }

    #[test]
    fn the_api_date_does_not_hide_a_call() {
        assert!(call("lambda.amazonaws.com", "CreateFunction").is_some());
        assert_eq!(call("example.amazonaws.com", "Nothing"), None);
    }
}
