//! Every screen as text, in a small and a middling window, without colours, and where it cannot be shown.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use keytrail::investigation::What;
use keytrail::investigation::fact::{ItemState, Verdict};
use keytrail::tui::{App, Effect, Exit};
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
fn a_finished_run_without_events_does_not_promise_any() {
    use keytrail::investigation::fact::PassEnded;
    let mut case = screens::begun();
    let ended = PassEnded {
        fixed_point: true,
        cut_short: None,
    };
    case.commit(screens::now(), What::PassEnded(ended)).expect("saved");
    let mut app = App::new(case, screens::settings(false), screens::now());
    press(&mut app, "3");
    let shown = text(&draw(&app, 80, 24));
    assert!(shown.contains("No event of the chain is in what was read"), "{shown}");
}

#[test]
fn nothing_known_yet_is_said_on_every_screen() {
    let mut app = App::new(screens::begun(), screens::settings(false), screens::now());
    for screen in ["1", "2", "3", "5"] {
        press(&mut app, screen);
        insta::assert_snapshot!(format!("empty_{screen}"), text(&draw(&app, 80, 24)));
    }
}

/// A replay held at the end of so many steps.
fn replay(steps: usize) -> App {
    let mut app = screens::replay();
    press(&mut app, " ");
    press(&mut app, &".".repeat(steps));
    app
}

#[test]
fn a_replay_grows_as_the_attack_did() {
    let nodes = |app: &App| app.investigation().chain().nodes.len();
    let mut app = replay(0);
    assert_eq!(nodes(&app), 1);
    press(&mut app, &".".repeat(140));
    let middle = nodes(&app);
    assert!(middle > 1 && middle < 39, "{middle}");
    press(&mut app, "2");
    insta::assert_snapshot!("replay_120x40", text(&draw(&app, 120, 40)));
    insta::assert_snapshot!("replay_80x24", text(&draw(&app, 80, 24)));
    // Back and forth again is where we were.
    press(&mut app, &",".repeat(30));
    assert!(nodes(&app) < middle);
    press(&mut app, &".".repeat(30));
    assert_eq!(nodes(&app), middle);
    press(&mut app, "g");
    insta::assert_snapshot!("replay_go_to_80x24", text(&draw(&app, 80, 24)));
    press(&mut app, "2026-05-21 16:59<Enter>");
    assert_eq!(nodes(&app), screens::case().investigation().chain().nodes.len());
}

#[test]
fn a_replay_of_the_response_fills_as_the_response_did() {
    let mut app = replay(0);
    assert!(app.investigation().checklist().progress("S1-01").is_some());
    press(&mut app, "C4");
    assert!(app.investigation().checklist().progress("S1-01").is_none());
    press(&mut app, "..");
    // Two marks are made; the third comes later. A replay takes none itself.
    press(&mut app, "<Enter>i");
    insta::assert_snapshot!("replay_response_80x24", text(&draw(&app, 80, 24)));
}

#[test]
fn a_replay_says_that_it_changes_nothing_and_keeps_the_place_on_each_clock() {
    let mut app = replay(40);
    let shown = |app: &App| text(&draw(app, 120, 40)).lines().rev().nth(3).map(str::to_owned);
    let attack = shown(&app);
    press(&mut app, "C..");
    let response = shown(&app);
    assert_ne!(attack, response);
    press(&mut app, "C");
    assert_eq!(shown(&app), attack);
    press(&mut app, "C");
    assert_eq!(shown(&app), response);
    press(&mut app, "4");
    assert!(!text(&draw(&app, 80, 24)).contains("changes nothing"));
    for (screen, key) in [("2", "m"), ("4", "<Enter>"), ("4", "i")] {
        press(&mut app, screen);
        press(&mut app, key);
        let said = text(&draw(&app, 80, 24));
        assert!(said.contains("A replay changes nothing"), "{key}:\n{said}");
    }
}

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
    assert!(status(&app).contains("search: log-archiverxyz · no match"));
    press(&mut app, "3/GetCaller");
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
    for key in ["w  ", "x  ", "n  ", "s  ", "R  ", "o  "] {
        assert!(found.contains(&format!("│ {key}")), "no {key} in:\n{found}");
    }
}

