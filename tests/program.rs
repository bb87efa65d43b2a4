//! The whole program as a responder meets it: what it prints, what it writes, how it ends.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use support::incident::*;
use support::program::{keytrail, skipped};
use support::story::story;

/// A folder for one test, with a folder of logs in it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        std::fs::create_dir(desk.path("logs")).expect("made");
        desk
    }

    fn with_story() -> Self {
        let desk = Self::new();
        desk.log("story.json", &records(&story()));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn log(&self, name: &str, text: &str) {
        std::fs::write(self.path("logs").join(name), text).expect("written");
    }

    fn investigate(&self, key: &str, more: &[&str]) -> Output {
        keytrail()
            .args(["investigate", key, "--batch", "--from"])
            .arg(self.path("logs"))
            .arg("--save")
            .arg(self.path("case.keytrail"))
            .args(more)
            .output()
            .expect("the program runs")
    }

    fn show(&self, view: &str, format: &str) -> String {
        let run = keytrail()
            .arg(view)
            .arg(self.path("case.keytrail"))
            .args(["--format", format])
            .output();
        let run = run.expect("the program runs");
        assert!(run.status.success(), "{view}: {}", err(&run));
        out(&run)
    }
}

fn records(calls: &[Call]) -> String {
    json!({"Records": calls.iter().map(Call::json).collect::<Vec<_>>()}).to_string()
}

fn out(run: &Output) -> String {
    String::from_utf8(run.stdout.clone()).expect("UTF-8")
}

fn err(run: &Output) -> String {
    String::from_utf8(run.stderr.clone()).expect("UTF-8")
}

fn code(run: &Output) -> i32 {
    run.status.code().expect("an exit code")
}

fn rows(csv: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .collect()
}

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
fn an_existing_file_is_continued_for_the_same_key_and_refused_for_another() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let before = desk.show("chain", "json");
    let again = desk.investigate(SEED, &[]);
    assert_eq!(code(&again), 0, "{}", err(&again));
    let said = err(&again);
    assert!(
        said.contains("Goes on with") && said.contains("case.keytrail"),
        "{said}"
    );
    assert_eq!(desk.show("chain", "json"), before, "continuing adds nothing twice");
    let other = desk.investigate("AKIAZZNEVERSEEN00001", &[]);
    assert_eq!(code(&other), 1);
    assert!(err(&other).contains(SEED), "{}", err(&other));
    assert_eq!(desk.show("chain", "json"), before);
}

/// A file as it lies when the program was killed just after it had begun to read.
fn killed_at_the_start(desk: &Desk) {
    use keytrail::investigation::What;
    use keytrail::investigation::fact::{PassBegan, Started};
    let mut case = keytrail::store::CaseFile::create(&desk.path("case.keytrail")).expect("made");
    let started = Started {
        seeds: vec![SEED.to_owned()],
        tool_version: "test".to_owned(),
        playbook: String::new(),
        playbook_text: None,
    };
    let sources = vec![desk.path("logs").display().to_string()];
    case.commit(at(0), What::Started(started)).expect("written");
    case.commit(
        at(0),
        What::PassBegan(PassBegan {
            sources,
            since: None,
            until: None,
        }),
    )
    .expect("written");
}

#[test]
fn opening_goes_on_where_reading_was_interrupted() {
    let desk = Desk::with_story();
    killed_at_the_start(&desk);
    let open = || {
        keytrail()
            .args(["open", "--batch"])
            .arg(desk.path("case.keytrail"))
            .output()
            .expect("runs")
    };
    let run = open();
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("2 users"), "{}", out(&run));
    assert_eq!(out(&open()), out(&run), "what is complete is only shown");
}

#[test]
fn an_interrupted_reading_whose_logs_are_gone_is_said() {
    let desk = Desk::with_story();
    killed_at_the_start(&desk);
    std::fs::remove_dir_all(desk.path("logs")).expect("removed");
    let run = keytrail()
        .args(["open", "--batch"])
        .arg(desk.path("case.keytrail"))
        .output()
        .expect("runs");
    assert_eq!(code(&run), 3);
    assert!(out(&run).contains("interrupted"), "{}", out(&run));
}

