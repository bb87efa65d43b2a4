//! The screens are drawn and obey.

use rustix::process::Signal;

use crate::terminal::Terminal;

#[test]
fn the_demo_can_be_walked_with_the_keys_on_its_screens() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.shows("READ-ONLY");
    terminal.shows("UTC");
    terminal.types("2");
    terminal.shows("billing-sync");
    terminal.types("3");
    terminal.shows("GetQueueAttrib");
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.types("?");
    terminal.shows("Moving");
    // Esc goes back and never quits.
    terminal.types("\u{1b}");
    terminal.shows("S1-02");
    // Once everything is read, q leaves without a question.
    terminal.types("2");
    terminal.shows("every lead followed");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
    assert!(terminal.contents().contains("Nothing was saved"));
}

#[test]
fn what_is_copied_is_handed_to_the_terminal() {
    let mut terminal = Terminal::open(40, 120, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("4");
    terminal.shows("get-access-key-info");
    terminal.types("y");
    terminal.shows("Copied");
    // OSC 52 to the clipboard: `aws sts get-access-key-info` in base64.
    assert!(
        terminal
            .received()
            .contains("\u{1b}]52;c;YXdzIHN0cyBnZXQtYWNjZXNzLWtleS1pbmZv"),
        "no OSC 52"
    );
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn the_evidence_is_written_from_the_screens_and_what_is_in_the_way_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let evidence = folder.path().join("e");
    let mut terminal = Terminal::open(24, 120, &["demo"]);
    terminal.shows("Do this next");
    let typed = format!("\u{5}\u{15}{}\r", evidence.display());
    terminal.types(&typed);
    terminal.shows("of evidence written to");
    assert!(evidence.join("manifest.json").exists() && evidence.join("chain.csv").exists());
    // Another's file is there: nothing is written, and that is said.
    std::fs::remove_file(evidence.join("manifest.json")).expect("removed");
    terminal.types(&typed);
    terminal.shows("Nothing is written");
    assert!(!evidence.join("manifest.json").exists());
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn the_screens_are_as_the_settings_say_and_a_flag_goes_before_them() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("settings.toml");
    std::fs::write(
        &file,
        "theme = \"monochrome\"\ntime_zone = \"local\"\n[keys]\nhelp = \"H\"\n",
    )
    .expect("written");
    let file = file.to_str().expect("UTF-8");
    let mut terminal = Terminal::open(24, 80, &["demo", "--config", file]);
    terminal.shows("Do this next");
    terminal.shows("local time");
    terminal.shows("H help");
    terminal.types("H");
    terminal.shows("Moving");
    terminal.types("\u{3}");
    terminal.ends();
    // Cyan, with which the program's name is written.
    let has_colour = |terminal: &Terminal| terminal.received().contains("38;5;6");
    assert!(!has_colour(&terminal));
    let flags = ["demo", "--config", file, "--theme", "colour", "--time-zone", "utc"];
    let mut terminal = Terminal::open(24, 80, &flags);
    terminal.shows("Do this next");
    terminal.shows("UTC");
    terminal.types("\u{3}");
    terminal.ends();
    assert!(has_colour(&terminal));
}

#[test]
fn a_window_too_small_says_so_and_comes_back() {
    let mut terminal = Terminal::open(12, 40, &["demo"]);
    terminal.shows("60");
    terminal.resize(24, 80);
    terminal.shows("Do this next");
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn ctrl_l_draws_anew_also_on_a_terminal_that_answers_no_questions() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("\u{c}");
    terminal.types("4");
    terminal.shows("S1-02");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn what_was_done_on_the_screens_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("demo.keytrail");
    let file = file.to_str().expect("UTF-8");
    let mut terminal = Terminal::open(40, 120, &["demo", "--save", file]);
    terminal.shows("every lead followed");
    // The first node is the seed: it is malicious.
    terminal.types("2");
    terminal.shows("billing-sync");
    terminal.types("m");
    terminal.shows("is judged malicious");
    // Killed without a chance to say goodbye.
    terminal.send(Signal::KILL);
    terminal.ends();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_keytrail"))
        .args(["chain", file, "--format", "json"])
        .output()
        .expect("runs");
    let chain: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(chain["nodes"][0]["verdict"], "malicious");
    let mut terminal = Terminal::open(40, 120, &["demo", "--save", file]);
    terminal.shows("Goes on with");
    terminal.types("\u{3}");
    terminal.ends();
    let mut terminal = Terminal::open(40, 120, &["replay", file]);
    terminal.shows("attack");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}