#[test]
fn what_was_said_goes_with_the_next_key() {
    let mut app = app(false);
    let shown = |app: &App| text(&draw(app, 80, 24));
    press(&mut app, "4<Down><Down><Enter><Up><Up><Enter>");
    assert!(shown(&app).contains("S1-03 is open; this demo is not saved: use --save FILE"));
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
fn the_overview_counts_as_the_summary_does_and_lists_every_way_in() {
    let mut app = app(false);
    let shown = text(&draw(&app, 120, 60));
    for said in [
        "3 users created and 2 changed",
        "role support-audit  trusts 444455556666",
        "ec2 instance i-0d17c8a7c97725420  carries a role",
    ] {
        assert!(shown.contains(said), "no `{said}` in:\n{shown}");
    }
    // What is ours is not among what is to be closed, and that is said.
    press(&mut app, "2e1");
    let shown = text(&draw(&app, 120, 60));
    assert!(shown.contains("judged expected: 1 not listed"), "{shown}");
    assert!(!shown.contains("access key AKIAI7INVOICEEXAMPLE  used"), "{shown}");
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

/// What pressing `y` puts on the clipboard.
fn copied(app: &mut App) -> Option<String> {
    let y = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char('y'));
    match app.key(y) {
        Some(Effect::Copy(text)) => Some(text),
        other => {
            assert_eq!(other, None);
            None
        }
    }
}

#[test]
fn what_is_copied_is_whole_and_is_said() {
    let mut app = app(false);
    press(&mut app, "2<Down>");
    assert_eq!(
        copied(&mut app).as_deref(),
        Some("arn:aws:iam::111122223333:user/billing-sync")
    );
    press(&mut app, "3");
    let id = copied(&mut app).expect("the id of the event");
    assert!(text(&draw(&app, 120, 40)).contains(&format!("Copied event {id}")));
    // S1-02 has two commands, S1-05 has none, S1-12 has alternatives and long lines.
    press(&mut app, "4<Down>");
    assert_eq!(copied(&mut app).expect("commands").lines().count(), 2);
    press(&mut app, "<Down><Down><Down>");
    assert_eq!(copied(&mut app), None);
    press(&mut app, "<Down><Down><Down><Down><Down><Down><Down>");
    let commands = copied(&mut app).expect("commands");
    assert!(commands.contains("# or: "), "{commands}");
    let policy = commands.lines().find(|line| line.contains("put-user-policy"));
    let words = shlex::split(policy.expect("the policy")).expect("a shell line");
    assert!(
        words
            .iter()
            .any(|word| serde_json::from_str::<serde_json::Value>(word).is_ok())
    );
    assert!(!commands.ends_with('\n'), "the last line waits for Enter");
    insta::assert_snapshot!("steps_copied_80x24", text(&draw(&app, 80, 24)));
}

#[test]
fn the_source_of_an_event_is_judged_with_the_keys_that_judge_nodes() {
    let mut app = app(false);
    press(&mut app, "3/203.0.113.66<Enter>m");
    let verdict = |app: &App| app.investigation().verdict("203.0.113.66 aws-cli");
    assert_eq!(verdict(&app), Verdict::Malicious);
    let shown = text(&draw(&app, 80, 24));
    assert!(shown.contains("Everything from 203.0.113.66 aws-cli is judged malicious"));
    assert!(shown.contains("! 203.0.113.66"), "{shown}");
    press(&mut app, "1");
    let from_where = text(&draw(&app, 120, 40));
    let line = from_where.lines().find(|line| line.contains("203.0.113.66"));
    assert!(line.expect("a source").contains("! malicious"), "{from_where}");
    press(&mut app, "2<Down>");
    assert!(text(&draw(&app, 120, 40)).contains("source is   ! malicious"));
    press(&mut app, "3u");
    assert_eq!(verdict(&app), Verdict::Unknown);
    assert!(!text(&draw(&app, 80, 24)).contains("! 203.0.113.66"));
}

#[test]
fn a_wide_tree_names_a_key_once_and_a_small_one_has_the_link_too() {
    let mut app = app(false);
    press(&mut app, "2");
    let wide = text(&draw(&app, 240, 40));
    let row = wide
        .lines()
        .find(|line| line.contains("access key AKIAIROSJ5J3YEXAMPLE"));
    assert_eq!(
        row.expect("the key").matches("AKIAIROSJ5J3YEXAMPLE").count(),
        1,
        "{wide}"
    );
    let small = text(&draw(&app, 80, 24));
    for (id, link) in [("billing-sync", "created"), ("AKIAIROSJ5J3YEXAMPLE", "minted")] {
        let row = small.lines().find(|line| line.contains(id)).expect("a row");
        assert!(row.contains(link), "{row}");
    }
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

#[test]
fn what_an_attacker_writes_cannot_steer_the_screen() {
    use keytrail::investigation::fact::Page;
    const EVIL: &str = "a\u{1b}[31m\u{202e}b\u{200b}\u{2066}日本語\r\n\u{9b}2J";
    let record = serde_json::json!({
        "eventVersion": "1.11", "eventTime": "2026-05-21T09:00:00Z", "eventSource": EVIL, "eventName": EVIL,
        "awsRegion": EVIL, "sourceIPAddress": EVIL, "userAgent": EVIL, "eventID": "1", "errorCode": EVIL,
        "errorMessage": EVIL, "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "IAMUser", "accessKeyId": keytrail::collect::demo::SEED, "userName": EVIL, "principalId": EVIL,
            "arn": format!("arn:aws:iam::111122223333:user/{EVIL}"), "accountId": EVIL,
        },
        "requestParameters": {EVIL: EVIL},
    });
    let mut interner = keytrail::cloudtrail::event::Interner::default();
    let record = keytrail::cloudtrail::Record::parse(record.to_string().as_bytes(), &mut interner).expect("a record");
    let mut case = screens::begun();
    let page = Page {
        origin: EVIL.into(),
        records: vec![record],
    };
    case.commit(screens::now(), What::Page(page)).expect("saved");
    let mut app = App::new(case, screens::settings(false), screens::now());
    for keys in ["1", "2", "<Enter>", "m", "3", "n", "s", "R", "r", "<Esc>", "4", "5"] {
        press(&mut app, keys);
        for (width, height) in [(80, 24), (200, 50)] {
            let shown = text(&draw(&app, width, height));
            let hidden = shown
                .lines()
                .flat_map(str::chars)
                .find(|c| keytrail::export::text::hides(*c));
            assert_eq!(hidden, None, "{keys}: {shown}");
            assert!(!shown.contains('\u{1b}'), "{keys}");
        }
    }
    press(&mut app, "3");
    let id = copied(&mut app).expect("the id of the event");
    assert!(!id.chars().any(keytrail::export::text::hides), "{id:?}");
    press(&mut app, "2");
    let id = copied(&mut app).expect("the id of the key");
    assert!(!id.chars().any(keytrail::export::text::hides), "{id:?}");
    press(&mut app, "3");
    insta::assert_snapshot!("hostile_80x24", text(&draw(&app, 80, 24)));
}

#[test]
fn no_key_anywhere_is_too_much() {
    const KEYS: &str = "1234567890qwertzuiopasdfghjklyxcvbnm/?.,+-=*GRNXCZ 日\u{202e}";
    const NAMED: [&str; 13] = [
        "<Enter>", "<Esc>", "<Up>", "<Down>", "<Left>", "<Right>", "<PgDn>", "<PgUp>", "<End>", "<Home>", "<Tab>",
        "<Back>", "<Down>",
    ];
    let settings = || screens::settings(false);
    let live = App::new(screens::case(), settings(), screens::now());
    let replayed = screens::replay();
    for (seed, mut app) in [(1_u64, live), (2, replayed)] {
        let mut random = seed;
        let mut next = |below: usize| {
            // xorshift: the same walk on every run.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).expect("small")
        };
        for _ in 0..1500 {
            let characters = KEYS.chars().count();
            match next(characters + NAMED.len() * 2) {
                at if at < characters => {
                    let key: String = KEYS.chars().skip(at).take(1).collect();
                    press(&mut app, &key);
                }
                at => press(&mut app, NAMED[(at - characters) / 2]),
            }
            app.pass(std::time::Duration::from_millis(
                u64::try_from(next(50)).expect("small"),
            ));
            app.refresh();
            let (width, height) = [(80, 24), (120, 40), (60, 16), (200, 50), (33, 7)][next(5)];
            draw(&app, width, height);
        }
        // Whatever is open, Esc closes it, and then q leaves.
        press(&mut app, "<Esc><Esc><Esc><Esc><Esc>");
        let quit = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char('q'));
        assert_eq!(app.key(quit), Some(Effect::Leave(Exit::Quit)));
    }
}
