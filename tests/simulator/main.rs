//! The simulated AWS keeps the rules of the real one: checked on the wire, with the official command line, and against
//! moto.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

#[path = "../support/aws/mod.rs"]
mod aws;
#[path = "../support/mod.rs"]
mod support;

mod cli;
mod client;
mod credentials;
mod faults;
mod identities;
mod lookup;
mod moto;
mod official;
mod pace;
mod tools;

use aws::{Aws, recent};
use serde_json::{Value, json};
use support::incident::{ACCOUNT, Call, call, seed};

/// An account whose history holds these calls, made just now.
fn account(calls: &[Call]) -> Aws {
    let records = calls.iter().map(Call::json).collect();
    // Most tests look up more than two pages a second.
    Aws::new(ACCOUNT).rate(1e6, 1e6).events(recent(records))
}

/// So many calls of the seed, a second apart, and their ids, newest first.
fn calls(count: i64) -> (Vec<Call>, Vec<String>) {
    let calls: Vec<Call> = (0..count)
        .map(|n| call(&seed(), n, "s3", "ListBuckets").with("number", json!(n)))
        .collect();
    let ids = calls.iter().rev().map(Call::id).collect();
    (calls, ids)
}

/// A question for one attribute.
fn attribute(key: &str, value: &str) -> Value {
    json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]})
}
