//! The calls of a change in their order, or why it is refused.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::effect::same_document;
use super::erase::{delete_role, delete_user};
use super::{Call, Change, DENY_ALL, Holder, Object, REVOKE, REVOKE_USER, Refusal};
use crate::cloudtrail::{ids, time};
use crate::investigation::account::{Reply, quarantine_name};

/// One call, and the one that takes it back, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is called.
    pub call: Call,
    /// What takes it back. For a new key that is known only when it is made.
    pub reverse: Option<Call>,
}

/// What a change calls, given what there is. Parts that are not known are left out: AWS refuses to delete what still has
/// something hanging on it.
pub fn steps(change: &Change, object: &Object) -> Result<Vec<Step>, Refusal> {
    let holder = change.holder();
    match &object.about {
        Reply::Absent(_) => return Err(Refusal::Gone(holder.words())),
        Reply::Denied(why) | Reply::Failed(why) => {
            return Err(Refusal::NotSeen {
                who: holder.words(),
                why: why.clone(),
            });
        }
        Reply::Known(about) if about.arn.contains(":role/aws-service-role/") => {
            return Err(Refusal::ServiceLinked(holder.name().to_owned()));
        }
        Reply::Known(_) => {}
    }
    let all = match change {
        Change::DeactivateKey { user, key } => vec![set_active(object, user, key, false)?],
        Change::ReactivateKey { user, key } => vec![set_active(object, user, key, true)?],
        Change::DeleteKey { user, key } => {
            key_is_there(object, user, key)?;
            vec![last(Call::DeleteAccessKey {
                user: user.clone(),
                key: key.clone(),
            })]
        }
        Change::ReplaceKey { user } => vec![new_key(object, user)?],
        Change::DeletePassword { user } => {
            password_is_there(object, user)?;
            vec![last(Call::DeleteLoginProfile { user: user.clone() })]
        }
        Change::LockPassword { user } => {
            password_is_there(object, user)?;
            vec![last(Call::UpdateLoginProfile { user: user.clone() })]
        }
        Change::DenyAll { user } => vec![deny_all(object, user)?],
        Change::RevokeSessions { holder, before } => vec![revoke(object, holder, *before)],
        Change::RestoreTrust { role, document, .. } => vec![restore_trust(object, role, document)?],
        Change::DetachPolicy { holder, arn } => vec![detach(object, holder, arn)?],
        Change::DeleteInlinePolicy { holder, policy } => vec![delete_inline(object, holder, policy)?],
        Change::DeleteUser { user } => delete_user(object, user)?,
        Change::DeleteRole { role } => delete_role(object, role)?,
    };
    Ok(all)
}

/// A call that nothing takes back.
pub(super) fn last(call: Call) -> Step {
    Step { call, reverse: None }
}

pub(super) fn with_reverse(call: Call, reverse: Call) -> Step {
    Step {
        call,
        reverse: Some(reverse),
    }
}

