//! Which sources look foreign, which like the real application, and what that says about the first minute.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod signs;
#[path = "../support/mod.rs"]
mod support;

use keytrail::investigation::actor::{self, Actor, Responder};
use keytrail::investigation::fact::{Judged, Page, PassEnded};
use keytrail::investigation::{Advice, Fact, Investigation, Verdict, What, triage};
use proptest::prelude::*;
use serde_json::json;
use support::incident::*;

const APP: &str = "198.51.100.10";
const THIEF: &str = "203.0.113.66";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The same call from another source.
fn from(call: Call, address: &str, agent: &str) -> Call {
    call.with("sourceIPAddress", json!(address))
        .with("userAgent", json!(agent))
}

fn by_app(call: Call) -> Call {
    from(call, APP, "aws-sdk-java/2.25.31 Linux/5.10")
}

fn by_thief(call: Call) -> Call {
    from(call, THIEF, "aws-cli/2.17.9 md/command#iam.list-users")
}

/// The application's calls, one an hour.
fn app(hours: std::ops::Range<i64>) -> Vec<Call> {
    hours.map(|hour| by_app(use_of(&seed(), hour * HOUR))).collect()
}

fn ask(seconds: i64, service: &str, name: &str) -> Call {
    call(&seed(), seconds, service, name)
}

/// Whose key is this, and who else is here: at first denied.
fn key_test(begin: i64) -> Vec<Call> {
    let calls = [
        ask(begin, "sts", "GetCallerIdentity"),
        ask(begin + 20, "iam", "ListUsers").denied(),
        ask(begin + 40, "iam", "ListRoles"),
        ask(begin + 60, "iam", "GetAccountSummary"),
    ];
    calls.map(by_thief).to_vec()
}

fn page(calls: &[Call]) -> What {
    What::Page(Page {
        origin: "test".into(),
        records: calls.iter().map(Call::record).collect(),
    })
}

fn read_to_the_end() -> What {
    What::PassEnded(PassEnded {
        fixed_point: true,
        cut_short: None,
    })
}

fn judged(subject: &str, verdict: Verdict) -> What {
    What::Judged(Judged {
        subject: subject.to_owned(),
        verdict,
        by: "alex".to_owned(),
    })
}

fn investigation(facts: Vec<What>) -> Investigation {
    let mut investigation = Investigation::default();
    for what in facts {
        investigation.apply(&Fact { at: at(0), what });
    }
    investigation.settle();
    investigation
}

fn read(calls: &[Call]) -> Investigation {
    investigation(vec![started(&[SEED], None), page(calls), read_to_the_end()])
}

fn source<'i>(investigation: &'i Investigation, address: &str) -> &'i Actor {
    let mut actors = investigation.actors().iter();
    actors.find(|actor| actor.address == address).expect("such a source")
}

/// What speaks against a source; what may be harmless as well is in brackets.
fn against(investigation: &Investigation, address: &str) -> Vec<String> {
    let reasons = &source(investigation, address).suspicion;
    let words = reasons.iter().map(|reason| {
        if reason.is_telling {
            reason.words()
        } else {
            format!("({})", reason.words())
        }
    });
    words.collect()
}

#[test]
fn an_application_at_one_address_is_proposed_and_never_called_foreign() {
    let mut calls = app(0..200);
    // It asks for its mail quota every day, and rotates its own key.
    for day in 0..8 {
        for name in ["GetSendQuota", "GetSendStatistics"] {
            calls.push(by_app(ask(day * DAY + 30, "ses", name)));
        }
    }
    calls.push(by_app(call(&seed(), 9 * HOUR, "iam", "CreateAccessKey")));
    calls.push(by_app(create_key(&seed(), 10 * HOUR, "app", "AKIAZZSECOND00000001")));
    let case = read(&calls);
    assert_eq!(against(&case, APP), [""; 0]);
    let proposal = source(&case, APP).proposal.as_ref().expect("a proposal");
    assert_eq!((proposal.before, proposal.hours), (None, 200));
    let triage = triage(&case);
    assert_eq!(triage.advice, Advice::Rotate);
    assert!(triage.headline().contains("rotate first, then deactivate"));
    assert_eq!(triage.application, [source(&case, APP)]);
    // A proposal is no verdict.
    assert_eq!(case.verdict("198.51.100.10 aws-sdk-java"), Verdict::Unknown);
}

