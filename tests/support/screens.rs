//! The screens of the built-in incident, without a terminal.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keytrail::catalogue::Kind;
use keytrail::cloudtrail::ids::user_name;
use keytrail::cloudtrail::notice;
use keytrail::collect::demo::{self, Demo};
use keytrail::collect::hunt::{Feed, Hunt, Window};
use keytrail::investigation::account::{AccountSeen, Caller, KeySeen, KeyStatus, LastUse, Reply, UserSeen};
use keytrail::investigation::fact::{Answered, Asked, ItemMarked, ItemState, Judged, Started, Verdict};
use keytrail::investigation::live::{LiveRole, LiveSeen, LiveUser, Made};
use keytrail::investigation::{Investigation, Link, Node, What};
use keytrail::playbook::{self, Playbook};
use keytrail::store::CaseFile;
use keytrail::tui::{self, App, Effect, Preferences, Settings, ThemeName};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

/// When the responder sits at the screens: a fixed moment, after the incident.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 21, 17, 30, 0).unwrap()
}

/// The playbook inside the program.
pub fn builtin() -> Playbook {
    let (_, text) = playbook::builtin().next().expect("a built-in playbook");
    playbook::parse(text).expect("the built-in playbook is right")
}

/// A notice of a support case, as AWS writes them, about the incident's key.
pub fn notice() -> String {
    format!(
        "Subject: [CASE 170000000012345] [Action Required] Unexpected Activity\n\nAccess Key: {}\nIAMUser: \
         invoice-app\nEvent Name: GetCallerIdentity\nEvent Time: May 21, 2026 09:02:11 (UTC+00:00)\nIP: 203.0.113.66\n",
        demo::SEED
    )
}

/// What the screens are told.
pub fn settings(monochrome: bool) -> Settings {
    Settings {
        playbook: builtin(),
        by: "alex".to_owned(),
        preferences: Preferences {
            theme: if monochrome {
                ThemeName::Monochrome
            } else {
                ThemeName::Colour
            },
            ..Preferences::default()
        },
    }
}

/// An empty case of the incident, begun.
pub fn begun() -> CaseFile {
    begun_with(None)
}

/// The same, with a notice.
fn begun_with(notice: Option<&str>) -> CaseFile {
    let mut case = CaseFile::in_memory().expect("a case in memory");
    let started = Started {
        seeds: vec![demo::SEED.to_owned()],
        tool_version: "0.0.0".to_owned(),
        playbook_text: None,
        notice: notice.map(notice::parse).map(Box::new),
        playbook: playbook::DEFAULT.to_owned(),
    };
    case.commit(now(), What::Started(started)).expect("saved");
    case
}

/// The incident, followed to the end.
fn follow(mut case: CaseFile) -> CaseFile {
    let mut hunt = Hunt::start(
        Feed::in_turn(vec![Box::new(Demo::new(Duration::ZERO))]),
        Window::default(),
        &mut case,
    )
    .expect("started");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    while let Some(update) = runtime.block_on(hunt.next()) {
        hunt.handle(update, &mut case, now()).expect("handled");
    }
    case.settle();
    case
}

/// The incident, followed to the end, with some of the response done.
pub fn case() -> CaseFile {
    let mut case = follow(begun());
    let user = case
        .investigation()
        .chain()
        .nodes
        .iter()
        .find(|n| n.name == "billing-sync");
    let judged = Judged {
        subject: user.expect("the attacker's user").node.clone(),
        verdict: Verdict::Malicious,
        by: "alex".to_owned(),
    };
    case.commit(now(), What::Judged(judged)).expect("saved");
    let marks = [
        ("S1-01", ItemState::Done, "Support case 1234 confirms the key"),
        ("S1-02", ItemState::Done, ""),
        ("S1-03", ItemState::InProgress, "P1: used by a stranger, new users"),
        ("S1-09", ItemState::NotApplicable, "no vendor holds this key"),
    ];
    for (minutes, (item, state, note)) in (4..).step_by(4).zip(marks) {
        let mark = ItemMarked {
            item: item.to_owned(),
            state,
            note: note.to_owned(),
            by: "alex".to_owned(),
        };
        case.commit(now() + TimeDelta::minutes(minutes), What::ItemMarked(mark))
            .expect("saved");
    }
    case.settle();
    case
}

