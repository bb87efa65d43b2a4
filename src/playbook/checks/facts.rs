//! What checks look up, made once for all of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::cloudtrail::{Event, json};
use crate::investigation::chain::trust;
use crate::investigation::{Investigation, Node, Pasted};

/// A trust policy that was written, and whom it lets in from outside.
#[derive(Debug, Clone)]
pub(in super::super) struct TrustWritten {
    pub(super) at: DateTime<Utc>,
    pub(super) outsiders: Vec<String>,
    pub(super) event: String,
}

/// The investigation at a moment, with what has to be searched for.
#[derive(Debug)]
pub(in super::super) struct Facts<'i> {
    pub(super) investigation: &'i Investigation,
    pub(super) now: DateTime<Utc>,
    /// Whether everything was read that was asked for, as far as the sources can tell.
    pub(in super::super) is_read: bool,
    /// By account and role: the latest trust policy, whoever wrote it.
    pub(super) trusts: HashMap<(String, String), TrustWritten>,
    /// The nodes of the chain, by `node`.
    nodes: HashMap<&'i str, &'i Node>,
    /// The last successful call with a credential of the chain, and which that was.
    pub(super) last_success: Option<(DateTime<Utc>, &'i str)>,
}

impl<'i> Facts<'i> {
    pub(in super::super) fn of(investigation: &'i Investigation, now: DateTime<Utc>) -> Self {
        let mut facts = Self {
            investigation,
            now,
            is_read: investigation.is_read(),
            trusts: HashMap::new(),
            nodes: investigation
                .chain()
                .nodes
                .iter()
                .map(|node| (&*node.node, node))
                .collect(),
            last_success: None,
        };
        // In order of time: the latest stays.
        for (event, body) in investigation.evidence().lineage() {
            let text = |member: &str| json::first(body, &format!("requestParameters.{member}"));
            if &*event.source != "iam.amazonaws.com" || !event.outcome.succeeded() {
                continue;
            }
            if event.base_name() == "UpdateAssumeRolePolicy"
                && let (Some(role), Some(document)) = (text("roleName"), text("policyDocument"))
            {
                let place = (event.account().to_string(), role.into_owned());
                facts.trusts.insert(place, written(event, &document, event.account()));
            }
        }
        let keys: HashMap<&str, &'i str> = investigation
            .chain()
            .nodes
            .iter()
            .filter(|node| node.is_key())
            .map(|node| (&*node.id, &*node.id))
            .collect();
        for event in investigation.evidence().events() {
            let key = event.identity.access_key.as_deref().and_then(|key| keys.get(key));
            if let Some(key) = key
                && event.outcome.succeeded()
                && facts.last_success.is_none_or(|(last, _)| event.time() > last)
            {
                facts.last_success = Some((event.time(), key));
            }
        }
        facts
    }

    /// What the commands of the steps printed.
    pub(in super::super) fn pasted(&self) -> &'i [(DateTime<Utc>, Pasted)] {
        self.investigation.pasted()
    }

    pub(super) fn node(&self, node: Option<&str>) -> Option<&'i Node> {
        self.nodes.get(node?).copied()
    }
}

fn written(event: &Event, document: &str, account: &str) -> TrustWritten {
    TrustWritten {
        at: event.time(),
        outsiders: trust::outsiders(document, account),
        event: event.id().to_owned(),
    }
}
