//! Real CloudTrail cases with known right answers: where they are, and what a chain must be to be right.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::program::skipped;

/// The cases known when this was written; there may be more.
const KNOWN: [&str; 6] = [
    "invictus-bertjan",
    "stratus-federation-token",
    "stratus-create-admin-same-second",
    "otrf-ec2-role-jsonl",
    "boogy-collapsed-keys",
    "splunk-existing-user",
];

/// Where the cases are, if there are any.
pub fn folder() -> PathBuf {
    std::env::var_os("KEYTRAIL_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

/// The folders of the cases that there are.
pub fn cases() -> Vec<PathBuf> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut cases: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
    cases.sort();
    if cases.is_empty() {
        let why = format!("no folder with expected.json in {}", folder.display());
        for case in KNOWN {
            skipped(case, &why);
        }
    }
    cases
}

const CORE: [&str; 7] = [
    "created",
    "modified",
    "minted",
    "role_session",
    "console_login",
    "used_by_created_user",
    "used_by_created_role",
];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// One line per node, so that a difference can be read.
fn expected_nodes(expected: &Value) -> BTreeSet<String> {
    let nodes = expected["chain"].as_array().expect("a chain");
    nodes
        .iter()
        .map(|n| {
            let unique = n.get("user_id").or(n.get("role_id")).map_or("-".to_owned(), text);
            let events = n.get("events_by_it").map_or("-".to_owned(), ToString::to_string);
            let deleted = format!("{} {}", text(&n["deleted"]["event_id"]), text(&n["deleted"]["by"]));
            [
                &n["kind"],
                &n["link"],
                &n["id"],
                &n["parent"],
                &n["event_id"],
                &n["via_event"],
                &n["region"],
                &n["time"],
            ]
            .map(text)
            .join(" ")
                + &format!(" {unique} {events} {deleted}")
        })
        .collect()
}

fn actual_nodes(chain: &Value) -> BTreeSet<String> {
    let nodes = chain["nodes"].as_array().expect("nodes");
    nodes
        .iter()
        .filter(|n| CORE.contains(&n["link"].as_str().unwrap_or_default()))
        .map(|n| {
            let kind = text(&n["kind"]);
            let unique = if matches!(&*kind, "user" | "role") {
                text(&n["principal_id"])
            } else {
                "-".to_owned()
            };
            let events = if matches!(&*kind, "access_key" | "session") {
                n["events"].to_string()
            } else {
                "-".to_owned()
            };
            let deleted = format!("{} {}", text(&n["deleted"]["event_id"]), text(&n["deleted"]["by"]));
            let event = &n["event"];
            [
                &n["kind"],
                &n["link"],
                &n["id"],
                &n["parent"],
                &event["id"],
                &event["name"],
                &event["region"],
                &event["time"],
            ]
            .map(text)
            .join(" ")
                + &format!(" {unique} {events} {deleted}")
        })
        .collect()
}

/// Holds the chain of a case to what is expected of it.
pub fn is_as_expected(chain: &Value, expected: &Value, name: &str) {
    assert_eq!(
        actual_nodes(chain),
        expected_nodes(expected),
        "{name}: nodes under core links"
    );
    for (ours, theirs) in [
        ("read", "records_raw"),
        ("duplicates", "duplicates"),
        ("seed", "events_by_start_key"),
        ("chain", "events_by_chain_keys"),
    ] {
        assert_eq!(chain["events"][ours], expected[theirs], "{name}: {ours}");
    }
    let attempts = &expected["failed_attempts"];
    assert_eq!(
        chain["events"]["failed"], attempts["all_errors_by_chain_keys"],
        "{name}: failed"
    );
    let ours: BTreeSet<String> = chain["attempts"]
        .as_array()
        .expect("attempts")
        .iter()
        .map(|a| text(&a["event_id"]))
        .collect();
    for call in attempts["credential_call_list"].as_array().into_iter().flatten() {
        assert!(
            ours.contains(&text(&call["event_id"])),
            "{name}: attempt {} is missing",
            call["event_id"]
        );
    }
    let forbidden = expected["must_not_include"].as_array().into_iter().flatten();
    for id in forbidden.flat_map(|entry| entry["ids"].as_array().into_iter().flatten()) {
        let presented = chain["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|n| n["id"] == *id && CORE.contains(&n["link"].as_str().unwrap_or_default()));
        assert!(!presented, "{name}: {id} is not of the chain");
    }
    let upward = expected["start_minted_by"].as_array().map_or(&[][..], Vec::as_slice);
    let minted_by = &chain["seed_minted_by"];
    assert_eq!(minted_by.is_null(), upward.is_empty(), "{name}: seed_minted_by");
    assert!(
        upward.is_empty() || upward.iter().any(|event| event["event_id"] == minted_by["id"]),
        "{name}: {minted_by}"
    );
}
