//! The saved investigation: continued, opened, refused.

use crate::support::desk::{Desk, code, err, out};
use crate::support::incident::*;
use crate::support::program::{keytrail, skipped};

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
    use keytrail::investigation::fact::PassBegan;
    let mut case = keytrail::store::CaseFile::create(&desk.path("case.keytrail")).expect("made");
    let sources = vec![desk.path("logs").display().to_string()];
    case.commit(at(0), started(&[SEED], None)).expect("written");
    case.commit(
        at(0),
        What::PassBegan(PassBegan {
            sources,
            since: None,
            until: None,
            bucket: None,
            aws: None,
            tables: None,
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