#[test]
fn a_stranger_beside_the_application_is_told_from_it() {
    let mut calls = app(0..20);
    calls.extend(key_test(12 * HOUR));
    let case = read(&calls);
    assert_eq!(
        against(&case, THIEF),
        [
            "asked whose the key is, then who is in the account (1 denied)",
            "new address and program; until then only 198.51.100.10",
        ]
    );
    assert_eq!(against(&case, APP), [""; 0]);
    let proposal = source(&case, APP).proposal.as_ref().expect("a proposal");
    assert_eq!(
        proposal.words(),
        "in steady use, 12 calls in 12 different hours before the first suspicious call"
    );
    let triage = triage(&case);
    assert_eq!(triage.advice, Advice::Deactivate);
    assert_eq!(triage.headline(), "Foreign use seen: deactivate now");
    let (actor, event) = triage.evidence().expect("evidence");
    assert_eq!(actor.address, THIEF);
    assert_eq!(&*case.evidence().events()[event].name, "ListUsers");
    assert_eq!(
        triage.said(actor, |time| time.format("%H:%M").to_string()),
        "203.0.113.66 aws-cli: 4 calls since 22:00; looks foreign: asked whose the key is, then who is in the account (1 \
         denied), and 1 more sign"
    );
    assert_eq!(triage.to_deactivate().collect::<Vec<_>>(), [SEED]);
}

#[test]
fn a_new_address_is_suspicious_only_if_the_old_ones_were_few_and_steady() {
    let other = |hour, address: &str, agent: &str| from(use_of(&seed(), hour * HOUR), address, agent);
    let java = "aws-sdk-java/2.31.0";
    let mut calls = app(0..10);
    calls.push(other(20, THIEF, "Boto3/1.34.100"));
    assert_eq!(
        against(&read(&calls), THIEF),
        ["new address and program; until then only 198.51.100.10"]
    );
    // The application on another machine looks the same.
    let mut moved = app(0..10);
    moved.push(other(20, THIEF, java));
    let case = read(&moved);
    assert_eq!(against(&case, THIEF), ["(new address; until then only 198.51.100.10)"]);
    assert_eq!(triage(&case).advice, Advice::Judge);
    // Too little was known before.
    let mut early = app(0..3);
    early.push(other(20, THIEF, "Boto3/1.34.100"));
    assert_eq!(against(&read(&early), THIEF), [""; 0]);
    // A key that roams.
    let mut roaming = app(0..10);
    roaming.extend((0..4).map(|n| other(11 + n, &format!("192.0.2.{n}"), java)));
    roaming.push(other(20, THIEF, "Boto3/1.34.100"));
    assert_eq!(against(&read(&roaming), THIEF), [""; 0]);
}

#[test]
fn the_attackers_own_use_makes_nobody_else_new() {
    let mut calls: Vec<Call> = (0..10).map(|hour| by_thief(use_of(&seed(), hour * HOUR))).collect();
    calls.extend(key_test(0));
    calls.extend(app(11..20));
    let case = read(&calls);
    assert!(source(&case, THIEF).looks_foreign());
    assert_eq!(against(&case, APP), [""; 0]);
    assert_eq!(source(&case, APP).proposal, None, "it was not there before");
}

