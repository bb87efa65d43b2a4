//! What checks look up, made once for all of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::cloudtrail::{Event, json};
use crate::investigation::chain::trust;
use crate::investigation::{Investigation, Node, Pasted};

use super::super::when::is_read;

/// A call that switched a key on or off.
#[derive(Debug, Clone)]
pub(in super::super) struct KeySwitched {
    pub(super) at: DateTime<Utc>,
    pub(super) active: bool,
    pub(super) event: String,
}

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
    /// By key: the latest that switched it, whoever did.
    pub(super) switched: HashMap<String, KeySwitched>,
    /// By role: the latest trust policy, whoever wrote it.
    pub(super) trusts: HashMap<String, TrustWritten>,
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
            is_read: is_read(investigation),
            switched: HashMap::new(),
            trusts: HashMap::new(),
            nodes: investigation
                .chain()
                .nodes
                .iter()
                .map(|node| (&*node.node, node))
                .collect(),
            last_success: None,
        };
        let account = investigation.account().unwrap_or_default();
        // In order of time: the latest stays.
        for (event, body) in investigation.evidence().lineage() {
            let text = |member: &str| json::first(body, &format!("requestParameters.{member}"));
            if &*event.source != "iam.amazonaws.com" || !event.outcome.succeeded() {
                continue;
            }
            match event.base_name() {
                "UpdateAccessKey" => {
                    if let (Some(key), Some(status)) = (text("accessKeyId"), text("status")) {
                        facts.switched.insert(key.into_owned(), switched(event, &status));
                    }
                }
                "UpdateAssumeRolePolicy" => {
                    if let (Some(role), Some(document)) = (text("roleName"), text("policyDocument")) {
                        facts
                            .trusts
                            .insert(role.into_owned(), written(event, &document, account));
                    }
                }
                _ => {}
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

fn switched(event: &Event, status: &str) -> KeySwitched {
    KeySwitched {
        at: event.time(),
        active: status == "Active",
        event: event.id().to_owned(),
    }
}

fn written(event: &Event, document: &str, account: &str) -> TrustWritten {
    TrustWritten {
        at: event.time(),
        outsiders: trust::outsiders(document, account),
        event: event.id().to_owned(),
    }
}
