//! Sessions that others obtained: of a role the chain made, of a role it opened, for compute it started.

use chrono::{DateTime, Utc};

use super::branches::offer_used;
use super::grow::{Garden, Offer, Sameness, rank};
use super::lifeline::Name;
use super::soil::Call;
use super::subject::{Subject, subjects};
use super::{Link, trust};
use crate::catalogue::{Kind, Relation, Strength};
use crate::cloudtrail::{Event, Identity, IdentityType, ids, json};

/// Sessions of a role of the chain that somebody else obtained, often a service.
pub(super) fn sessions_of_role(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let (name, id, account) = (
        node.name.clone(),
        node.principal_id.clone(),
        node.account.clone().unwrap_or_default(),
    );
    let born = node.proof.as_ref().map(|p| p.key.clone());
    for call in garden.soil.role_sessions.get(&name).cloned().unwrap_or_default() {
        let Some(session) = session_of(call) else { continue };
        let session_role = session.principal_id.as_deref().map(ids::unique_id);
        let same_role = if let (Some(role), Some(of)) = (&id, session_role) {
            role == of
        } else {
            // Services may leave assumedRoleUser out (quirk Q33): then the name and the time decide.
            let life = garden
                .soil
                .lifelines
                .at(&Name::new(Kind::Role, &account, "", &name), call.event.time());
            session.account == account && life.and_then(|(_, l)| l.created.as_ref()) == born.as_ref()
        };
        if same_role {
            let reason = format!(
                "{} obtained a session of role {name}, which the chain made",
                caller(call)
            );
            let rank = match call.event.identity.access_key {
                Some(_) => rank::ROLE_SESSION_BY_KEY,
                None => rank::ROLE_SESSION,
            };
            let place = (Link::RoleSession, rank);
            garden.offer(Offer::of_call(&garden.soil.lifelines, at, place, call, session, reason));
        }
    }
}

/// The session that a call returned; `None` where its record does not show the key.
pub(super) fn session_of(call: Call<'_>) -> Option<Subject> {
    let session = subjects(call.rule, call.event, call.body).pop();
    session.filter(Subject::is_key)
}

pub(super) fn caller(call: Call<'_>) -> String {
    let identity = &call.event.identity;
    match identity.kind {
        IdentityType::AwsAccount => format!("account {}", identity.account.as_deref().unwrap_or("unknown")),
        _ => identity.label(),
    }
}

/// Sessions of a role that was there before, which the chain opened to whoever obtained them.
pub(super) fn sessions_let_in(garden: &mut Garden<'_>, at: usize) {
    let Some(opened) = garden.calls[at].filter(|c| c.rule.relation == Relation::Change("trusts_external")) else {
        return;
    };
    let node = &garden.nodes[at];
    let (name, account) = (node.name.clone(), node.account.clone().unwrap_or_default());
    let Some(document) = json::first(opened.body, "requestParameters.policyDocument") else {
        return;
    };
    let admitted = trust::principals(&document);
    let closed = closed_again(garden, &name, &account, opened);
    for call in garden.soil.role_sessions.get(&name).cloned().unwrap_or_default() {
        let when = call.event.time();
        let in_force = when >= opened.event.time() && closed.is_none_or(|t| when < t);
        if !in_force
            || !admitted
                .iter()
                .any(|p| p.admits(&call.event.identity, call.body, &account))
        {
            continue;
        }
        let Some(mut session) = session_of(call) else { continue };
        if session.account != account {
            continue;
        }
        // What the policy said before is not in the evidence, so the caller may have been let in already.
        session.strength = Strength::Inferred;
        let reason = format!(
            "{} obtained a session of role {name} after the chain rewrote its trust policy",
            caller(call)
        );
        let place = (Link::LetIn, rank::BEYOND);
        garden.offer(Offer::of_call(&garden.soil.lifelines, at, place, call, session, reason));
    }
}

/// When somebody outside the chain wrote the trust policy again.
fn closed_again(garden: &Garden<'_>, role: &str, account: &str, opened: Call<'_>) -> Option<DateTime<Utc>> {
    let edits = garden.soil.trust_edits.get(role).into_iter().flatten();
    edits
        .map(|call| call.event)
        .filter(|e| e.account() == account && e.time() > opened.event.time())
        .filter(|e| {
            let signer = e.identity.access_key.as_deref();
            !signer.is_some_and(|key| garden.known.contains_key(&Sameness::Key(key.to_owned())))
        })
        .map(Event::time)
        .min()
}

/// Identity Center hands out another key than the answer of AssumeRoleWithSAML holds: what it is used for is found by the
/// session's unique id and the time it began.
pub(super) fn keys_of_saml_session(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let begun = node.proof.as_ref().filter(|proof| proof.name == "AssumeRoleWithSAML");
    let (Some(begun), Some(principal)) = (begun.map(|proof| proof.key.time), node.principal_id.clone()) else {
        return;
    };
    let reason = |_: &Identity| format!("used by session {principal}, which began when this key was issued");
    let keys = garden.soil.keys_in_use(&principal, Some(begun));
    offer_used(
        garden,
        at,
        keys,
        (Link::ConsoleSession, rank::BEYOND),
        Strength::Derived,
        &reason,
    );
}
