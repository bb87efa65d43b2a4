//! What keys do: search, filter, judge, mark, go back, leave.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use keytrail::investigation::What;
use keytrail::investigation::fact::{ItemState, Verdict};
use keytrail::tui::{App, Effect, Exit};
use support::screens::{self, app, copied, draw, press, text};

mod support;

#[test]
fn a_search_says_what_it_found() {
    let mut app = app(false);
    let status = |app: &App| text(&draw(app, 80, 24));
    press(&mut app, "2/log-archiver");
    let typed = status(&app);
    assert!(typed.contains(" 1 of 4"), "{typed}");
    press(&mut app, "<Enter>n");
    assert!(status(&app).contains("search: log-archiver · 2 of 4"));
    press(&mut app, "g");
    assert!(status(&app).contains("search: log-archiver · 4 matches"));
    press(&mut app, "/xyz");
    let typed = status(&app);
    assert!(typed.contains("no match"), "{typed}");
    press(&mut app, "<Enter>");
    assert!(status(&app).contains("search: xyz · no match"));
    press(&mut app, "3fGetCaller");
    assert!(status(&app).contains(" events"), "{}", status(&app));
    press(&mut app, "zzz");
    assert!(status(&app).contains("no match"));
}

#[test]
fn the_help_cuts_nothing_and_knows_what_filters() {
    let mut app = app(false);
    press(&mut app, "3?");
    let mut all = String::new();
    for _ in 0..12 {
        let shown = text(&draw(&app, 60, 16));
        all.extend(
            shown
                .lines()
                .filter(|line| line.starts_with('│'))
                .flat_map(|line| [line, "\n"]),
        );
        press(&mut app, "<PgDn>");
    }
    assert!(!all.contains('…'), "{all}");
    assert!(all.contains("never quits"), "{all}");
    press(&mut app, "/filter<Enter>");
    let found = text(&draw(&app, 80, 40));
    for key in ["w  ", "f  ", "b  ", "s  ", "R  ", "o  "] {
        assert!(found.contains(&format!("│ {key}")), "no {key} in:\n{found}");
    }
}

/// Row 8 of the expectations.
#[test]
fn letters_move_as_arrows_do() {
    for screen in ["2", "3", "4", "6", "1F", "2?"] {
        let (mut arrows, mut letters) = (app(false), app(false));
        for (arrow, letter) in [
            ("<Down>", "j"),
            ("<Down>", "j"),
            ("<Right>", "l"),
            ("<Up>", "k"),
            ("<Left>", "h"),
        ] {
            for (app, key) in [(&mut arrows, arrow), (&mut letters, letter)] {
                press(app, screen);
                press(app, key);
            }
            let shown = [&arrows, &letters].map(|app| text(&draw(app, 120, 40)));
            assert_eq!(shown[0], shown[1], "{screen}: {arrow} and {letter}");
        }
    }
}

#[test]
fn other_keys_work_and_stand_in_the_hints_and_in_the_help() {
    let settings = "[keys]\nmalicious = \"B\"\nfindings = \"F2\"\ndown = [\"Ctrl-N\", \"%\"]\nsame-service = \"S\"\n\
                    copy = \"O\"\ndo = \"P\"\n";
    let mut own = screens::settings(false);
    own.preferences.keys = keytrail::config::parse(settings).expect("good").keys.expect("keys");
    let mut app = App::new(screens::case(), own, screens::now());
    // `m` means nothing any more, and `%` goes down.
    press(&mut app, "2%%m");
    let judged = |app: &App| {
        let nodes = app.investigation().chain().nodes.iter();
        nodes
            .filter(|n| app.investigation().verdict(&n.node) == Verdict::Malicious)
            .count()
    };
    assert_eq!(judged(&app), 1);
    press(&mut app, "<Down>B");
    assert_eq!(judged(&app), 2);
    let shown = text(&draw(&app, 200, 30));
    let hints = shown.lines().last().expect("the hints");
    for hint in ["B malicious", "O copy", "P do", "→ unfold"] {
        assert!(hints.contains(hint), "no {hint} in: {hints}");
    }
    assert!(!hints.contains("m malicious"), "{hints}");
    // What has weight still asks.
    press(&mut app, "P");
    let asked = text(&draw(&app, 120, 30));
    assert!(asked.contains("Enter accept"), "{asked}");
    press(&mut app, "<Esc>?");
    let help = text(&draw(&app, 120, 60));
    for row in ["│ B  ", "│ ↓ Ctrl-N %  ", "│ F2  "] {
        assert!(help.contains(row), "no {row} in:\n{help}");
    }
    assert!(!help.contains("│ m  "), "{help}");
}