fn key_is_there(object: &Object, user: &str, key: &str) -> Result<(), Refusal> {
    let listed = object.user().and_then(|parts| parts.keys.known());
    match listed {
        Some(keys) if !keys.iter().any(|listed| listed.id == key) => Err(Refusal::NoSuchKey {
            user: user.to_owned(),
            key: key.to_owned(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn set_active(object: &Object, user: &str, key: &str, active: bool) -> Result<Step, Refusal> {
    key_is_there(object, user, key)?;
    if object.key(key).is_some_and(|listed| listed.active == active) {
        let state = if active { "active" } else { "inactive" };
        return Err(Refusal::AlreadySo(format!("key {key} is {state} already")));
    }
    let update = |active| Call::UpdateAccessKey {
        user: user.to_owned(),
        key: key.to_owned(),
        active,
    };
    Ok(with_reverse(update(active), update(!active)))
}

fn new_key(object: &Object, user: &str) -> Result<Step, Refusal> {
    let keys = object.user().and_then(|parts| parts.keys.known());
    match keys {
        Some(keys) if keys.len() > 1 => Err(Refusal::TwoKeys {
            user: user.to_owned(),
            keys: keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", "),
        }),
        _ => Ok(last(Call::CreateAccessKey { user: user.to_owned() })),
    }
}

fn password_is_there(object: &Object, user: &str) -> Result<(), Refusal> {
    match object.user().map(|parts| &parts.password) {
        Some(Reply::Absent(_)) => Err(Refusal::AlreadySo(format!("user {user} has no console password"))),
        _ => Ok(()),
    }
}

pub(super) fn deny_all(object: &Object, user: &str) -> Result<Step, Refusal> {
    let arn = object.about.known().map_or("", |about| about.arn.as_str());
    let partition = ids::Arn::parse(arn).map_or("aws", |arn| arn.partition);
    let policy = format!("arn:{partition}:iam::aws:policy/{DENY_ALL}");
    if object
        .attached
        .known()
        .is_some_and(|attached| attached.contains(&policy))
    {
        return Err(Refusal::AlreadySo(format!("{DENY_ALL} is on user {user} already")));
    }
    let holder = Holder::User(user.to_owned());
    Ok(with_reverse(
        Call::AttachPolicy {
            holder: holder.clone(),
            arn: policy.clone(),
        },
        Call::DetachPolicy { holder, arn: policy },
    ))
}

/// The policy that denies everything to sessions that began before a moment.
fn revoke(object: &Object, holder: &Holder, before: DateTime<Utc>) -> Step {
    let policy = match holder {
        Holder::User(_) => REVOKE_USER,
        Holder::Role(_) => REVOKE,
    };
    let document = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": time::format_seconds(before)}},
        }],
    });
    let put = |document: String| Call::PutPolicy {
        holder: holder.clone(),
        policy: policy.to_owned(),
        document,
    };
    let earlier = object.inline.known().and_then(|inline| inline.get(policy));
    let reverse = earlier.map_or_else(
        || Call::DeletePolicy {
            holder: holder.clone(),
            policy: policy.to_owned(),
        },
        |document| put(document.clone()),
    );
    with_reverse(put(document.to_string()), reverse)
}

fn restore_trust(object: &Object, role: &str, document: &str) -> Result<Step, Refusal> {
    let update = |document: &str| Call::UpdateAssumeRolePolicy {
        role: role.to_owned(),
        document: document.to_owned(),
    };
    let now = object.role().and_then(|parts| parts.trust.known());
    if now.is_some_and(|now| same_document(now, document)) {
        return Err(Refusal::AlreadySo(format!("role {role} has this trust policy")));
    }
    Ok(Step {
        call: update(document),
        reverse: now.map(|now| update(now)),
    })
}

pub(super) fn detach(object: &Object, holder: &Holder, arn: &str) -> Result<Step, Refusal> {
    if let Some(policy) = quarantine_name(arn) {
        return Err(Refusal::Quarantine {
            who: holder.words(),
            policy: policy.to_owned(),
        });
    }
    if object
        .attached
        .known()
        .is_some_and(|attached| !attached.iter().any(|a| a == arn))
    {
        return Err(Refusal::AlreadySo(format!("{arn} is not on {}", holder.words())));
    }
    Ok(with_reverse(
        Call::DetachPolicy {
            holder: holder.clone(),
            arn: arn.to_owned(),
        },
        Call::AttachPolicy {
            holder: holder.clone(),
            arn: arn.to_owned(),
        },
    ))
}

pub(super) fn delete_inline(object: &Object, holder: &Holder, policy: &str) -> Result<Step, Refusal> {
    let inline = object.inline.known();
    let document = inline.and_then(|inline| inline.get(policy));
    if inline.is_some() && document.is_none() {
        return Err(Refusal::AlreadySo(format!("{} has no policy {policy}", holder.words())));
    }
    let put = |document: &String| Call::PutPolicy {
        holder: holder.clone(),
        policy: policy.to_owned(),
        document: document.clone(),
    };
    Ok(Step {
        call: Call::DeletePolicy {
            holder: holder.clone(),
            policy: policy.to_owned(),
        },
        // From the records alone the document may not be known.
        reverse: document.filter(|document| !document.is_empty()).map(put),
    })
}
