//! What cannot be read is said, and the rest is read.

use std::process::Stdio;

use serde_json::Value;

use crate::front::{Asked, Fault};
use crate::support::desk::{code, err, out, rows};
use crate::support::incident::*;
use crate::support::program::patiently;
use crate::support::story::story;
use crate::trail::{Trail, gzip, key};

const DAY: &str = "2026/03/04";

fn records() -> Vec<Value> {
    story().iter().map(Call::json).collect()
}

/// A bucket with the story in one object, and another object beside it, as a wire lets it be read.
fn with_another(test: &str, headers: &str) -> Option<(Trail, String)> {
    let trail = Trail::new(test)?;
    trail.log(&key(ACCOUNT, "us-east-1", DAY), &records());
    let other = key(ACCOUNT, "eu-west-1", DAY);
    trail.put(&other, headers, &gzip(&serde_json::json!({"Records": []})));
    Some((trail, other))
}

/// The row of the coverage that names this place.
fn row(trail: &Trail, place: &str) -> String {
    let coverage = trail.desk.show("coverage", "csv");
    let found = rows(&coverage).into_iter().find(|row| row[0].contains(place));
    let row = found.unwrap_or_else(|| panic!("no {place} in {coverage}"));
    row.iter().collect::<Vec<_>>().join(" | ")
}

#[test]
fn an_archived_object_is_a_row_that_says_what_to_do() {
    let archived = "x-amz-storage-class: GLACIER\r\n";
    let Some((trail, other)) = with_another("an_archived_object_is_a_row_that_says_what_to_do", archived) else {
        return;
    };
    let wire = trail.wire();
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 3, "{}", err(&run));
    let row = row(&trail, &other);
    assert!(row.contains("failed") && row.contains("restore it"), "{row}");
    assert!(
        trail.chain()["nodes"].as_array().expect("nodes").len() > 3,
        "the rest is read"
    );
}

#[test]
fn what_may_not_be_read_is_a_row_with_the_permission_that_is_missing() {
    let Some((trail, other)) = with_another("what_may_not_be_read_is_a_row_with_the_permission_that_is_missing", "")
    else {
        return;
    };
    let path = other.clone();
    let wire = trail.front(move |asked: &Asked, _| {
        (asked.is_object() && asked.path.contains(&path)).then_some(Fault::Instead(403, "AccessDenied"))
    });
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 3, "{}", err(&run));
    let row = row(&trail, &other);
    assert!(row.contains("s3:GetObject") && row.contains("kms:Decrypt"), "{row}");
    assert!(row.contains("--requester-pays"), "{row}");
}

#[test]
fn what_is_removed_after_it_was_listed_is_a_row() {
    let Some((trail, other)) = with_another("what_is_removed_after_it_was_listed_is_a_row", "") else {
        return;
    };
    let path = other.clone();
    let wire = trail.front(move |asked: &Asked, _| {
        (asked.is_object() && asked.path.contains(&path)).then_some(Fault::Instead(404, "NoSuchKey"))
    });
    assert_eq!(code(&trail.investigate(&wire, SEED, &[])), 3);
    assert!(row(&trail, &other).contains("removed after it was listed"));
}

#[test]
fn a_day_without_log_files_between_days_with_some_is_a_row() {
    let Some(trail) = Trail::new("a_day_without_log_files_between_days_with_some_is_a_row") else {
        return;
    };
    for day in ["2026/03/02", "2026/03/04"] {
        trail.log(&key(ACCOUNT, "us-east-1", day), &records());
    }
    let wire = trail.wire();
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 3, "{}", err(&run));
    let all = row(&trail, "account 111122223333");
    assert!(
        all.contains("missing") && all.contains("2026-03-03: no log files"),
        "{all}"
    );
    // Where another region has some, it may only have been quiet.
    trail.log(&key(ACCOUNT, "eu-west-1", "2026/03/03"), &[]);
    std::fs::remove_file(trail.case()).expect("removed");
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let quiet = row(&trail, "account 111122223333, us-east-1");
    assert!(
        quiet.contains("nothing read") && quiet.contains("2026-03-03: no log files"),
        "{quiet}"
    );
}

