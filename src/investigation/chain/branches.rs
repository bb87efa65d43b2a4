//! What each kind of node leads to.
//!
//! `offer_all` asks, for a node just entered, what its credentials made and who used them. `settle` decides, at an offer's
//! turn, what could not be known before: under which password a session belongs, whether the target of a change is itself
//! of the chain.

use chrono::{DateTime, Utc};

use super::console::{
    console_keys_of_sign_in, console_keys_of_switch, console_of_session, sign_ins, sign_ins_without_password,
    switches_from,
};
use super::grow::{Garden, Offer, Sameness, rank};
use super::lifeline::{Name, life_name};
use super::sessions::{sessions_let_in, sessions_of_compute, sessions_of_role};
use super::soil::Call;
use super::subject::{Subject, subjects};
use super::{Link, Node};
use crate::catalogue::{Kind, Relation, Strength};
use crate::cloudtrail::{Identity, ids, json};

/// Offers everything a node leads to.
pub(super) fn offer_all(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    match node.kind {
        Kind::AccessKey => calls_of_key(garden, at),
        Kind::Session => {
            calls_of_key(garden, at);
            console_of_session(garden, at);
        }
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
        }
        Kind::Role if node.link == Link::Changed => sessions_let_in(garden, at),
        Kind::LoginProfile => sign_ins(garden, at),
        Kind::ConsoleLogin => console_keys_of_sign_in(garden, at),
        Kind::Other("console_session") => console_keys_of_switch(garden, at),
        Kind::Other("ec2_instance" | "lambda_function") => sessions_of_compute(garden, at),
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
        Link::Changed => {
            let call = offer.call?;
            let name = Name::new(offer.subject.kind, &offer.subject.account, life_name(&offer.subject));
            let life = garden.soil.lifelines.at(&name, call.event.time());
            let made_by = life.and_then(|(_, l)| l.created.clone());
            let ours = made_by.is_some_and(|key| {
                garden
                    .nodes
                    .iter()
                    .any(|n| n.proof.as_ref().is_some_and(|p| p.key == key))
            });
            (!ours).then_some(offer)
        }
        _ => Some(offer),
    }
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
    let calls = garden.soil.by_key.get(&*node.id).cloned().unwrap_or_default();
    for call in calls {
        if since.is_none_or(|t| call.event.time() >= t) {
            offer_call(garden, at, call, rank::MADE);
        }
    }
}

/// Calls that carry no key, made by a user or role of the chain.
fn calls_without_key(garden: &mut Garden<'_>, at: usize) {
    let (who, _) = principal(&garden.nodes[at]);
    for call in garden.soil.keyless.get(&*who).cloned().unwrap_or_default() {
        // Sign-ins have their own branch.
        if call.rule.relation != Relation::OpensConsole && !call.event.identity.is_service() {
            offer_call(garden, at, call, rank::KEYLESS);
        }
    }
}

/// What one successful call of the chain made or touched.
fn offer_call<'e>(garden: &mut Garden<'e>, parent: usize, call: Call<'e>, made: u8) {
    let Call { event, body, rule } = call;
    if !event.outcome.succeeded() {
        return;
    }
    for subject in subjects(rule, event, body) {
        let place = match (rule.relation, subject.kind) {
            // A key in an answer was minted, also where the call was a sign-in (GetSigninToken).
            (Relation::MintsCredential | Relation::OpensConsole, Kind::AccessKey | Kind::Session) => {
                (Link::Minted, made)
            }
            (Relation::MintsCredential, Kind::LoginProfile) if rule.name == "CreateLoginProfile" => {
                (Link::Created, made)
            }
            (Relation::MintsCredential, Kind::LoginProfile) => (Link::Modified, made),
            (Relation::CreatesPrincipal, Kind::User | Kind::Role) => (Link::Created, made),
            (Relation::OpensConsole, _) => (Link::ConsoleSession, rank::SIGN_IN),
            (_, Kind::Other("ec2_instance" | "lambda_function"))
                if !subject.detail.is_empty() && (rule.makes() || subject.kind == Kind::Other("ec2_instance")) =>
            {
                (Link::CarriesRole, made)
            }
            (Relation::Change("reactivates"), _) if !activates(body) => continue,
            (Relation::Change("renames_principal"), _) => continue,
            (Relation::Change(_), kind) if !rule.makes() && shown_when_changed(kind) => (Link::Changed, rank::CHANGED),
            (_, Kind::Other(_)) if rule.makes() => (Link::Made, made),
            _ => continue,
        };
        let reason = reason_of_call(place.0, &subject, call, &garden.nodes[parent]);
        garden.offer(Offer::of_call(parent, place, call, subject, reason));
    }
}

fn activates(body: &serde_json::Value) -> bool {
    json::first(body, "requestParameters.status").as_deref() == Some("Active")
}

fn shown_when_changed(kind: Kind) -> bool {
    matches!(kind, Kind::User | Kind::Role | Kind::AccessKey)
        || matches!(
            kind,
            Kind::Other("group" | "policy" | "service_credential" | "lambda_function")
        )
}

fn reason_of_call(link: Link, subject: &Subject, call: Call<'_>, parent: &Node) -> String {
    let (name, by) = (call.event.base_name(), short(parent));
    let owner = subject.owner.as_deref().unwrap_or("its owner");
    match link {
        Link::Minted if subject.kind == Kind::AccessKey => format!("{name} by {by} returned this key for user {owner}"),
        Link::Minted => format!("{name} by {by} returned this temporary key"),
        Link::Created if subject.kind == Kind::LoginProfile => {
            format!("{name} by {by} gave user {owner} a console password")
        }
        Link::Modified => format!("{name} by {by} set the console password of user {owner} anew"),
        Link::Changed => format!("existed before; {name} by {by} changed it"),
        Link::CarriesRole => format!("{name} by {by} started it with {}", subject.detail),
        Link::ConsoleSession => format!("{name} by {by} opened a console session"),
        _ => format!("{name} by {by}"),
    }
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
    offer_used(garden, at, &who, None, link, strength, rank::USED, &reason);
}

/// Offers every unminted key that `who` used, or used in the console session that a sign-in opened.
#[expect(
    clippy::too_many_arguments,
    reason = "one shape of offer, said in full by its four callers"
)]
pub(super) fn offer_used(
    garden: &mut Garden<'_>,
    parent: usize,
    who: &str,
    sign_in: Option<DateTime<Utc>>,
    link: Link,
    strength: Strength,
    rank: u8,
    reason: &dyn Fn(&Identity) -> String,
) {
    let soil = garden.soil;
    for (key, identity) in soil.keys_in_use(who, sign_in) {
        let Some(first) = soil.evidence.first_use(key) else {
            continue;
        };
        let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
        let subject = Subject {
            kind: if ids::is_temporary(key) {
                Kind::Session
            } else {
                Kind::AccessKey
            },
            id: key.to_owned(),
            name: identity.label(),
            principal_id: text(&identity.principal_id),
            account: text(&identity.account).unwrap_or_default(),
            owner: text(&identity.arn),
            expires: None,
            detail: String::new(),
            strength,
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
