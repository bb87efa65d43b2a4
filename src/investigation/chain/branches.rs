//! What each kind of node leads to.
//!
//! `offer_all` asks, for a node just entered, what its credentials made and who used them. `settle` decides, at an offer's
//! turn, what could not be known before: under which password a session belongs, whether the target of a change is itself
//! of the chain.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::console::{
    console_keys_of_grant, console_keys_of_sign_in, console_keys_of_switch, console_of_session, sign_ins,
    sign_ins_without_password, switches_from,
};
use super::grow::{Garden, Offer, Sameness, Touched, rank};
use super::joined::{joined, made_by_stack, sessions_of_compute, sessions_of_permission_set};
use super::sessions::{keys_of_saml_session, sessions_let_in, sessions_of_role};
use super::soil::Call;
use super::subject::{Subject, subjects};
use super::{KnownBy, Link, Node};
use crate::catalogue::{Effect, Kind, Relation, Rule, Strength};
use crate::cloudtrail::{Identity, ids};

/// Offers everything a node leads to.
pub(super) fn offer_all(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    match node.kind {
        Kind::AccessKey if node.is_key() => calls_of_key(garden, at),
        Kind::Session if node.is_key() => {
            calls_of_key(garden, at);
            console_of_session(garden, at);
            keys_of_saml_session(garden, at);
        }
        Kind::Session => console_keys_of_grant(garden, at),
        Kind::User if node.link == Link::Created => {
            calls_without_key(garden, at);
            keys_in_use(garden, at, Link::UsedByCreatedUser);
            sign_ins_without_password(garden, at);
            switches_from(garden, at, &garden.nodes[at].id.clone());
        }
        Kind::Role if node.link == Link::Created => {
            calls_without_key(garden, at);
            keys_in_use(garden, at, Link::UsedByCreatedRole);
            sessions_of_role(garden, at);
            sessions_of_permission_set(garden, at);
        }
        Kind::Role if node.link == Link::Changed => sessions_let_in(garden, at),
        Kind::LoginProfile => sign_ins(garden, at),
        Kind::ConsoleLogin => console_keys_of_sign_in(garden, at),
        Kind::Other("console_session") => console_keys_of_switch(garden, at),
        Kind::Other("stack") => {
            sessions_of_compute(garden, at);
            made_by_stack(garden, at);
        }
        Kind::Other(_) => {
            sessions_of_compute(garden, at);
            joined(garden, at);
        }
        _ => {}
    }
}

/// Decides what an offer became by its turn; `None` drops it.
pub(super) fn settle<'e>(garden: &Garden<'e>, mut offer: Offer<'e>) -> Option<Offer<'e>> {
    match offer.link {
        // A session somebody of the chain obtained hangs under the key that obtained it.
        Link::RoleSession | Link::LetIn | Link::CarriesRole | Link::Minted
            if offer.rank != rank::MADE && offer.subject.kind == Kind::Session =>
        {
            (!minted_by_chain(garden, &offer.subject.id)).then_some(offer)
        }
        Link::UsedByCreatedUser => {
            if let Some(password) = password_in_force(garden, &offer) {
                offer.parent = password;
            }
            Some(offer)
        }
        Link::Changed | Link::Exposed | Link::Made => {
            let was_there = offer.call.is_some_and(|call| match call.rule.effect {
                Effect::Changes | Effect::Exposes | Effect::Binds => made_by_chain(garden, call, &offer.subject),
                Effect::Makes | Effect::Issues | Effect::Gives => false,
            });
            (!was_there).then_some(offer)
        }
        _ => Some(offer),
    }
}

/// Whether what a call touched was made by an earlier call of the chain: then it has its node.
fn made_by_chain(garden: &Garden<'_>, call: Call<'_>, subject: &Subject) -> bool {
    let life = garden.soil.lifelines.at(&subject.life, call.event.time());
    let made_by = life.and_then(|(_, life)| life.created.as_ref());
    made_by.is_some_and(|key| *key != call.event.key && garden.proved.contains(key))
}

/// Whether some record shows a key of the chain signing the call that returned this key. The caller's account and the
/// role's account each have a record of a call across accounts, and only the caller's shows the key.
fn minted_by_chain(garden: &Garden<'_>, key: &str) -> bool {
    let evidence = garden.soil.evidence;
    let mints = garden.soil.mints.get(key).into_iter().flatten();
    mints
        .filter_map(|mint| evidence.find(mint))
        .map(|at| &evidence.events()[at])
        .any(|mint| {
            let signer = mint.identity.access_key.as_deref().filter(|signer| *signer != key);
            let node = signer.and_then(|signer| garden.known.get(&Sameness::Key(signer.to_owned())));
            node.is_some_and(|at| since(&garden.nodes[*at]).is_none_or(|t| mint.time() >= t))
        })
}

