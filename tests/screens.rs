//! Every screen as text, in a small and a middling window, without colours, and where it cannot be shown.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use std::time::Duration;

use chrono::TimeDelta;
use keytrail::cloudtrail::digest::{Checked, Kind, Outcome, Verification};
use keytrail::collect::source::RegionNow;
use keytrail::investigation::fact::{Asked, Crossed, Crossing, Watched};
use keytrail::investigation::{Verified, What};
use keytrail::tui::{App, Reading};
use ratatui::style::Modifier;
use support::screens::{self, app, copied, draw, press, text};

mod support;

/// Name and the keys that lead there.
const SCREENS: [(&str, &str); 23] = [
    ("overview", "1"),
    ("chain", "2<Down>"),
    ("chain_details", "2<Down><Enter>"),
    ("chain_search", "2/audit"),
    ("chain_filtered", "2ff"),
    ("evidence", "1t"),
    ("actions", "2D"),
    ("action_commands", "2D<Enter>"),
    ("timeline", "3<Down>"),
    ("timeline_filtered", "3wE<Down>"),
    ("record", "2<Down>r"),
    ("findings", "1F<Down>"),
    ("explained_event", "3w<Down>x"),
    ("explained_finding", "1Fx"),
    ("steps", "4<Down>"),
    ("steps_times", "4t<Down>"),
    ("steps_menu", "4<Down><Enter>"),
    ("decision", "4<Down><Down><Down><Down>"),
    ("coverage", "5"),
    ("resources", "6<Down>"),
    ("resources_details", "6<Down><Down><Enter>"),
    ("resource_events", "6<Down><Down>t"),
    ("help", "2?"),
];

/// Row 14 of the expectations: this is enough.
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
fn the_notice_is_on_the_overview_and_names_its_address() {
    let mut app = screens::noticed();
    insta::assert_snapshot!("notice_80x24", text(&draw(&app, 80, 24)));
    insta::assert_snapshot!("notice_120x40", text(&draw(&app, 120, 40)));
    assert!(text(&draw(&app, 150, 40)).contains("malicious, named by the notice"));
    press(&mut app, "2<Down>");
    let shown = text(&draw(&app, 150, 40));
    assert!(
        shown.contains("source is   ! malicious, named by the notice"),
        "{shown}"
    );
    // The responder knows better.
    press(&mut app, "3f203.0.113.66<Enter>e1");
    let shown = text(&draw(&app, 150, 40));
    assert!(
        shown.contains("+ expected") && !shown.contains("named by the notice"),
        "{shown}"
    );
}

#[test]
fn the_overview_leads_to_the_evidence_and_gives_the_command() {
    let mut app = app(false);
    press(&mut app, "1");
    assert_eq!(
        copied(&mut app).as_deref(),
        Some(
            "aws iam update-access-key --user-name=invoice-app --access-key-id=AKIAI7INVOICEEXAMPLE --status Inactive"
        )
    );
    // Judged where the evidence is, the source is no stranger any more; the next one is shown.
    press(&mut app, "te1");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains("? 192.0.2.201 Boto3: 60 calls"), "{shown}");
    assert!(shown.contains("+ expected"), "{shown}");
    // In the timeline too one source is told from the others.
    press(&mut app, "3<Esc>ga");
    assert!(text(&draw(&app, 80, 24)).contains(" from 198.51.100.10 aws-sdk-java "));
    press(&mut app, "a");
    assert!(!text(&draw(&app, 80, 24)).contains(" from 198.51.100.10 aws-sdk-java "));
}

