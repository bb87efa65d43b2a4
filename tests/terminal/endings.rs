//! However the program ends, the terminal is given back and the file is kept.

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use crate::support::desk::HalfRead;
use crate::terminal::Terminal;

#[test]
fn ctrl_c_always_leaves_also_from_a_text_field() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("3");
    terminal.shows("Timeline");
    terminal.types("/");
    terminal.types("GetCaller");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn a_signal_ends_it_and_the_terminal_is_given_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = Terminal::open(24, 80, &["demo"]);
        terminal.shows("Do this next");
        terminal.is_taken();
        terminal.send(signal);
        assert_eq!(terminal.ends(), 130, "{signal:?}");
        terminal.is_given_back();
    }
}

#[test]
fn a_failure_is_told_on_the_normal_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "not a folder").expect("written");
    let taken = taken.to_str().expect("UTF-8");
    let mut terminal = Terminal::open(24, 80, &["demo", "--exit-when-done", "--export", taken]);
    terminal.shows("Do this next");
    terminal.is_taken();
    assert_eq!(terminal.ends(), 1);
    terminal.is_given_back();
    assert!(terminal.contents().contains("keytrail: "), "{}", terminal.contents());
}

#[test]
fn a_hangup_while_reading_leaves_a_file_that_is_whole_and_can_be_continued() {
    let desk = HalfRead::new();
    let mut terminal = Terminal::open(24, 80, &desk.arguments());
    terminal.types("2");
    terminal.shows("mallory");
    terminal.send(Signal::HUP);
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
    desk.goes_on_to_the_same_chain();
}

#[test]
fn a_closed_window_ends_it_and_leaves_a_file_that_can_be_continued() {
    let desk = HalfRead::new();
    let mut terminal = Terminal::open(24, 80, &desk.arguments());
    terminal.types("2");
    terminal.shows("mallory");
    assert_eq!(terminal.close(), 130);
    desk.goes_on_to_the_same_chain();
}

#[test]
fn a_closed_window_ends_it_also_where_hangups_are_ignored() {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" demo", env!("CARGO_BIN_EXE_keytrail")]);
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Do this next");
    assert_eq!(terminal.close(), 130);
}

#[test]
fn the_start_screen_ends_with_its_window_also_where_hangups_are_ignored() {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\"", env!("CARGO_BIN_EXE_keytrail")]);
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Paste a key id");
    assert_eq!(terminal.close(), 130);
}

/// Without a controlling terminal there is no hangup: only the end of what can be read tells.
#[test]
fn a_closed_window_ends_it_also_where_no_hangup_comes() {
    let mut command = CommandBuilder::new("sh");
    command.args([
        "-c",
        "trap '' HUP; exec setsid --wait \"$0\" demo",
        env!("CARGO_BIN_EXE_keytrail"),
    ]);
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Do this next");
    assert_eq!(terminal.close(), 130);
}
