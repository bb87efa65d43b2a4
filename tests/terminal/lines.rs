//! Plain mode on a terminal: lines only, whatever is typed.

use crate::terminal::Terminal;

#[test]
fn a_dumb_terminal_gets_lines_and_is_told_so() {
    let mut terminal = Terminal::dumb(&["demo"]);
    terminal.shows("TERM is dumb");
    terminal.shows("20 of ");
    terminal.types("q\n");
    terminal.shows("Number or word: ");
    terminal.types("4 S1-01\n");
    terminal.shows("n note, q menu: ");
    terminal.types("3\n");
    terminal.shows("S1-01 is done");
    // The end of the input, as a terminal gives it.
    terminal.types("\u{4}");
    assert_eq!(terminal.ends(), 0);
    let said = terminal.received();
    assert!(said.contains("End of input."), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn ctrl_c_leaves_a_question_at_once_and_the_file_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("demo.keytrail");
    let file = file.to_str().expect("UTF-8");
    let mut terminal = Terminal::open(50, 120, &["demo", "--plain", "--save", file]);
    terminal.shows("20 of ");
    terminal.types("q\n");
    terminal.shows("Number or word: ");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    let said = terminal.received();
    assert!(
        said.contains("Go on with: keytrail open") && !said.contains('\u{1b}'),
        "{said}"
    );
}
