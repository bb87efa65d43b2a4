//! What is done to every finished frame, and what is drawn of characters that take two columns.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keytrail::cloudtrail::{Interner, Record};
use keytrail::collect::demo;
use keytrail::investigation::What;
use keytrail::investigation::fact::Page;
use keytrail::tui::App;
use support::incident::user;
use support::screens::{self, app, copied, draw, press, text};

mod support;

/// The keys that lead to what shows most.
const SCREENS: [&str; 12] = [
    "1",
    "2",
    "2j<Enter>",
    "2jr",
    "2x",
    "2D<Enter>",
    "3",
    "3r",
    "3jjjjr",
    "4jjjjjjjjj<Right>",
    "5",
    "F",
];
const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (211, 60)];

/// The accounts of the built-in incident.
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

fn make_private(app: &mut App) {
    app.key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL));
}

#[test]
fn nobody_who_looks_on_reads_an_account_an_arn_or_a_key() {
    let keys: Vec<String> = {
        let nodes = &screens::case();
        let nodes = &nodes.investigation().chain().nodes;
        nodes
            .iter()
            .filter(|node| node.is_key())
            .map(|node| node.id.clone())
            .collect()
    };
    for lead in SCREENS {
        let mut app = app(false);
        make_private(&mut app);
        press(&mut app, lead);
        for (width, height) in SIZES {
            let shown = text(&draw(&app, width, height));
            assert!(shown.contains(" PRIVATE "), "{lead}:\n{shown}");
            for id in keys.iter().map(String::as_str).chain(ACCOUNTS) {
                assert!(!shown.contains(id), "{id} on {lead}:\n{shown}");
            }
            let named = shown.lines().find(|line| {
                let arns = line
                    .split("arn:aws:")
                    .skip(1)
                    .filter(|arn| !arn.starts_with("iam::aws:"));
                arns.map(|arn| arn.split(['"', ' ', ',']).next().unwrap_or_default())
                    .any(|arn| ["user/", "role/", "group/"].iter().any(|kind| names(arn, kind)))
            });
            assert_eq!(named, None, "{lead}:\n{shown}");
        }
    }
}

/// Whether an ARN names somebody behind its type.
fn names(arn: &str, kind: &str) -> bool {
    arn.split_once(kind)
        .is_some_and(|(_, name)| name.contains(|c: char| c.is_alphanumeric()))
}

#[test]
fn what_is_masked_on_the_screen_is_copied_whole_and_shown_again() {
    let mut app = app(false);
    let (mut open, shown) = (screens::app(false), |app: &App| text(&draw(app, 120, 40)));
    press(&mut open, "2j");
    press(&mut app, "2j");
    make_private(&mut app);
    insta::assert_snapshot!("private_chain_120x40", shown(&app));
    assert_ne!(shown(&app), shown(&open));
    assert_eq!(
        copied(&mut app).as_deref(),
        Some("arn:aws:iam::111122223333:user/billing-sync")
    );
    // It holds over what lies on the screen and in a text field, too, where letters are typed.
    press(&mut app, "/account 111122223333");
    assert!(!shown(&app).contains("111122223333"));
    press(&mut app, "<Esc>gj");
    make_private(&mut app);
    press(&mut open, "gj");
    assert_eq!(shown(&app), shown(&open));
}

#[test]
fn two_accounts_stay_two_and_keep_their_names() {
    let mut app = app(false);
    press(&mut app, "2/444455556666<Enter>");
    let before = text(&draw(&app, 120, 40));
    make_private(&mut app);
    let after = text(&draw(&app, 120, 40));
    for (id, name) in ACCOUNTS.into_iter().zip(["account-0001", "account-0002"]) {
        assert!(before.contains(id), "{before}");
        assert!(after.contains(name), "{after}");
    }
    // Nothing moves.
    let widths = |shown: &str| shown.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
    assert_eq!(widths(&before)[1..], widths(&after)[1..]);
}

/// Row 25 of the expectations: names in Chinese, and signs of two columns, move nothing and are never cut in half.
#[test]
fn wide_characters_take_two_columns_wherever_they_stand() {
    const NAME: &str = "财务部门🔑监控备份管理员账户用于每日自动归档任务🚨日本語テスト한국어사용자";
    let mut case = screens::begun();
    let call = |second: i64, name: &str| {
        let call = support::incident::call(&user("invoice-app", demo::SEED), second, "iam", name);
        let mut record = call.json();
        record["userAgent"] = NAME.into();
        record["awsRegion"] = "東京リージョン一番".into();
        record["requestParameters"] = serde_json::json!({ "userName": NAME });
        record["responseElements"] = serde_json::json!({ "user": {
            "userName": NAME, "userId": format!("AIDAWIDE{second:012}"), "arn": format!("arn:aws:iam::111122223333:user/{NAME}"),
        }});
        Record::parse(record.to_string().as_bytes(), &mut Interner::default()).expect("a record")
    };
    let records = vec![call(1, "CreateUser"), call(2, "ListUsers"), call(3, "GetUser")];
    let origin = "ログ/財務部.json".into();
    case.commit(screens::now(), What::Page(Page { origin, records }))
        .expect("saved");
    case.settle();
    let mut app = App::new(case, screens::settings(false), screens::now());
    for lead in [
        "1", "2", "j", "<Enter>", "<Esc>r", "<Esc>x", "<Esc>3", "r", "<Esc>4", "jji", "<Esc>F", "<Esc>5",
    ] {
        press(&mut app, lead);
        app.paste("备注🔑テスト");
        for (width, height) in SIZES {
            let buffer = draw(&app, width, height);
            let shown = text(&buffer);
            let is_corner = |x: u16, y: u16| ["┌", "└", "├"].contains(&buffer[(x, y)].symbol());
            for y in (0..height).filter(|y| is_corner(0, *y)) {
                // The frame that begins here ends on the same column all the way down.
                let end = (0..width)
                    .rev()
                    .find(|x| ["┐", "┘", "┤"].contains(&buffer[(*x, y)].symbol()));
                let below = y + 1;
                if let Some(end) = end
                    && below < height
                    && buffer[(0, below)].symbol() == "│"
                {
                    assert_eq!(
                        buffer[(end, below)].symbol(),
                        "│",
                        "{lead} at {width}x{height}, line {below}:\n{shown}"
                    );
                }
            }
            let lines: Vec<usize> = shown.lines().map(unicode_width::UnicodeWidthStr::width).collect();
            assert!(lines.iter().all(|line| *line <= usize::from(width)), "{lead}:\n{shown}");
        }
        press(&mut app, "");
    }
    press(&mut app, "<Esc><Esc>2j");
    insta::assert_snapshot!("wide_chain_80x24", text(&draw(&app, 80, 24)));
    insta::assert_snapshot!("wide_chain_120x40", text(&draw(&app, 120, 40)));
    press(&mut app, "3");
    insta::assert_snapshot!("wide_timeline_80x24", text(&draw(&app, 80, 24)));
}

/// Row 15: whatever is shown, and in whatever zone, the zone stands beside it.
#[test]
fn the_zone_stands_on_every_screen() {
    for lead in SCREENS {
        let mut app = app(false);
        press(&mut app, lead);
        for (width, height) in SIZES {
            let title = |app: &App| text(&draw(app, width, height)).lines().next().map(str::to_owned);
            assert!(title(&app).expect("a title").ends_with("UTC"), "{lead}");
        }
        press(&mut app, "<Esc><Esc>z");
        let title = text(&draw(&app, 80, 24));
        assert!(
            title.lines().next().expect("a title").ends_with("local time"),
            "{lead}: {title}"
        );
    }
}
