//! Which changes fit a node.

use chrono::{DateTime, SubsecRound, Utc};

use super::{Change, Holder, Object, SnapshotOf};
use crate::catalogue::Kind;
use crate::cloudtrail::{ids, json, time};
use crate::investigation::live::LiveState;
use crate::investigation::{Investigation, Link, Node};

/// The changes that fit a node, those that can be undone first.
pub fn offers(investigation: &Investigation, node: &Node, now: DateTime<Utc>) -> Vec<Change> {
    match (node.kind, user_of(investigation, node)) {
        (Kind::User | Kind::Role | Kind::AccessKey, _) if !node.is_of_iam() => Vec::new(),
        (Kind::AccessKey, Some(user)) => of_key(investigation, node, user, now),
        (Kind::User, Some(user)) => offers_for(investigation, Holder::User(user), now),
        (Kind::LoginProfile | Kind::ConsoleLogin, Some(user)) => vec![
            Change::DenyAll { user: user.clone() },
            Change::LockPassword { user: user.clone() },
            Change::DeletePassword { user },
        ],
        (Kind::Role, _) => offers_for(investigation, Holder::Role(node.name.clone()), now),
        (Kind::Session, user) => {
            let role = node.owner.as_deref().and_then(ids::role_name);
            match (role, user) {
                (Some(role), _) => vec![revoke(Holder::Role(role.to_owned()), now)],
                (None, Some(user)) => vec![revoke(Holder::User(user.clone()), now), Change::DenyAll { user }],
                (None, None) => Vec::new(),
            }
        }
        (Kind::Other("policy"), _) => policy(investigation, node).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The changes that fit a user or role, whether it is a node or not; those that can be undone first.
pub fn offers_for(investigation: &Investigation, holder: Holder, now: DateTime<Utc>) -> Vec<Change> {
    let revoke = revoke(holder.clone(), now);
    match holder {
        Holder::User(user) => {
            let is_his = |node: &Node| node.link == Link::Seed && user_of(investigation, node).as_ref() == Some(&user);
            let had_a_seed = investigation.chain().nodes.iter().any(is_his);
            let mut all = vec![Change::DenyAll { user: user.clone() }, revoke];
            all.extend(had_a_seed.then(|| Change::ReplaceKey { user: user.clone() }));
            all.extend([
                Change::LockPassword { user: user.clone() },
                Change::DeletePassword { user: user.clone() },
                Change::DeleteUser { user },
            ]);
            all
        }
        Holder::Role(role) => {
            let mut all = vec![revoke];
            all.extend(earlier_trust(investigation, &role, account_of(investigation, &role)));
            all.push(Change::DeleteRole { role });
            all
        }
    }
}

fn revoke(holder: Holder, now: DateTime<Utc>) -> Change {
    Change::RevokeSessions {
        holder,
        before: now.trunc_subsecs(0),
    }
}

fn of_key(investigation: &Investigation, node: &Node, user: String, now: DateTime<Utc>) -> Vec<Change> {
    let key = node.id.clone();
    let is_off = investigation
        .live(node)
        .is_some_and(|live| live.state == LiveState::Inactive);
    let switch = if is_off {
        Change::ReactivateKey {
            user: user.clone(),
            key: key.clone(),
        }
    } else {
        Change::DeactivateKey {
            user: user.clone(),
            key: key.clone(),
        }
    };
    let mut all = vec![switch];
    // Of a user that the attacker made nobody needs another key.
    if node.link == Link::Seed {
        all.push(Change::ReplaceKey { user: user.clone() });
    }
    all.extend([
        Change::DenyAll { user: user.clone() },
        revoke(Holder::User(user.clone()), now),
        Change::DeleteKey { user, key },
    ]);
    all
}

/// The user that a node is or belongs to. Whom IAM names is right, whatever the user was called at the time.
fn user_of(investigation: &Investigation, node: &Node) -> Option<String> {
    if node.kind == Kind::User {
        return Some(node.name.clone());
    }
    let seen = investigation.live_seen().and_then(|(_, seen)| seen.last_use(&node.id));
    let by_iam = seen.and_then(|used| used.user.clone());
    by_iam.or_else(|| node.owner.as_deref().and_then(ids::user_name).map(str::to_owned))
}

/// A policy is taken off what it hangs on.
fn policy(investigation: &Investigation, node: &Node) -> Option<Change> {
    let on = investigation.chain().nodes.get(node.parent?)?;
    let holder = match on.kind {
        Kind::User => Holder::User(on.name.clone()),
        Kind::Role => Holder::Role(on.name.clone()),
        _ => return None,
    };
    Some(if node.id.starts_with("arn:") {
        Change::DetachPolicy {
            holder,
            arn: node.id.clone(),
        }
    } else {
        Change::DeleteInlinePolicy {
            holder,
            policy: node.id.clone(),
        }
    })
}

/// The account of a role of the chain, else of the seed.
fn account_of<'i>(investigation: &'i Investigation, role: &str) -> Option<&'i str> {
    let mut nodes = investigation.chain().nodes.iter();
    let node = nodes.find(|node| node.kind == Kind::Role && node.name == role);
    node.and_then(|node| node.account.as_deref())
        .or_else(|| investigation.account())
}

