//! Everything together: the tree, and what belongs to it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::branches::{principal, since};
use super::grow::{Garden, Sameness, Touched};
use super::lifeline::Name;
use super::signers::Signers;
use super::soil::{Call, Soil};
use super::subject::subjects;
use super::{Attempt, Chain, Change, Counts, KnownBy, Link, Node, Proof, decorate, later};
use crate::catalogue::{Effect, Kind, Relation};
use crate::cloudtrail::{Event, EventKey};
use crate::investigation::Evidence;
use crate::investigation::evidence::Activity;

/// Derives the chain from the events: a pure function of their set.
pub fn derive(evidence: &Evidence, seeds: &[String]) -> Chain {
    if seeds.is_empty() {
        return Chain::default();
    }
    let soil = Soil::prepare(evidence);
    let mut garden = Garden::grow(&soil, seeds);
    name_accounts(&mut garden);
    end_nodes(&mut garden);
    count_use_of_passwords(&mut garden);
    let calls = calls_of_chain(&garden);
    let targets = targets(&garden, &calls);
    decorate::decorate(&mut garden, &targets);
    later::look_later(&mut garden);
    let changes = changes(&garden, &calls);
    let attempts = attempts(&garden, &calls);
    let counts = counts(&garden, seeds);
    let warnings = warnings(&garden);
    let seed_minted_by = seed_minted_by(&soil, &seeds[0]);
    Chain {
        signers: Signers::of(&garden.nodes),
        nodes: garden.nodes,
        changes,
        attempts,
        seed_minted_by,
        warnings,
        counts,
    }
}

/// Accounts are made in the background, and named by the result.
fn name_accounts(garden: &mut Garden<'_>) {
    let made = &garden.soil.accounts_made;
    for node in garden
        .nodes
        .iter_mut()
        .filter(|node| node.kind == Kind::Other("aws_account"))
    {
        if let Some(account) = made.get(&node.id) {
            node.id.clone_from(account);
            node.name.clone_from(account);
            node.reason.push_str("; the account is named by CreateAccountResult");
        }
    }
}

/// Marks what a successful deletion ended: only the incarnation that existed then.
fn end_nodes(garden: &mut Garden<'_>) {
    for at in 0..garden.nodes.len() {
        let node = &garden.nodes[at];
        let lifelines = &garden.soil.lifelines;
        let life = match (node.kind, &garden.calls[at]) {
            (Kind::User | Kind::Role | Kind::LoginProfile, Some(call))
                if node.link == Link::Created || node.link == Link::Modified =>
            {
                lifelines.of_event(&call.event.key, node.kind)
            }
            (Kind::Session | Kind::ConsoleLogin, _) => None,
            (_, Some(call)) => {
                let subject = subjects(call.rule, call.event, call.body)
                    .into_iter()
                    .find(|s| s.id == node.id);
                let name = subject.filter(|s| s.known_by == KnownBy::Id).map(|s| s.life);
                // An account is made in the background: it got its id later.
                let named = || Name::in_event(node.kind, call.event, call.event.account(), &node.id);
                lifelines.at(&name.unwrap_or_else(named), call.event.time())
            }
            (kind, None) => {
                // Nothing proves a seed, but it was there when it was used.
                let when = node.proof.as_ref().map(|p| p.key.time).or(node.activity.first);
                let when = when.unwrap_or(chrono::DateTime::<chrono::Utc>::MIN_UTC);
                lifelines.at(&Name::new(kind, "", "", &node.id), when)
            }
        };
        let ended = life.and_then(|(_, l)| l.ended.clone());
        garden.nodes[at].ended = ended;
    }
}

/// A password is used by signing in, and by the keys of the sessions that opens.
fn count_use_of_passwords(garden: &mut Garden<'_>) {
    for at in 0..garden.nodes.len() {
        if garden.nodes[at].kind != Kind::LoginProfile {
            continue;
        }
        let mut used = Activity::default();
        for &child in &garden.nodes[at].children {
            used.merge(&garden.nodes[child].activity);
            if let Some(call) = garden.calls[child].filter(|_| garden.nodes[child].kind == Kind::ConsoleLogin) {
                used.add(call.event);
            }
        }
        garden.nodes[at].activity = used;
    }
}

