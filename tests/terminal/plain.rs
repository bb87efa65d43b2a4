//! Fewer means than a terminal usually has: no colours, plain signs, no terminal at all; and onlookers.

use portable_pty::CommandBuilder;

use crate::terminal::Terminal;

fn demo(setting: &str) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
    command.arg("demo");
    command.env_remove("NO_COLOR");
    command.env(setting, "1");
    let mut terminal = Terminal::run_as_set(24, 80, command);
    terminal.shows("every lead followed");
    terminal
}

/// Row 17. crossterm turns a colour into a full reset then, which would also end what marks the selection.
#[test]
fn without_colours_the_selected_row_is_reversed() {
    let mut terminal = demo("NO_COLOR");
    terminal.types("2j");
    terminal.shows("billing-sync");
    terminal.settles();
    let selected = |terminal: &Terminal| (3..22).find(|row| (2..40).all(|column| terminal.is_reversed(*row, column)));
    assert!(selected(&terminal).is_some(), "{}", terminal.contents());
    assert!(!terminal.has_colours(), "{}", terminal.contents());
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

/// Row 24.
#[test]
fn plain_signs_are_all_that_is_drawn_where_they_are_asked_for() {
    let mut terminal = demo("KEYTRAIL_ASCII");
    for (key, shown) in [
        ("2", "+- "),
        ("3", "GetQueueAttrib"),
        ("4", "S1-01"),
        ("5", "Coverage"),
        ("?", "Keys"),
    ] {
        terminal.types(key);
        terminal.shows(shown);
        terminal.settles();
        assert!(terminal.contents().is_ascii(), "{}", terminal.contents());
    }
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

/// For screen sharing, from the first frame on.
#[test]
fn ids_are_masked_from_the_beginning_where_that_is_asked_for() {
    let mut terminal = demo("KEYTRAIL_PRIVATE");
    terminal.shows("PRIVATE");
    terminal.shows("account-0001");
    assert!(!terminal.received().contains("111122223333"));
    // Seen by the responder alone, and hidden again.
    terminal.types("\u{10}");
    terminal.shows("111122223333");
    terminal.types("\u{10}");
    terminal.shows("account-0001");
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn the_last_screen_stays_where_that_is_wanted_and_only_there() {
    let mut terminal = Terminal::open(30, 80, &["demo"]);
    terminal.shows("every lead followed");
    terminal.types("2");
    terminal.shows("billing-sync");
    terminal.types("Q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
    let left = terminal.contents();
    assert!(
        left.contains("billing-sync") && left.contains("Nothing was saved"),
        "{left}"
    );
}

/// Row 19: where the input or the output is no terminal, the summary is printed, without a sequence for terminals.
#[test]
fn what_is_no_terminal_gets_plain_output() {
    // Progress goes to standard error.
    for script in ["\"$0\" demo < /dev/null 2> /dev/null", "\"$0\" demo 2> /dev/null | cat"] {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_keytrail")]);
        let mut terminal = Terminal::run(50, 200, command);
        assert_eq!(terminal.ends(), 0, "{script}");
        let said = terminal.received();
        assert!(said.contains("AKIAI7INVOICEEXAMPLE"), "{script}: {said}");
        assert!(!said.contains('\u{1b}'), "{script}: {said}");
    }
}

/// Row 15.
#[test]
fn the_zone_is_on_every_screen() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    for screen in ["1", "2", "3", "4", "5"] {
        terminal.types(screen);
        terminal.shows("  UTC");
    }
    terminal.types("z");
    terminal.shows("  local time");
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}