/// A key that was only switched on again is the attacker's from then on; any other, always.
pub(super) fn since(node: &Node) -> Option<DateTime<Utc>> {
    let proof = node.proof.as_ref().filter(|_| node.link == Link::Changed);
    proof.map(|p| p.key.time)
}

/// The password node of the user that was in force when a key was first used.
fn password_in_force(garden: &Garden<'_>, offer: &Offer<'_>) -> Option<usize> {
    let user = Some(&garden.nodes[offer.parent]).filter(|n| n.kind == Kind::User)?;
    let passwords = garden.passwords.get(&user.name).into_iter().flatten();
    passwords
        .map(|at| (*at, &garden.nodes[*at]))
        .filter(|(_, password)| password.account == user.account)
        .filter_map(|(i, n)| n.proof.as_ref().map(|p| (&p.key, i)))
        .filter(|(set_by, _)| {
            let life = garden.soil.lifelines.of_event(set_by, Kind::LoginProfile);
            life.is_some_and(|(_, life)| life.password_holds(set_by, offer.at.time))
        })
        .max_by_key(|(set_by, i)| (set_by.time, *i))
        .map(|(_, i)| i)
}

/// Calls signed with a key.
fn calls_of_key(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let since = since(node);
    let soil = garden.soil;
    // A program that reads one parameter all day reads it once for the chain: the calls are in order of time.
    let (mut touched, mut requests) = (HashSet::new(), HashSet::new());
    for call in soil.by_key.get(&*node.id).into_iter().flatten() {
        // The same requests share one record.
        let is_read = call.rule.effect == Effect::Exposes && call.event.outcome.succeeded();
        let is_due = since.is_none_or(|t| call.event.time() >= t);
        if is_due && (!is_read || requests.insert(std::ptr::from_ref(call.body))) {
            offer_call(garden, at, *call, rank::MADE, &mut touched);
        }
    }
}

/// Calls that carry no key, made by a user or role of the chain.
fn calls_without_key(garden: &mut Garden<'_>, at: usize) {
    let (who, _) = principal(&garden.nodes[at]);
    let soil = garden.soil;
    for call in soil.keyless.get(&*who).into_iter().flatten() {
        // Sign-ins and switches of role have their own branch.
        let is_sign_in = matches!(call.rule.name, "ConsoleLogin" | "SwitchRole");
        if !is_sign_in && !call.event.identity.is_service() {
            offer_call(garden, at, *call, rank::KEYLESS, &mut HashSet::new());
        }
    }
}

/// What one successful call of the chain made or touched. What it shares with an earlier one in `touched` has been offered.
pub(super) fn offer_call<'e>(
    garden: &mut Garden<'e>,
    parent: usize,
    call: Call<'e>,
    made: u8,
    touched: &mut HashSet<Touched>,
) {
    let Call { event, body, rule } = call;
    if !event.outcome.succeeded() {
        return;
    }
    for mut subject in subjects(rule, event, body) {
        if made == rank::BEYOND {
            subject.strength = Strength::Inferred;
        }
        let is_touched = matches!(rule.effect, Effect::Changes | Effect::Exposes | Effect::Gives);
        if is_touched && !touched.insert(Touched::by(&garden.soil.lifelines, call, &subject)) {
            continue;
        }
        let link = link_of(rule, &subject);
        let rank = match link {
            Link::ConsoleSession => rank::SIGN_IN,
            Link::Changed | Link::Exposed => rank::CHANGED,
            _ => made,
        };
        let reason = reason_of_call(link, &subject, call, &garden.nodes[parent]);
        let lifelines = &garden.soil.lifelines;
        garden.offer(Offer::of_call(lifelines, parent, (link, rank), call, subject, reason));
    }
}

