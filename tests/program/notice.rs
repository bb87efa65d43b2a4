//! Investigating from a notice: the keys it names, its text as evidence, its address as the attacker's.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::desk::{Desk, code, err, out, records, rows};
use crate::support::incident::*;
use crate::support::program::keytrail;

const NOTICE: &str = "Subject: [CASE 170000000012345] [Action Required] Unexpected Activity\n\n\
    Access Key: AKIA_SEED\nIAMUser: app\nEvent Name: GetCallerIdentity\n\
    Event Time: March 4, 2026 10:00:00 (UTC+00:00)\nIP: ADDRESS\n\
    Secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY \u{1b}[31m\n";

/// From where the calls of the story come.
const ATTACKER: &str = "203.0.113.66";

fn notice() -> String {
    NOTICE.replace("AKIA_SEED", SEED).replace("ADDRESS", ATTACKER)
}

fn investigate(desk: &Desk, text: &str, more: &[&str]) -> Output {
    std::fs::write(desk.path("notice.txt"), text).expect("written");
    run(desk, desk.path("notice.txt").to_str().expect("UTF-8"), more, "")
}

fn run(desk: &Desk, notice: &str, more: &[&str], typed: &str) -> Output {
    let mut child = keytrail()
        .args(["investigate", "--batch", "--notice", notice, "--from"])
        .arg(desk.path("logs"))
        .arg("--save")
        .arg(desk.path("case.keytrail"))
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("an input");
    // A program that refuses the call does not read it.
    let _ = stdin.write_all(typed.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_notice_gives_the_key_and_its_address_is_the_attackers() {
    let desk = Desk::with_story();
    let ours = call(&seed(), 5, "sts", "GetCallerIdentity").with("sourceIPAddress", json!("198.51.100.7"));
    desk.log("ours.json", &records(&[ours]));
    let run = investigate(&desk, &notice(), &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let headline = format!("GetCallerIdentity from {ATTACKER}, 2026-03-04 10:00 UTC, case 170000000012345");
    assert!(out(&run).contains(&headline), "{}", out(&run));
    assert!(out(&run).contains("named by the notice"), "{}", out(&run));
    let actors: Vec<Value> = serde_json::from_str(&desk.show("actors", "json")).expect("JSON");
    for actor in &actors {
        let named = actor["Address"] == ATTACKER;
        assert_eq!(actor["Verdict"] == "malicious", named, "{actor}");
        assert_eq!(actor["Why"] == "named by the notice", named, "{actor}");
    }
    assert_eq!(actors.len(), 2, "both are seen");
}

#[test]
fn archives_are_searched_whole_for_the_address_that_a_notice_names() {
    // It names nothing of the chain: only its address leads there.
    let other = user("backup", "AKIAZZOTHER000000001");
    let desk = Desk::with_story();
    desk.log("other.json", &records(&[call(&other, 7, "s3", "ListBuckets")]));
    let plain = desk.investigate(SEED, &[]);
    assert!(!out(&plain).contains("AKIAZZOTHER000000001"), "{}", out(&plain));
    let desk = Desk::with_story();
    desk.log("other.json", &records(&[call(&other, 7, "s3", "ListBuckets")]));
    let run = investigate(&desk, &notice(), &[]);
    let said = out(&run);
    let offer = format!("AKIAZZOTHER000000001: it was used from {ATTACKER}, which is the attacker's");
    assert!(
        said.contains(&offer) && said.contains("archives are searched whole for addresses"),
        "{said}"
    );
    let chain: Value = serde_json::from_str(&desk.show("chain", "json")).expect("JSON");
    let nodes = chain["nodes"].as_array().expect("nodes");
    assert!(
        nodes.iter().all(|node| node["id"] != "AKIAZZOTHER000000001"),
        "offered, not followed"
    );
}

#[test]
fn the_notice_lies_with_the_evidence_harmless_and_without_its_secrets() {
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    let run = investigate(&desk, &notice(), &["--export", evidence.to_str().expect("UTF-8")]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let kept = std::fs::read_to_string(evidence.join("notice.txt")).expect("the notice");
    assert!(kept.contains("Event Name: GetCallerIdentity\n"), "{kept}");
    assert!(!kept.contains("wJalr") && !kept.contains('\u{1b}'), "{kept}");
    let manifest = std::fs::read_to_string(evidence.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("\"notice.txt\""), "{manifest}");
    let file = std::fs::read(desk.path("case.keytrail")).expect("the file");
    assert!(
        !String::from_utf8_lossy(&file).contains("wJalr"),
        "nor is one in the file"
    );
    // Without a notice there is no such file.
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    assert!(!evidence.join("notice.txt").exists());
}

#[test]
fn a_key_given_beside_the_notice_is_added_and_standard_input_is_a_notice_too() {
    let desk = Desk::with_story();
    let run = run(&desk, "-", &["AKIAI44QH8DHBEXAMPLE"], &notice());
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(
        out(&run).contains(&format!("AKIAI44QH8DHBEXAMPLE, {SEED}\n")),
        "{}",
        out(&run)
    );
}

#[test]
fn a_notice_that_hides_the_key_asks_for_it() {
    let desk = Desk::with_story();
    let masked = notice().replace(SEED, "AKIA****************");
    let refused = investigate(&desk, &masked, &[]);
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("masked form (AKIA****"), "{}", err(&refused));
    assert!(!desk.path("case.keytrail").exists(), "nothing is written");
    // Given beside it, the rest of the notice still counts.
    let run = investigate(&desk, &masked, &[SEED]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let malicious = rows(&desk.show("actors", "csv"));
    assert!(malicious.iter().any(|row| row.iter().any(|cell| cell == "malicious")));
    let without = investigate(&Desk::with_story(), "Your invoice is ready.", &[]);
    assert_eq!(code(&without), 2);
    assert!(err(&without).contains("no access key id"), "{}", err(&without));
}

#[test]
fn a_file_that_was_begun_without_the_notice_is_left_as_it_is() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let refused = investigate(&desk, &notice(), &[]);
    assert_eq!(code(&refused), 1);
    assert!(err(&refused).contains("begun without this notice"), "{}", err(&refused));
    let desk = Desk::with_story();
    for _ in 0..2 {
        assert_eq!(code(&investigate(&desk, &notice(), &[])), 0, "the same one goes on");
    }
    // And so does the key alone.
    assert_eq!(code(&desk.investigate(SEED, &[])), 0);
}
