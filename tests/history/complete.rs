//! Everything is found, and found once.

use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::aws::{Fault, Kind, Region};
use crate::support::incident::{call, seed};
use crate::*;

#[test]
fn event_history_gives_the_chain_that_the_files_give_and_nothing_is_changed() {
    let aws = account().start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let run = run(investigate(&aws, &save, &[]));
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    is_that_of_the_files(&save, "no fault");
    let log = aws.log();
    assert!(log.writes().is_empty(), "{:?}", log.writes());
    assert!(log.asked_twice().is_empty(), "{:?}", log.asked_twice());
    assert!(out(&run).contains("17 of them complete"), "{}", out(&run));
}

#[test]
fn whatever_goes_wrong_on_the_way_the_chain_is_the_same() {
    let kinds = [
        Kind::Throttled,
        Kind::Internal,
        Kind::Reset,
        Kind::Truncated,
        Kind::EmptyPage,
        Kind::RepeatedEvent,
        Kind::TokenExpired,
    ];
    // Side by side: the program keeps to two requests a second.
    std::thread::scope(|scope| {
        for kind in kinds {
            scope.spawn(move || {
                let aws = account().fault(Fault::chance(kind, 0.15).of("LookupEvents")).start();
                let desk = Desk::new();
                let save = desk.path("case.keytrail");
                let run = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
                assert_eq!(code(&run), 0, "{kind:?}: {}{}", out(&run), err(&run));
                is_that_of_the_files(&save, &format!("{kind:?}"));
            });
        }
    });
}

#[test]
fn a_busy_key_is_read_to_its_last_call() {
    let calls: Vec<_> = (0..430)
        .map(|n| {
            call(&seed(), n / 3, "s3", "ListBuckets")
                .with("number", json!(n))
                .json()
        })
        .collect();
    let calls = recent(calls);
    let aws = Aws::new(ACCOUNT)
        .region("us-east-1", Region::enabled().latency_mean(2.0))
        .events(calls)
        .rate(2.2, 2.0)
        .start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let run = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    assert_eq!(chain(&save)["events"]["seed"], 430);
    assert!(aws.log().throttled_share() <= 0.02, "{}", aws.log().throttled_share());
}

#[test]
fn a_short_break_of_the_network_gives_nothing_up() {
    let calls = (0..600).map(|n| call(&seed(), n, "s3", "ListBuckets").with("number", json!(n)).json());
    let aws = Aws::new(ACCOUNT)
        .region("us-east-1", Region::enabled().latency_mean(4.0))
        .events(recent(calls.collect()))
        .rate(1e6, 1e6)
        // Every request that is on its way, more of them than a question is allowed failures in a row.
        .fault(Fault::calls(Kind::Reset, 3..15).of("LookupEvents"))
        .start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let run = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    assert_eq!(chain(&save)["events"]["seed"], 600);
}

#[test]
fn what_is_delivered_after_a_pass_is_found_by_the_next_one() {
    let aws = Aws::new(ACCOUNT)
        .events(recent(vec![call(&seed(), 0, "s3", "ListBuckets").json()]))
        .rate(1e6, 1e6)
        .start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let once = || {
        let run = run(investigate(&aws, &save, &["--regions", "us-east-1"]));
        assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
        chain(&save)["events"]["seed"].clone()
    };
    assert_eq!(once(), 1);
    let mut late = call(&seed(), 1, "s3", "GetBucketAcl").json();
    let minutes_ago = Utc::now() - TimeDelta::minutes(5);
    late["eventTime"] = json!(minutes_ago.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    aws.happen([late]);
    assert_eq!(once(), 2);
}
