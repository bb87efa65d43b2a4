//! What leads into the console: sign-ins with a password or a session of the chain, switches of role, and the many
//! temporary keys that each of them uses (quirk Q31).

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Link;
use super::branches::{offer_call, offer_used, principal};
use super::grow::{Garden, Offer, rank};
use super::soil::{Call, same_sign_in};
use super::subject::{Subject, subjects};
use crate::catalogue::{Kind, Strength};
use crate::cloudtrail::{Identity, IdentityType, ids, time};

/// Sign-ins with a password of the chain: those for which it was the password in force.
pub(super) fn sign_ins(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let (Some(user), Some(proof)) = (&node.owner, &node.proof) else {
        return;
    };
    let (user, key) = (user.clone(), proof.key.clone());
    let soil = garden.soil;
    let Some((id, life)) = soil.lifelines.of_event(&key, Kind::LoginProfile) else {
        return;
    };
    let logins = soil.password_logins.get(&id).into_iter().flatten();
    for call in logins.filter(|call| life.password_holds(&key, call.event.time())) {
        let reason = format!(
            "signed in to the console as {user} with the password set at {}",
            time::format(key.time)
        );
        offer_sign_in(garden, at, *call, rank::SIGN_IN, &reason);
    }
}

/// Sign-ins of a user of the chain, for those with a password that the chain did not set.
pub(super) fn sign_ins_without_password(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let ((who, _), name) = (principal(node), node.name.clone());
    let soil = garden.soil;
    for call in soil.user_logins.get(&*who).into_iter().flatten() {
        let reason = format!("signed in to the console as {name}, a user of the chain");
        offer_sign_in(garden, at, *call, rank::USED, &reason);
    }
}

fn offer_sign_in<'e>(garden: &mut Garden<'e>, parent: usize, call: Call<'e>, rank: u8, reason: &str) {
    for subject in subjects(call.rule, call.event, call.body) {
        let place = (Link::ConsoleLogin, rank);
        garden.offer(Offer::of_call(
            &garden.soil.lifelines,
            parent,
            place,
            call,
            subject,
            reason.to_owned(),
        ));
    }
}

/// Sign-ins to the console with a role or federated session of the chain.
pub(super) fn console_of_session(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let (Some(principal), Some(begun)) = (node.principal_id.clone(), node.proof.as_ref().map(|p| p.key.time)) else {
        return;
    };
    let arn = node
        .owner
        .as_deref()
        .and_then(|role| assumed_role_arn(role, &node.name));
    // The session of GetSessionToken carries its user's id: a sign-in of that user has nothing to do with it.
    for call in garden.soil.session_logins.get(&*principal).cloned().unwrap_or_default() {
        if call.event.time() >= begun {
            let reason = format!("signed in to the console as session {principal}, obtained with this key");
            offer_sign_in(garden, at, call, rank::SIGN_IN, &reason);
        }
    }
    if let Some(arn) = arn {
        switches_from(garden, at, &arn);
    }
}

/// `arn:aws:iam::A:role/path/R` and session `S` make `arn:aws:sts::A:assumed-role/R/S`.
fn assumed_role_arn(role: &str, session: &str) -> Option<String> {
    let arn = ids::Arn::parse(role)?;
    let is_role = arn.resource.starts_with("role/");
    is_role.then(|| {
        format!(
            "arn:{}:sts::{}:assumed-role/{}/{session}",
            arn.partition,
            arn.account,
            arn.name()
        )
    })
}

/// Switches of role made by whoever has this ARN, after the node began.
pub(super) fn switches_from(garden: &mut Garden<'_>, at: usize, arn: &str) {
    let begun = garden.nodes[at].proof.as_ref().map(|p| p.key.time);
    for call in garden.soil.switches.get(arn).cloned().unwrap_or_default() {
        if begun.is_some_and(|t| call.event.time() < t) || !call.event.outcome.succeeded() {
            continue;
        }
        let identity = &call.event.identity;
        let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
        let kind = Kind::Other("console_session");
        let subject = Subject {
            principal_id: text(&identity.principal_id),
            owner: text(&identity.arn),
            basis: Some(call.rule.basis),
            ..Subject::new(
                kind,
                call.event.id(),
                &identity.label(),
                call.event.account(),
                Strength::Derived,
            )
        };
        let reason = format!("switched role in the console from {arn}");
        let place = (Link::ConsoleSession, rank::SIGN_IN);
        garden.offer(Offer::of_call(&garden.soil.lifelines, at, place, call, subject, reason));
    }
}