#[test]
fn nothing_is_copied_where_that_is_switched_off() {
    let mut own = screens::settings(false);
    own.preferences.clipboard = keytrail::tui::Clipboard::Off;
    let mut app = App::new(screens::case(), own, screens::now());
    press(&mut app, "2");
    assert_eq!(screens::copied(&mut app), None);
    assert!(text(&draw(&app, 80, 24)).contains("Copying is switched off"));
}

#[test]
fn what_was_said_goes_with_the_next_key() {
    let mut app = app(false);
    let shown = |app: &App| text(&draw(app, 80, 24));
    press(&mut app, "4<Down><Down><Enter><Up><Up><Enter>");
    assert!(shown(&app).contains("S1-03 is open; not saved: use --save FILE"));
    press(&mut app, "<Down>");
    assert!(shown(&app).contains("every lead followed"), "{}", shown(&app));
    press(&mut app, "ione<Enter>");
    assert!(shown(&app).contains("The note of S1-04 is kept"), "{}", shown(&app));
    press(&mut app, "2m");
    assert!(shown(&app).contains("is judged malicious"));
    press(&mut app, "<Down>");
    assert!(shown(&app).contains("every lead followed"));
    press(&mut app, "m");
    app.tick(screens::now() + chrono::TimeDelta::seconds(10));
    assert!(shown(&app).contains("every lead followed"));
}

#[test]
fn an_event_leads_to_its_node_and_a_node_to_its_events() {
    let mut app = app(false);
    press(&mut app, "2<Down>t");
    let shown = text(&draw(&app, 120, 30));
    assert!(
        shown.contains("Timeline 68") || shown.contains("by billing-sync"),
        "{shown}"
    );
    press(&mut app, "<Esc>");
    assert!(text(&draw(&app, 120, 30)).contains("Timeline 300"));
    press(&mut app, "/StopLogging<Enter>c");
    // The session that stopped the logging is inside a folded group; it is revealed.
    let shown = text(&draw(&app, 120, 30));
    assert!(
        shown.contains("▾ 11 sessions") && shown.contains("session billing-sync"),
        "{shown}"
    );
}

#[test]
fn a_finding_leads_to_its_events_and_is_explained() {
    let mut app = app(false);
    press(&mut app, "F");
    let list = text(&draw(&app, 120, 40));
    assert!(list.contains(" Findings ") && list.contains("What to do"), "{list}");
    let first = app.investigation().findings()[0].clone();
    press(&mut app, "x");
    let shown = text(&draw(&app, 120, 40));
    assert!(
        shown.contains("What it does") && shown.contains("https://docs.aws.amazon.com/"),
        "{shown}"
    );
    press(&mut app, "<Esc><Enter>");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains(&format!(" Timeline {} ", first.events.len())), "{shown}");
    press(&mut app, "<Esc>");
    assert!(!text(&draw(&app, 120, 40)).contains(&format!(" Timeline {} ", first.events.len())));
}

#[test]
fn an_event_and_a_node_are_explained_wherever_they_stand() {
    let mut app = app(false);
    press(&mut app, "2x");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains("Why it is here"), "{shown}");
    press(&mut app, "x3x");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains("Kind and weight"), "{shown}");
    press(&mut app, "<Esc>");
    assert!(!text(&draw(&app, 120, 40)).contains("Kind and weight"));
}

#[test]
fn a_judgement_is_a_fact() {
    let mut app = app(false);
    press(&mut app, "2<Down><Down><Down>e");
    let chain = app.investigation().chain();
    let judged = chain
        .nodes
        .iter()
        .filter(|n| app.investigation().verdict(&n.node) == Verdict::Expected)
        .count();
    assert_eq!(judged, 1);
    press(&mut app, "u");
    let case = app.into_case();
    let facts = case.facts().expect("the facts");
    let judgements = facts
        .iter()
        .filter(|f| matches!(&f.what, What::Judged(j) if j.by == "alex"));
    assert_eq!(judgements.count(), 3);
}

#[test]
fn the_source_of_an_event_is_judged_with_the_keys_that_judge_nodes() {
    let mut app = app(false);
    press(&mut app, "3f203.0.113.66<Enter>m");
    let verdict = |app: &App| app.investigation().verdict("203.0.113.66 aws-cli");
    assert_eq!(verdict(&app), Verdict::Malicious);
    let shown = text(&draw(&app, 80, 24));
    assert!(shown.contains("Source 203.0.113.66 aws-cli is judged malicious; not saved: use --save FILE"));
    assert!(shown.contains("! 203.0.113.66"), "{shown}");
    press(&mut app, "1");
    let from_where = text(&draw(&app, 120, 40));
    let line = from_where
        .lines()
        .find(|line| line.contains("203.0.113.66") && line.contains("failed"));
    assert!(line.expect("a source").contains("! malicious"), "{from_where}");
    press(&mut app, "2<Down>");
    assert!(text(&draw(&app, 120, 40)).contains("source is   ! malicious"));
    press(&mut app, "3u");
    assert_eq!(verdict(&app), Verdict::Unknown);
    assert!(!text(&draw(&app, 80, 24)).contains("! 203.0.113.66"));
}

