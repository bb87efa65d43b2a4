//! Policies, groups and outside parties, on the nodes that have them.
//!
//! Not credentials and never counted: they answer, beside each principal, "what may it do, and who may use it".

use std::collections::HashMap;

use super::grow::Garden;
use super::soil::Call;
use super::{Ended, Link, Node, Proof, trust};
use crate::catalogue::{Kind, Strength};
use crate::cloudtrail::{Event, json};
use crate::investigation::evidence::Activity;

/// Hangs under each principal of the chain what successful calls of the chain put on it.
pub(super) fn decorate(garden: &mut Garden<'_>, changes: &[(usize, Call<'_>, usize)]) {
    let undone = undone(garden);
    for (_, call, target) in changes {
        for ornament in ornaments(garden, *call, *target) {
            hang(garden, *target, ornament, &undone);
        }
    }
}

/// A decoration: what it is, and why.
struct Ornament<'e> {
    kind: Kind,
    link: Link,
    id: String,
    reason: String,
    event: &'e Event,
    /// The name of the call that would take it off again, and the target it names.
    undo: Option<(&'static str, String)>,
}

fn ornaments<'e>(garden: &Garden<'_>, call: Call<'e>, target: usize) -> Vec<Ornament<'e>> {
    let text = |path: &str| json::first(call.body, path).map(std::borrow::Cow::into_owned);
    let node = &garden.nodes[target];
    let name = call.event.base_name();
    let policy = |path: &str, undo: &'static str, verb: &str| {
        text(path)
            .map(|id| Ornament {
                kind: Kind::Other("policy"),
                link: Link::Attached,
                reason: format!("{name} {verb} it to {}", node.name),
                id,
                event: call.event,
                undo: Some((undo, node.name.clone())),
            })
            .into_iter()
            .collect()
    };
    match name {
        "AttachUserPolicy" => policy("requestParameters.policyArn", "DetachUserPolicy", "attached"),
        "AttachRolePolicy" => policy("requestParameters.policyArn", "DetachRolePolicy", "attached"),
        "AttachGroupPolicy" => policy("requestParameters.policyArn", "DetachGroupPolicy", "attached"),
        "PutUserPolicy" => policy("requestParameters.policyName", "DeleteUserPolicy", "wrote"),
        "PutRolePolicy" => policy("requestParameters.policyName", "DeleteRolePolicy", "wrote"),
        "PutGroupPolicy" => policy("requestParameters.policyName", "DeleteGroupPolicy", "wrote"),
        "AddUserToGroup" => text("requestParameters.groupName")
            .map(|group| Ornament {
                kind: Kind::Other("group"),
                link: Link::Member,
                reason: format!("{name} put {} into it", node.name),
                id: group,
                event: call.event,
                undo: Some(("RemoveUserFromGroup", node.name.clone())),
            })
            .into_iter()
            .collect(),
        "CreateRole" | "UpdateAssumeRolePolicy" => outsiders(call, node),
        _ => Vec::new(),
    }
}

fn outsiders<'e>(call: Call<'e>, role: &Node) -> Vec<Ornament<'e>> {
    let account = role.account.as_deref().unwrap_or_default();
    let document = [
        "requestParameters.policyDocument",
        "requestParameters.assumeRolePolicyDocument",
        "responseElements.role.assumeRolePolicyDocument",
    ]
    .iter()
    .find_map(|path| json::first(call.body, path));
    let found = document.map(|document| trust::outsiders(&document, account));
    found
        .unwrap_or_default()
        .into_iter()
        .map(|id| Ornament {
            kind: Kind::Other("aws_account"),
            link: Link::Trusts,
            reason: match id.as_str() {
                "*" => format!("{} lets anybody assume {}", call.event.base_name(), role.name),
                id => format!("{} lets {id} assume {}", call.event.base_name(), role.name),
            },
            id,
            event: call.event,
            undo: None,
        })
        .collect()
}

/// Successful removals: by call name, target and what was removed.
fn undone(garden: &Garden<'_>) -> HashMap<(String, String, String), Vec<Ended>> {
    let mut undone: HashMap<_, Vec<Ended>> = HashMap::new();
    for (event, body) in garden.soil.evidence.lineage().filter(|(e, _)| e.outcome.succeeded()) {
        let text = |member: &str| json::first(body, &format!("requestParameters.{member}"));
        let first = |members: &[&str]| members.iter().find_map(|m| text(m)).map(std::borrow::Cow::into_owned);
        let target = first(&["userName", "roleName"]).or_else(|| first(&["groupName"]));
        let what = first(&["policyArn", "policyName"]).or_else(|| first(&["groupName"]));
        if let (Some(target), Some(what)) = (target, what) {
            let by = event
                .identity
                .access_key
                .as_deref()
                .map_or_else(|| event.identity.label(), str::to_owned);
            let ended = Ended {
                time: event.time(),
                event_id: event.id().to_owned(),
                by,
            };
            undone
                .entry((event.base_name().to_owned(), target, what))
                .or_default()
                .push(ended);
        }
    }
    undone
}

fn hang(
    garden: &mut Garden<'_>,
    target: usize,
    ornament: Ornament<'_>,
    undone: &HashMap<(String, String, String), Vec<Ended>>,
) {
    let at = garden.nodes.len();
    let node_id = format!("{}/{}", ornament.event.id(), ornament.id);
    if !garden.node_ids.insert(node_id.clone()) {
        return;
    }
    let ended = ornament.undo.and_then(|(call, of)| {
        let removals = undone.get(&(call.to_owned(), of, ornament.id.clone()))?;
        removals.iter().find(|e| e.time >= ornament.event.time()).cloned()
    });
    let name = crate::cloudtrail::ids::Arn::parse(&ornament.id).map_or(ornament.id.clone(), |a| a.name().to_owned());
    garden.nodes.push(Node {
        node: node_id,
        parent: Some(target),
        children: Vec::new(),
        kind: ornament.kind,
        id: ornament.id,
        name,
        principal_id: None,
        account: garden.nodes[target].account.clone(),
        owner: None,
        link: ornament.link,
        strength: Strength::Exact,
        reason: ornament.reason,
        proof: Some(Proof::of(ornament.event)),
        activity: Activity::default(),
        ended,
        expires: None,
    });
    garden.nodes[target].children.push(at);
}