#[test]
fn who_uses_what_a_stranger_made_is_a_stranger() {
    let mallory = user("mallory", "AKIAZZCHILD000000002");
    let calls = [
        by_thief(create_user(&seed(), 0, "mallory")),
        by_thief(create_key(&seed(), 1, "mallory", "AKIAZZCHILD000000002")),
        from(
            assume_role(&mallory, 50, "audit", "x", "ASIAZZTEMP0000000001"),
            "192.0.2.9",
            "Boto3/1",
        ),
        from(
            use_of(&session("audit", "x", "ASIAZZTEMP0000000001"), 60),
            "192.0.2.10",
            "Boto3/1",
        ),
        by_app(assume_role(&seed(), 0, "report", "y", "ASIAZZTEMP0000000002")),
        from(
            use_of(&session("report", "y", "ASIAZZTEMP0000000002"), 9),
            "198.51.100.11",
            "Boto3/1",
        ),
    ];
    let case = read(&calls);
    assert_eq!(
        against(&case, "192.0.2.9"),
        ["uses AKIAZZCHILD000000002, made from 203.0.113.66 aws-cli"]
    );
    assert_eq!(
        against(&case, "192.0.2.10"),
        ["uses ASIAZZTEMP0000000001, made from 192.0.2.9 Boto3"]
    );
    assert_eq!(against(&case, "198.51.100.11"), [""; 0]);
}

#[test]
fn a_service_is_never_a_stranger() {
    let through = |call: Call| from(call, "cloudformation.amazonaws.com", "cloudformation.amazonaws.com");
    let mut calls = app(0..10);
    calls.push(through(create_user(&seed(), 20 * HOUR, "stack-user")));
    assert_eq!(against(&read(&calls), "cloudformation.amazonaws.com"), [""; 0]);
}

#[test]
fn the_notice_names_its_source_by_address_or_by_the_call() {
    let calls = [by_thief(ask(0, "sts", "GetCallerIdentity")), by_app(use_of(&seed(), 5))];
    let noticed = |text: &str| investigation(vec![started(&[SEED], Some(text)), page(&calls), read_to_the_end()]);
    let by_address = noticed(&format!("Access Key: {SEED}\nIP: {THIEF}\n"));
    assert_eq!(against(&by_address, THIEF), ["named by the notice"]);
    assert_eq!(by_address.verdict("203.0.113.66 aws-cli"), Verdict::Malicious);
    let call =
        format!("Access Key: {SEED}\nEvent Name: GetCallerIdentity\nEvent Time: March 4, 2026 10:00:30 (UTC+00:00)\n");
    let by_call = noticed(&call);
    assert_eq!(against(&by_call, THIEF), ["made the call that the notice names"]);
    assert_eq!(triage(&by_call).advice, Advice::Deactivate);
    assert_eq!(
        by_call.verdict("203.0.113.66 aws-cli"),
        Verdict::Unknown,
        "that is inferred"
    );
    let another_day = noticed(&call.replace("March 4", "March 5"));
    assert_eq!(against(&another_day, THIEF), [""; 0]);
}

#[test]
fn the_responder_has_the_last_word_on_the_advice() {
    let mut calls = app(0..20);
    calls.extend(key_test(12 * HOUR));
    let thief = "203.0.113.66 aws-cli";
    let with = |verdict| {
        investigation(vec![
            started(&[SEED], None),
            page(&calls),
            read_to_the_end(),
            judged(thief, verdict),
        ])
    };
    assert_eq!(triage(&with(Verdict::Expected)).advice, Advice::Rotate);
    assert_eq!(triage(&with(Verdict::Malicious)).advice, Advice::Deactivate);
    let app_is_foreign = judged("198.51.100.10 aws-sdk-java", Verdict::Malicious);
    let case = investigation(vec![
        started(&[SEED], None),
        page(&app(0..20)),
        read_to_the_end(),
        app_is_foreign,
    ]);
    let triage = triage(&case);
    assert_eq!((triage.advice, triage.application.len()), (Advice::Deactivate, 0));
    assert!(triage.evidence().is_some(), "its first call, where no sign is known");
}

#[test]
fn before_the_end_of_the_reading_nothing_is_ruled_out() {
    let unread = investigation(vec![started(&[SEED], None), page(&app(0..20))]);
    assert_eq!(triage(&unread).advice, Advice::NotKnownYet);
    assert_eq!(triage(&unread).read(), "nothing was read yet");
    // What was seen is seen.
    let seen = investigation(vec![started(&[SEED], None), page(&key_test(0))]);
    assert_eq!(triage(&seen).advice, Advice::Deactivate);
}