/// Rows 17 and 18 of the expectations: no colour is asked for, the selection is still to be seen, and no word or sign is
/// missing that stands there in colours.
#[test]
fn without_colours_the_selection_is_still_to_be_seen() {
    for (name, keys) in SCREENS {
        let mut app = app(true);
        press(&mut app, keys);
        let buffer = draw(&app, 80, 24);
        // The same as in colours.
        insta::assert_snapshot!(format!("{name}_80x24"), text(&buffer));
        let colours = buffer.content.iter().filter(|c| {
            let reset = ratatui::style::Color::Reset;
            c.fg != reset || c.bg != reset
        });
        assert_eq!(colours.count(), 0, "{name}");
        if !matches!(
            name,
            "overview"
                | "coverage"
                | "record"
                | "explained_event"
                | "explained_finding"
                | "help"
                | "chain_details"
                | "action_commands"
                | "resources_details"
        ) {
            let reversed = (2..20).any(|y| (2..20).all(|x| buffer[(x, y)].modifier.contains(Modifier::REVERSED)));
            assert!(reversed || name == "steps_menu", "{name}");
        }
        insta::assert_snapshot!(format!("{name}_monochrome"), screens::looks(&buffer));
    }
}

#[test]
fn the_resources_are_filtered_copied_and_say_why_there_are_none() {
    let mut app = app(false);
    press(&mut app, "6");
    let before = text(&draw(&app, 150, 60));
    assert!(
        before.contains("GuardDuty detector") && before.contains("ec2 in sa-east-1"),
        "{before}"
    );
    press(&mut app, "f");
    let open = text(&draw(&app, 150, 60));
    assert!(
        open.contains(" still there ") && open.contains("EC2 instance i-"),
        "{open}"
    );
    press(&mut app, "<Esc>");
    assert_eq!(text(&draw(&app, 150, 60)), before);
    let looked = copied(&mut app).expect("commands");
    assert!(looked.starts_with("aws ") && looked.contains(" get-"), "{looked}");
    // The calls behind it, and back to all of them.
    press(&mut app, "t");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains("Timeline") && shown.contains(" of "), "{shown}");
    let nothing = App::new(screens::begun(), screens::settings(false), screens::now());
    let mut nothing = nothing;
    press(&mut nothing, "6");
    let shown = text(&draw(&nothing, 80, 24));
    assert!(shown.contains("Nothing yet"), "{shown}");
}

