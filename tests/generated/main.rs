//! A large incident that a generator plans, carries out and answers by itself: the chain must be met exactly, in whatever
//! order the records arrive.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use keytrail::cloudtrail::Record;
use keytrail::cloudtrail::event::Interner;
use keytrail::investigation::Investigation;
use proptest::prelude::*;
use support::generated::plan::{ACCOUNTS, Answer, Plan, SEED};
use support::incident::feed;
use support::program::keytrail;

fn parsed(records: &[serde_json::Value]) -> Vec<Record> {
    let mut interner = Interner::default();
    let parse = |record: &serde_json::Value| Record::parse(record.to_string().as_bytes(), &mut interner).unwrap();
    records.iter().map(parse).collect()
}

/// The incident that the properties are about.
static INCIDENT: LazyLock<(Vec<Record>, Answer)> = LazyLock::new(|| {
    let (records, answer) = Plan::carried_out(1);
    (parsed(&records), answer)
});

fn found(case: &Investigation) -> Vec<String> {
    let nodes = &case.chain().nodes;
    let mut lines: Vec<String> = nodes
        .iter()
        .filter_map(|node| {
            let parent = &nodes[node.parent?];
            let ended = if node.ended.is_some() { " ended" } else { "" };
            Some(format!(
                "{} {} {} < {}{ended}",
                node.kind,
                node.link.as_str(),
                node.id,
                parent.id
            ))
        })
        .collect();
    lines.sort();
    lines
}

fn meets(case: &Investigation, answer: &Answer) -> Result<(), String> {
    let found = found(case);
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (found.iter().collect(), answer.nodes.iter().collect());
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let wrong: Vec<_> = ours.difference(&theirs).collect();
    if found != answer.nodes {
        return Err(format!("missing {missing:#?}\nwrong {wrong:#?}"));
    }
    let mut attempts: Vec<String> = case.chain().attempts.iter().map(|a| a.event.id.to_string()).collect();
    attempts.sort();
    if attempts != answer.attempts {
        return Err(format!("attempts: {attempts:?}"));
    }
    let counted = case.chain().counts.chain;
    if counted != answer.core_events {
        return Err(format!("{counted} events, not {}", answer.core_events));
    }
    Ok(())
}

#[test]
fn the_incident_is_large() {
    let (records, answer) = &*INCIDENT;
    let regions: BTreeSet<_> = records.iter().map(|record| record.event.region.clone()).collect();
    let accounts: BTreeSet<_> = records.iter().map(|record| record.event.key.account.clone()).collect();
    assert!(answer.nodes.len() > 400, "{} nodes", answer.nodes.len());
    assert!(answer.deepest >= 5, "{} deep", answer.deepest);
    assert!(regions.len() == 12 && accounts.len() >= 2);
    for line in [
        "console_login ",
        "session role_session",
        "session carries_role",
        "session let_in",
        "session minted",
    ] {
        assert!(answer.nodes.iter().any(|node| node.starts_with(line)), "{line}");
    }
    assert!(answer.nodes.iter().any(|node| node.ends_with(" ended")));
}

#[test]
fn the_chain_is_exactly_what_was_planned() {
    for seed in 1..=8 {
        let (records, answer) = Plan::carried_out(seed);
        let case = feed(&[SEED], vec![parsed(&records)]);
        meets(&case, &answer).unwrap_or_else(|why| panic!("plan {seed}: {why}"));
    }
}

#[test]
fn a_chain_through_all_accounts_comes_back() {
    let (records, answer) = Plan::round_trip();
    let case = feed(&[SEED], vec![parsed(&records)]);
    meets(&case, &answer).unwrap_or_else(|why| panic!("{why}"));
    let entered: Vec<_> = case.accounts().keys().map(String::as_str).collect();
    assert_eq!(entered, ACCOUNTS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_is_met_in_any_order_in_any_pages_with_any_copies(
        order in Just((0..INCIDENT.0.len()).collect::<Vec<_>>()).prop_shuffle(),
        copies in prop::collection::vec(0..INCIDENT.0.len(), 0..200),
        page in 1..300usize,
    ) {
        let (records, answer) = &*INCIDENT;
        let arriving: Vec<Record> = order.iter().chain(&copies).map(|at| records[*at].clone()).collect();
        let case = feed(&[SEED], arriving.chunks(page).map(<[_]>::to_vec).collect());
        prop_assert_eq!(meets(&case, answer), Ok(()));
        prop_assert_eq!(case.chain().counts.duplicates, copies.len() as u64);
    }
}

#[test]
fn the_program_finds_it_all_in_an_archive() {
    let (records, answer) = Plan::carried_out(1);
    let folder = tempfile::tempdir().expect("a folder");
    let (logs, file) = (folder.path().join("logs"), folder.path().join("case.keytrail"));
    std::fs::create_dir(&logs).expect("made");
    for (n, records) in records.chunks(97).enumerate() {
        let text = serde_json::json!({ "Records": records }).to_string();
        std::fs::write(logs.join(format!("{n}.json")), text).expect("written");
    }
    let run = keytrail()
        .args(["investigate", SEED, "--batch", "--from"])
        .arg(&logs)
        .arg("--save")
        .arg(&file)
        .output()
        .expect("runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let printed = keytrail()
        .arg("chain")
        .arg(&file)
        .args(["--format", "json"])
        .output()
        .expect("runs");
    let chain: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let nodes = chain["nodes"].as_array().expect("nodes").iter();
    let mut found: Vec<String> = nodes
        .filter(|node| !node["parent"].is_null())
        .map(|node| {
            let text = |member: &str| node[member].as_str().unwrap_or_default().to_owned();
            let ended = if node["deleted"].is_null() { "" } else { " ended" };
            format!(
                "{} {} {} < {}{ended}",
                text("kind"),
                text("link"),
                text("id"),
                text("parent")
            )
        })
        .collect();
    found.sort();
    assert_eq!(found, answer.nodes);
}
