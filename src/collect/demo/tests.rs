use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use serde_json::Value;

use super::*;
use crate::cloudtrail::event::Interner;
use crate::cloudtrail::{AccessKeyId, Record, ids};

fn read() -> Vec<Record> {
    let mut interner = Interner::default();
    records()
        .iter()
        .map(|text| Record::parse(text.as_bytes(), &mut interner).unwrap())
        .collect()
}

fn successes<'a>(all: &'a [Record], name: &str) -> Vec<&'a Record> {
    all.iter()
        .filter(|r| &*r.event.name == name && r.event.outcome.succeeded())
        .collect()
}

#[test]
fn the_incident_is_the_same_on_every_run_and_in_order() {
    let all = read();
    assert!((350..=450).contains(&all.len()), "{}", all.len());
    assert_eq!(records(), records());
    assert!(all.is_sorted_by_key(|r| r.event.time()));
    let attack: Vec<_> = all
        .iter()
        .filter(|r| r.event.source_ip.as_deref() == Some(cast::ATTACKER))
        .collect();
    let first = attack.first().unwrap().event.time();
    let last = attack.last().unwrap().event.time();
    assert!((5..=6).contains(&(last - first).num_hours()), "{first} {last}");
}

#[test]
fn event_ids_have_the_form_of_uuids_and_are_unique() {
    let all = read();
    let events: HashSet<&str> = all.iter().map(|r| r.event.id()).collect();
    assert_eq!(events.len(), all.len());
    for id in events {
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    }
    let requests: HashSet<&str> = all.iter().filter_map(|r| r.body["requestID"].as_str()).collect();
    assert!(requests.len() > all.len() - 5);
}

#[test]
fn nothing_in_it_belongs_to_anybody() {
    let documentation = ["192.0.2.", "198.51.100.", "203.0.113."];
    for (record, text) in read().iter().zip(records()) {
        let source = record.event.source_ip.as_deref().unwrap();
        if source.parse::<IpAddr>().is_ok() {
            assert!(documentation.iter().any(|range| source.starts_with(range)), "{source}");
        } else {
            assert!(
                source.ends_with(".amazonaws.com") || source == "AWS Internal",
                "{source}"
            );
        }
        for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|d| d.len() == 12) {
            let known = ["111122223333", "444455556666"].contains(&digits);
            assert!(known || text.contains(&format!("-{digits}\"")), "{digits} in {text}");
        }
    }
}

#[test]
fn ids_have_aws_form_and_name_no_account() {
    assert!(AccessKeyId::parse(SEED).is_ok());
    for text in records() {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        for id in words.filter(|w| {
            ["AKIA", "ASIA", "AIDA", "AROA", "AIPA"]
                .iter()
                .any(|p| w.starts_with(p))
        }) {
            let length = if id.starts_with("AK") || id.starts_with("AS") {
                20
            } else {
                21
            };
            assert_eq!(id.len(), length, "{id}");
            assert!(id.ends_with("EXAMPLE"), "{id}");
            assert_eq!(ids::account_hint(id), None, "{id}");
        }
    }
}

#[test]
fn session_tokens_say_example_and_are_redacted_on_reading() {
    let tokens = records().iter().filter(|text| text.contains("EXAMPLETOKEN")).count();
    assert!(tokens >= 10, "{tokens}");
    for record in read() {
        assert!(!record.body.to_string().contains("EXAMPLETOKEN"));
    }
}

#[test]
fn the_key_is_shared_by_the_application_and_the_attacker() {
    let all = read();
    let uses = |address: &str| -> Vec<_> {
        all.iter()
            .filter(|r| r.event.identity.access_key.as_deref() == Some(SEED))
            .filter(|r| r.event.source_ip.as_deref() == Some(address))
            .map(|r| r.event.time())
            .collect()
    };
    let (application, attacker) = (uses(cast::APPLICATION), uses(cast::ATTACKER));
    assert!(application.len() > 100 && attacker.len() > 20);
    assert!(application.first() < attacker.first() && application.last() > attacker.last());
}

/// The chain the demo promises: every kind of link is there, and what a key or session is said to be used for was made
/// before.
#[test]
fn every_credential_of_the_attacker_was_made_in_the_records() {
    let all = read();
    let mut made: HashMap<String, chrono::DateTime<chrono::Utc>> = HashMap::new();
    for record in all.iter().filter(|r| r.event.outcome.succeeded()) {
        for path in [
            "/responseElements/accessKey/accessKeyId",
            "/responseElements/credentials/accessKeyId",
        ] {
            if let Some(key) = record.body.pointer(path).and_then(Value::as_str) {
                assert!(
                    made.insert(key.to_owned(), record.event.time()).is_none(),
                    "{key} made twice"
                );
            }
        }
    }
    let attacker = [cast::ATTACKER, cast::ATTACKER_LATER, cast::MINER, cast::FUNCTION];
    let mut console = HashSet::new();
    for record in &all {
        let Some(key) = record.event.identity.access_key.as_deref() else {
            continue;
        };
        if !attacker.contains(&record.event.source_ip.as_deref().unwrap()) || key == SEED {
            continue;
        }
        if record.body["sessionCredentialFromConsole"] == "true" {
            console.insert(key);
            assert_eq!(record.event.identity.mfa, Some(false));
        } else {
            assert!(made.get(key).is_some_and(|time| *time <= record.event.time()), "{key}");
        }
    }
    assert_eq!(console.len(), 12);
}

#[test]
fn every_scene_is_there() {
    let all = read();
    for (name, count) in [
        ("CreateUser", 3),
        ("DeleteUser", 1),
        ("CreateAccessKey", 4),
        ("CreateLoginProfile", 1),
        ("ConsoleLogin", 1),
        ("CreateRole", 1),
        ("GetFederationToken", 1),
        ("GetSessionToken", 1),
        ("RunInstances", 2),
        ("StopLogging", 1),
        ("PutUserPolicy", 1),
        ("DetachUserPolicy", 1),
        ("CreateFunction20150331", 1),
        ("UpdateAccessKey", 1),
    ] {
        assert_eq!(successes(&all, name).len(), count, "{name}");
    }
    let ids: HashSet<_> = successes(&all, "CreateUser")
        .iter()
        .map(|r| r.body["responseElements"]["user"]["userId"].clone())
        .collect();
    assert_eq!(ids.len(), 3, "a user made again has a new id");
    let outsiders = successes(&all, "AssumeRole")
        .into_iter()
        .filter(|r| r.event.identity.account.as_deref() == Some(cast::OUTSIDE_ACCOUNT))
        .filter(|r| r.event.identity.access_key.is_none());
    assert_eq!(outsiders.count(), 1);
    let refused = all
        .iter()
        .filter(|r| r.event.outcome.error_code() == Some("Client.VcpuLimitExceeded"));
    assert_eq!(refused.count(), 4);
}