/// Row 14 of the expectations.
#[test]
fn a_window_too_small_says_so_whatever_is_on_it() {
    let mut app = app(false);
    for (name, keys) in SCREENS {
        press(&mut app, &format!("<Esc><Esc><Esc><Esc>{keys}"));
        // On all of them the same.
        insta::assert_snapshot!("too_small_40x12", text(&draw(&app, 40, 12)), name);
        for (width, height) in [(1, 1), (0, 0), (59, 40), (200, 3), (60, 16)] {
            draw(&app, width, height);
        }
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
fn what_aws_said_of_the_key_stands_on_the_overview() {
    let mut case = screens::case();
    case.commit(screens::now(), What::Account(screens::account_seen()))
        .expect("saved");
    case.settle();
    let app = App::new(case, screens::settings(false), screens::now());
    insta::assert_snapshot!("overview_account_80x24", text(&draw(&app, 80, 24)));
    insta::assert_snapshot!("overview_account_120x40", text(&draw(&app, 120, 40)));
}

#[test]
fn what_there_is_now_stands_beside_each_node() {
    let mut case = screens::case();
    let seen = screens::live_seen(case.investigation());
    case.commit(screens::now(), What::Live(seen)).expect("saved");
    case.settle();
    let mut app = App::new(case, screens::settings(false), screens::now());
    insta::assert_snapshot!("overview_live_120x40", text(&draw(&app, 120, 40)));
    press(&mut app, "2");
    insta::assert_snapshot!("chain_live_80x24", text(&draw(&app, 80, 24)));
    // The user that the records say was deleted.
    press(&mut app, "/log-archiver<Enter>");
    insta::assert_snapshot!("chain_live_120x40", text(&draw(&app, 120, 40)));
}

#[test]
fn each_region_of_aws_says_how_far_it_is_and_what_is_left() {
    let mut case = screens::case();
    for asked in screens::asked_regions() {
        case.commit(screens::now(), What::Asked(asked)).expect("saved");
    }
    let mut app = App::new(case, screens::settings(false), screens::now());
    let head = text(&draw(&app, 80, 24));
    let head = head.lines().next().expect("a title");
    assert!(head.contains("partial") && !head.contains("complete"), "{head}");
    let left = Duration::from_secs(400);
    let now = RegionNow { rate: 1.9, left };
    let reading = Reading {
        records: 382,
        left: Some(left),
        ..Reading::default()
    };
    app.set_reading(Some(reading), [("us-east-1".into(), now)].into(), false);
    press(&mut app, "5");
    insta::assert_snapshot!("coverage_regions_80x24", text(&draw(&app, 80, 24)));
}

#[test]
fn a_trail_that_was_verified_is_on_the_coverage_screen_with_what_was_found() {
    let mut case = screens::case();
    let log = Checked {
        file: "111122223333_CloudTrail_us-east-1_20260304T1020Z_Unique.json.gz".to_owned(),
        kind: Kind::Log,
        outcome: Outcome::NotCovered,
        reason: "no digest names it".to_owned(),
        from: None,
        until: None,
        digest: None,
    };
    let verified = Verified {
        place: "/copies/logs\u{202e}".to_owned(),
        keys: "no public keys".to_owned(),
        since: None,
        by: "responder".to_owned(),
        found: Verification {
            files: vec![log],
            ..Verification::default()
        },
    };
    case.commit(screens::now(), What::Verified(verified)).expect("saved");
    let mut app = App::new(case, screens::settings(false), screens::now());
    press(&mut app, "5");
    let said = text(&draw(&app, 120, 40));
    assert!(
        said.contains("by the digests of /copies/logs\\u{202e}: not proved whole: of 0 digests"),
        "{said}"
    );
    assert!(said.contains("1 not covered"), "{said}");
}

#[test]
fn each_account_that_was_asked_has_its_regions_and_one_that_was_not_read_is_named() {
    let mut case = screens::case();
    let crossed = |account: &str, crossing| {
        What::Crossed(Crossed {
            account: account.to_owned(),
            crossing,
        })
    };
    let arn = "arn:aws:sts::444455556666:assumed-role/Audit/keytrail".to_owned();
    let facts = [
        crossed("444455556666", Crossing::Open { arn }),
        crossed("555566667777", Crossing::NoWay),
    ];
    let asked = [None, Some("444455556666".to_owned())].into_iter().flat_map(|account| {
        let of_account = move |asked| {
            What::Asked(Asked {
                account: account.clone(),
                ..asked
            })
        };
        screens::asked_regions().into_iter().map(of_account)
    });
    case.commit_all(screens::now(), facts.into_iter().chain(asked).collect())
        .expect("saved");
    let mut app = App::new(case, screens::settings(false), screens::now());
    let overview = text(&draw(&app, 120, 40));
    assert!(
        overview.contains("1 account that the chain entered was not read"),
        "{overview}"
    );
    press(&mut app, "5");
    let coverage = text(&draw(&app, 120, 60));
    for said in [
        "Account 444455556666",
        "read as arn:aws:sts::444455556666",
        "account 555566667777",
    ] {
        assert!(coverage.contains(said), "{said}: {coverage}");
    }
}

#[test]
fn a_watch_says_how_long_it_was_quiet_and_what_it_missed() {
    let mut case = screens::case();
    let nodes = &case.investigation().chain().nodes;
    let last = nodes
        .iter()
        .filter(|node| node.is_key())
        .filter_map(|node| node.activity.last)
        .max();
    let watched = Watched {
        until: last.expect("a call") + TimeDelta::minutes(34),
        missed: vec!["eu-west-1".to_owned()],
    };
    case.commit(screens::now(), What::Watched(watched)).expect("saved");
    let mut app = App::new(case, screens::settings(false), screens::now());
    app.set_reading(None, [].into(), true);
    for (width, height) in [(80, 24), (120, 40)] {
        let shown = text(&draw(&app, width, height));
        assert!(shown.contains("quiet for 34 min"), "{shown}");
        assert!(shown.contains("1 region could not be read"), "{shown}");
    }
    press(&mut app, "2");
    let shown = text(&draw(&app, 80, 24));
    assert!(shown.contains("watching: quiet for 34 min"), "{shown}");
}

#[test]
fn what_was_ticked_and_is_not_so_comes_first() {
    use chrono::TimeDelta;
    use keytrail::investigation::fact::{ItemMarked, ItemState};
    let mut case = screens::case();
    let mark = ItemMarked {
        item: "S1-10".to_owned(),
        state: ItemState::Done,
        note: String::new(),
        by: "alex".to_owned(),
    };
    let at = |minutes| screens::now() + TimeDelta::minutes(minutes);
    case.commit(at(30), What::ItemMarked(mark)).expect("saved");
    let seen = screens::live_seen(case.investigation());
    case.commit(at(40), What::Live(seen)).expect("saved");
    case.settle();
    let mut app = App::new(case, screens::settings(false), at(41));
    insta::assert_snapshot!("contradicted_80x24", text(&draw(&app, 80, 24)));
    press(&mut app, "<Enter>");
    insta::assert_snapshot!("contradicted_item_120x40", text(&draw(&app, 120, 40)));
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

/// On the item about logging that was switched off.
fn on_logging() -> App {
    let mut app = app(false);
    press(&mut app, "4");
    press(&mut app, &"j".repeat(41));
    app
}

#[test]
fn an_output_is_asked_for_and_checked_on_the_steps() {
    let mut app = on_logging();
    press(&mut app, "p");
    insta::assert_snapshot!("paste_which_80x24", text(&draw(&app, 80, 24)));
    press(&mut app, "<Enter>");
    insta::assert_snapshot!("paste_120x40", text(&draw(&app, 120, 40)));
    app.paste("{\r  \"IsLogging\": false\r}\r");
    press(&mut app, "<Enter>");
    // It is back at the choice, where it is marked.
    insta::assert_snapshot!("paste_not_so_80x24", text(&draw(&app, 80, 24)));
    press(&mut app, "<Enter>");
    app.paste("{\"IsLogging\": true}");
    press(&mut app, "<Enter><Esc>");
    insta::assert_snapshot!("paste_shown_120x40", text(&draw(&app, 120, 40)));
    assert_eq!(app.investigation().pasted().len(), 2);
}

#[test]
fn nothing_of_what_is_pasted_reaches_the_screen() {
    for output in [
        "\u{1b}[2J\u{202e}wJalr\u{7}",
        "{\"IsLogging\": \"\u{1b}[2J\u{202e}wJalr\"}",
        "{\"IsLogging\": true, \"\\u001b[2J\u{202e}\": \"wJalr\"}",
        "An error occurred (\u{1b}[2J wJalr) when",
        "{\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\", \"IsLogging\": true}",
    ] {
        let mut app = on_logging();
        press(&mut app, "p<Enter>");
        app.paste(output);
        for keys in ["", "<Enter>", "<Esc>", "<Esc>", "<Right>"] {
            press(&mut app, keys);
            let shown = text(&draw(&app, 200, 50));
            let hidden = shown
                .lines()
                .flat_map(str::chars)
                .find(|c| keytrail::export::text::hides(*c));
            assert!(hidden.is_none() && !shown.contains("wJalr"), "{output:?}: {shown}");
        }
    }
}

#[test]
fn a_replay_takes_no_output() {
    let mut app = screens::replay();
    press(&mut app, "4");
    press(&mut app, &"j".repeat(41));
    press(&mut app, "p");
    let shown = text(&draw(&app, 120, 40));
    assert!(shown.contains("A replay changes nothing"), "{shown}");
}
