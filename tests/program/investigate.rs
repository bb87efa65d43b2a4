//! Investigating: what is printed, what is read, how it ends.

use serde_json::Value;

use crate::support::desk::{Desk, code, err, out};
use crate::support::incident::*;
use crate::support::program::keytrail;

#[test]
fn an_investigation_says_what_the_key_led_to_and_what_to_type_next() {
    let desk = Desk::with_story();
    let run = desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let text = out(&run);
    for expected in [
        SEED,
        "user/app",
        "2 users",
        "1 role created and 1 changed,",
        "May still work",
        "keytrail open",
    ] {
        assert!(text.contains(expected), "no `{expected}` in:\n{text}");
    }
}

#[test]
fn a_malformed_key_is_wrong_usage() {
    let desk = Desk::with_story();
    for key in [
        "AKIA123",
        "akiaiosfodnn7example",
        "AKIA****************",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ] {
        let run = desk.investigate(key, &[]);
        assert_eq!(code(&run), 2, "{key}");
        assert!(!desk.path("case.keytrail").exists(), "{key}: nothing is written");
        assert!(!err(&run).contains("wJalrXUtnFEMI"), "a secret is not repeated");
        assert_eq!(
            err(&run).contains("did you mean AKIAIOSFODNN7EXAMPLE?"),
            key.starts_with("akia")
        );
    }
}

#[test]
fn a_key_that_never_appears_is_said_and_is_no_failure() {
    let run = Desk::with_story().investigate("AKIAZZNEVERSEEN00001", &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("never appears"), "{}", out(&run));
}

#[test]
fn a_folder_without_logs_or_a_path_that_is_not_there_is_one_clear_message() {
    let desk = Desk::new();
    desk.log("notes.txt", "shopping list");
    let run = desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 1);
    assert!(err(&run).contains("CloudTrail"), "{}", err(&run));
    let missing = keytrail()
        .args(["investigate", SEED, "--batch", "--from", "/no/such/folder"])
        .output()
        .expect("runs");
    assert_eq!(code(&missing), 1);
    assert!(err(&missing).contains("/no/such/folder"), "{}", err(&missing));
}

#[test]
fn a_broken_file_is_named_and_the_rest_is_read() {
    let desk = Desk::with_story();
    desk.log("broken.json", "{\"Records\":[{\"eventVersion\": \"1.11\", oops}]}");
    let run = desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 3, "coverage is partial: {}", err(&run));
    assert!(out(&run).contains("broken.json"), "{}", out(&run));
    assert!(out(&run).contains("2 users"), "the good file was read");
    assert!(desk.show("coverage", "csv").contains("broken.json"));
}

#[test]
fn files_that_hold_something_else_are_named() {
    let desk = Desk::with_story();
    desk.log("notes.txt", "shopping list");
    let run = desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("notes.txt"), "{}", out(&run));
}

#[test]
fn without_a_terminal_the_demo_prints_its_summary() {
    let run = keytrail().arg("demo").output().expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("Led to"), "{}", out(&run));
}

#[test]
fn the_window_leaves_out_what_is_outside() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &["--until", "2026-03-04T10:00:20Z"]);
    let listed: Vec<Value> = serde_json::from_str(&desk.show("timeline", "json")).expect("JSON");
    assert!(!listed.is_empty());
    for row in listed {
        assert!(
            row["EventTime"].as_str().is_some_and(|t| t < "2026-03-04T10:00:20Z"),
            "{row}"
        );
    }
}

#[test]
fn a_window_in_which_nothing_can_be_found_is_wrong_usage() {
    let desk = Desk::new();
    desk.log("all.json", r#"{"Records": []}"#);
    let run = desk.investigate(
        SEED,
        &["--since", "2026-02-01T00:00:00Z", "--until", "2026-01-01T00:00:00Z"],
    );
    assert_eq!(code(&run), 2, "{}", err(&run));
    assert!(err(&run).contains("--since must be before --until"), "{}", err(&run));

    let run = keytrail()
        .args(["investigate", SEED, "--batch", "--until", "2020-01-01T00:00:00Z"])
        .output();
    let run = run.expect("runs");
    assert_eq!(code(&run), 2, "{}", err(&run));
    assert!(err(&run).contains("90 days"), "{}", err(&run));
}

#[test]
fn a_region_that_cannot_be_one_is_wrong_usage() {
    for regions in ["us-east1", "us-east-1,useast-1", "everywhere"] {
        let run = keytrail()
            .args(["investigate", SEED, "--batch", "--regions", regions])
            .output();
        let run = run.expect("runs");
        assert_eq!(code(&run), 2, "{regions}: {}", err(&run));
    }
}