/// Five regions of AWS, each in another state.
pub fn asked_regions() -> Vec<Asked> {
    let denied = "AccessDeniedException: User: arn:aws:iam::111122223333:user/responder is not authorized to perform: \
                  cloudtrail:LookupEvents";
    let begun = Answered::Begun { from: 0, until: 99 };
    let page = |until| Answered::Page {
        events: 50,
        unreadable: 0,
        part: Some((0, until)),
    };
    let why = |text: &str| text.to_owned();
    let states = [
        ("us-east-1", vec![begun.clone(), page(40), Answered::Throttled]),
        ("us-west-2", vec![begun.clone(), page(99)]),
        ("eu-west-1", vec![begun.clone(), Answered::Denied { why: why(denied) }]),
        (
            "ap-south-2",
            vec![Answered::NotEnabled {
                why: why("UnrecognizedClientException: The security token included in the request is invalid."),
            }],
        ),
        (
            "sa-east-1",
            vec![
                begun,
                Answered::Failed {
                    why: why("InternalFailure: please try again"),
                },
            ],
        ),
    ];
    let asked = |region: &str, answer| Asked {
        account: None,
        region: region.to_owned(),
        question: "AccessKeyId=AKIAI7EXAMPLE".to_owned(),
        answer,
    };
    let each = states
        .into_iter()
        .flat_map(|(region, answers)| answers.into_iter().map(move |answer| asked(region, answer)));
    each.collect()
}

/// What AWS says of the incident's key, to a responder who may not ask everything.
pub fn account_seen() -> AccountSeen {
    let quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    let user = UserSeen {
        name: "ci-deploy".to_owned(),
        about: Reply::Denied("not authorized".to_owned()),
        keys: Reply::Known(vec![KeyStatus {
            id: demo::SEED.to_owned(),
            active: true,
            created: Some(now() - TimeDelta::days(400)),
        }]),
        attached: Reply::Known(vec![quarantine.to_owned()]),
        inline: Reply::Known(vec!["deploy\u{202e}".to_owned()]),
        groups: Reply::Known(Vec::new()),
        permissions: None,
    };
    let key = KeySeen {
        key: demo::SEED.to_owned(),
        account: Reply::Denied("not authorized".to_owned()),
        last_use: Some(Reply::Known(LastUse {
            user: Some(user.name.clone()),
            at: Some(now() - TimeDelta::hours(4)),
            service: "s3".to_owned(),
            region: "us-east-1".to_owned(),
        })),
        user: Some(user),
    };
    let caller = Caller {
        arn: "arn:aws:iam::111122223333:user/alex".to_owned(),
        account: "111122223333".to_owned(),
        key: None,
        attached: None,
    };
    AccountSeen {
        caller: Reply::Known(caller),
        keys: vec![key],
    }
}

