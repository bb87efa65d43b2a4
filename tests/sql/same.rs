//! The same answer, wherever the records lie.

use std::path::Path;

use keytrail::collect::hunt::Window;
use serde_json::{Value, json};

use crate::rows::Read;
use crate::simulated::{ATHENA, LAKE, Simulated, of_files};
use crate::support::cases::cases;
use crate::support::desk::{Desk, code, err};
use crate::support::incident::{Call, SEED};
use crate::support::story::story;

/// What of a chain may differ from one way of reading to another: how many records were looked through, and what the
/// bytes of a record were.
fn comparable(mut chain: Value) -> Value {
    chain["events"]["read"] = Value::Null;
    chain["events"]["duplicates"] = Value::Null;
    chain
}

/// Holds both to what files give, for one key: the chain, and record by record what came back for each round.
pub(crate) fn gives_the_same(test: &str, key: &str, records: &Path) {
    gives_the_same_written(test, key, records, &json!({}));
}

/// The same for tables that differ from the usual.
pub(crate) fn gives_the_same_written(test: &str, key: &str, records: &Path, settings: &Value) {
    let Some(simulated) = Simulated::new(test, records, settings) else {
        return;
    };
    let expected = comparable(of_files(key, records, "chain"));
    let read = Read::of_files(key, records, Window::default());
    for place in [ATHENA, LAKE] {
        let save = simulated.file("case.keytrail");
        let _ = std::fs::remove_file(&save);
        let run = simulated.investigate(key, place, &[]);
        assert_eq!(code(&run), 0, "{test}, {place}: {}", err(&run));
        let found = comparable(simulated.show("chain"));
        for part in ["nodes", "changes", "attempts"] {
            let list = |chain: &Value| chain[part].as_array().cloned().unwrap_or_default();
            let (found, expected) = (list(&found), list(&expected));
            let missing: Vec<_> = expected.iter().filter(|one| !found.contains(one)).collect();
            let foreign: Vec<_> = found.iter().filter(|one| !expected.contains(one)).collect();
            assert!(
                missing.is_empty() && foreign.is_empty(),
                "{test}, {place}, {part}: expected {missing:#?}, found {foreign:#?}"
            );
        }
        assert_eq!(found, expected, "{test}, {place}");
        read.is_what_came_back(test, &simulated, place);
    }
    assert!(!simulated.statements().is_empty());
}

#[test]
fn every_real_case_gives_the_chain_that_files_give() {
    for case in cases() {
        let name = case.file_name().map(|name| name.to_string_lossy().into_owned());
        let expected = std::fs::read_to_string(case.join("expected.json")).expect("readable");
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        let key = expected["start_key"].as_str().expect("a key");
        let input = case.join(expected["input"].as_str().expect("an input"));
        gives_the_same(&name.expect("a name"), key, &input);
    }
}

#[test]
fn the_story_gives_the_chain_that_files_give() {
    let desk = Desk::new();
    let records: Vec<Value> = story().iter().map(Call::json).collect();
    desk.log("all.json", &json!({ "Records": records }).to_string());
    gives_the_same("the_story_gives_the_chain_that_files_give", SEED, &desk.path("logs"));
}
