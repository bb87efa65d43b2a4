//! The start screen: what is pasted, what is understood of it, what is saved already.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keytrail::collect::demo;
use keytrail::export::text::hides;
use keytrail::store::Glance;
use keytrail::tui::{Preferences, Recent, Start, ThemeName, Wanted, draw_start};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use support::screens::{self, notice, text};

mod support;

fn recent() -> Vec<Recent> {
    let seeds = [demo::SEED, "AKIAI44QH8DHBEXAMPLE"].map(str::to_owned);
    let states = [None, Some(true), Some(false)];
    let glances = states.into_iter().map(|complete| Glance {
        seeds: seeds[..=usize::from(complete.is_none())].to_vec(),
        begun: screens::now(),
        complete,
    });
    let rows = glances.map(Some).chain([None]);
    let row = |(n, glance)| Recent {
        path: format!("/data/2026-05-2{n}-{}.keytrail", demo::SEED).into(),
        glance,
    };
    rows.enumerate().map(row).collect()
}

fn shown(start: &Start, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw_start(start, frame)).expect("a frame");
    text(terminal.backend().buffer())
}

fn press(start: &mut Start, code: KeyCode) -> Option<Wanted> {
    start.key(KeyEvent::from(code))
}

fn types(start: &mut Start, typed: &str) {
    for c in typed.chars() {
        assert_eq!(press(start, KeyCode::Char(c)), None, "{c} of {typed}");
    }
}

fn snapshot(name: &str, start: &Start) {
    insta::assert_snapshot!(format!("{name}_80x24"), shown(start, 80, 24));
    insta::assert_snapshot!(format!("{name}_120x40"), shown(start, 120, 40));
}

#[test]
fn the_start_screen_in_all_its_states() {
    snapshot("first", &Start::new(Vec::new(), &Preferences::default()));
    let mut start = Start::new(recent(), &Preferences::default());
    press(&mut start, KeyCode::Down);
    snapshot("saved", &start);
    start.paste(&notice());
    snapshot("pasted", &start);
    start.complain("this version reads CloudTrail files\nCopy the trail's bucket");
    snapshot("refused", &start);
}

#[test]
fn a_pasted_notice_is_investigated_with_what_it_says() {
    let mut start = Start::new(recent(), &Preferences::default());
    start.paste(&notice().replace('\n', "\r"));
    let Some(Wanted::Investigate(understood)) = press(&mut start, KeyCode::Enter) else {
        panic!("{}", shown(&start, 80, 24));
    };
    assert_eq!(understood.keys().collect::<Vec<_>>(), [demo::SEED]);
    assert!(understood.names_address([203, 0, 113, 66].into()) && !understood.is_only_keys());
}

#[test]
fn a_key_can_be_typed_and_corrected() {
    let mut start = Start::new(recent(), &Preferences::default());
    types(&mut start, "AKIAIOSFODNN7EXAMPL");
    assert!(shown(&start, 80, 24).contains("No access key id yet"));
    assert_eq!(
        press(&mut start, KeyCode::Enter),
        None,
        "an id that is not whole is no id"
    );
    assert!(shown(&start, 80, 24).contains("no whole key id"));
    types(&mut start, "qq");
    press(&mut start, KeyCode::Backspace);
    press(&mut start, KeyCode::Backspace);
    types(&mut start, "E");
    let Some(Wanted::Investigate(understood)) = press(&mut start, KeyCode::Enter) else {
        panic!("{}", shown(&start, 80, 24));
    };
    assert!(understood.is_only_keys());
}

#[test]
fn a_masked_id_is_asked_for_and_can_be_given_beside_the_notice() {
    let mut start = Start::new(Vec::new(), &Preferences::default());
    start.paste(&notice().replace(demo::SEED, "AKIA****************"));
    assert!(shown(&start, 80, 24).contains("hidden in part"));
    assert_eq!(press(&mut start, KeyCode::Enter), None);
    start.paste(demo::SEED);
    assert!(matches!(
        press(&mut start, KeyCode::Enter),
        Some(Wanted::Investigate(_))
    ));
}

#[test]
fn what_is_saved_is_chosen_with_the_arrows_and_the_field_comes_first() {
    let mut start = Start::new(recent(), &Preferences::default());
    press(&mut start, KeyCode::Down);
    assert_eq!(
        press(&mut start, KeyCode::Enter),
        Some(Wanted::Open(recent()[1].path.clone()))
    );
    types(&mut start, "A");
    press(&mut start, KeyCode::Down);
    assert_eq!(
        press(&mut start, KeyCode::Enter),
        None,
        "what is typed is not passed over"
    );
    assert_eq!(press(&mut start, KeyCode::Esc), None, "Esc takes back what was typed");
    assert_eq!(
        press(&mut start, KeyCode::Enter),
        Some(Wanted::Open(recent()[1].path.clone()))
    );
}

#[test]
fn escape_and_q_leave_and_ctrl_c_does_everywhere() {
    for key in [KeyCode::Esc, KeyCode::Char('q')] {
        assert_eq!(
            press(&mut Start::new(recent(), &Preferences::default()), key),
            Some(Wanted::Leave)
        );
    }
    let mut start = Start::new(Vec::new(), &Preferences::default());
    start.paste("text");
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(start.key(ctrl_c), Some(Wanted::Interrupt));
}

#[test]
fn what_is_pasted_cannot_steer_the_screen_and_a_secret_is_not_shown() {
    let monochrome = Preferences {
        theme: ThemeName::Monochrome,
        ..Preferences::default()
    };
    let mut start = Start::new(Vec::new(), &monochrome);
    start.paste(&format!(
        "{}Note\u{1b}[31m\u{202e}: a\u{9b}2J\u{200b}\n\n\tSecret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n日本語",
        notice()
    ));
    for (width, height) in [(80, 24), (200, 60), (60, 16)] {
        let shown = shown(&start, width, height);
        assert!(!shown.lines().flat_map(str::chars).any(hides), "{shown}");
        assert!(!shown.contains("wJalr"), "{shown}");
    }
    assert!(shown(&start, 200, 60).contains("removed from the text"));
    assert!(shown(&start, 40, 10).contains("keytrail needs a window"));
}
