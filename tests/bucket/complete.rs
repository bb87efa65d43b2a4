//! Nothing is lost, and nothing is there twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::front::{Asked, Fault};
use crate::support::cases::{cases, is_as_expected};
use crate::support::desk::{code, err};
use crate::support::incident::*;
use crate::support::program::{keytrail, skipped};
use crate::trail::{Trail, gzip, key};

/// The recorded attack, filed as its trail filed it; what is expected of it, and its key.
fn bertjan(test: &str) -> Option<(Trail, Value)> {
    let case = cases().into_iter().find(|case| case.ends_with("invictus-bertjan"));
    let Some(case) = case else {
        skipped(test, "the case is not here");
        return None;
    };
    let trail = Trail::new(test)?;
    for file in std::fs::read_dir(case.join("events")).expect("files").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let parts: Vec<&str> = name.split('_').collect();
        let (account, region, time) = (parts[0], parts[2], parts[3]);
        let day = format!("{}/{}/{}", &time[..4], &time[4..6], &time[6..8]);
        let document: Value = serde_json::from_slice(&std::fs::read(file.path()).expect("readable")).expect("JSON");
        let key = format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{name}.gz");
        trail.put(&key, "", &gzip(&document));
    }
    let expected = std::fs::read_to_string(case.join("expected.json")).expect("readable");
    Some((trail, serde_json::from_str(&expected).expect("JSON")))
}

#[test]
fn a_recorded_attack_gives_its_chain_from_a_bucket() {
    let name = "a_recorded_attack_gives_its_chain_from_a_bucket";
    let Some((trail, expected)) = bertjan(name) else { return };
    let wire = trail.wire();
    let run = trail.investigate(&wire, expected["start_key"].as_str().expect("a key"), &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    is_as_expected(&trail.chain(), &expected, name);
}

#[test]
fn throttling_and_cut_answers_lose_and_double_nothing() {
    let name = "throttling_and_cut_answers_lose_and_double_nothing";
    let Some((trail, expected)) = bertjan(name) else { return };
    let wire = trail.front(|asked: &Asked, nth| match (asked.is_object(), nth) {
        (true, 0) => Some(Fault::Cut),
        (true, 1) => Some(Fault::Instead(503, "SlowDown")),
        (false, 0) if asked.method == "GET" => Some(Fault::Instead(500, "InternalError")),
        _ => None,
    });
    let run = trail.investigate(&wire, expected["start_key"].as_str().expect("a key"), &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    is_as_expected(&trail.chain(), &expected, name);
}

#[test]
fn a_large_object_is_fetched_in_parts_and_read_whole() {
    let Some(trail) = Trail::new("a_large_object_is_fetched_in_parts_and_read_whole") else {
        return;
    };
    let filling = "x".repeat(100_000);
    let calls = (0..200).map(|n| {
        call(&seed(), n, "s3", "ListBuckets")
            .with("filling", json!(filling))
            .json()
    });
    let document = json!({"Records": calls.collect::<Vec<_>>()}).to_string();
    trail.put(&key(ACCOUNT, "us-east-1", "2026/03/04"), "", document.as_bytes());
    let wire = trail.front(|asked: &Asked, nth| (asked.is_object() && nth == 0).then_some(Fault::Cut));
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert_eq!(trail.chain()["events"]["seed"], 200);
    let ranges: BTreeSet<String> = wire.asked().into_iter().map(|asked| asked.range).collect();
    assert!(
        ranges.contains("bytes=0-8388607") && ranges.contains("bytes=8388608-16777215"),
        "{ranges:?}"
    );
    let exported = trail.desk.path("evidence");
    let mut export = keytrail();
    export.arg("export").arg(trail.case()).arg("--dir").arg(&exported);
    assert!(export.status().expect("runs").success());
    let sha256 = hex::encode(Sha256::digest(document.as_bytes()));
    let files = std::fs::read_dir(&exported).expect("evidence").flatten();
    let is_named = files
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .any(|text| text.contains(&sha256));
    assert!(is_named, "the hash of the object is in the evidence");
}
