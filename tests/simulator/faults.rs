//! What goes wrong on demand.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};

use crate::aws::{Aws, Fault, Kind};
use crate::client::{Client, ids};
use crate::support::incident::*;
use crate::{account, calls};

#[test]
fn answers_can_be_errors_that_pass() {
    let struck = [
        (Kind::Throttled, (400, "ThrottlingException")),
        (Kind::Internal, (500, "InternalFailure")),
        (Kind::Unavailable, (503, "ServiceUnavailable")),
    ];
    for (kind, (status, code)) in struck {
        let aws = account(&calls(1).0).fault(Fault::calls(kind, 1..3)).start();
        let client = Client::new(&aws);
        let answers: Vec<_> = (0..4).map(|_| client.lookup(&json!({})).error()).collect();
        let (fine, wrong) = ((200, String::new()), (status, code.to_owned()));
        assert_eq!(answers, [fine.clone(), wrong.clone(), wrong, fine], "{kind:?}");
    }
}

#[test]
fn faults_strike_one_action_in_one_region() {
    let aws = Aws::new(ACCOUNT)
        .fault(Fault::always(Kind::Internal).of("LookupEvents").in_region("eu-west-1"))
        .start();
    let client = |region| Client::new(&aws).region(region);
    assert_eq!(client("eu-west-1").lookup(&json!({})).status, 500);
    assert_eq!(client("eu-west-1").query("sts", "GetCallerIdentity", &[]).status, 200);
    assert_eq!(client("us-east-1").lookup(&json!({})).status, 200);
    aws.repair();
    assert_eq!(client("eu-west-1").lookup(&json!({})).status, 200);
    aws.fault(Fault::always(Kind::Unavailable));
    assert_eq!(client("eu-west-1").lookup(&json!({})).status, 503);
}

#[test]
fn chance_strikes_its_share_and_the_same_calls_for_the_same_seed() {
    let run = |seed| {
        let aws = account(&[])
            .seed(seed)
            .fault(Fault::chance(Kind::Internal, 0.3))
            .start();
        let client = Client::new(&aws);
        (0..200)
            .map(|_| client.lookup(&json!({})).status == 500)
            .collect::<Vec<_>>()
    };
    let first = run(7);
    let struck = first.iter().filter(|struck| **struck).count();
    assert!((40..80).contains(&struck), "{struck} of 200");
    assert_eq!(first, run(7));
    assert_ne!(first, run(8));
}

#[test]
fn connections_break_before_and_inside_an_answer() {
    let (calls, _) = calls(50);
    for kind in [Kind::Reset, Kind::Truncated] {
        let aws = account(&calls).fault(Fault::calls(kind, 0..1)).start();
        let client = Client::new(&aws);
        let broken = client.try_lookup(&json!({})).expect_err("a broken connection").kind();
        assert!(
            [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof].contains(&broken),
            "{kind:?}: {broken}"
        );
        assert_eq!(client.lookup(&json!({})).status, 200, "the next one is fine");
        let log = aws.log();
        assert_eq!(log.0[0].fault, Some(format!("{kind:?}")));
        assert!(
            log.asked_twice().is_empty(),
            "nobody can know what a broken answer said"
        );
    }
}

#[test]
fn a_call_can_hang_while_others_are_answered() {
    let aws = account(&[]).fault(Fault::calls(Kind::Hang, 0..1)).start();
    std::thread::scope(|scope| {
        let client = Client::new(&aws).patience(Duration::from_millis(500));
        let hung = scope.spawn(move || client.try_lookup(&json!({})).map(|_| ()));
        while aws.log().0.is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(Client::new(&aws).lookup(&json!({})).status, 200);
        let log = aws.log();
        assert_eq!((log.0[0].status, log.0[0].answered), (0, None));
        assert!(hung.join().expect("no panic").is_err());
    });
}

#[test]
fn a_slow_answer_is_whole_in_the_end() {
    let (calls, newest_first) = calls(20);
    let aws = account(&calls)
        .speed(1000.0)
        .fault(Fault::always(Kind::SlowBody(30.0)))
        .start();
    assert_eq!(ids(&Client::new(&aws).lookup(&json!({})).json()), newest_first);
}

#[test]
fn empty_pages_lead_on_and_repeated_events_repeat() {
    let (calls, newest_first) = calls(30);
    for (kind, repeated) in [(Kind::EmptyPage, 0), (Kind::RepeatedEvent, 2)] {
        let aws = account(&calls).fault(Fault::calls(kind, 1..3)).start();
        let client = Client::new(&aws);
        let mut question = json!({"MaxResults": 10});
        let mut pages: Vec<Value> = Vec::new();
        while pages.last().is_none_or(|page| page.get("NextToken").is_some()) {
            question["NextToken"] = pages.last().map_or(Value::Null, |page| page["NextToken"].clone());
            pages.push(client.lookup(&question).json());
        }
        let all: Vec<String> = pages.iter().flat_map(ids).collect();
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct, newest_first.iter().collect(), "{kind:?}");
        assert_eq!(all.len() - distinct.len(), repeated, "{kind:?}");
        assert_eq!(ids(&pages[1]).is_empty(), kind == Kind::EmptyPage);
    }
}
