//! The rules against real records, where there are any: each makes a node of the rule's kind by itself.
//!
//! The records lie in the folder that `KEYTRAIL_CASES` names (by default `../shared/data`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keytrail::catalogue::{self, Relation};
use keytrail::cloudtrail::event::without_api_date;
use serde_json::{Value, json};

use crate::support::incident::*;
use crate::support::program::skipped;

fn folder() -> PathBuf {
    std::env::var_os("KEYTRAIL_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "json")
            && path.file_name().is_some_and(|n| n != "expected.json")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The records of the cases, whatever list they stand in.
pub(crate) fn records() -> Vec<Value> {
    let texts = files(&folder())
        .into_iter()
        .filter_map(|file| std::fs::read_to_string(file).ok());
    let parsed = texts.flat_map(|text| {
        let whole: Result<Value, _> = serde_json::from_str(&text);
        let lines = || {
            text.lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect()
        };
        whole.map_or_else(|_| lines(), |value| vec![value])
    });
    let mut found = Vec::new();
    let mut waiting: Vec<Value> = parsed.collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(mut members) if members.contains_key("Records") => {
                waiting.extend(members.remove("Records"));
            }
            Value::Object(members) if members.contains_key("eventName") => found.push(Value::Object(members)),
            _ => {}
        }
    }
    found
}

/// A real record as if the seed had made the call.
fn as_of_seed(record: &Value) -> Call {
    let name = record["eventName"].as_str().unwrap();
    let source = record["eventSource"].as_str().unwrap_or_default();
    let service = source.split('.').next().unwrap();
    let members = [
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "serviceEventDetails",
        "resources",
    ];
    let mut call = call(&seed(), 10, service, name);
    for member in members.into_iter().filter(|member| !record[*member].is_null()) {
        call = call.with(member, record[member].clone());
    }
    call.with("eventSource", json!(source))
}

#[test]
fn every_real_record_of_a_rule_makes_a_node_of_its_kind() {
    let records = records();
    if records.is_empty() {
        return skipped("every_real_record_of_a_rule_makes_a_node_of_its_kind", "no records");
    }
    let mut seen: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for record in &records {
        let (name, source) = (&record["eventName"], &record["eventSource"]);
        let (Some(name), Some(source)) = (name.as_str().map(without_api_date), source.as_str()) else {
            continue;
        };
        let failed = ["errorCode", "errorMessage"]
            .iter()
            .any(|member| !record[*member].is_null());
        let signs_in = catalogue::rule(source, name).filter(|rule| rule.relation != Relation::OpensConsole);
        let Some(rule) = signs_in.filter(|rule| !failed && rule.applies(record)) else {
            continue;
        };
        let case = investigate(&[as_of_seed(record)]);
        let made = case
            .chain()
            .nodes
            .iter()
            .any(|node| node.kind == rule.kind && node.proof.is_some());
        let (all, found) = seen.entry((source.to_owned(), name.to_owned())).or_default();
        *all += 1;
        *found += u64::from(made);
    }
    for ((source, name), (all, found)) in &seen {
        // A key policy that lets in nobody from outside shares nothing.
        let is_inside = name == "PutKeyPolicy";
        assert!(*found > 0 || is_inside, "{source} {name}: none of {all} records");
    }
    assert!(seen.len() >= 30, "{} rules were met", seen.len());
}

#[test]
fn a_change_of_an_instance_that_is_no_change_of_its_user_data_is_no_edge() {
    let records = records();
    let changes = records.iter().filter(|r| r["eventName"] == "ModifyInstanceAttribute");
    for record in changes {
        let rule = catalogue::rule("ec2.amazonaws.com", "ModifyInstanceAttribute").unwrap();
        assert!(!rule.applies(record), "{record}");
    }
}

/// The rows of a reference file beside the cases, each with its cells by name.
fn reference(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = folder().join("../reference").join(file);
    let Ok(mut rows) = csv::Reader::from_path(path) else {
        return Vec::new();
    };
    rows.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn every_edge_and_every_call_of_the_reference_is_here() {
    let (edges, calls) = (reference("lineage_edges.csv"), reference("catalogue.csv"));
    if edges.is_empty() || calls.is_empty() {
        return skipped("every_edge_and_every_call_of_the_reference_is_here", "no reference");
    }
    for edge in edges {
        let (source, name) = (&edge["event_source"], without_api_date(&edge["event_name"]));
        let rule = catalogue::rule(source, name).unwrap_or_else(|| panic!("no rule for {source} {name}"));
        assert_eq!(rule.relation.as_str(), edge["relation"], "{source} {name}");
        // Each temporary key is a session; a console session groups them.
        let is_key = (rule.kind.as_str(), &*edge["child_kind"]) == ("session", "console_session");
        assert!(is_key || rule.kind.as_str() == edge["child_kind"], "{source} {name}");
    }
    for row in calls {
        let (source, name) = (&row["event_source"], without_api_date(&row["event_name"]));
        let call = catalogue::call(source, name).unwrap_or_else(|| panic!("{source} {name} is not known"));
        let ours = [call.category, call.severity, call.technique];
        assert_eq!(
            ours,
            [&row["category"], &row["severity"], &row["attack_id"]].map(String::as_str),
            "{source} {name}"
        );
        assert_eq!(call.data_event, row["plane"] == "data", "{source} {name}");
    }
}
