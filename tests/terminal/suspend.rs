//! Ctrl-Z and `fg`, under a shell with job control.

use portable_pty::CommandBuilder;

use crate::terminal::Terminal;

#[test]
fn ctrl_z_gives_the_terminal_back_until_the_program_is_continued() {
    let script = "set -m; \"$0\" demo; echo the shell again; read line; fg; exit $?";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_keytrail")]);
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("Do this next");
    terminal.is_taken();
    terminal.types("\u{1a}");
    terminal.shows("the shell again");
    terminal.is_given_back();
    assert!(!terminal.contents().contains("Do this next"));
    terminal.types("\n");
    terminal.shows("Do this next");
    terminal.is_taken();
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}