#[test]
fn an_item_that_waits_needs_a_reason() {
    let mut app = app(false);
    let state = |app: &App| app.investigation().checklist().progress("S1-04").cloned();
    press(&mut app, "4<Down><Down><Down><Enter><Down><Down><Enter><Enter>");
    assert_eq!(state(&app), None);
    assert!(text(&draw(&app, 80, 24)).contains("needs a reason"));
    app.paste("waits for\nthe owner");
    press(&mut app, "<Enter>");
    let progress = state(&app).expect("marked");
    assert_eq!(
        (progress.state, &*progress.note),
        (ItemState::Blocked, "waits for the owner")
    );
    assert_eq!(progress.by, "alex");
    // Esc leaves a note as it was.
    press(&mut app, "ixyz<Esc>");
    assert_eq!(state(&app).expect("marked").note, "waits for the owner");
}

#[test]
fn esc_never_quits_and_ctrl_c_always_leaves() {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    for keys in ["1", "2", "2/", "3r", "4i", "4<Enter>", "5", "?", "?/"] {
        let mut app = app(false);
        press(&mut app, keys);
        for _ in 0..6 {
            assert_eq!(app.key(KeyEvent::from(KeyCode::Esc)), None);
        }
        press(&mut app, keys);
        assert_eq!(app.key(ctrl_c), Some(Effect::Leave(Exit::Interrupted)), "{keys}");
    }
}

/// Whatever is done on any screen, in a window of any size: nothing panics, and Esc and then q always lead out (rows 9, 10
/// and 14 of the expectations).
#[test]
fn no_key_anywhere_is_too_much() {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    const NAMED: [KeyCode; 18] = [
        KeyCode::Enter,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Right,
        KeyCode::PageDown,
        KeyCode::PageUp,
        KeyCode::End,
        KeyCode::Home,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(5),
    ];
    const SIZES: [(u16, u16); 8] = [
        (80, 24),
        (80, 24),
        (120, 40),
        (60, 16),
        (200, 50),
        (33, 7),
        (40, 12),
        (61, 90),
    ];
    const PASTED: [&str; 3] = [
        "AKIAIOSFODNN7EXAMPLE\r",
        "{\"IsLogging\": true}",
        "日本\u{202e}\u{1b}[2J🔑",
    ];
    const STEPS: usize = 2000;
    let settings = || screens::settings(false);
    let live = App::new(screens::case(), settings(), screens::now());
    let replayed = screens::replay();
    for (seed, mut app) in [(20_261_122_u64, live), (2, replayed)] {
        let mut random = seed;
        let mut next = |below: usize| {
            // xorshift: the same walk on every run.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).expect("small")
        };
        let pick = |at: usize| u16::try_from(at).expect("small");
        for step in 0..STEPS {
            match next(40) {
                0 => app.paste(PASTED[next(PASTED.len())]),
                1..4 => app.mouse(MouseEvent {
                    kind: [
                        MouseEventKind::Down(MouseButton::Left),
                        MouseEventKind::ScrollDown,
                        MouseEventKind::ScrollUp,
                        MouseEventKind::Moved,
                    ][next(4)],
                    column: pick(next(210)),
                    row: pick(next(60)),
                    modifiers: KeyModifiers::NONE,
                }),
                4..6 => {
                    let letter = char::from(b'a' + u8::try_from(next(26)).expect("a letter"));
                    app.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
                }
                6..22 => {
                    app.key(KeyEvent::from(NAMED[next(NAMED.len())]));
                }
                22 => {
                    app.key(KeyEvent::from(KeyCode::Char('日')));
                }
                _ => {
                    let any = char::from(b' ' + u8::try_from(next(95)).expect("ASCII"));
                    app.key(KeyEvent::from(KeyCode::Char(any)));
                }
            }
            app.pass(std::time::Duration::from_millis(u64::from(pick(next(50)))));
            app.refresh();
            let (width, height) = SIZES[next(SIZES.len())];
            draw(&app, width, height);
            if step % 20 == 0 {
                press(&mut app, "<Esc><Esc><Esc><Esc><Esc>");
                let quit = KeyEvent::from(KeyCode::Char('q'));
                assert_eq!(app.key(quit), Some(Effect::Leave(Exit::Quit)), "step {step}");
            }
        }
    }
}

