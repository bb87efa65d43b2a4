//! The real program against a simulated AWS: it finds everything, whatever goes wrong, asks no faster than it may, and
//! changes nothing.

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

mod account;
mod beyond;
mod complete;
mod live;
mod refused;
mod resumed;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use aws::{Aws, Running, recent};
use serde_json::Value;
use support::desk::{Desk, code, err, out};
use support::incident::{ACCOUNT, Call, SEED};
use support::program::keytrail;
use support::story::story;

/// The story as records of the last weeks; of the same times for all tests. Without the session of a role that nobody is
/// seen to assume: event history finds calls by session name and key, which no record tells, and not by role.
fn records() -> Vec<Value> {
    static RECORDS: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let all = story().iter().map(Call::json).collect::<Vec<_>>();
        let is_findable = |record: &Value| !record.to_string().contains(":unseen\"");
        recent(all.into_iter().filter(is_findable).collect())
    });
    RECORDS.clone()
}

/// An account in which the story happened. Its regions answer at once; the rate is the program's own.
fn account() -> Aws {
    Aws::new(ACCOUNT).events(records()).rate(1e6, 1e6)
}

fn investigate(aws: &Running, save: &Path, more: &[&str]) -> Command {
    let mut command = keytrail();
    aws.credentials(&mut command);
    command
        .args(["investigate", SEED, "--batch", "--save"])
        .arg(save)
        .args(more);
    command
}

fn run(mut command: Command) -> Output {
    command.output().expect("the program runs")
}

/// The chain of a saved investigation, without what may differ from one way of reading to another.
fn chain(save: &Path) -> Value {
    let shown = keytrail().arg("chain").arg(save).args(["--format", "json"]).output();
    let mut chain: Value = serde_json::from_str(&out(&shown.expect("runs"))).expect("JSON");
    chain["events"]["read"] = Value::Null;
    chain["events"]["duplicates"] = Value::Null;
    chain
}

/// A part of a chain without what the account says besides.
fn of_the_records(mut part: Value) -> Value {
    if let Some(live) = part.get_mut("live") {
        *live = Value::Null;
    }
    part
}

/// Holds a chain to that of the same records in files.
fn is_that_of_the_files(save: &Path, how: &str) {
    let (found, expected) = (chain(save), chain_of_files());
    for part in ["nodes", "changes", "attempts", "events"] {
        let list = |value: &Value| {
            value[part]
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![value[part].clone()])
                .into_iter()
                .map(of_the_records)
                .collect::<Vec<_>>()
        };
        let (found, expected) = (list(&found), list(&expected));
        let missing: Vec<_> = expected.iter().filter(|one| !found.contains(one)).collect();
        let foreign: Vec<_> = found.iter().filter(|one| !expected.contains(one)).collect();
        assert!(
            missing.is_empty() && foreign.is_empty(),
            "{how}, {part}: expected {missing:#?}, found {foreign:#?}"
        );
    }
}

/// What the archive of the same records gives.
fn chain_of_files() -> Value {
    let desk = Desk::new();
    desk.log("all.json", &serde_json::json!({ "Records": records() }).to_string());
    let run = desk.investigate(SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    chain(&desk.path("case.keytrail"))
}
