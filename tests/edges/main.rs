//! Every rule of lineage, row by row: what a record of the documented shape makes, and what its twins do not.
//!
//! `rows.jsonl` holds one row for each row of `src/catalogue/lineage.csv`: the call, the members of its record, and the
//! node it makes as `kind link id` (`EVENT` stands for the id of the event). Optional are `parent` (else the seed),
//! `before` (what must have happened), `without` (members of twins that make nothing) and `attempt`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod classified;
mod recorded;
#[path = "../support/mod.rs"]
mod support;
mod twins;

use std::collections::BTreeSet;

use keytrail::catalogue::{self, Basis, Rule};
use keytrail::cloudtrail::event::without_api_date;
use keytrail::investigation::{Investigation, Node};
use serde_json::{Map, Value};
use support::incident::*;

/// When the call of a row is made: what is before it takes a second each.
const WHEN: i64 = 10;

/// One row.
pub(crate) struct Row(Value);

impl Row {
    pub(crate) fn all() -> Vec<Self> {
        let lines = include_str!("rows.jsonl").lines();
        lines
            .map(|line| Self(serde_json::from_str(line).expect("JSON")))
            .collect()
    }

    fn parts(row: &Value) -> (&str, &str) {
        row["call"].as_str().unwrap().split_once(' ').unwrap()
    }

    pub(crate) fn rule(&self) -> &'static Rule {
        let (service, name) = Self::parts(&self.0);
        let source = format!("{service}.amazonaws.com");
        catalogue::rule(&source, without_api_date(name)).unwrap_or_else(|| panic!("no rule for {}", self.0["call"]))
    }

    /// The record, signed with the seed unless it says otherwise.
    pub(crate) fn record(&self) -> Call {
        written(&self.0, WHEN)
    }

    /// The record with other members in place of its own.
    pub(crate) fn with_members(&self, members: &Value) -> Call {
        let mut row = self.0.clone();
        row["record"] = members.clone();
        for kept in ["additionalEventData", "userIdentity", "serviceEventDetails"] {
            if let (None, Some(own)) = (members.get(kept), self.0["record"].get(kept)) {
                row["record"][kept] = own.clone();
            }
        }
        written(&row, WHEN)
    }

    /// The records of what must have happened before.
    pub(crate) fn before(&self) -> Vec<Call> {
        let before = self.0["before"].as_array().into_iter().flatten();
        (0..).zip(before).map(|(second, row)| written(row, second)).collect()
    }

    pub(crate) fn list(&self, member: &str) -> &[Value] {
        self.0[member].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn is_attempt(&self) -> bool {
        self.0["attempt"] == true
    }

    pub(crate) fn parent(&self) -> &str {
        self.0["parent"].as_str().unwrap_or(SEED)
    }

    /// `kind link id < parent`
    pub(crate) fn expected(&self, call: &Call) -> String {
        let node = self.0["node"].as_str().unwrap().replace("EVENT", &call.id());
        format!("{node} < {}", self.parent())
    }
}

fn written(row: &Value, second: i64) -> Call {
    let (service, name) = Row::parts(row);
    let members = row["record"].as_object().cloned().unwrap_or_else(Map::new);
    let call = call(&seed(), second, service, name);
    members
        .into_iter()
        .fold(call, |call, (member, value)| call.with(&member, value))
}

/// The nodes that an event proves, attached parties left out, as `kind link id < parent`.
pub(crate) fn proved_by(case: &Investigation, call: &Call) -> Vec<String> {
    let nodes = &case.chain().nodes;
    let parent = |node: &Node| node.parent.map_or("", |parent| &nodes[parent].id).to_owned();
    let is_beside = |node: &Node| matches!(node.link.as_str(), "attached" | "member" | "trusts");
    let proved = nodes.iter().filter(|node| !is_beside(node));
    proved
        .filter(|node| node.proof.as_ref().is_some_and(|proof| *proof.key.id == *call.id()))
        .map(|node| format!("{} {} {} < {}", node.kind, node.link.as_str(), node.id, parent(node)))
        .collect()
}

/// The chain of what was before a row and one call.
pub(crate) fn case(row: &Row, call: &Call) -> Investigation {
    let mut calls = row.before();
    calls.push(call.clone());
    investigate(&calls)
}

#[test]
fn every_rule_has_a_row_and_every_row_a_rule() {
    let rows = Row::all();
    let named = |rule: &Rule| format!("{} {}", rule.source, rule.name);
    let of_rows: BTreeSet<String> = rows.iter().map(|row| named(row.rule())).collect();
    let of_rules: BTreeSet<String> = catalogue::rules().map(named).collect();
    assert_eq!(of_rows, of_rules);
    assert_eq!(rows.len(), of_rows.len(), "one row each");
}

#[test]
fn a_record_of_the_shape_makes_the_node_under_its_parent() {
    for row in Row::all() {
        let call = row.record();
        let case = case(&row, &call);
        assert_eq!(proved_by(&case, &call), [row.expected(&call)], "{}", row.0["call"]);
        let nodes = &case.chain().nodes;
        let node = nodes
            .iter()
            .find(|n| n.proof.as_ref().is_some_and(|p| *p.key.id == *call.id()));
        let node = node.unwrap();
        assert_eq!(
            node.basis,
            Some(row.rule().basis),
            "the basis goes with the link: {}",
            row.0["call"]
        );
        if row.rule().basis == Basis::Inferred {
            assert_eq!(node.strength.as_str(), "inferred", "{}", row.0["call"]);
        }
    }
}
