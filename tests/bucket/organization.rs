//! An organization of three accounts in one bucket: the chain goes through all of them and comes back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::desk::{Desk, code, err};
use crate::support::generated::plan::{ACCOUNTS, Plan, SEED};
use crate::support::program::keytrail;
use crate::trail::{Trail, chain_in, key};

/// What of a chain must be the same, wherever it was read.
fn found(chain: &Value) -> [&Value; 3] {
    ["nodes", "changes", "attempts"].map(|part| &chain[part])
}

#[test]
fn a_chain_through_three_accounts_is_the_one_that_files_give() {
    let Some(trail) = Trail::new("a_chain_through_three_accounts_is_the_one_that_files_give") else {
        return;
    };
    let (records, answer) = Plan::round_trip();
    let desk = Desk::new();
    desk.log("all.json", &json!({ "Records": records }).to_string());
    let files = desk.path("files.keytrail");
    let mut command = keytrail();
    command.args(["investigate", SEED, "--batch", "--from"]);
    command.arg(desk.path("logs")).arg("--save").arg(&files);
    let run = command.output().expect("the program runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    let expected = chain_in(&files);
    assert!(expected["nodes"].as_array().map_or(0, Vec::len) > answer.nodes.len() / 2);

    let mut by_key: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in records {
        let text = |name: &str| record[name].as_str().expect("a text").to_owned();
        let day = text("eventTime")[..10].replace('-', "/");
        let file = key(&text("recipientAccountId"), &text("awsRegion"), &day);
        let file = file.replacen("AWSLogs/", "AWSLogs/o-exampleorg11/", 1);
        by_key.entry(file).or_default().push(record);
    }
    assert!(
        ACCOUNTS
            .iter()
            .all(|account| by_key.keys().any(|file| file.contains(account)))
    );
    for (file, records) in &by_key {
        trail.log(file, records);
    }
    let run = trail.investigate(&trail.wire(), SEED, &[]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert_eq!(found(&trail.chain()), found(&expected));
}
