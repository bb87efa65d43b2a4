//! Who uses what a change is about, besides the chain: by IAM, and by the records.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Around;
use crate::cloudtrail::{Event, ids, time};
use crate::investigation::account::LastUse;
use crate::investigation::actor::actor_id;
use crate::investigation::chain::trust;
use crate::investigation::{Activity, Verdict};

/// So many users of a key or a role are named one by one.
const MOST: usize = 3;

impl Around<'_> {
    /// When IAM says that a key was used last.
    pub(super) fn last_use(&self, key: &str) -> Option<String> {
        let used: &LastUse = self.object.user()?.last_use.get(key)?.known()?;
        Some(used.at.map_or_else(
            || "never used".to_owned(),
            |at| format!("last used {}, {} in {}", time::format(at), used.service, used.region),
        ))
    }

    /// What IAM and the records say of who uses a key.
    pub(super) fn users_of_key(&self, key: &str) -> Vec<String> {
        let mut said: Vec<String> = self
            .last_use(key)
            .map(|used| format!("{key}: {used} (IAM)"))
            .into_iter()
            .collect();
        let signed = self.users(|event| {
            let is_it = event.identity.access_key.as_deref() == Some(key);
            is_it.then(|| actor_id(event))
        });
        let ours = signed.filter(|(source, _)| self.investigation.verdict(source) != Verdict::Malicious);
        let judged = |source: &str| match self.investigation.verdict(source) {
            Verdict::Expected => "ours",
            _ => "not judged",
        };
        said.extend(
            ours.take(MOST)
                .map(|(source, activity)| format!("{key}: {} by {source}, {}", calls(&activity), judged(&source))),
        );
        said
    }

    /// Who has sessions of a role, besides the chain.
    pub(super) fn users_of_role(&self, role: &str) -> Vec<String> {
        let nodes = &self.investigation.chain().nodes;
        let chain: BTreeSet<&str> = nodes
            .iter()
            .filter(|node| node.is_key())
            .map(|node| node.id.as_str())
            .collect();
        let others = self.users(|event| {
            let arn = event.identity.arn.as_deref()?;
            let is_other = event
                .identity
                .access_key
                .as_deref()
                .is_none_or(|key| !chain.contains(key));
            let name = arn.rsplit('/').next()?;
            (is_other && ids::assumed_role_name(arn) == Some(role)).then(|| name.to_owned())
        });
        let mut said: Vec<String> = others
            .take(MOST)
            .map(|(session, activity)| format!("Session {session}, not of the chain: {}", calls(&activity)))
            .collect();
        if let Some(parts) = self.object.role() {
            if let Some(at) = parts.last_used {
                said.push(format!("Last used {} (IAM)", time::format(at)));
            }
            let trusted = parts.trust.known().map(|trust| trust::principals(trust));
            let trusted: Vec<String> = trusted.iter().flatten().map(principal_words).collect();
            if !trusted.is_empty() {
                said.push(format!("Trusted to assume it: {}", trusted.join(", ")));
            }
            for profile in parts.profiles.known().into_iter().flatten() {
                said.push(format!(
                    "Instance profile {profile} carries it: instances with it lose it"
                ));
            }
        }
        said
    }

    /// Calls by who made them, the latest first.
    fn users<'s>(&'s self, who: impl Fn(&'s Event) -> Option<String>) -> impl Iterator<Item = (String, Activity)> {
        let mut users: BTreeMap<String, Activity> = BTreeMap::new();
        for event in self.investigation.evidence().events() {
            if let Some(who) = who(event) {
                users.entry(who).or_default().add(event);
            }
        }
        let mut users: Vec<_> = users.into_iter().collect();
        users.sort_by_key(|(_, activity)| std::cmp::Reverse(activity.last));
        users.into_iter()
    }
}

fn calls(activity: &Activity) -> String {
    let last = activity.last.map(|at| format!(", last {}", time::format(at)));
    let calls = if activity.events == 1 { "call" } else { "calls" };
    format!("{} {calls}{}", activity.events, last.unwrap_or_default())
}

/// Whom a trust policy lets in, in words.
pub(super) fn principal_words(principal: &trust::Principal) -> String {
    use trust::Principal::{Account, Anybody, Arn, Federated, Service};
    match principal {
        Anybody => "anybody".to_owned(),
        Account(id) => format!("account {id}"),
        Arn(name) | Service(name) | Federated(name) => name.clone(),
    }
}
