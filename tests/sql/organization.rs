//! The incidents of the generator in one table: through the accounts of an organization and back, and a large one.

use serde_json::json;

use crate::same::gives_the_same;
use crate::support::desk::Desk;
use crate::support::generated::plan::{Plan, SEED};

#[test]
fn a_chain_through_three_accounts_is_the_one_that_files_give() {
    let desk = Desk::new();
    let (records, answer) = Plan::round_trip();
    assert!(!answer.nodes.is_empty());
    desk.log("all.json", &json!({ "Records": records }).to_string());
    gives_the_same(
        "a_chain_through_three_accounts_is_the_one_that_files_give",
        SEED,
        &desk.path("logs"),
    );
}

#[test]
fn a_large_incident_is_the_one_that_files_give() {
    let desk = Desk::new();
    let (records, answer) = Plan::carried_out(1);
    assert!(answer.nodes.len() > 400);
    for (n, records) in records.chunks(500).enumerate() {
        desk.log(&format!("{n}.json"), &json!({ "Records": records }).to_string());
    }
    gives_the_same("a_large_incident_is_the_one_that_files_give", SEED, &desk.path("logs"));
}
