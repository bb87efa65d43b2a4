//! Everything is found, and found once.

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
