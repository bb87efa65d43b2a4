//! The start screen of `keytrail` alone.

use portable_pty::CommandBuilder;

use crate::terminal::Terminal;

const NOTICE: &str =
    "Access Key: AKIAIOSFODNN7EXAMPLE\rIAMUser: app\rEvent Name: GetCallerIdentity\rIP: 203.0.113.39\r";

fn pastes(terminal: &mut Terminal, text: &str) {
    terminal.types(&format!("\u{1b}[200~{text}\u{1b}[201~"));
}

#[test]
fn a_pasted_notice_is_understood_and_investigated() {
    let data = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.env("XDG_DATA_HOME", data.path());
    // Nobody's credentials: nothing is asked, and that is said.
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
    ] {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null");
    command.env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Paste a key id");
    terminal.is_taken();
    // Bracketed: its line breaks are not Enter.
    pastes(&mut terminal, NOTICE);
    terminal.shows("GetCallerIdentity from 203.0.113.39");
    terminal.types("\r");
    terminal.shows("there are no credentials");
    terminal.shows("Do this next");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn a_notice_of_two_hundred_lines_is_taken_whole_and_nothing_in_it_is_a_key() {
    let data = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.env("XDG_DATA_HOME", data.path());
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Paste a key id");
    let mail = "> quoted, q, and once more\u{3}\u{1a}\r".repeat(200);
    pastes(&mut terminal, &format!("{mail}{NOTICE}"));
    terminal.shows("GetCallerIdentity from 203.0.113.39");
    terminal.is_taken();
    terminal.types("\u{1b}");
    terminal.shows("or the text of the mail");
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

#[test]
fn who_is_here_for_the_first_time_is_told_how_to_find_their_way_once() {
    let data = tempfile::tempdir().expect("a folder");
    let demo = || {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
        command.arg("demo");
        command.env("XDG_DATA_HOME", data.path());
        Terminal::run(40, 120, command)
    };
    let mut terminal = demo();
    terminal.shows("New here?");
    terminal.shows("1 to 6 switch screens");
    // The key does what it does besides.
    terminal.types("2");
    terminal.shows("Details");
    terminal.settles();
    assert!(!terminal.contents().contains("New here?"), "{}", terminal.contents());
    terminal.types("\u{3}");
    terminal.ends();
    let mut terminal = demo();
    terminal.shows("Do this next");
    terminal.settles();
    assert!(!terminal.contents().contains("New here?"), "{}", terminal.contents());
    terminal.types("\u{3}");
    terminal.ends();
}
