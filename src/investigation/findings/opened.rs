//! Policies that calls write: what they mean, and to whom they open what.

use serde_json::Value;

use super::Sighting;
use crate::catalogue::{PolicyAt, PolicyKind};
use crate::cloudtrail::{Event, json};
use crate::investigation::chain::trust;
use crate::investigation::policy::meaning::{self, Reach};
use crate::investigation::policy::outside::{self, Outsider};

/// What a call that writes a policy shows: the findings, and what the policy says.
pub(super) fn find(event: &Event, at: PolicyAt, record: &Value) -> Vec<(&'static str, String)> {
    let target = json::first(record, at.target).unwrap_or_default();
    let policies: Vec<Value> = json::values(record, at.policy)
        .into_iter()
        .filter_map(meaning::read)
        .collect();
    let words = policies.iter().flat_map(meaning::words).collect::<Vec<_>>().join("; ");
    if policies.is_empty() {
        let named = named(event, at, record);
        if named.is_empty() {
            return Vec::new();
        }
        return vec![("resource-opened", format!("{target}: {} may use it", named.join(", ")))];
    }
    let account = event.account();
    let open: Vec<Outsider> = policies
        .iter()
        .flat_map(|policy| outside::let_in(policy, account))
        .collect();
    let unsaid = who(&open, &words);
    let words = words + &unsaid;
    let said = match (&*target, words.as_str()) {
        ("", words) => words.to_owned(),
        (target, "") => target.to_owned(),
        (target, words) => format!("{target}: {words}"),
    };
    let reach = policies.iter().map(meaning::reach).max().unwrap_or(Reach::Ordinary);
    let id = match (at.kind, reach) {
        (PolicyKind::Identity, Reach::Administrator) => "administrator-granted",
        (PolicyKind::Identity, Reach::Escalates) => "escalation-granted",
        (PolicyKind::Trust, _) if open.contains(&Outsider::Anybody) => "trust-to-anybody",
        (PolicyKind::Trust, _) if !open.is_empty() => "trust-to-outside",
        (PolicyKind::Resource, _) if !open.is_empty() && event.service() == "s3" => "bucket-opened",
        (PolicyKind::Resource, _) if !open.is_empty() => "resource-opened",
        _ => "policy-written",
    };
    vec![(id, said)]
}

/// Whom the conditions of a policy leave, where its words do not say so.
fn who(open: &[Outsider], words: &str) -> String {
    let said = open.iter().map(|outsider| match outsider {
        Outsider::Anybody => "everybody",
        Outsider::Named(who) => who,
    });
    match said.filter(|who| !words.contains(who)).collect::<Vec<_>>()[..] {
        [] => String::new(),
        ref unsaid => format!("; that is {}", unsaid.join(", ")),
    }
}

/// Those outside of the account whom a call names one by one, without a policy.
fn named(event: &Event, at: PolicyAt, record: &Value) -> Vec<String> {
    let named = trust::grantees(record, at.policy).unwrap_or_default();
    let outside = named
        .iter()
        .filter(|principal| !outside::named(principal, event.account()).is_empty());
    outside.map(meaning::whom).collect()
}

impl Sighting {
    /// The sightings of a policy, each with whether it may be everyday work.
    pub(super) fn of_policy(
        event: &Event,
        at: usize,
        policy: PolicyAt,
        record: Option<&Value>,
        is_everyday: impl Fn(&'static str) -> bool,
    ) -> Vec<Self> {
        let found = record.map(|record| find(event, policy, record)).unwrap_or_default();
        let each = found
            .into_iter()
            .filter_map(|(id, said)| Self::of(id, at, said, is_everyday(id)));
        each.collect()
    }
}