/// The trust policy that a role had before a call of the chain changed it: as somebody else's call wrote it, or as a
/// snapshot shows it. `None` where the chain did not change it, or nothing from before is known.
fn earlier_trust(investigation: &Investigation, role: &str, account: Option<&str>) -> Option<Change> {
    enum Told {
        ByChain,
        Good(String, String),
        Snapshot(String, String),
    }
    let mut told: Vec<(DateTime<Utc>, Told)> = Vec::new();
    for (event, body) in investigation.evidence().lineage() {
        let is_trust = &*event.source == "iam.amazonaws.com"
            && matches!(event.base_name(), "UpdateAssumeRolePolicy" | "CreateRole");
        // Roles of one name are common in an organization.
        let is_here = account.is_none_or(|account| event.account() == account);
        let text = |path: &str| json::first(body, path).map(std::borrow::Cow::into_owned);
        if !is_trust
            || !is_here
            || !event.outcome.succeeded()
            || text("requestParameters.roleName").as_deref() != Some(role)
        {
            continue;
        }
        let document =
            text("requestParameters.policyDocument").or_else(|| text("requestParameters.assumeRolePolicyDocument"));
        let what = match document {
            _ if investigation.chain().node_of(event).is_some() => Told::ByChain,
            Some(document) => {
                let from = format!(
                    "the {} of {}, event {}",
                    event.name,
                    time::format(event.time()),
                    event.id()
                );
                Told::Good(document, from)
            }
            None => continue,
        };
        told.push((event.time(), what));
    }
    for (at, snapshot) in investigation.snapshots() {
        if snapshot.of != SnapshotOf::Role(role.to_owned()) {
            continue;
        }
        let object: Option<Object> = serde_json::from_str(&snapshot.text).ok();
        let trust = object.as_ref().and_then(|object| object.role()?.trust.known());
        if let Some(trust) = trust {
            let from = format!("the snapshot of {}", time::format(*at));
            told.push((*at, Told::Snapshot(trust.clone(), from)));
        }
    }
    told.sort_by_key(|(at, _)| *at);
    let (mut is_attackers, mut good) = (false, None);
    for (_, what) in told {
        match what {
            Told::ByChain => is_attackers = true,
            Told::Good(document, from) => {
                is_attackers = false;
                good = Some((document, from));
            }
            // One that was taken while the attacker's policy was there shows just that.
            Told::Snapshot(document, from) if !is_attackers => good = Some((document, from)),
            Told::Snapshot(..) => {}
        }
    }
    let (document, from) = good.filter(|_| is_attackers)?;
    Some(Change::RestoreTrust {
        role: role.to_owned(),
        document,
        from,
    })
}
