//! The start screen of `keytrail` alone.

use portable_pty::CommandBuilder;

use crate::terminal::Terminal;

const NOTICE: &str =
    "Access Key: AKIAIOSFODNN7EXAMPLE\rIAMUser: app\rEvent Name: GetCallerIdentity\rIP: 203.0.113.39\r";

fn pastes(terminal: &mut Terminal, text: &str) {
    terminal.types(&format!("\u{1b}[200~{text}\u{1b}[201~"));
}

#[test]
fn a_pasted_notice_is_understood_and_what_cannot_be_done_is_said() {
    let mut terminal = Terminal::open(24, 80, &[] as &[&str]);
    terminal.shows("Paste a key id");
    terminal.is_taken();
    // Bracketed: its line breaks are not Enter.
    pastes(&mut terminal, NOTICE);
    terminal.shows("GetCallerIdentity from 203.0.113.39");
    terminal.types("\r");
    terminal.shows("! this version reads CloudTrail files");
    terminal.shows("AKIAIOSFODNN7EXAMPLE");
    terminal.types("\u{1b}");
    terminal.shows("AKIA...");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn a_saved_investigation_is_opened_from_the_list() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().join("keytrail");
    std::fs::create_dir(&folder).expect("made");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_keytrail"))
        .args(["demo", "--batch", "--save"])
        .arg(folder.join("2026-05-21-incident.keytrail"))
        .output()
        .expect("runs");
    assert!(run.status.success());
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.env("XDG_DATA_HOME", data.path());
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("2026-05-21-incident");
    terminal.shows("complete");
    terminal.types("\r");
    terminal.shows("Do this next");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}
