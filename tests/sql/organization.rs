//! An organization of three accounts in one table: the chain goes through all of them and comes back.

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