/// The temporary keys of one sign-in.
pub(super) fn console_keys_of_sign_in(garden: &mut Garden<'_>, at: usize) {
    let Some(call) = garden.calls[at] else { return };
    let identity = &call.event.identity;
    let login = call.event.time();
    let Some(principal) = identity.principal_id.as_deref().or(identity.arn.as_deref()) else {
        return;
    };
    keyless_of_session(garden, at, principal, login);
    if identity.kind == IdentityType::IamUser {
        // The keys of a sign-in hang under the password that was used.
        let parent = garden.nodes[at].parent.unwrap_or(at);
        let reason = |_: &Identity| format!("used in the console session that began at {}", time::format(login));
        let keys = garden.soil.keys_in_use(principal, Some(login));
        offer_used(
            garden,
            parent,
            keys,
            (Link::UsedByCreatedUser, rank::USED),
            Strength::Derived,
            &reason,
        );
        if let Some(arn) = identity.arn.as_deref() {
            switches_from(garden, at, arn);
        }
    } else {
        let reason = |_: &Identity| format!("used in the console session that began at {}", time::format(login));
        let keys = garden.soil.keys_in_use(principal, Some(login));
        offer_used(
            garden,
            at,
            keys,
            (Link::ConsoleSession, rank::BEYOND),
            Strength::Derived,
            &reason,
        );
    }
}

/// The temporary keys of a session that a switch of role opened.
pub(super) fn console_keys_of_switch(garden: &mut Garden<'_>, at: usize) {
    let (Some(call), Some(principal)) = (garden.calls[at], garden.nodes[at].principal_id.clone()) else {
        return;
    };
    let switched = call.event.time();
    let reason = |_: &Identity| format!("used in the console session switched to at {}", time::format(switched));
    let keys = garden.soil.keys_in_use(&principal, Some(switched));
    offer_used(
        garden,
        at,
        keys,
        (Link::ConsoleSession, rank::BEYOND),
        Strength::Derived,
        &reason,
    );
    keyless_of_session(garden, at, &principal, switched);
}

/// Calls of the console that show no key, by the session that began at a time: the sign-in of command lines.
fn keyless_of_session(garden: &mut Garden<'_>, at: usize, principal: &str, begun: DateTime<Utc>) {
    let soil = garden.soil;
    let mut touched = HashSet::new();
    for call in soil.keyless.get(ids::unique_id(principal)).into_iter().flatten() {
        let identity = &call.event.identity;
        let is_sign_in = matches!(call.rule.name, "ConsoleLogin" | "SwitchRole");
        let same = identity.principal_id.as_deref() == Some(principal)
            && identity
                .session_created
                .is_some_and(|time| same_sign_in(begun).contains(&time));
        if same && !is_sign_in && !identity.is_service() {
            offer_call(garden, at, *call, rank::KEYLESS, &mut touched);
        }
    }
}

/// The keys of a session that the console opened for a command line: the record of it shows none, but the sign-in that
/// both come from.
pub(super) fn console_keys_of_grant(garden: &mut Garden<'_>, at: usize) {
    let sign_in = garden.nodes[at].id.clone();
    // A record without it is known by its caller, who has other keys too.
    if ids::Arn::parse(&sign_in).is_none_or(|arn| arn.service != "signin") {
        return;
    }
    let keys = garden.soil.keys_in_use(&sign_in, None);
    let reason = |_: &Identity| format!("used in the session of sign-in {sign_in}");
    offer_used(
        garden,
        at,
        keys,
        (Link::ConsoleSession, rank::BEYOND),
        Strength::Derived,
        &reason,
    );
}