#[test]
fn the_manifest_names_every_pass_and_a_playbook_of_ones_own_goes_with_the_file() {
    let desk = Desk::with_story();
    let own = desk.path("own.toml");
    let show = keytrail()
        .args(["playbooks", "show", "compromised-access-key"])
        .output()
        .expect("runs");
    std::fs::write(&own, out(&show).replace("Confirm the notice", "Confirm OUR notice")).expect("written");
    desk.investigate(
        SEED,
        &[
            "--playbook",
            own.to_str().expect("UTF-8"),
            "--until",
            "2026-03-04T10:00:20Z",
        ],
    );
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    std::fs::remove_file(&own).expect("removed");
    assert!(desk.show("checklist", "text").contains("OUR notice"));
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(evidence.join("manifest.json")).expect("a manifest")).expect("JSON");
    let passes = manifest["passes"].as_array().expect("passes");
    assert_eq!(passes.len(), 2);
    assert_eq!(passes[0]["until"], "2026-03-04T10:00:20Z");
    assert_eq!(passes[1]["sources"][0], desk.path("logs").display().to_string());
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
fn every_view_prints_the_same_rows_in_every_format() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    for view in ["timeline", "coverage", "checklist", "actors"] {
        let listed: Vec<Value> = serde_json::from_str(&desk.show(view, "json")).expect("JSON");
        assert_eq!(rows(&desk.show(view, "csv")).len(), listed.len(), "{view}");
        assert!(!listed.is_empty() && !desk.show(view, "text").is_empty(), "{view}");
    }
    let chain: Value = serde_json::from_str(&desk.show("chain", "json")).expect("JSON");
    assert_eq!(chain["format"], "keytrail-chain/1");
    assert_eq!(
        rows(&desk.show("chain", "csv")).len(),
        chain["nodes"].as_array().map_or(0, Vec::len)
    );
}

#[test]
fn the_commands_of_the_steps_are_printed_as_lines_for_a_shell() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let commands = |more: &[&str]| {
        let mut run = keytrail();
        run.arg("checklist").arg(desk.path("case.keytrail")).arg("--commands");
        run.args(more).output().expect("the program runs")
    };
    let all = out(&commands(&[]));
    for line in all.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let words = shlex::split(line).unwrap_or_else(|| panic!("no shell line: {line}"));
        assert_eq!(words[0], "aws", "{line}");
    }
    let some = out(&commands(&["--item", "S1-12", "--item", "s1-05"]));
    let headings: Vec<&str> = some.lines().filter(|l| l.starts_with("# S")).collect();
    assert_eq!(headings.len(), 2, "{some}");
    assert!(headings[0].starts_with("# S1-05") && headings[1].starts_with("# S1-12"));
    assert!(some.contains("# or: ") && some.contains("--user-name=app"), "{some}");
    assert!(all.contains(some.split_once("\n\n").expect("two items").1.trim_end()));
    let unknown = commands(&["--item", "S9-99"]);
    assert_eq!(code(&unknown), 2);
    assert!(err(&unknown).contains("S9-99"));
}

#[test]
fn the_evidence_folder_is_complete_and_its_hashes_hold() {
    use sha2::{Digest, Sha256};
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    let run = desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let manifest_hash = hex::encode(Sha256::digest(
        std::fs::read(evidence.join("manifest.json")).expect("a manifest"),
    ));
    let files = std::fs::read_dir(&evidence).expect("a folder").count();
    let events = std::fs::read_to_string(evidence.join("events.jsonl")).expect("events");
    for said in [
        evidence.display().to_string(),
        format!("{files} files, {} events", events.lines().count()),
        format!("manifest.json has SHA-256 {manifest_hash}"),
    ] {
        assert!(out(&run).contains(&said), "no `{said}` in:\n{}", out(&run));
    }
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(evidence.join("manifest.json")).expect("a manifest")).expect("JSON");
    let text = manifest.to_string();
    for name in [
        "events.csv",
        "chain.csv",
        "resources.csv",
        "coverage.csv",
        "checklist.csv",
        "events.jsonl",
    ] {
        let bytes = std::fs::read(evidence.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let hash = hex::encode(Sha256::digest(&bytes));
        assert!(
            text.contains(name) && text.contains(&hash),
            "{name} is not in the manifest with its hash"
        );
    }
    let events = std::fs::read_to_string(evidence.join("events.csv")).expect("events");
    let header = events.lines().next().unwrap_or_default();
    assert!(
        header.starts_with(
            "EventTime,EventName,Username,SourceIPAddress,UserAgent,errorCode,errorMessage,Region,EventId,"
        ),
        "{header}"
    );
}

/// Everything in a record may have been written by the attacker.
fn hostile() -> Vec<Call> {
    let evil = "=cmd|' /C calc'!A0\u{1b}[2J\u{202e}\r\n`rm -rf ~`$(id)<script>";
    vec![
        create_user(&seed(), 1, evil).with("userAgent", json!(evil)),
        create_key(&seed(), 2, evil, "AKIAZZCHILD000000002").with("sourceIPAddress", json!(evil)),
        assume_role(&seed(), 3, "door", "s", "ASIAZZTEMP0000000001"),
    ]
}

