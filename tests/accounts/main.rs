//! An organization of three accounts, and a chain that goes through all of them and comes back: the same chain from every
//! source, and what cannot be entered is said.

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

mod closed;
mod open;
mod together;

use std::process::{Command, Output};
use std::sync::LazyLock;

use aws::{Aws, Region, Role, Running, User, recent};
use serde_json::Value;
use support::desk::{Desk, code, err, out};
use support::generated::plan::{ACCOUNTS, Answer, Plan, SEED};
use support::program::keytrail;

/// The role that the responder has in each account, and a key in the second.
const ROLE: &str = "Audit";
const KEY_AWAY: &str = "AKIAZZAUDITAWAY00001";

/// The incident, of the same times for all tests, and the right answer.
static INCIDENT: LazyLock<(Vec<Value>, Answer)> = LazyLock::new(|| {
    let (records, answer) = Plan::round_trip();
    (recent(records), answer)
});

/// What one account's event history holds.
fn history(account: &str) -> Vec<Value> {
    let records = INCIDENT.0.iter();
    records
        .filter(|record| record["recipientAccountId"] == account)
        .cloned()
        .collect()
}

fn account(id: &str) -> Aws {
    with(id, history(id))
}

/// An account with these events, in which every region that the incident reaches is on.
fn with(id: &str, events: Vec<Value>) -> Aws {
    let aws = Aws::new(id).events(events).rate(1e6, 1e6);
    regions()
        .split(',')
        .fold(aws, |aws, name| aws.region(name, Region::enabled()))
}

fn away() -> Aws {
    account(ACCOUNTS[1])
        .role(Role::new(ROLE))
        .user(User::new("audit").key(KEY_AWAY))
}

fn far() -> Aws {
    account(ACCOUNTS[2]).role(Role::new(ROLE))
}

/// The organization, in which the responder may go everywhere.
fn organization() -> Running {
    account(ACCOUNTS[0]).member(away()).member(far()).start()
}

/// An investigation with the responder's credentials, in few regions.
fn investigate(aws: &Running, desk: &Desk, more: &[&str]) -> Command {
    let mut command = keytrail();
    aws.credentials(&mut command);
    command
        .args(["investigate", SEED, "--batch", "--save"])
        .arg(desk.path("case.keytrail"))
        .args(["--regions", &regions()])
        .args(more);
    command
}

/// The regions in which something happened, and one more.
fn regions() -> String {
    let used = INCIDENT.0.iter().map(|record| record["awsRegion"].as_str().unwrap());
    let all: std::collections::BTreeSet<&str> = used.chain(["eu-west-3"]).collect();
    Vec::from_iter(all).join(",")
}

fn run(mut command: Command) -> Output {
    command.output().expect("the program runs")
}

/// A printed view of the saved investigation.
fn shown(desk: &Desk, view: &str, format: &str) -> String {
    let mut command = keytrail();
    command
        .arg(view)
        .arg(desk.path("case.keytrail"))
        .args(["--format", format]);
    out(&run(command))
}

fn chain(desk: &Desk) -> Value {
    serde_json::from_str(&shown(desk, "chain", "json")).expect("JSON")
}

/// The chain as the generator writes it down.
fn nodes(desk: &Desk) -> Vec<String> {
    let chain = chain(desk);
    let nodes = chain["nodes"].as_array().expect("nodes").iter();
    let mut nodes: Vec<String> = nodes
        .filter(|node| !node["parent"].is_null())
        .map(|node| {
            let text = |member: &str| node[member].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} < {}", text("kind"), text("link"), text("id"), text("parent"))
        })
        .collect();
    nodes.sort();
    nodes
}

/// Holds a saved investigation to what was planned.
fn is_exact(desk: &Desk, done: &Output) {
    assert_eq!(nodes(desk), INCIDENT.1.nodes, "{}{}", out(done), err(done));
    assert_eq!(chain(desk)["events"]["chain"], INCIDENT.1.core_events);
}

/// The rows of the coverage table: source, account, region, status.
fn coverage(desk: &Desk) -> Vec<[String; 4]> {
    let csv = shown(desk, "coverage", "csv");
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let rows = lines.records().map(|row| row.expect("CSV"));
    rows.map(|row| [0, 1, 2, 7].map(|at| row[at].to_owned())).collect()
}