fn click(app: &mut App, column: u16, row: u16) {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    app.mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    });
    app.refresh();
}

/// Row 12 of the expectations. Views leave behind where they drew a list, so each is drawn before it is clicked on.
#[test]
fn a_click_selects_a_row_or_a_tab_and_does_nothing_else() {
    let mut app = app(false);
    let shown = |app: &App| text(&draw(app, 80, 24));
    let row_of = |shown: &str, said: &str| {
        let at = shown.lines().position(|line| line.contains(said));
        u16::try_from(at.expect("a line")).expect("a row")
    };
    let tabs = shown(&app);
    for (tab, expected) in [
        ("3 Timeline", "GetQueueAttrib"),
        ("4 Steps", "S1-04"),
        ("2 Chain", "billing-sync"),
    ] {
        let column = tabs.lines().nth(1).and_then(|line| line.find(tab)).expect("a tab");
        click(&mut app, u16::try_from(column).expect("a column"), 1);
        assert!(shown(&app).contains(expected), "{}", shown(&app));
    }
    let row = row_of(&shown(&app), "billing-sync");
    click(&mut app, 30, row);
    assert_eq!(
        copied(&mut app).as_deref(),
        Some("arn:aws:iam::111122223333:user/billing-sync")
    );
    press(&mut app, "4");
    let steps = shown(&app);
    click(&mut app, 10, row_of(&steps, "S1-04"));
    press(&mut app, "<Enter>");
    assert!(shown(&app).contains(" S1-04 is "), "{}", shown(&app));
    // In a choice a click chooses, and nothing is done before Enter.
    let menu = shown(&app);
    let column = menu.lines().find_map(|line| line.find("[x] done")).expect("a state");
    click(
        &mut app,
        u16::try_from(column / 2).expect("a column"),
        row_of(&menu, "[x] done"),
    );
    assert!(app.investigation().checklist().progress("S1-04").is_none());
    // Beside it, and on what lies behind it, nothing happens.
    for (column, row) in [(0, 0), (5, 1), (79, 23), (200, 90)] {
        click(&mut app, column, row);
        assert!(shown(&app).contains(" S1-04 is "));
    }
    press(&mut app, "<Esc>");
    // A heading is no item.
    click(&mut app, 10, row_of(&steps, "S1-01") - 1);
    press(&mut app, "<Enter>");
    assert!(shown(&app).contains(" S1-04 is "), "{}", shown(&app));
}

#[test]
fn the_steps_are_ordered_by_time_and_back_and_the_item_stays_selected() {
    let mut app = app(false);
    press(&mut app, "4<Down><Down><Down><Down>t");
    let shown = text(&draw(&app, 120, 40));
    assert!(
        shown.contains("Steps: 0 min since the start") && shown.contains("┌ S1-05 "),
        "{shown}"
    );
    assert!(shown.contains("Within 30 min: 30 min left"), "{shown}");
    press(&mut app, "<Down>t");
    let shown = text(&draw(&app, 120, 40));
    assert!(
        shown.contains("Steps: Compromised access key") && shown.contains("┌ S1-06 "),
        "{shown}"
    );
}

#[test]
fn the_playbook_follows_what_becomes_known_of_the_key_unless_one_was_asked_for() {
    use keytrail::investigation::What;
    use keytrail::investigation::fact::Started;
    use keytrail::tui::App;

    let shown = |playbook: &str| {
        let mut case = keytrail::store::CaseFile::in_memory().expect("a case");
        let started = Started {
            seeds: vec!["ASIAZZTEMP0000000005".to_owned()],
            tool_version: "0.0.0".to_owned(),
            playbook: playbook.to_owned(),
            playbook_text: None,
            notice: None,
        };
        case.commit(screens::now(), What::Started(started)).expect("saved");
        let mut app = App::new(case, screens::settings(false), screens::now());
        let first = text(&draw(&app, 120, 40));
        press(&mut app, "4");
        first + &text(&draw(&app, 120, 40))
    };
    let fitting = shown("");
    assert!(
        fitting.contains("Playbook: leaked-session, because the key is a temporary one"),
        "{fitting}"
    );
    assert!(
        fitting.contains("Steps: Leaked temporary or console session"),
        "{fitting}"
    );
    let asked = shown("compromised-access-key");
    assert!(
        asked.contains("Steps: Compromised access key of an IAM user"),
        "{asked}"
    );
}