/// What there is of the incident once the responder has begun to clean up: a key is switched off, the role's sessions are
/// cut off, a user that the records say was deleted is there, and of passwords nothing may be asked.
pub fn live_seen(investigation: &Investigation) -> LiveSeen {
    let nodes = &investigation.chain().nodes;
    let denied = || "not authorized".to_owned();
    let made = |node: &Node| {
        let (id, created) = (node.principal_id.clone()?, node.proof.as_ref()?.key.time);
        Some(Reply::Known(Made { id, created }))
    };
    let keys = |user: &str| {
        let of_user =
            |node: &&Node| node.kind == Kind::AccessKey && node.owner.as_deref().and_then(user_name) == Some(user);
        let listed = nodes.iter().filter(of_user).filter(|key| key.ended.is_none());
        let status = |key: &Node| KeyStatus {
            id: key.id.clone(),
            active: key.id == demo::SEED,
            created: None,
        };
        Reply::Known(listed.map(status).collect())
    };
    let user = |name: &str, about| LiveUser {
        name: name.to_owned(),
        renamed_from: None,
        about,
        keys: Some(keys(name)),
        password: Some(Reply::Denied(denied())),
        denied_all: Some(Reply::Known(false)),
        denied_before: Some(Reply::Absent("no such policy".to_owned())),
        held: BTreeMap::new(),
    };
    let mut users = vec![user("invoice-app", Reply::Denied(denied()))];
    let mut roles = Vec::new();
    for node in nodes.iter().filter(|node| node.link == Link::Created) {
        let Some(about) = made(node) else { continue };
        match node.kind {
            // Of two users of one name the first is there.
            Kind::User if users.iter().any(|user| user.name == node.name) => {}
            Kind::User => users.push(user(&node.name, about)),
            Kind::Role => roles.push(LiveRole {
                name: node.name.clone(),
                about,
                denied_before: Some(Reply::Known(now())),
                held: BTreeMap::new(),
            }),
            _ => {}
        }
    }
    let asked = nodes.iter().filter(|node| node.kind == Kind::AccessKey);
    LiveSeen {
        account: Reply::Known("111122223333".to_owned()),
        keys: asked.map(|key| (key.id.clone(), Reply::Denied(denied()))).collect(),
        users,
        roles,
    }
}

/// The screens of the incident.
pub fn app(monochrome: bool) -> App {
    App::new(case(), settings(monochrome), now())
}

/// The screens of the incident, begun with a notice that names the attacker's address.
pub fn noticed() -> App {
    App::new(follow(begun_with(Some(&notice()))), settings(false), now())
}

/// The incident, played back.
pub fn replay() -> App {
    App::replay(case(), settings(false), now()).expect("a replay")
}

/// Presses keys: one for each character, and `<Enter>` and the like by name.
pub fn press(app: &mut App, keys: &str) {
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let (code, len) = match (c, rest.split_once('>')) {
            ('<', Some((name, _))) => (named(&name[1..]), name.len() + 1),
            _ => (KeyCode::Char(c), c.len_utf8()),
        };
        app.key(KeyEvent::new(code, KeyModifiers::NONE));
        app.refresh();
        rest = &rest[len..];
    }
}

/// What pressing `y` puts on the clipboard.
pub fn copied(app: &mut App) -> Option<String> {
    let y = KeyEvent::from(KeyCode::Char('y'));
    match app.key(y) {
        Some(Effect::Copy(text)) => Some(text),
        other => {
            assert_eq!(other, None);
            None
        }
    }
}

fn named(name: &str) -> KeyCode {
    match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgDn" => KeyCode::PageDown,
        "PgUp" => KeyCode::PageUp,
        "End" => KeyCode::End,
        "Home" => KeyCode::Home,
        "Tab" => KeyCode::Tab,
        "Back" => KeyCode::Backspace,
        other => panic!("no key is called {other}"),
    }
}

/// Draws the screens into a buffer of this size.
pub fn draw(app: &App, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| tui::draw(app, frame)).expect("a frame");
    terminal.backend().buffer().clone()
}

/// The text of a buffer, line by line.
pub fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        let mut line = String::new();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).expect("a narrow symbol");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The same with what is bold (`b`), dim (`d`), underlined (`u`) and reversed (`r`) marked in a line of its own below. The
/// last letter wins: what is reversed is seen first.
pub fn looks(buffer: &Buffer) -> String {
    const LETTERS: [(Modifier, char); 4] = [
        (Modifier::BOLD, 'b'),
        (Modifier::DIM, 'd'),
        (Modifier::UNDERLINED, 'u'),
        (Modifier::REVERSED, 'r'),
    ];
    let letter = |modifier: Modifier| {
        let set = LETTERS.iter().rev().find(|(look, _)| modifier.contains(*look));
        set.map_or(' ', |(_, letter)| *letter)
    };
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width).map(|row| {
        let marks: String = row.iter().map(|cell| letter(cell.modifier)).collect();
        marks.trim_end().to_owned()
    });
    let mut shown = String::new();
    for (line, marks) in text(buffer).lines().zip(rows) {
        for part in [line, &marks] {
            if !part.is_empty() {
                shown.push_str(part);
                shown.push('\n');
            }
        }
    }
    shown
}