#[test]
fn the_responders_own_calls_are_marked_and_say_nothing_of_others() {
    let admin = session("admin", "alex", "ASIAZZADMIN000000001");
    let arn = admin.0["arn"].as_str().expect("an ARN");
    let calls = [
        by_thief(create_user(&seed(), 0, "mallory")),
        by_app(on_user(&admin, 90, "DeleteUser", "mallory")),
    ];
    let case = read(&calls);
    let own = |responder: Responder<'_>| {
        let events = case.evidence().events().iter();
        let own = events.filter(|event| actor::is_responders(event, case.chain(), responder));
        own.map(|event| event.name.to_string()).collect::<Vec<_>>()
    };
    let by_arn = Responder {
        arn: Some(arn),
        key: None,
    };
    let by_key = Responder {
        arn: None,
        key: Some("ASIAZZADMIN000000001"),
    };
    assert_eq!(own(by_arn), ["DeleteUser"]);
    assert_eq!(own(by_key), ["DeleteUser"]);
    assert_eq!(own(Responder::default()), [""; 0]);
    // Who investigates with the leaked key cannot be told from the attacker.
    let user = user_arn("app");
    let with_the_key = Responder {
        arn: Some(&user),
        key: Some(SEED),
    };
    assert_eq!(own(with_the_key), [""; 0]);
    let actors = actor::derive(case.evidence(), case.chain(), None, with_the_key);
    assert!(actors.iter().all(|actor| !actor.is_responder) && actors[0].looks_foreign());
}

#[test]
fn a_responder_within_the_chain_is_no_stranger() {
    // The attacker opened a role that the responder works with.
    let responder = session("door", "alex", "ASIAZZADMIN000000001");
    let calls = [
        by_thief(create_role(&seed(), 0, "door")),
        by_thief(create_user(&seed(), 1, "mallory")),
        by_app(use_of(&responder, 60)),
    ];
    let case = read(&calls);
    assert!(source(&case, APP).looks_foreign(), "as far as nobody says who it is");
    let known = Responder {
        arn: responder.0["arn"].as_str(),
        key: None,
    };
    let actors = actor::derive(case.evidence(), case.chain(), None, known);
    let own = actors.iter().find(|actor| actor.address == APP).expect("a source");
    assert!(own.is_responder && own.suspicion.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn neither_order_nor_copies_change_what_is_suspected(
        order in Just((0..34_usize).collect::<Vec<_>>()).prop_shuffle(),
        copies in prop::collection::vec(0..34_usize, 0..10),
        pages in 1..12_usize,
    ) {
        let mut calls = app(0..20);
        calls.extend(key_test(12 * HOUR));
        calls.extend(key_test(12 * HOUR + 1));
        let mallory = user("mallory", "AKIAZZCHILD000000002");
        calls.extend([
            by_thief(create_user(&seed(), 13 * HOUR, "mallory")),
            by_thief(create_key(&seed(), 13 * HOUR, "mallory", "AKIAZZCHILD000000002")),
            from(use_of(&mallory, 14 * HOUR), "192.0.2.9", "Boto3/1"),
            by_thief(ask(13 * HOUR, "cloudtrail", "StopLogging")),
            from(use_of(&seed(), 15 * HOUR), "192.0.2.11", "aws-sdk-java/2"),
            by_app(ask(15 * HOUR, "ses", "GetSendQuota")),
        ]);
        prop_assert_eq!(calls.len(), order.len());
        let expected = investigate(&calls);
        prop_assert!(source(&expected, "192.0.2.9").looks_foreign());
        let records: Vec<_> = order.iter().chain(&copies).map(|at| calls[*at].record()).collect();
        let fed = feed(&[SEED], records.chunks(pages).map(<[_]>::to_vec).collect());
        prop_assert_eq!(fed.actors(), expected.actors());
        prop_assert_eq!(fed.further_seeds(), expected.further_seeds());
    }
}