#[test]
fn a_bucket_that_may_not_be_listed_is_refused_with_the_permissions() {
    let Some(trail) = Trail::new("a_bucket_that_may_not_be_listed_is_refused_with_the_permissions") else {
        return;
    };
    let wire = trail.front(|asked: &Asked, _| {
        asked
            .path
            .contains("list-type=2")
            .then_some(Fault::Instead(403, "AccessDenied"))
    });
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 4, "{}", err(&run));
    assert!(err(&run).contains("s3:ListBucket"), "{}", err(&run));
}

#[test]
fn an_account_that_may_not_be_listed_is_a_row_and_the_others_are_read() {
    let Some(trail) = Trail::new("an_account_that_may_not_be_listed_is_a_row_and_the_others_are_read") else {
        return;
    };
    trail.log(&key(ACCOUNT, "us-east-1", DAY), &records());
    trail.log(&key(OUTSIDE, "us-east-1", DAY), &records());
    let wire = trail.front(|asked: &Asked, _| {
        let is_listed = asked.path.contains("list-type=2") && asked.path.contains(OUTSIDE);
        is_listed.then_some(Fault::Instead(403, "AccessDenied"))
    });
    let run = trail.investigate(&wire, SEED, &[]);
    assert_eq!(code(&run), 3, "{}", err(&run));
    assert!(row(&trail, OUTSIDE).contains("AccessDenied"));
    assert_eq!(trail.chain()["events"]["read"], records().len());
}

#[test]
fn a_bucket_without_log_files_is_not_an_account_in_which_nothing_happened() {
    let Some(trail) = Trail::new("a_bucket_without_log_files_is_not_an_account_in_which_nothing_happened") else {
        return;
    };
    trail.log(&key(ACCOUNT, "us-east-1", DAY), &records());
    let wire = trail.wire();
    let elsewhere = format!("s3://{}/nothing/here", trail.name());
    for more in [&["--from", &elsewhere][..], &["--since", "2026-04-01"]] {
        let run = trail.investigate(&wire, SEED, more);
        assert_eq!(code(&run), 1, "{}", err(&run));
        assert!(err(&run).contains("no CloudTrail log files"), "{}", err(&run));
        std::fs::remove_file(trail.case()).expect("removed");
    }
    let run = trail.investigate(&wire, SEED, &["--from", "s3://there-is-no-such-bucket"]);
    assert_eq!(code(&run), 1, "{}", err(&run));
    assert!(err(&run).contains("there is no bucket"), "{}", err(&run));
}

#[test]
fn expired_credentials_are_awaited_and_an_interrupted_reading_goes_on() {
    let Some((trail, other)) = with_another("expired_credentials_are_awaited_and_an_interrupted_reading_goes_on", "")
    else {
        return;
    };
    let path = other.clone();
    let wire = trail.front(move |asked: &Asked, _| {
        (asked.is_object() && asked.path.contains(&path)).then_some(Fault::Instead(400, "ExpiredToken"))
    });
    let mut reading = trail.command(&wire, SEED, &[]);
    let mut reading = reading
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("runs");
    let tried = || wire.objects().iter().filter(|path| path.contains(&other)).count();
    assert!(patiently(|| tried() >= 2), "it is tried again");
    let is_running = reading.try_wait().expect("a process").is_none();
    assert!(is_running, "nothing is given up");
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &reading.id().to_string()])
        .status();
    assert!(interrupted.expect("kill").success());
    let run = reading.wait_with_output().expect("it ends");
    assert_eq!(code(&run), 130, "{}", err(&run));
    assert!(err(&run).contains("the AWS credentials have expired"), "{}", err(&run));

    let renewed = trail.wire();
    let mut open = renewed.program();
    let run = open
        .arg("open")
        .arg(trail.case())
        .arg("--batch")
        .output()
        .expect("runs");
    assert_eq!(code(&run), 0, "{} {}", out(&run), err(&run));
    let chain = trail.chain();
    assert_eq!(chain["events"]["duplicates"], 0, "{}", chain["events"]);
    assert_eq!(chain["events"]["read"], records().len(), "{}", chain["events"]);
}