/// Why what a call made or touched hangs under its caller.
fn link_of(rule: &Rule, subject: &Subject) -> Link {
    match (rule.relation, rule.effect) {
        (_, Effect::Changes) => Link::Changed,
        // A key in an answer was minted, also where the call was a sign-in (GetSigninToken).
        (Relation::MintsCredential | Relation::OpensConsole, _) if subject.is_key() => Link::Minted,
        (Relation::MintsCredential, _) if subject.kind == Kind::LoginProfile => match rule.name {
            "CreateLoginProfile" => Link::Created,
            _ => Link::Modified,
        },
        (Relation::CreatesPrincipal, _) if subject.kind.is_core() => Link::Created,
        (Relation::OpensConsole, _) => Link::ConsoleSession,
        (_, Effect::Exposes) => Link::Exposed,
        _ if !rule.role_path.is_empty() && !subject.detail.is_empty() => Link::CarriesRole,
        _ => Link::Made,
    }
}

fn reason_of_call(link: Link, subject: &Subject, call: Call<'_>, parent: &Node) -> String {
    let (name, by) = (call.event.base_name(), short(parent));
    let owner = subject.owner.as_deref().unwrap_or("its owner");
    let mut reason = match link {
        Link::Minted if subject.kind == Kind::AccessKey && call.rule.is_global() => {
            format!("{name} by {by} returned this key for user {owner}")
        }
        Link::Minted if subject.kind == Kind::AccessKey => format!("{name} by {by} returned this key for {owner}"),
        Link::Minted => format!("{name} by {by} returned this temporary key"),
        Link::Created if subject.kind == Kind::LoginProfile => {
            format!("{name} by {by} gave user {owner} a console password")
        }
        Link::Modified => format!("{name} by {by} set the console password of user {owner} anew"),
        Link::Changed => format!("existed before; {name} by {by} changed it"),
        Link::Exposed => format!("existed before; {name} by {by} read it"),
        Link::CarriesRole => format!("{name} by {by} started it with {}", subject.detail),
        Link::ConsoleSession => format!("{name} by {by} opened a console session"),
        _ => format!("{name} by {by}"),
    };
    // What is not in the record is said, and what CloudTrail does not show.
    reason.push_str(match (subject.known_by, call.rule.id_path.is_empty()) {
        (KnownBy::Id, _) => "",
        (KnownBy::Name, _) => "; the record holds no id of it, so it is known by a name",
        (KnownBy::Event, true) => "; the record holds no id of it, so it is known by the event",
        (KnownBy::Event, false) => "; its id is not where this rule looks for it, so it is known by the event",
    });
    if !call.rule.used_in.is_empty() {
        reason.push_str("; its use is not in event history but ");
        reason.push_str(call.rule.used_in);
    }
    reason
}

pub(super) fn short(node: &Node) -> String {
    if node.name.is_empty() || node.is_key() {
        node.id.clone()
    } else {
        node.name.clone()
    }
}

/// What a user's or role's calls are known by. Without a unique id in the creation's record only the ARN is left, which a
/// later incarnation may share.
pub(super) fn principal(node: &Node) -> (String, Strength) {
    match &node.principal_id {
        Some(id) => (id.clone(), Strength::Exact),
        None => (node.id.clone(), Strength::Inferred),
    }
}

/// Keys used by a user or role of the chain, with no record of their making.
fn keys_in_use(garden: &mut Garden<'_>, at: usize, link: Link) {
    let node = &garden.nodes[at];
    let (who, strength) = principal(node);
    let name = node.name.clone();
    let word = node.kind.as_str();
    let reason = |_: &Identity| format!("used by {word} {name}; no record shows how this key was made");
    let keys = garden.soil.keys_in_use(&who, None);
    offer_used(garden, at, keys, (link, rank::USED), strength, &reason);
}

/// Offers keys that were used with no record of their making, each with an identity it was used under.
pub(super) fn offer_used<'e>(
    garden: &mut Garden<'e>,
    parent: usize,
    keys: Vec<(&'e str, &'e Identity)>,
    (link, rank): (Link, u8),
    strength: Strength,
    reason: &dyn Fn(&Identity) -> String,
) {
    let soil = garden.soil;
    for (key, identity) in keys {
        let Some(first) = soil.evidence.first_use(key) else {
            continue;
        };
        let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
        let kind = if ids::is_temporary(key) {
            Kind::Session
        } else {
            Kind::AccessKey
        };
        let account = identity.account.as_deref().unwrap_or_default();
        let subject = Subject {
            principal_id: text(&identity.principal_id),
            owner: text(&identity.arn),
            ..Subject::new(kind, key, &identity.label(), account, strength)
        };
        garden.offer(Offer {
            at: first.key.clone(),
            rank,
            parent,
            link,
            subject,
            reason: reason(identity),
            sameness: Sameness::Key(key.to_owned()),
            call: None,
        });
    }
}
