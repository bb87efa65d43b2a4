//! The findings that one call shows: one row of `rows.jsonl` each, and twins of it that show nothing or only an attempt.

use std::collections::BTreeSet;

use keytrail::catalogue;
use keytrail::investigation::Verdict;
use serde_json::{Value, json};

use super::*;

struct Row {
    kind: &'static catalogue::FindingKind,
    service: String,
    name: String,
    said: Value,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("rows.jsonl").lines();
    lines
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            let (service, name) = row["call"].as_str().unwrap().split_once(' ').unwrap();
            Row {
                kind: catalogue::finding_kind(row["finding"].as_str().unwrap()).expect(line),
                service: service.to_owned(),
                name: name.to_owned(),
                said: row,
            }
        })
        .collect()
}

fn caller(word: &str) -> Caller {
    match word {
        "nobody" => Caller(json!({"type": "Unknown", "accountId": ACCOUNT})),
        "root without a key" => Caller(json!({"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT,
            "arn": format!("arn:aws:iam::{ACCOUNT}:root")})),
        "stranger" => user("stranger", "AKIAZZSTRANGER000001"),
        _ => seed(),
    }
}

impl Row {
    fn by(&self) -> &str {
        self.said["by"].as_str().unwrap_or("seed")
    }

    fn call(&self, by: &str, request: &Value) -> Call {
        call(&caller(by), 0, &self.service, &self.name).request(request.clone())
    }

    fn shown(&self) -> Call {
        self.call(self.by(), &self.said["request"])
    }

    /// What a call shows of the kind of this row.
    fn of(&self, call: Call) -> Vec<String> {
        let all = ids(&investigate(&[use_of(&seed(), -60), call]));
        all.into_iter()
            .filter(|id| id.split(':').next() == Some(self.kind.id))
            .collect()
    }
}

#[test]
fn each_call_shows_its_finding_with_its_weight_and_what_it_was_about() {
    for row in rows() {
        let case = investigate(&[use_of(&seed(), -60), row.shown()]);
        let finding = finding(&case, row.kind.id);
        assert_eq!(finding.severity, row.kind.severity, "{}", row.said);
        assert_eq!(finding.events, [row.shown().record().event.key], "{}", row.said);
        let said = finding.details.join("; ");
        assert!(said.contains(row.said["says"].as_str().unwrap_or_default()), "{said}");
        assert_eq!(
            finding.nodes.contains(&SEED.to_owned()),
            row.by() == "seed",
            "{}",
            row.said
        );
    }
}

#[test]
fn what_comes_near_shows_nothing_of_it() {
    for row in rows() {
        if let Some(near) = row.said.get("near") {
            assert_eq!(row.of(row.call(row.by(), near)), [""; 0], "{near}");
        }
        if let Some(by) = row.said.get("near_by") {
            assert_eq!(
                row.of(row.call(by.as_str().unwrap(), &row.said["request"])),
                [""; 0],
                "{by}"
            );
        }
        let other_service = call(&caller(row.by()), 0, "example", &row.name).request(row.said["request"].clone());
        assert_eq!(row.of(other_service), [""; 0], "{} of another service", row.name);
        if row.by() == "seed" {
            let stranger = row.call("stranger", &row.said["request"]);
            assert_eq!(
                row.of(stranger),
                [""; 0],
                "{} by somebody outside of the chain",
                row.name
            );
        }
    }
}

#[test]
fn what_failed_is_an_attempt_of_lower_weight_or_nothing() {
    for row in rows() {
        let failed = row.shown().with("errorCode", json!("AccessDenied"));
        let case = investigate(&[use_of(&seed(), -60), failed.clone()]);
        let tried = format!("{}:tried", row.kind.id);
        match row.kind.attempt {
            Some(weight) => {
                let finding = finding(&case, &tried);
                assert_eq!(finding.severity, weight);
                assert!(finding.title().starts_with("Tried in vain: ") && finding.why().starts_with("It failed."));
                assert!(weight < row.kind.severity, "{tried}");
            }
            None => assert_eq!(row.of(failed), [""; 0], "{}", row.said),
        }
    }
}

#[test]
fn what_an_expected_source_or_credential_did_is_no_finding() {
    for row in rows().into_iter().filter(|row| row.by() == "seed") {
        for subject in ["203.0.113.66 aws-cli", SEED] {
            let mut case = investigate(&[row.shown()]);
            judge(&mut case, subject, Verdict::Expected);
            assert_eq!(found(&case), [], "{subject} {}", row.said);
            judge(&mut case, subject, Verdict::Unknown);
            assert_eq!(finding(&case, row.kind.id).severity, row.kind.severity, "taken back");
        }
    }
}

#[test]
fn every_finding_has_a_row_or_a_story() {
    let file = include_str!("../../src/catalogue/findings.csv").lines().skip(1);
    let all: BTreeSet<&str> = file.map(|line| line.split(',').next().unwrap()).collect();
    let told: BTreeSet<&str> = rows().iter().map(|row| row.kind.id).chain(stories::TOLD).collect();
    assert_eq!(all, told);
}

#[test]
fn every_finding_names_an_item_of_the_playbook() {
    let playbook = keytrail::playbook::built_in("compromised-access-key").expect("built in");
    for row in rows() {
        assert!(
            playbook.items().any(|item| item.id == row.kind.item),
            "{}",
            row.kind.item
        );
    }
}
