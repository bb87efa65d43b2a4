//! Every screen as text, in a small and a middling window, without colours, and where it cannot be shown.

use ratatui::style::Modifier;
use support::screens::{self, app, draw, press, text};

mod support;

/// Name and the keys that lead there.
const SCREENS: [(&str, &str); 12] = [
    ("overview", "1"),
    ("chain", "2<Down>"),
    ("chain_details", "2<Down><Enter>"),
    ("chain_search", "2/audit"),
    ("chain_filtered", "2ff"),
    ("timeline", "3<Down>"),
    ("timeline_filtered", "3wx<Down>"),
    ("record", "2<Down>r"),
    ("steps", "4<Down>"),
    ("steps_menu", "4<Down><Enter>"),
    ("coverage", "5"),
    ("help", "2?"),
];

#[test]
fn every_screen_in_a_small_window() {
    for (name, keys) in SCREENS {
        let mut app = app(false);
        press(&mut app, keys);
        insta::assert_snapshot!(format!("{name}_80x24"), text(&draw(&app, 80, 24)));
    }
}

#[test]
fn every_screen_in_a_middling_window() {
    for (name, keys) in SCREENS {
        let mut app = app(false);
        press(&mut app, keys);
        insta::assert_snapshot!(format!("{name}_120x40"), text(&draw(&app, 120, 40)));
    }
}

#[test]
fn without_colours_the_selection_is_still_to_be_seen() {
    for (name, keys) in SCREENS {
        let mut app = app(true);
        press(&mut app, keys);
        let buffer = draw(&app, 80, 24);
        let colours = buffer.content.iter().filter(|c| {
            let reset = ratatui::style::Color::Reset;
            c.fg != reset || c.bg != reset
        });
        assert_eq!(colours.count(), 0, "{name}");
        if !matches!(name, "overview" | "coverage" | "record" | "help" | "chain_details") {
            let reversed = (2..20).any(|y| (2..20).all(|x| buffer[(x, y)].modifier.contains(Modifier::REVERSED)));
            assert!(reversed || name == "steps_menu", "{name}");
        }
    }
    let mut app = app(true);
    press(&mut app, "2<Down>");
    insta::assert_debug_snapshot!("chain_monochrome", draw(&app, 80, 24));
}

#[test]
fn a_window_too_small_says_so() {
    let app = app(false);
    insta::assert_snapshot!("too_small_40x12", text(&draw(&app, 40, 12)));
    for (width, height) in [(1, 1), (0, 0), (59, 40), (200, 3), (60, 16)] {
        draw(&app, width, height);
    }
}

#[test]
fn nothing_known_yet_is_said_on_every_screen() {
    let mut app = keytrail::tui::App::new(screens::begun(), screens::settings(false), screens::now());
    for screen in ["1", "2", "3", "5"] {
        press(&mut app, screen);
        insta::assert_snapshot!(format!("empty_{screen}"), text(&draw(&app, 80, 24)));
    }
}
