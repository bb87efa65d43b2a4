//! What belongs to a node though no key of the chain signed it: the sessions that services obtain for compute, the sessions
//! that an identity provider or a trust anchor lets in, the machines that a group starts, what a stack makes.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::branches::{offer_call, offer_used};
use super::grow::{Garden, Offer, rank};
use super::look_up::{Sessions, sessions};
use super::sessions::{caller, session_of};
use super::soil::Call;
use super::subject::{carried_role, subjects};
use super::{Link, Node};
use crate::catalogue::{self, Kind, Strength};
use crate::cloudtrail::{Event, Identity, ids};

/// So long CloudFormation is taken to work on a stack: creations end or fail within a day.
const STACK_WORK: i64 = 24;

/// How long a node was there, as far as the records say.
struct While {
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl While {
    fn of(garden: &Garden<'_>, at: usize, call: Call<'_>) -> Self {
        let (from, id) = (call.event.time(), &garden.nodes[at].id);
        let found = subjects(call.rule, call.event, call.body);
        let subject = found.iter().find(|subject| subject.id == *id).or(found.first());
        let life = subject.and_then(|subject| garden.soil.lifelines.at(&subject.life, from));
        let until = life.and_then(|(_, life)| Some(life.ended.as_ref()?.time));
        Self { from, until }
    }

    fn holds(&self, time: DateTime<Utc>) -> bool {
        time >= self.from && self.until.is_none_or(|until| time <= until)
    }
}

/// A role by its name alone.
fn role_name(role: &str) -> &str {
    ids::Arn::parse(role).map_or(role, |arn| arn.name())
}

/// How sure what hangs under a node is: of something that was there before, others have a share.
fn strength(node: &Node, of_rule: Strength) -> Strength {
    match node.link {
        Link::Changed => Strength::Inferred,
        _ => of_rule,
    }
}

/// Sessions that services obtain for compute that the chain started or got into.
pub(super) fn sessions_of_compute(garden: &mut Garden<'_>, at: usize) {
    let Some(made) = garden.calls[at].filter(|call| !call.rule.session.is_empty()) else {
        return;
    };
    let node = &garden.nodes[at];
    let (id, name) = (node.id.clone(), node.name.clone());
    let there = While::of(garden, at, made);
    let role = carried_role(made.rule, made.body);
    for wanted in sessions(made.rule, made.body, &id, &name) {
        // A machine is known by its id; its role is named by the profile alone.
        let role = role.as_deref().filter(|_| !wanted.is_machine()).map(role_name);
        if wanted.is_vague() && role.is_none() {
            continue;
        }
        obtained(garden, at, made, (&wanted, role), &there);
        if !wanted.is_vague() {
            in_use(garden, at, made, (&wanted, role), &there);
        }
    }
}

/// Sessions whose issue was recorded.
fn obtained(
    garden: &mut Garden<'_>,
    at: usize,
    made: Call<'_>,
    (wanted, role): (&Sessions, Option<&str>),
    there: &While,
) {
    let soil = garden.soil;
    let (name, region) = (garden.nodes[at].name.clone(), made.event.region.clone());
    let calls = match role {
        Some(role) => soil.role_sessions.get(role),
        None => soil.service_sessions.get(&wanted.name),
    };
    for call in calls.into_iter().flatten().copied() {
        let event = call.event;
        let by_service = event.identity.invoked_by.as_deref() == Some(&*wanted.service);
        // Machines have ids of their own; other names are used again in other regions.
        let is_here = wanted.is_machine() || event.region == region && event.account() == made.event.account();
        if !by_service || !is_here || !there.holds(event.time()) {
            continue;
        }
        let Some(mut session) = session_of(call).filter(|s| catalogue::matches(&wanted.name, &s.name)) else {
            continue;
        };
        let sure = if wanted.is_vague() {
            Strength::Inferred
        } else {
            session.strength
        };
        session.strength = strength(&garden.nodes[at], sure);
        let reason = match garden.nodes[at].link {
            Link::CarriesRole | Link::Made => {
                format!("{} obtained it for {name}, which the chain started", caller(call))
            }
            _ => format!(
                "{} obtained it for {name}, which the chain could use from then on",
                caller(call)
            ),
        };
        let place = (Link::CarriesRole, rank::BEYOND);
        garden.offer(Offer::of_call(&soil.lifelines, at, place, call, session, reason));
    }
}

/// Sessions that are only seen in use: event history finds those by their name, not their issue.
fn in_use(
    garden: &mut Garden<'_>,
    at: usize,
    made: Call<'_>,
    (wanted, role): (&Sessions, Option<&str>),
    there: &While,
) {
    let soil = garden.soil;
    let sure = strength(&garden.nodes[at], Strength::Derived);
    let name = garden.nodes[at].name.clone();
    for principal in soil.session_users.get(&*wanted.name).into_iter().flatten() {
        let mut keys = soil.keys_in_use(principal, None);
        keys.retain(|(key, identity)| {
            let of_role = identity.issuer_arn.as_deref().map(role_name);
            let begun = identity
                .session_created
                .or(soil.evidence.first_use(key).map(Event::time));
            let used = soil.key_activity.get(*key);
            let is_here = wanted.is_machine() || used.is_some_and(|used| used.regions.contains_key(&made.event.region));
            let is_its = role.is_none_or(|role| of_role == Some(role)) && is_here;
            is_its && begun.is_some_and(|begun| there.holds(begun))
        });
        let reason = |_: &Identity| format!("used by a session of {name}; no record shows how this key was obtained");
        offer_used(garden, at, keys, (Link::CarriesRole, rank::BEYOND), sure, &reason);
    }
}

/// Calls that name a node of the chain as where they come from.
pub(super) fn joined(garden: &mut Garden<'_>, at: usize) {
    let Some(made) = garden.calls[at] else { return };
    let soil = garden.soil;
    let node = &garden.nodes[at];
    let (kind, id) = (node.kind, node.id.clone());
    // Tokens name an OIDC provider by its address alone.
    let host = id.split_once(":oidc-provider/").map(|(_, host)| host.to_owned());
    let there = While::of(garden, at, made);
    let calls = [Some(id), host]
        .into_iter()
        .flatten()
        .filter_map(|name| soil.joined.get(&(kind, name)));
    for call in calls.flatten().copied().filter(|call| there.holds(call.event.time())) {
        for mut found in subjects(call.rule, call.event, call.body) {
            found.strength = strength(&garden.nodes[at], found.strength.max(Strength::Derived));
            let link = match found.kind {
                Kind::Session => Link::LetIn,
                _ => Link::CarriesRole,
            };
            let parent = super::branches::short(&garden.nodes[at]);
            let reason = match link {
                Link::LetIn => format!(
                    "{} by {} came in through {parent}",
                    call.event.base_name(),
                    caller(call)
                ),
                _ => format!("{} started it for {parent}", caller(call)),
            };
            let place = (link, rank::BEYOND);
            garden.offer(Offer::of_call(&soil.lifelines, at, place, call, found, reason));
        }
    }
}

/// What CloudFormation made for whoever made the stack, with keys of its own: which stack it was for no record says.
pub(super) fn made_by_stack(garden: &mut Garden<'_>, at: usize) {
    let Some(made) = garden.calls[at] else { return };
    let soil = garden.soil;
    let identity = &made.event.identity;
    let who = identity.unique_id().or(identity.arn.as_deref());
    let calls = who.and_then(|who| soil.by_stack.get(who)).into_iter().flatten();
    let (from, until) = (made.event.time(), made.event.time() + Duration::hours(STACK_WORK));
    let mut touched = HashSet::new();
    for call in calls.filter(|call| (from..=until).contains(&call.event.time())) {
        let signer = call.event.identity.access_key.as_deref();
        if call.event.account() == made.event.account() && signer != identity.access_key.as_deref() {
            offer_call(garden, at, *call, rank::BEYOND, &mut touched);
        }
    }
}

/// Sessions of the roles that Identity Center makes of a permission set: their names tell.
pub(super) fn sessions_of_permission_set(garden: &mut Garden<'_>, at: usize) {
    let Some(made) = garden.calls[at].filter(|call| call.rule.source == "sso.amazonaws.com") else {
        return;
    };
    let soil = garden.soil;
    let there = While::of(garden, at, made);
    let prefix = format!("AWSReservedSSO_{}_", garden.nodes[at].name);
    let mut roles: Vec<_> = soil
        .role_sessions
        .iter()
        .filter(|(role, _)| role.starts_with(&prefix))
        .collect();
    roles.sort_unstable_by_key(|(role, _)| *role);
    for call in roles
        .into_iter()
        .flat_map(|(_, calls)| calls)
        .filter(|call| there.holds(call.event.time()))
    {
        let Some(mut session) = session_of(*call) else { continue };
        session.strength = Strength::Inferred;
        let reason = format!("{} got the role of a permission set that the chain made", caller(*call));
        let place = (Link::LetIn, rank::BEYOND);
        garden.offer(Offer::of_call(&soil.lifelines, at, place, *call, session, reason));
    }
}
