//! An interrupted reading goes on where it was, and asks nothing again.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::aws::{Entry, RESPONDER};
use crate::support::incident::{call, seed};
use crate::support::program::patiently;
use crate::*;

#[test]
fn an_interrupted_reading_goes_on_and_does_not_ask_for_what_it_has() {
    let calls: Vec<_> = (0..600)
        .map(|n| call(&seed(), n, "s3", "ListBuckets").with("number", json!(n)).json())
        .collect();
    let aws = Aws::new(ACCOUNT).events(recent(calls)).rate(1e6, 1e6).start();
    let desk = Desk::new();
    for signal in [Signal::INT, Signal::KILL] {
        let save = desk.path(&format!("{signal:?}.keytrail"));
        let before = aws.log().lookups().len();
        let mut begun = investigate(&aws, &save, &["--regions", "us-east-1"]);
        let mut begun = begun
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        assert!(patiently(|| aws.log().lookups().len() > before + 5));
        kill_process(Pid::from_child(&begun), signal).expect("running");
        begun.wait().expect("ended");

        let first: usize = aws.log().lookups().len() - before;
        let mut open = keytrail();
        let done = run({
            aws.credentials(&mut open).arg("open").arg(&save).arg("--batch");
            open
        });
        assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
        assert_eq!(chain(&save)["events"]["seed"], 600, "{signal:?}");
        // Twelve pages, what cutting adds, and the end of the window read once more.
        let all = aws.log().lookups().len() - before;
        assert!(all < first + 20, "{signal:?}: {first} requests, then {}", all - first);
    }
}

#[test]
fn credentials_that_expire_half_way_hold_the_reading_up_until_they_are_renewed() {
    let aws = account().expires_after(RESPONDER, 6).start();
    let desk = Desk::new();
    let save = desk.path("case.keytrail");
    let mut begun = investigate(&aws, &save, &["--regions", "us-east-1,eu-west-1"]);
    let begun = begun
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let has_expired = || {
        let log = aws.log();
        let expired = |entry: &&Entry| entry.error.as_deref() == Some("ExpiredTokenException");
        log.lookups().into_iter().filter(expired).count() >= 2
    };
    assert!(patiently(has_expired), "{:?}", aws.log().lookups());
    aws.renew(RESPONDER);
    let done = begun.wait_with_output().expect("ends");
    assert_eq!(code(&done), 0, "{}{}", out(&done), err(&done));
    is_that_of_the_files(&save, "expired half-way");
}
