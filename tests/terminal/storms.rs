//! More at once than anybody can draw: it is taken in order, and the terminal is given back.

use std::time::Duration;

use crate::terminal::Terminal;

/// Rows 1 and 14: whatever the window does.
#[test]
fn a_storm_of_resizes_ends_in_the_size_that_came_last() {
    const SIZES: [(u16, u16); 7] = [(24, 80), (1, 1), (12, 40), (60, 200), (5, 300), (90, 20), (40, 120)];
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    for _ in 0..20 {
        terminal.resize_storm(SIZES.into_iter().cycle().take(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.resize_storm([(24, 80)].into_iter());
    terminal.settles();
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.shows("q quit");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn a_thousand_keys_a_second_all_count() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("every lead followed");
    terminal.types("3");
    terminal.shows(" 1 of 300 ");
    let ten_at_a_time = [("j", 200), ("k", 25)];
    for (key, times) in ten_at_a_time {
        for _ in 0..times {
            terminal.types(&key.repeat(10));
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    terminal.shows(" 50 of 300 ");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

/// A pasted text is not typed: its letters are no keys, and its line breaks no Enter.
#[test]
fn two_hundred_pasted_lines_do_nothing_where_nothing_is_asked_for() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("every lead followed");
    let notice = "quit now, 2 keys: AKIAIOSFODNN7EXAMPLE q\r".repeat(200);
    terminal.types(&format!("\u{1b}[200~{notice}\u{1b}[201~"));
    terminal.types("?");
    terminal.shows("Keys");
    terminal.types("\u{1b}");
    terminal.shows("Do this next");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}
