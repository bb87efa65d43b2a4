//! Policies, groups and outside parties, on the nodes that have them.
//!
//! Not credentials and never counted: they answer, beside each principal, "what may it do, and who may use it".

use std::collections::HashMap;

use super::grow::Garden;
use super::soil::Call;
use super::subject::grantee_path;
use super::trust::Principal;
use super::{Ended, KnownBy, Link, Node, Proof, trust};
use crate::catalogue::{self, Basis, Kind, Strength};
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
    /// What would take it off again.
    undo: Option<Undo>,
    /// On what the rule rests.
    basis: Basis,
}

fn ornaments<'e>(garden: &Garden<'_>, call: Call<'e>, target: usize) -> Vec<Ornament<'e>> {
    let node = &garden.nodes[target];
    let (event, name) = (call.event, call.event.base_name());
    if let Some(attachment) = catalogue::attachment(&event.source, name) {
        let link = if attachment.is_member {
            Link::Member
        } else {
            Link::Attached
        };
        let what = json::first(call.body, attachment.what_path);
        let on = json::first(call.body, attachment.target_path);
        let ornament = what.map(|what| Ornament {
            kind: attachment.kind,
            link,
            reason: format!(
                "{name} by {}: {} {}",
                event.identity.label(),
                attachment.verb,
                node.name
            ),
            undo: on.map(|on| Undo::of(event, attachment.undone_by, &on, &what)),
            id: what.into_owned(),
            event,
            basis: call.rule.basis,
        });
        return ornament.into_iter().collect();
    }
    let trusts = match name {
        "CreateRole" | "UpdateAssumeRolePolicy" => trusted(call),
        "CreateFunctionUrlConfig" => vec![Principal::Anybody],
        _ => grantee_path(call.rule)
            .and_then(|path| trust::grantees(call.body, path))
            .unwrap_or_default(),
    };
    outsiders(call, node, &trusts)
}

/// Whom a trust policy names.
fn trusted(call: Call<'_>) -> Vec<Principal> {
    let document = [
        "requestParameters.policyDocument",
        "requestParameters.assumeRolePolicyDocument",
        "responseElements.role.assumeRolePolicyDocument",
    ]
    .iter()
    .find_map(|path| json::first(call.body, path));
    document.map(|d| trust::principals(&d)).unwrap_or_default()
}

fn outsiders<'e>(call: Call<'e>, node: &Node, trusts: &[Principal]) -> Vec<Ornament<'e>> {
    let account = node.account.as_deref().unwrap_or_default();
    let found = trust::outside(trusts, account);
    let verb = if node.kind == Kind::Role { "assume" } else { "use" };
    found
        .into_iter()
        .map(|id| Ornament {
            kind: Kind::Other("aws_account"),
            link: Link::Trusts,
            reason: match id.as_str() {
                "*" => format!("{} lets anybody {verb} {}", call.event.base_name(), node.name),
                id => format!("{} lets {id} {verb} {}", call.event.base_name(), node.name),
            },
            id,
            event: call.event,
            undo: None,
            basis: call.rule.basis,
        })
        .collect()
}

/// The removal of something from something: by which call, in which account, of what from what.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Undo {
    call: String,
    account: String,
    target: String,
    what: String,
}

impl Undo {
    fn of(event: &Event, call: &str, target: &str, what: &str) -> Self {
        Self {
            call: call.to_owned(),
            account: event.account().to_owned(),
            target: target.to_owned(),
            what: what.to_owned(),
        }
    }
}

/// Successful removals.
fn undone(garden: &Garden<'_>) -> HashMap<Undo, Vec<Ended>> {
    let mut undone: HashMap<Undo, Vec<Ended>> = HashMap::new();
    for (event, body) in garden.soil.evidence.lineage().filter(|(e, _)| e.outcome.succeeded()) {
        for detached in catalogue::detachments(&event.source, event.base_name()) {
            let text = |path: &str| json::first(body, path);
            let (Some(target), Some(what)) = (text(detached.target_path), text(detached.what_path)) else {
                continue;
            };
            let undo = Undo::of(event, event.base_name(), &target, &what);
            undone.entry(undo).or_default().push(Ended::by(event));
        }
    }
    undone
}

fn hang(garden: &mut Garden<'_>, target: usize, ornament: Ornament<'_>, undone: &HashMap<Undo, Vec<Ended>>) {
    let at = garden.nodes.len();
    let node_id = format!("{}/{}", ornament.event.id(), ornament.id);
    if !garden.node_ids.insert(node_id.clone()) {
        return;
    }
    let ended = ornament.undo.and_then(|undo| {
        let removals = undone.get(&undo)?;
        removals.iter().find(|e| e.time >= ornament.event.time()).cloned()
    });
    let name = crate::cloudtrail::ids::Arn::parse(&ornament.id).map_or(ornament.id.clone(), |a| a.name().to_owned());
    garden.nodes.push(Node {
        node: node_id,
        parent: Some(target),
        children: Vec::new(),
        kind: ornament.kind,
        id: ornament.id,
        known_by: KnownBy::Id,
        name,
        principal_id: None,
        account: garden.nodes[target].account.clone(),
        owner: None,
        link: ornament.link,
        strength: Strength::Exact,
        basis: Some(ornament.basis),
        reason: ornament.reason,
        look_ups: Vec::new(),
        proof: Some(Proof::of(ornament.event)),
        activity: Activity::default(),
        ended,
        switched: None,
        expires: None,
    });
    garden.nodes[target].children.push(at);
}
