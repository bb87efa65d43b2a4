//! Row 16: Ctrl-Z and `fg`, under a shell with job control.

use std::path::Path;

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};

use crate::terminal::Terminal;

/// The demo as a job of a shell. When it is stopped the shell says so, waits for Enter, and brings it back.
fn job(id: &Path) -> Terminal {
    let script = "set -m; sh -c 'echo $$ > \"$1\"; exec \"$0\" demo' \"$0\" \"$1\"; \
                  echo the shell again; read line; fg; exit $?";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_keytrail")]);
    command.arg(id);
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Do this next");
    terminal.is_taken();
    terminal
}

fn comes_back(terminal: &mut Terminal) {
    terminal.types("\n");
    // Drawn in full: nothing of the shell is left.
    terminal.no_longer_shows("the shell again");
    terminal.shows("Do this next");
    terminal.is_taken();
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn ctrl_z_gives_the_terminal_back_until_the_program_is_continued() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = job(&folder.path().join("id"));
    terminal.types("M");
    terminal.shows("The mouse selects rows and tabs");
    terminal.types("\u{1a}");
    terminal.shows("the shell again");
    terminal.is_given_back();
    assert!(!terminal.contents().contains("Do this next"));
    // The mouse comes back, too.
    terminal.types("\n");
    terminal.shows("Do this next");
    terminal.is_taken();
    assert!(terminal.has_mouse());
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

fn send(id: &Path, signal: Signal) {
    let text = std::fs::read_to_string(id).expect("an id");
    let id = text.trim().parse().ok().and_then(Pid::from_raw);
    kill_process(id.expect("a process"), signal).expect("running");
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let id = folder.path().join("id");
    let mut terminal = job(&id);
    send(&id, Signal::TSTP);
    terminal.shows("the shell again");
    terminal.is_given_back();
    comes_back(&mut terminal);
}

/// SIGSTOP is heard by nobody; what is left to do is to draw everything anew.
#[test]
fn after_a_stop_that_nobody_hears_the_screen_is_drawn_in_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let id = folder.path().join("id");
    let mut terminal = job(&id);
    // Not in the middle of a frame: what the shell says then would end a sequence that was begun.
    terminal.shows("every lead followed");
    terminal.settles();
    send(&id, Signal::STOP);
    terminal.shows("the shell again");
    comes_back(&mut terminal);
}

/// Where no shell could bring it back, the program must not go away.
#[test]
fn without_a_shell_ctrl_z_comes_back_at_once() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("\u{1a}");
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.is_taken();
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}
