//! Row 12: the mouse helps, and never takes the selection of text away unasked.

use crate::terminal::Terminal;

/// A click, as terminals report it. Columns and lines count from 1.
fn clicks(terminal: &mut Terminal, column: u16, line: u16) {
    terminal.types(&format!("\u{1b}[<0;{column};{line}M\u{1b}[<0;{column};{line}m"));
}

#[test]
fn a_key_turns_the_mouse_on_and_it_selects_scrolls_and_is_given_back() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("every lead followed");
    assert!(!terminal.has_mouse(), "off by default");
    terminal.types("M");
    terminal.shows("The mouse selects rows and tabs");
    assert!(terminal.has_mouse());
    // The tab of the timeline, and the wheel.
    let tabs = terminal.contents();
    let tabs = tabs.lines().nth(1).expect("the tabs");
    let column = tabs.find("3 Timeline").expect("a tab") + 1;
    clicks(&mut terminal, u16::try_from(column).expect("a column"), 2);
    terminal.shows(" 1 of 300 ");
    terminal.types("\u{1b}[<65;10;10M");
    terminal.shows(" 4 of 300 ");
    // The first line of the list is below title, tabs, frame, density and heading.
    clicks(&mut terminal, 20, 10);
    terminal.shows(" 5 of 300 ");
    terminal.types("M");
    terminal.shows("The mouse selects text");
    assert!(!terminal.has_mouse());
    terminal.types("M");
    terminal.shows("The mouse selects rows and tabs");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}
