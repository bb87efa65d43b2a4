//! What only expected actors made is folded away and counted, and nothing else is.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::cloudtrail::Record;
use keytrail::export::{self, Format};
use keytrail::investigation::fact::{Judged, Page, PassEnded};
use keytrail::investigation::{Verdict, What, alive};
use keytrail::store::CaseFile;
use keytrail::tui::App;
use serde_json::json;
use support::incident::*;
use support::screens::{self, draw, press, text};

const APP: &str = "198.51.100.10 Boto3";

fn by_app(call: Call) -> Call {
    call.with("sourceIPAddress", json!("198.51.100.10"))
        .with("userAgent", json!("Boto3/1.34.100 md/Botocore#1.34.100"))
}

/// The application takes a session of its role every hour and makes a user once; the attacker takes a session too.
fn story() -> Vec<Call> {
    let key = |n: i64| format!("ASIAZZTEMP000000000{n}");
    let mut calls: Vec<Call> = (0..3)
        .flat_map(|n| {
            let taken = assume_role(&seed(), n, "report", "nightly", &key(n));
            [taken, use_of(&session("report", "nightly", &key(n)), n + 1)].map(by_app)
        })
        .collect();
    calls.push(by_app(create_user(&seed(), 20, "tenant")));
    calls.push(by_app(create_key(&seed(), 21, "tenant", "AKIAZZTENANT00000001")));
    calls.push(assume_role(&seed(), 30, "report", "stolen", "ASIAZZTEMP0000000009"));
    calls
}

fn case(calls: &[Call], judged: &[(&str, Verdict)]) -> CaseFile {
    let mut case = CaseFile::in_memory().expect("a case in memory");
    let page = Page {
        origin: "test".into(),
        records: calls.iter().map(Call::record).collect::<Vec<Record>>(),
    };
    let ended = PassEnded {
        fixed_point: true,
        cut_short: None,
    };
    let judged = judged.iter().map(|(subject, verdict)| {
        What::Judged(Judged {
            subject: (*subject).to_owned(),
            verdict: *verdict,
            by: "alex".to_owned(),
        })
    });
    let facts = [started(&[SEED], None), What::Page(page), What::PassEnded(ended)];
    for what in facts.into_iter().chain(judged) {
        case.commit(at(60), what).expect("saved");
    }
    case.settle();
    case
}

/// The names of the nodes that only expected actors made.
fn ours(calls: &[Call], judged: &[(&str, Verdict)]) -> Vec<String> {
    let case = case(calls, judged);
    let investigation = case.investigation();
    let nodes = investigation.chain().nodes.iter().enumerate();
    let ours = nodes.filter(|(at, _)| investigation.is_ours(*at));
    let mut ours: Vec<String> = ours.map(|(_, node)| node.id.clone()).collect();
    ours.sort();
    assert_eq!(ours.len() as u64, investigation.ours());
    ours
}

const EXPECTED: [(&str, Verdict); 1] = [(APP, Verdict::Expected)];

fn all_ours() -> Vec<String> {
    [
        "AKIAZZTENANT00000001",
        "ASIAZZTEMP0000000000",
        "ASIAZZTEMP0000000001",
        "ASIAZZTEMP0000000002",
        "arn:aws:iam::111122223333:user/tenant",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn what_an_expected_actor_made_is_ours() {
    assert_eq!(ours(&story(), &[]), [""; 0], "a proposal is not enough");
    assert_eq!(ours(&story(), &EXPECTED), all_ours());
    let taken_back = [EXPECTED[0], (APP, Verdict::Unknown)];
    assert_eq!(ours(&story(), &taken_back), [""; 0]);
}

#[test]
fn what_somebody_else_used_changed_or_built_on_is_not_ours() {
    let without = |gone: &str| -> Vec<String> { all_ours().into_iter().filter(|id| !id.contains(gone)).collect() };
    let with = |call: Call| ours(&[story(), vec![call]].concat(), &EXPECTED);
    let session_used = use_of(&session("report", "nightly", "ASIAZZTEMP0000000001"), 40);
    assert_eq!(with(session_used), without("ASIAZZTEMP0000000001"));
    let user_changed = call(&seed(), 40, "iam", "AttachUserPolicy")
        .request(json!({"userName": "tenant", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    assert_eq!(with(user_changed), without("user/tenant"));
    let built_on = create_user(&user("tenant", "AKIAZZTENANT00000001"), 40, "mallory");
    assert_eq!(with(built_on), without("AKIAZZTENANT"), "nor the way there");
    let node_judged = [EXPECTED[0], ("ASIAZZTEMP0000000002", Verdict::Malicious)];
    assert_eq!(ours(&story(), &node_judged), without("ASIAZZTEMP0000000002"));
}

#[test]
fn what_is_ours_is_counted_and_not_among_the_ways_in() {
    let case = case(&story(), &EXPECTED);
    let alive = alive(case.investigation(), at(60));
    let left: Vec<&str> = alive.ways.iter().map(|way| &*way.node.id).collect();
    assert_eq!(left, [SEED, "ASIAZZTEMP0000000009"]);
    assert_eq!(alive.expected, 4);
    let mut printed = Vec::new();
    export::write_chain(case.investigation(), Format::Text, &mut printed).expect("written");
    let printed = String::from_utf8(printed).expect("text");
    assert!(printed.contains("└─ 5 made by expected actors, folded\n"), "{printed}");
    assert!(!printed.contains("AKIAZZTENANT"), "{printed}");
    // For programs nothing is left out.
    let json = export::chain_json(case.investigation());
    assert_eq!(
        json["nodes"].as_array().map(Vec::len),
        Some(case.investigation().chain().nodes.len())
    );
}

#[test]
fn the_tree_folds_them_and_a_key_opens_them() {
    let mut app = App::new(case(&story(), &EXPECTED), screens::settings(false), at(60));
    press(&mut app, "2");
    insta::assert_snapshot!("ours_80x24", text(&draw(&app, 80, 24)));
    press(&mut app, "G");
    insta::assert_snapshot!("ours_120x40", text(&draw(&app, 120, 40)));
    press(&mut app, "<Right>");
    let shown = text(&draw(&app, 80, 24));
    assert!(
        shown.contains("AKIAZZTENANT00000001") && !shown.contains(", folded"),
        "{shown}"
    );
    press(&mut app, "<Left>");
    assert!(!text(&draw(&app, 80, 24)).contains("AKIAZZTENANT"));
    // Whoever searches for one finds it.
    press(&mut app, "/TENANT0000<Enter>");
    assert!(text(&draw(&app, 80, 24)).contains("AKIAZZTENANT00000001"));
    // While filtering, each stands for itself.
    let mut app = App::new(case(&story(), &EXPECTED), screens::settings(false), at(60));
    press(&mut app, "2f");
    assert!(text(&draw(&app, 80, 24)).contains("AKIAZZTENANT00000001"));
}