#[test]
fn nothing_an_attacker_wrote_reaches_the_terminal_or_a_spreadsheet_alive() {
    let desk = Desk::new();
    desk.log("hostile.json", &records(&hostile()));
    let run = desk.investigate(SEED, &[]);
    let mut printed = vec![out(&run), err(&run)];
    for view in ["chain", "timeline", "coverage", "checklist", "actors"] {
        printed.push(desk.show(view, "text"));
    }
    for text in &printed {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
    }
    for view in ["chain", "timeline"] {
        for row in rows(&desk.show(view, "csv")) {
            for cell in &row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{view}: {cell}");
                assert!(!cell.contains(['\u{1b}', '\u{202e}']), "{view}: {cell}");
            }
        }
    }
}

#[test]
fn no_usable_secret_is_written_anywhere() {
    let desk = Desk::new();
    desk.log("hostile.json", &records(&hostile()));
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    let mut files = vec![desk.path("case.keytrail")];
    files.extend(
        std::fs::read_dir(&evidence)
            .expect("evidence")
            .flatten()
            .map(|entry| entry.path()),
    );
    for file in files {
        let bytes = std::fs::read(&file).expect("readable");
        assert!(!contains(&bytes, b"EXAMPLETOKENEXAMPLETOKEN"), "{}", file.display());
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with_story();
    let evidence = desk.path("evidence");
    desk.investigate(SEED, &["--export", evidence.to_str().expect("UTF-8")]);
    let mut files = vec![desk.path("case.keytrail")];
    files.extend(
        std::fs::read_dir(&evidence)
            .expect("evidence")
            .flatten()
            .map(|entry| entry.path()),
    );
    for file in files {
        let mode = std::fs::metadata(&file).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let file = desk.path("case.keytrail");
    let set = std::process::Command::new("sqlite3")
        .arg(&file)
        .arg("PRAGMA user_version = 999")
        .status();
    match set {
        Ok(status) => assert!(status.success()),
        Err(_) => return skipped("a_file_of_a_newer_version_is_left_alone", "no sqlite3 on this machine"),
    }
    let before = std::fs::read(&file).expect("readable");
    let run = keytrail().args(["open", "--batch"]).arg(&file).output().expect("runs");
    assert_eq!(code(&run), 1);
    assert!(err(&run).contains("newer"), "{}", err(&run));
    assert_eq!(std::fs::read(&file).expect("readable"), before);
}

#[test]
fn something_that_is_no_investigation_is_refused() {
    let desk = Desk::new();
    let file = desk.path("notes.keytrail");
    std::fs::write(&file, "not a database at all, but a note to myself\n".repeat(100)).expect("written");
    for command in ["open", "chain", "replay"] {
        let run = keytrail().arg(command).arg(&file).output().expect("runs");
        assert_eq!(code(&run), 1, "{command}");
        assert!(!err(&run).is_empty(), "{command}");
    }
    let missing = keytrail()
        .args(["chain", "/no/such/file.keytrail"])
        .output()
        .expect("runs");
    assert_eq!(code(&missing), 1);
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
fn a_mistake_in_a_playbook_is_pointed_at() {
    let desk = Desk::new();
    let file = desk.path("own.toml");
    std::fs::write(
        &file,
        "format = \"keytrail-playbook/1\"\nid = \"own\"\ntitel = \"Own\"\n",
    )
    .expect("written");
    let run = keytrail()
        .args(["playbooks", "check"])
        .arg(&file)
        .output()
        .expect("runs");
    assert_eq!(code(&run), 1);
    assert!(err(&run).contains("own.toml:3:1: "), "{}", err(&run));
    let show = keytrail()
        .args(["playbooks", "show", "compromised-access-key"])
        .output()
        .expect("runs");
    std::fs::write(&file, show.stdout).expect("written");
    let run = keytrail()
        .args(["playbooks", "check"])
        .arg(&file)
        .output()
        .expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let script = format!(
        "{} timeline {} --format csv | head -1",
        quoted(Path::new(env!("CARGO_BIN_EXE_keytrail"))),
        quoted(&desk.path("case.keytrail"))
    );
    let run = std::process::Command::new("bash")
        .args(["-o", "pipefail", "-c", &script])
        .output()
        .expect("bash");
    assert!(err(&run).is_empty(), "{}", err(&run));
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    let page = keytrail().arg("man").output().expect("runs");
    assert!(out(&page).contains(".TH") && out(&page).contains("investigate"));
    for shell in ["bash", "zsh", "fish"] {
        let script = keytrail().args(["completions", shell]).output().expect("runs");
        assert!(out(&script).contains("keytrail"), "{shell}");
    }
}
