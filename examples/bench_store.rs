//! How long the saved file takes to write and to open: `cargo run --release --example bench_store [PAGES]`.
//!
//! Prints the median and the worst time of committing a page of 1,000 records of a kilobyte, what closing costs, and what
//! opening does, which verifies every hash.

#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use keytrail::cloudtrail::{Interner, Record};
use keytrail::investigation::What;
use keytrail::investigation::fact::{Page, Started};
use keytrail::store::{CaseFile, Integrity};
use serde_json::json;

const SEED: &str = "AKIAEXAMPLE000000001";
const PAGE: usize = 1_000;

fn main() {
    let pages = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.keytrail");
    let mut case = CaseFile::create(&path).expect("a file");
    let started = Started {
        seeds: vec![SEED.to_owned()],
        tool_version: String::new(),
        playbook_text: None,
        notice: None,
        playbook: String::new(),
    };
    case.commit(Utc::now(), What::Started(started)).expect("saved");

    let mut interner = Interner::default();
    let mut times: Vec<Duration> = (0..pages)
        .map(|page| {
            let numbers = page * PAGE..(page + 1) * PAGE;
            let page = Page {
                origin: "synthetic".into(),
                records: numbers.map(|n| record(n, &mut interner)).collect(),
            };
            let begun = Instant::now();
            case.commit(Utc::now(), What::Page(page)).expect("saved");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    if let (Some(median), Some(worst)) = (times.get(pages / 2), times.last()) {
        println!("a page: median {median:.2?}, worst {worst:.2?}");
    }

    let begun = Instant::now();
    drop(case);
    println!("closing: {:.2?}", begun.elapsed());
    let begun = Instant::now();
    let case = CaseFile::open(&path).expect("opens");
    assert_eq!(case.integrity(), &Integrity::Whole);
    println!("opening {} records: {:.2?}", pages * PAGE, begun.elapsed());
}

fn record(n: usize, interner: &mut Interner) -> Record {
    let seconds = i64::try_from(n).expect("fewer records than seconds");
    let time = DateTime::UNIX_EPOCH + TimeDelta::seconds(1_760_000_000 + seconds);
    let body = json!({
        "eventVersion": "1.11", "eventID": format!("{n:032x}"), "eventName": "ListUsers",
        "eventSource": "iam.amazonaws.com", "eventTime": time, "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.66", "userAgent": "aws-cli/2.30.0",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE0000000001", "accessKeyId": SEED,
            "userName": "app", "arn": "arn:aws:iam::111122223333:user/app", "accountId": "111122223333"},
        "requestParameters": {"filters": ["a".repeat(200), "b".repeat(200)]}, "responseElements": null,
        "eventType": "AwsApiCall", "managementEvent": true, "readOnly": true, "eventCategory": "Management",
    });
    Record::parse(body.to_string().as_bytes(), interner).expect("a record")
}