/// Every lineage call made by a node of the chain, but those that only read: (node, call).
fn calls_of_chain<'e>(garden: &Garden<'e>) -> Vec<(usize, Call<'e>)> {
    let mut calls: BTreeMap<&EventKey, (usize, Call<'e>)> = BTreeMap::new();
    for (at, node) in garden.nodes.iter().enumerate() {
        let since = since(node);
        let made = if node.is_key() {
            garden.soil.by_key.get(&*node.id)
        } else if matches!(node.kind, Kind::User | Kind::Role) && node.link == Link::Created {
            garden.soil.keyless.get(&*principal(node).0)
        } else {
            None
        };
        for call in made
            .into_iter()
            .flatten()
            .filter(|c| c.rule.effect != Effect::Exposes && since.is_none_or(|t| c.event.time() >= t))
        {
            calls.entry(&call.event.key).or_insert((at, *call));
        }
    }
    calls.into_values().collect()
}

/// For each successful call, the node it made or touched: (by, call, target).
fn targets<'e>(garden: &Garden<'e>, calls: &[(usize, Call<'e>)]) -> Vec<(usize, Call<'e>, usize)> {
    let by_proof: BTreeMap<&EventKey, usize> = garden
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(i, n)| n.proof.as_ref().map(|p| (&p.key, i)))
        .collect();
    let mut found = Vec::new();
    for (by, call) in calls.iter().filter(|(_, c)| c.event.outcome.succeeded()) {
        for subject in subjects(call.rule, call.event, call.body) {
            let lifelines = &garden.soil.lifelines;
            let of_life = lifelines
                .at(&subject.life, call.event.time())
                .and_then(|(_, l)| l.created.as_ref());
            let touched = || Sameness::Touched(Touched::by(lifelines, *call, &subject));
            let target = of_life
                .and_then(|key| by_proof.get(key))
                .or_else(|| garden.known.get(&touched()));
            if let Some(target) = target {
                found.push((*by, *call, *target));
            }
        }
    }
    found
}

fn changes(garden: &Garden<'_>, calls: &[(usize, Call<'_>)]) -> Vec<Change> {
    let proofs: HashSet<&EventKey> = garden
        .nodes
        .iter()
        .filter(|n| n.link.is_core())
        .filter_map(|n| n.proof.as_ref())
        .map(|p| &p.key)
        .collect();
    calls
        .iter()
        .filter(|(_, c)| c.event.outcome.succeeded() && matches!(c.rule.relation, Relation::Change(_)))
        // A way in to something is no change of it.
        .filter(|(_, c)| c.rule.effect != Effect::Gives)
        .filter(|(_, c)| !proofs.contains(&c.event.key))
        .flat_map(|(by, call)| {
            subjects(call.rule, call.event, call.body)
                .into_iter()
                .map(|subject| Change {
                    event: call.event.key.clone(),
                    name: call.event.name.to_string(),
                    relation: call.rule.relation.as_str(),
                    by: garden.nodes[*by].node.clone(),
                    target: subject.id,
                    detail: subject.detail,
                })
        })
        .collect()
}

fn attempts(garden: &Garden<'_>, calls: &[(usize, Call<'_>)]) -> Vec<Attempt> {
    let failed = calls
        .iter()
        .filter(|(_, c)| c.rule.is_attempt_when_failed() && !c.event.outcome.succeeded());
    let mut attempts: Vec<Attempt> = failed
        .map(|(by, call)| attempt(call.event, &garden.nodes[*by]))
        .collect();
    // Failed sign-ins of users of the chain carry no key.
    let users: BTreeMap<&str, &Node> = garden
        .nodes
        .iter()
        .filter(|n| n.kind == Kind::User && n.link == Link::Created)
        .filter_map(|n| n.principal_id.as_deref().map(|id| (id, n)))
        .collect();
    for (event, _) in garden.soil.evidence.lineage() {
        let failed_login = &*event.name == "ConsoleLogin" && !event.outcome.succeeded();
        if let Some(user) = event
            .identity
            .unique_id()
            .filter(|_| failed_login)
            .and_then(|id| users.get(id))
        {
            attempts.push(attempt(event, user));
        }
    }
    attempts.sort_by(|a, b| a.event.cmp(&b.event));
    attempts
}

fn attempt(event: &Event, by: &Node) -> Attempt {
    Attempt {
        event: event.key.clone(),
        name: event.name.to_string(),
        error: event.outcome.error_code().unwrap_or_default().to_owned(),
        hint: event.outcome.error_message().unwrap_or_default().to_owned(),
        by: by.node.clone(),
    }
}

fn counts(garden: &Garden<'_>, seeds: &[String]) -> Counts {
    let seeds: BTreeSet<&str> = seeds.iter().map(String::as_str).collect();
    let mut counts = Counts::default();
    // What follows from a link beyond the core is beyond it too. Parents stand before their children.
    let mut is_core: Vec<bool> = Vec::with_capacity(garden.nodes.len());
    for node in &garden.nodes {
        let core = node.parent.is_none_or(|parent| is_core[parent] && node.link.is_core());
        is_core.push(core);
        if !node.is_key() {
            continue;
        }
        if seeds.contains(&*node.id) {
            counts.seed += node.activity.events;
        }
        if core {
            counts.chain += node.activity.events;
            counts.failed += node.activity.failed;
        }
    }
    counts
}

/// The call whose answer held the seed, unless the seed signed it itself (quirk Q27).
fn seed_minted_by(soil: &Soil<'_>, seed: &str) -> Option<Proof> {
    soil.mints
        .get(seed)?
        .iter()
        .filter_map(|key| soil.evidence.find(key))
        .map(|at| &soil.evidence.events()[at])
        .find(|event| event.identity.access_key.as_deref() != Some(seed))
        .map(Proof::of)
}

fn warnings(garden: &Garden<'_>) -> Vec<String> {
    let keys: BTreeSet<&str> = garden.nodes.iter().filter(|n| n.is_key()).map(|n| &*n.id).collect();
    let mut principals: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (identity, _) in garden.soil.evidence.callers() {
        let (Some(key), Some(arn)) = (identity.access_key.as_deref(), identity.arn.as_deref()) else {
            continue;
        };
        if keys.contains(key) && identity.invoked_by.is_none() {
            principals.entry(key).or_default().insert(arn);
        }
    }
    let mut warnings: Vec<String> = principals
        .iter()
        .filter(|(_, arns)| arns.len() > 1)
        .map(|(key, arns)| {
            format!(
                "{key} signs calls of {} different principals: a key belongs to one, so the ids in this data were \
                 replaced and links by this key prove little",
                arns.len()
            )
        })
        .collect();
    let thin = garden
        .soil
        .evidence
        .lineage()
        .filter(|(_, body)| body.get("keytrailSource").is_some())
        .count();
    if thin > 0 {
        warnings.push(format!(
            "{thin} calls come from a console CSV, which holds no answers: links found through them are weaker"
        ));
    }
    warnings
}
