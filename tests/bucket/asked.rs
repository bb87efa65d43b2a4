//! Only what is asked for is listed and fetched, and nothing twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::front::Front;
use crate::support::desk::{code, err};
use crate::support::incident::*;
use crate::support::story::story;
use crate::trail::{Trail, chain_in, key};

const DAY: &str = "2026/03/04";

fn story_records() -> Vec<Value> {
    story().iter().map(Call::json).collect()
}

/// A call that has nothing to do with the seed.
fn other() -> Vec<Value> {
    vec![call(&user("other", "AKIAZZOTHER000000001"), 0, "s3", "ListBuckets").json()]
}

/// The chain of the story read from files.
fn chain_of_files(trail: &Trail) -> Value {
    trail
        .desk
        .log("story.json", &json!({ "Records": story_records() }).to_string());
    let run = trail.desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let chain = trail.chain();
    std::fs::remove_file(trail.case()).expect("removed");
    chain
}

fn days(front: &Front) -> BTreeSet<String> {
    let day = |path: &String| Some(path.split("/CloudTrail/").nth(1)?.split('/').collect::<Vec<_>>()[1..4].join("/"));
    front.objects().iter().filter_map(day).collect()
}

#[test]
fn single_account_organisation_and_control_tower_layouts_are_known() {
    let Some(trail) = Trail::new("single_account_organisation_and_control_tower_layouts_are_known") else {
        return;
    };
    let expected = chain_of_files(&trail);
    let places = [
        ("own/folder", "AWSLogs/"),
        ("organisation", "AWSLogs/o-abc123/"),
        ("tower", "o-abc123/AWSLogs/o-abc123/"),
    ];
    for (folder, layout) in places {
        let place = |account: &str| key(account, "us-east-1", DAY).replace("AWSLogs/", layout);
        trail.log(&format!("{folder}/{}", place(ACCOUNT)), &story_records());
        trail.log(&format!("{folder}/{}", place(OUTSIDE)), &other());
    }
    trail.put(
        "own/folder/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/04/d.json.gz",
        "",
        b"a digest",
    );
    for (folder, _) in places {
        let wire = trail.wire();
        let from = format!("s3://{}/{folder}", trail.name());
        let run = trail.investigate(&wire, SEED, &["--from", &from]);
        assert_eq!(code(&run), 0, "{folder}: {}", err(&run));
        assert_eq!(trail.chain(), with_events_read(&expected, 1), "{folder}");
        assert!(
            wire.asked().iter().all(|asked| !asked.path.contains("Digest%2Fus")),
            "{folder}"
        );
        std::fs::remove_file(trail.case()).expect("removed");
    }
}

/// The same chain, of so many records more.
fn with_events_read(chain: &Value, more: u64) -> Value {
    let mut chain = chain.clone();
    chain["events"]["read"] = json!(chain["events"]["read"].as_u64().expect("a number") + more);
    chain
}

#[test]
fn a_window_fetches_its_days_and_a_named_region_only_its_own() {
    let Some(trail) = Trail::new("a_window_fetches_its_days_and_a_named_region_only_its_own") else {
        return;
    };
    for day in [
        "2026/02/28",
        "2026/03/03",
        "2026/03/04",
        "2026/03/05",
        "2026/03/06",
        "2026/04/01",
    ] {
        trail.log(&key(ACCOUNT, "us-east-1", day), &other());
        trail.log(&key(ACCOUNT, "eu-west-1", day), &other());
    }
    let wire = trail.wire();
    let window = [
        "--since",
        "2026-03-04",
        "--until",
        "2026-03-05",
        "--regions",
        "us-east-1",
    ];
    let run = trail.investigate(&wire, SEED, &window);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let expected = ["2026/03/04", "2026/03/05", "2026/03/06"].map(str::to_owned);
    assert_eq!(
        days(&wire),
        expected.into(),
        "the day after holds what was delivered late"
    );
    let asked = wire.asked();
    assert!(
        asked.iter().all(|asked| !asked.path.contains("eu-west-1")),
        "{asked:#?}"
    );
    assert!(
        asked.iter().all(|asked| !asked.path.contains("2026%2F04")),
        "{asked:#?}"
    );
}

#[test]
fn what_is_in_the_cache_is_not_fetched_again() {
    let Some(trail) = Trail::new("what_is_in_the_cache_is_not_fetched_again") else {
        return;
    };
    let (first, second) = (key(ACCOUNT, "us-east-1", DAY), key(ACCOUNT, "eu-west-1", DAY));
    trail.log(&first, &story_records());
    trail.log(&second, &other());
    let cache = trail.desk.path("cache");
    let cache = cache.to_str().expect("UTF-8");
    let wire = trail.wire();
    let run = trail.investigate(&wire, SEED, &["--cache", cache]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let chain = trail.chain();
    let fetched: BTreeSet<_> = wire.objects().into_iter().collect();
    assert_eq!(
        (fetched.len(), wire.objects().len()),
        (2, 2),
        "each once, however many rounds there were"
    );
    // An object that was written anew is another one.
    trail.log(&second, &[other(), other()].concat());
    wire.forget();
    let again = trail.desk.path("again.keytrail");
    let mut command = wire.program();
    command.args(["investigate", SEED, "--batch", "--cache", cache, "--from"]);
    command.arg(format!("s3://{}", trail.name())).arg("--save").arg(&again);
    assert_eq!(code(&command.output().expect("runs")), 0);
    assert_eq!(wire.objects().len(), 1, "{:?}", wire.objects());
    assert_eq!(chain_in(&again)["nodes"], chain["nodes"]);
}

#[test]
fn other_accounts_are_read_when_a_lead_names_them() {
    let Some(trail) = Trail::new("other_accounts_are_read_when_a_lead_names_them") else {
        return;
    };
    // An id that tells its account, as newer ones do.
    let seed = "AKIARZPUZDIKGB2VALC4";
    let (own, next, far) = ("123456789012", "444455556666", "777788889999");
    let role = format!("arn:aws:iam::{next}:role/audit");
    let caller = user("app", seed);
    let hop = call(&caller, 10, "sts", "AssumeRole")
        .request(json!({"roleArn": role, "roleSessionName": "x"}))
        .answer(json!({
            "credentials": {"accessKeyId": "ASIAWO645SY5AAHOPHOP", "sessionToken": "t"},
            "assumedRoleUser": {"arn": format!("arn:aws:sts::{next}:assumed-role/audit/x"), "assumedRoleId": "AROAAUDIT:x"},
        }));
    trail.log(&key(own, "us-east-1", DAY), &[hop.json()]);
    let there = call(&session("audit", "x", "ASIAWO645SY5AAHOPHOP"), 20, "s3", "ListBuckets");
    trail.log(&key(next, "us-east-1", DAY), &[there.json()]);
    trail.log(&key(far, "us-east-1", DAY), &other());
    let wire = trail.wire();
    let run = trail.investigate(&wire, seed, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let fetched = wire.objects();
    let of = |account: &str| {
        fetched
            .iter()
            .filter(|path| path.contains(&format!("/{account}_")))
            .count()
    };
    assert_eq!((of(own), of(next), of(far)), (1, 1, 0), "{fetched:?}");
    let nodes = trail.chain()["nodes"].clone();
    let session = nodes
        .as_array()
        .into_iter()
        .flatten()
        .find(|node| node["id"] == "ASIAWO645SY5AAHOPHOP");
    assert_eq!(session.expect("the session")["events"], 1, "{nodes}");
    let coverage = trail.desk.show("coverage", "csv");
    assert!(
        coverage.contains(far) && coverage.contains("nothing read"),
        "{coverage}"
    );
}
