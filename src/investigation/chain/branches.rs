//! What each kind of node leads to.
//!
//! `offer_all` asks, for a node just entered, what its credentials made and who used them. `settle` decides, at an offer's
//! turn, what could not be known before: under which password a session belongs, whether the target of a change is itself
//! of the chain.

use chrono::{DateTime, Utc};

use super::grow::{Garden, Offer, Sameness, rank};
use super::lifeline::{Name, life_name};
use super::soil::Call;
use super::subject::{self, Subject, subjects};
use super::{Link, Node, trust};
use crate::catalogue::{Kind, Relation, Strength};
use crate::cloudtrail::{Event, Identity, IdentityType, ids, json, time};

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
        let (link, rank) = match (rule.relation, subject.kind) {
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
        let sameness = sameness(link, &subject, call);
        let reason = reason_of_call(link, &subject, call, &garden.nodes[parent]);
        garden.offer(Offer {
            at: event.key.clone(),
            rank,
            parent,
            link,
            subject,
            reason,
            sameness,
            call: Some(call),
        });
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

fn sameness(link: Link, subject: &Subject, call: Call<'_>) -> Sameness {
    match (subject.kind, link) {
        (Kind::AccessKey | Kind::Session, _) => Sameness::Key(subject.id.clone()),
        (_, Link::Changed) => Sameness::Touched(subject.kind, subject.account.clone(), subject.name.clone()),
        _ => Sameness::Made(call.event.key.clone(), subject.id.clone()),
    }
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

fn short(node: &Node) -> String {
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
fn offer_used(
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

/// Sign-ins with a password of the chain: those for which it was the password in force.
fn sign_ins(garden: &mut Garden<'_>, at: usize) {
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
        offer_sign_in(garden, at, *call, rank::SIGN_IN, reason);
    }
}

/// Sign-ins of a user of the chain, for those with a password that the chain did not set.
fn sign_ins_without_password(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let ((who, _), name) = (principal(node), node.name.clone());
    let soil = garden.soil;
    for call in soil.user_logins.get(&*who).into_iter().flatten() {
        let reason = format!("signed in to the console as {name}, a user of the chain");
        offer_sign_in(garden, at, *call, rank::USED, reason);
    }
}

fn offer_sign_in<'e>(garden: &mut Garden<'e>, parent: usize, call: Call<'e>, rank: u8, reason: String) {
    for subject in subjects(call.rule, call.event, call.body) {
        let sameness = Sameness::Made(call.event.key.clone(), subject.id.clone());
        garden.offer(Offer {
            at: call.event.key.clone(),
            rank,
            parent,
            link: Link::ConsoleLogin,
            subject,
            reason: reason.clone(),
            sameness,
            call: Some(call),
        });
    }
}

/// Sign-ins to the console with a role or federated session of the chain.
fn console_of_session(garden: &mut Garden<'_>, at: usize) {
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
            offer_sign_in(garden, at, call, rank::SIGN_IN, reason);
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
fn switches_from(garden: &mut Garden<'_>, at: usize, arn: &str) {
    let begun = garden.nodes[at].proof.as_ref().map(|p| p.key.time);
    for call in garden.soil.switches.get(arn).cloned().unwrap_or_default() {
        if begun.is_some_and(|t| call.event.time() < t) || !call.event.outcome.succeeded() {
            continue;
        }
        let identity = &call.event.identity;
        let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
        let subject = Subject {
            kind: Kind::Other("console_session"),
            id: call.event.id().to_owned(),
            name: identity.label(),
            principal_id: text(&identity.principal_id),
            account: call.event.account().to_owned(),
            owner: text(&identity.arn),
            expires: None,
            detail: String::new(),
            strength: Strength::Derived,
        };
        garden.offer(Offer {
            at: call.event.key.clone(),
            rank: rank::SIGN_IN,
            parent: at,
            link: Link::ConsoleSession,
            reason: format!("switched role in the console from {arn}"),
            sameness: Sameness::Made(call.event.key.clone(), subject.id.clone()),
            subject,
            call: Some(call),
        });
    }
}

/// The temporary keys of one sign-in.
fn console_keys_of_sign_in(garden: &mut Garden<'_>, at: usize) {
    let Some(call) = garden.calls[at] else { return };
    let identity = &call.event.identity;
    let login = call.event.time();
    let Some(principal) = identity.principal_id.as_deref().or(identity.arn.as_deref()) else {
        return;
    };
    if identity.kind == IdentityType::IamUser {
        // The keys of a sign-in hang under the password that was used.
        let parent = garden.nodes[at].parent.unwrap_or(at);
        let reason = |_: &Identity| format!("used in the console session that began at {}", time::format(login));
        offer_used(
            garden,
            parent,
            principal,
            Some(login),
            Link::UsedByCreatedUser,
            Strength::Derived,
            rank::USED,
            &reason,
        );
        if let Some(arn) = identity.arn.as_deref() {
            switches_from(garden, at, arn);
        }
    } else {
        let reason = |_: &Identity| format!("used in the console session that began at {}", time::format(login));
        offer_used(
            garden,
            at,
            principal,
            Some(login),
            Link::ConsoleSession,
            Strength::Derived,
            rank::BEYOND,
            &reason,
        );
    }
}

/// The temporary keys of a session that a switch of role opened.
fn console_keys_of_switch(garden: &mut Garden<'_>, at: usize) {
    let (Some(call), Some(principal)) = (garden.calls[at], garden.nodes[at].principal_id.clone()) else {
        return;
    };
    let switched = call.event.time();
    let reason = |_: &Identity| format!("used in the console session switched to at {}", time::format(switched));
    offer_used(
        garden,
        at,
        &principal,
        Some(switched),
        Link::ConsoleSession,
        Strength::Derived,
        rank::BEYOND,
        &reason,
    );
}

/// Sessions of a role of the chain that somebody else obtained, often a service.
fn sessions_of_role(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let (name, id, account) = (
        node.name.clone(),
        node.principal_id.clone(),
        node.account.clone().unwrap_or_default(),
    );
    let born = node.proof.as_ref().map(|p| p.key.clone());
    for call in garden.soil.role_sessions.get(&name).cloned().unwrap_or_default() {
        let Some(session) = subjects(call.rule, call.event, call.body).pop() else {
            continue;
        };
        let session_role = session.principal_id.as_deref().map(ids::unique_id);
        let same_role = match (&id, session_role) {
            (Some(role), Some(of)) => role == of,
            // Services may leave assumedRoleUser out (quirk Q33): then the name and the time decide.
            _ => {
                let life = garden
                    .soil
                    .lifelines
                    .at(&Name::new(Kind::Role, &account, &name), call.event.time());
                session.account == account && life.and_then(|(_, l)| l.created.as_ref()) == born.as_ref()
            }
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
            offer_session(garden, at, call, session, Link::RoleSession, rank, reason);
        }
    }
}

fn caller(call: Call<'_>) -> String {
    let identity = &call.event.identity;
    match identity.kind {
        IdentityType::AwsAccount => format!("account {}", identity.account.as_deref().unwrap_or("unknown")),
        _ => identity.label(),
    }
}

fn offer_session<'e>(
    garden: &mut Garden<'e>,
    parent: usize,
    call: Call<'e>,
    subject: Subject,
    link: Link,
    rank: u8,
    reason: String,
) {
    let sameness = Sameness::Key(subject.id.clone());
    garden.offer(Offer {
        at: call.event.key.clone(),
        rank,
        parent,
        link,
        subject,
        reason,
        sameness,
        call: Some(call),
    });
}

/// Sessions of a role that was there before, which the chain opened to whoever obtained them.
fn sessions_let_in(garden: &mut Garden<'_>, at: usize) {
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
        let Some(mut session) = subjects(call.rule, call.event, call.body).pop() else {
            continue;
        };
        if session.account != account {
            continue;
        }
        // What the policy said before is not in the evidence, so the caller may have been let in already.
        session.strength = Strength::Inferred;
        let reason = format!(
            "{} obtained a session of role {name} after the chain rewrote its trust policy",
            caller(call)
        );
        offer_session(garden, at, call, session, Link::LetIn, rank::BEYOND, reason);
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

/// Sessions that compute of the chain gets for a role that was there before.
fn sessions_of_compute(garden: &mut Garden<'_>, at: usize) {
    let node = &garden.nodes[at];
    let (name, since) = (node.name.clone(), node.proof.as_ref().map(|p| p.key.time));
    let soil = garden.soil;
    let sessions = soil.service_sessions.get(&name).into_iter().flatten().copied();
    for call in sessions.filter(|c| since.is_none_or(|t| c.event.time() >= t)) {
        let Some(session) = subject::subjects(call.rule, call.event, call.body).pop() else {
            continue;
        };
        let reason = format!("{} obtained it for {name}, which the chain started", caller(call));
        offer_session(garden, at, call, session, Link::CarriesRole, rank::BEYOND, reason);
    }
}
