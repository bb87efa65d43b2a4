//! Finding things on the screens: filters, searches, the palette, the bar of times, and the way back.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::tui::App;
use support::screens::{app, copied, draw, press, text};

fn shown(app: &App) -> String {
    text(&draw(app, 140, 40))
}

/// The lines of the timeline.
fn rows(app: &App) -> Vec<String> {
    let is_row = |line: &&str| line.starts_with("│ 2026-") && line.contains(':') && !line.contains(" · ");
    shown(app).lines().filter(is_row).skip(1).map(str::to_owned).collect()
}

fn first_line(app: &App) -> String {
    shown(app).lines().nth(2).unwrap_or_default().to_owned()
}

/// Row 13 of the expectations.
#[test]
fn filters_combine_and_each_shows_as_a_chip() {
    let mut app = app(false);
    press(&mut app, "3fservice=iam write -error:*<Enter>");
    let title = first_line(&app);
    for chip in [" service iam ", " writes ", " not failures "] {
        assert!(title.contains(chip), "no {chip} in {title}");
    }
    let all = rows(&app);
    assert!(all.len() > 5, "{all:?}");
    assert!(
        all.iter().all(|row| row.contains(" iam:") && row.contains(" ok ")),
        "{all:?}"
    );
    // A key sets a part and takes it away again, and the text follows.
    press(&mut app, "w");
    assert!(!first_line(&app).contains(" writes "));
    press(&mut app, "f");
    assert!(shown(&app).contains("filter: service=iam -error:*"), "{}", shown(&app));
    press(&mut app, "<Esc><Esc>");
    assert!(first_line(&app).contains("Timeline 300"), "{}", first_line(&app));
}

#[test]
fn a_time_that_is_none_is_said_and_leaves_nothing_out() {
    let mut app = app(false);
    press(&mut app, "3funtil:2026-05-21T09:00<Enter>");
    let title = first_line(&app);
    assert!(title.contains(" until 2026-05-21 09:00:00 "), "{title}");
    assert!(
        rows(&app)
            .iter()
            .all(|row| row.contains("2026-05-2") && !row.contains("2026-05-21 1"))
    );
    press(&mut app, "<Esc>fsince:noon<Enter>");
    let title = first_line(&app);
    assert!(
        title.contains("Timeline 300") && title.contains("needs a time in UTC"),
        "{title}"
    );
}

#[test]
fn tab_finishes_a_term_with_what_there_is() {
    let mut app = app(false);
    press(&mut app, "3fser");
    assert!(shown(&app).contains(" service: "), "{}", shown(&app));
    press(&mut app, "<Tab>cloudt");
    assert!(shown(&app).contains("service=cloudtrail"), "{}", shown(&app));
    press(&mut app, "<Tab><Enter>");
    assert!(
        first_line(&app).contains(" service cloudtrail "),
        "{}",
        first_line(&app)
    );
    assert!(rows(&app).iter().all(|row| row.contains("cloudtrail:")));
    // A value with blanks is quoted, and means just that.
    press(&mut app, "<Esc>factor:203.0.113.66<Tab><Enter>");
    assert!(
        first_line(&app).contains(" from 203.0.113.66 aws-cli"),
        "{}",
        first_line(&app)
    );
    assert!(rows(&app).iter().all(|row| row.contains("203.0.113.66")));
}

/// Row 13 of the expectations.
#[test]
fn every_list_is_searched_and_n_goes_on() {
    let mut app = app(false);
    let mut ids = Vec::new();
    press(&mut app, "3/StopLogging<Enter>");
    ids.extend(copied(&mut app));
    press(&mut app, "/CreateUser<Enter>");
    ids.extend(copied(&mut app));
    press(&mut app, "n");
    ids.extend(copied(&mut app));
    press(&mut app, "N");
    ids.extend(copied(&mut app));
    assert_eq!(ids.len(), 4);
    assert!(ids[1] != ids[2] && ids[1] == ids[3], "{ids:?}");
    press(&mut app, "/no such call<Enter>");
    assert!(shown(&app).contains("No event shown here matches"), "{}", shown(&app));

    press(&mut app, "4/S3-18<Enter>");
    assert!(shown(&app).contains("S3-18"), "{}", shown(&app));
    press(&mut app, "6/GuardDuty<Enter>");
    assert!(copied(&mut app).expect("commands").contains("guardduty"));
    press(&mut app, "5/ us-west-2 <Enter>");
    let covered = text(&draw(&app, 80, 24));
    assert!(covered.contains("us-west-2"), "{covered}");
    press(&mut app, "1F/GuardDuty<Enter>");
    let found = shown(&app);
    assert!(found.contains("What to do") && found.contains("GuardDuty"), "{found}");
    press(&mut app, "<Esc>3fname=CreateUser<Enter>r/userAgent<Enter>");
    assert!(text(&draw(&app, 80, 24)).contains("userAgent"));
}

/// Row 13 of the expectations.
#[test]
fn the_palette_names_every_action_and_does_it() {
    let mut app = app(false);
    press(&mut app, "2<Down>:");
    let all = shown(&app);
    for action in ["explain", "record", "its events", "malicious"] {
        assert!(all.contains(action), "no {action} in {all}");
    }
    press(&mut app, "tmzn");
    assert!(shown(&app).contains("time zone"), "{}", shown(&app));
    press(&mut app, "<Esc>:xplan");
    assert!(shown(&app).contains("│ x "), "{}", shown(&app));
    press(&mut app, "<Enter>");
    assert!(shown(&app).contains("What to check"), "{}", shown(&app));
    press(&mut app, "<Esc>:nosuchaction");
    assert!(shown(&app).contains("No action is called"), "{}", shown(&app));
    // What cannot be done now stands back, and says so.
    press(&mut app, "<Esc>:stop reading<Enter>");
    assert!(shown(&app).contains("cannot be done here and now"), "{}", shown(&app));
}

#[test]
fn one_comes_back_from_every_jump() {
    let mut app = app(false);
    press(&mut app, "F<Down><Enter>");
    let events = shown(&app);
    assert!(events.contains(" Timeline "), "{events}");
    press(&mut app, "<Down>");
    let event = copied(&mut app);
    press(&mut app, "c");
    let node = shown(&app);
    assert!(node.contains(" Chain "), "{node}");
    press(&mut app, "t[");
    assert_eq!(shown(&app), node);
    press(&mut app, "[");
    assert_eq!(copied(&mut app), event);
    press(&mut app, "[");
    assert!(shown(&app).contains(" 1 Overview "), "{}", shown(&app));
    press(&mut app, "]]");
    assert_eq!(shown(&app), node);
}

#[test]
fn the_bar_is_walked_column_by_column() {
    let mut app = app(false);
    press(&mut app, "3g");
    shown(&app);
    let time = |app: &mut App| {
        let id = copied(app).expect("an event");
        let events = app.investigation().evidence().events();
        events.iter().find(|event| event.id() == id).expect("known").time()
    };
    let mut times = vec![time(&mut app)];
    for _ in 0..200 {
        press(&mut app, "<Right>");
        times.push(time(&mut app));
    }
    times.dedup();
    assert!(times.len() > 10 && times.is_sorted(), "{times:?}");
    let last = *times.last().expect("one");
    for _ in 0..200 {
        press(&mut app, "<Left>");
    }
    assert_eq!(time(&mut app), times[0]);
    assert!(last > times[0]);
}

#[test]
fn the_record_under_the_eyes_is_copied() {
    let mut app = app(false);
    press(&mut app, "3fname=CreateUser<Enter>r");
    let record = copied(&mut app).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["eventName"], "CreateUser");
}
