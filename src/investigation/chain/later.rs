//! What happened later to what hangs in the chain, whoever did it: keys switched off and on, trust policies closed again.

use std::collections::HashMap;

use super::grow::Garden;
use super::{Ended, Link, Switched, trust};
use crate::catalogue::Kind;
use crate::cloudtrail::{Event, json};

/// The trust policies that were written, by account and role, in order of time.
type Trusts<'e> = HashMap<(String, String), Vec<(&'e Event, String)>>;

/// Writes it down on the nodes.
pub(super) fn look_later(garden: &mut Garden<'_>) {
    let mut switched: HashMap<String, Switched> = HashMap::new();
    let mut trusts: Trusts<'_> = HashMap::new();
    // In order of time: of a key the latest stays.
    for (event, body) in garden.soil.evidence.lineage() {
        let text = |member: &str| json::first(body, &format!("requestParameters.{member}"));
        if &*event.source != "iam.amazonaws.com" || !event.outcome.succeeded() {
            continue;
        }
        match event.base_name() {
            "UpdateAccessKey" => {
                if let (Some(key), Some(status)) = (text("accessKeyId"), text("status")) {
                    let call = Switched {
                        is_on: status == "Active",
                        time: event.time(),
                        event_id: event.id().to_owned(),
                    };
                    switched.insert(key.into_owned(), call);
                }
            }
            "UpdateAssumeRolePolicy" => {
                if let (Some(role), Some(document)) = (text("roleName"), text("policyDocument")) {
                    trusts
                        .entry((event.account().to_string(), role.into_owned()))
                        .or_default()
                        .push((event, document.into_owned()));
                }
            }
            _ => {}
        }
    }
    for at in 0..garden.nodes.len() {
        let node = &garden.nodes[at];
        if node.kind == Kind::AccessKey {
            let call = switched.get(&node.id).cloned();
            garden.nodes[at].switched = call;
        } else if node.link == Link::Trusts && node.ended.is_none() {
            garden.nodes[at].ended = shut_out(garden, at, &trusts);
        }
    }
}

/// The first trust policy after the one that let an outsider into a role that leaves it out.
fn shut_out(garden: &Garden<'_>, at: usize, trusts: &Trusts<'_>) -> Option<Ended> {
    let node = &garden.nodes[at];
    let role = garden.nodes.get(node.parent?).filter(|on| on.kind == Kind::Role)?;
    let account = role.account.as_deref().unwrap_or_default();
    let let_in = &node.proof.as_ref()?.key;
    let closes = |(event, document): &&(&Event, String)| {
        let is_readable = trust::document(document).is_some();
        event.key > *let_in && is_readable && !trust::outsiders(document, account).contains(&node.id)
    };
    let place = (account.to_owned(), role.name.clone());
    let (event, _) = trusts.get(&place)?.iter().find(closes)?;
    Some(Ended::by(event))
}
