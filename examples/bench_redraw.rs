//! How long a screen takes to draw with a million events in the timeline.
//!
//! `cargo run --release --example bench_redraw [EVENTS]` builds that many synthetic events, scrolls through the timeline
//! and prints the median of 200 redraws at 200 by 50, without and with a filter, and what a change of the filter costs.
//! A frame has 16 ms.

#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keytrail::cloudtrail::Record;
use keytrail::cloudtrail::event::Interner;
use keytrail::investigation::What;
use keytrail::investigation::fact::{Page, Started};
use keytrail::playbook;
use keytrail::store::CaseFile;
use keytrail::tui::{self, App, Preferences, Settings};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SEED: &str = "AKIAEXAMPLE000000001";
const STEPS: usize = 200;

fn main() {
    let wanted = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let begun = Instant::now();
    let case = case(wanted);
    println!("{wanted} events built in {:.1?}", begun.elapsed());

    let (_, text) = playbook::builtin().next().expect("a built-in playbook");
    let settings = Settings {
        playbook: playbook::parse(text).expect("the built-in playbook is right"),
        by: "bench".to_owned(),
        preferences: Preferences::default(),
    };
    let begun = Instant::now();
    let mut app = App::new(case, settings, Utc::now());
    println!("derived for the views in {:.1?}", begun.elapsed());
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).expect("a terminal");

    press(&mut app, KeyCode::Char('3'), "the timeline is opened");
    measure(&mut app, &mut terminal, "line by line", KeyCode::Down);
    measure(&mut app, &mut terminal, "page by page", KeyCode::PageDown);
    press(&mut app, KeyCode::Char('w'), "only writes are asked for");
    measure(&mut app, &mut terminal, "page by page, filtered", KeyCode::PageDown);
    press(&mut app, KeyCode::Char('f'), "a text is asked for");
    for c in "run".chars() {
        press(&mut app, KeyCode::Char(c), "a letter is typed");
    }
    press(&mut app, KeyCode::Enter, "the text is accepted");
    measure(
        &mut app,
        &mut terminal,
        "page by page, filtered by text",
        KeyCode::PageDown,
    );
    for (key, name) in [('1', "overview"), ('2', "chain"), ('4', "steps")] {
        press(&mut app, KeyCode::Char(key), name);
        measure(&mut app, &mut terminal, name, KeyCode::Down);
    }
}

fn press(app: &mut App, code: KeyCode, what: &str) {
    let begun = Instant::now();
    app.key(KeyEvent::new(code, KeyModifiers::NONE));
    app.refresh();
    println!("  {what}: {:.1?}", begun.elapsed());
}

fn measure(app: &mut App, terminal: &mut Terminal<TestBackend>, what: &str, code: KeyCode) {
    let mut times: Vec<Duration> = (0..STEPS)
        .map(|_| {
            let begun = Instant::now();
            app.key(KeyEvent::new(code, KeyModifiers::NONE));
            app.refresh();
            terminal.draw(|frame| tui::draw(app, frame)).expect("a frame");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "redraw, {what}: median {:.2?}, worst {:.2?}",
        times[STEPS / 2],
        times[STEPS - 1]
    );
}

/// One key, many calls: reads, writes and failures in some regions.
fn case(events: usize) -> CaseFile {
    let mut case = CaseFile::in_memory().expect("a case in memory");
    let now = Utc::now();
    let started = Started {
        seeds: vec![SEED.to_owned()],
        tool_version: String::new(),
        playbook_text: None,
        notice: None,
        playbook: playbook::DEFAULT.to_owned(),
    };
    case.commit(now, What::Started(started)).expect("saved");
    let mut interner = Interner::default();
    for first in (0..events).step_by(10_000) {
        let numbers = first..(first + 10_000).min(events);
        let page = Page {
            origin: "synthetic".into(),
            records: numbers.map(|n| record(n, &mut interner)).collect(),
        };
        case.commit(now, What::Page(page)).expect("saved");
    }
    case.settle();
    case
}

fn record(n: usize, interner: &mut Interner) -> Record {
    const CALLS: [(&str, &str, bool); 5] = [
        ("ec2", "DescribeInstances", true),
        ("s3", "ListBuckets", true),
        ("ec2", "RunInstances", false),
        ("iam", "ListUsers", true),
        ("secretsmanager", "GetSecretValue", true),
    ];
    const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "ap-southeast-3", "sa-east-1"];
    let (service, name, read_only) = CALLS[n % CALLS.len()];
    let seconds = i64::try_from(n).expect("fewer events than seconds");
    let time = DateTime::UNIX_EPOCH + TimeDelta::seconds(1_760_000_000 + seconds);
    let failed = if n.is_multiple_of(7) {
        r#","errorCode":"AccessDenied""#
    } else {
        ""
    };
    let json = format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/app","accountId":"111122223333","accessKeyId":"{SEED}","userName":"app"}},"eventTime":"{}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{}","sourceIPAddress":"203.0.113.{}","userAgent":"aws-cli/2.17.9","readOnly":{read_only},"eventID":"{n:032x}","recipientAccountId":"111122223333"{failed}}}"#,
        time.format("%Y-%m-%dT%H:%M:%SZ"),
        REGIONS[n % REGIONS.len()],
        n % 250,
    );
    Record::parse(json.as_bytes(), interner).expect("a record")
}
