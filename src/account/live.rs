//! What there still is of a chain, asked from IAM gently: it answers some twenty calls a second, to everybody together.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::client::{Client, Of};
use crate::cloudtrail::time;
use crate::investigation::account::{LastUse, Reply, aws_policy};
use crate::investigation::chain::trust;
use crate::investigation::change::{DENY_ALL, REVOKE, REVOKE_USER};
use crate::investigation::live::{Held, KeySubject, LiveRole, LiveSeen, LiveUser, RoleSubject, Subjects, UserSubject};

/// So many subjects are asked about at once.
const AT_ONCE: usize = 2;
/// Asks for everything of the responder's own account; IAM knows nothing of others.
pub(super) async fn check(config: &SdkConfig, subjects: Subjects) -> LiveSeen {
    let client = &Client::new(config);
    let mut seen = LiveSeen {
        account: client.caller().await.map(|caller| caller.account),
        keys: BTreeMap::new(),
        users: Vec::new(),
        roles: Vec::new(),
    };
    let Some(own) = seen.account.known() else { return seen };
    let is_own = |account: &str| account.is_empty() || account == own;
    let keys = subjects.keys.into_iter().filter(|(_, key)| is_own(&key.account));
    let keys: Vec<(String, KeySubject, Reply<LastUse>)> = stream::iter(keys)
        .map(|(id, key)| async move {
            let told = client.last_use(&id).await;
            (id, key, told)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let users = subjects.users.into_iter().filter(|((account, _), _)| is_own(account));
    let mut users: BTreeMap<String, UserSubject> = users.map(|((_, name), user)| (name, user)).collect();
    for (_, key, told) in &keys {
        // Whom IAM names is right, whatever the user was called when the key was made.
        let by_iam = told.known().and_then(|last| last.user.as_ref());
        if let Some(owner) = by_iam.or(key.owner.as_ref()) {
            users.entry(owner.clone()).or_default().keys = true;
        }
    }
    seen.users = stream::iter(users)
        .map(|(name, subject)| user(client, name, subject))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let roles = subjects.roles.into_iter().filter(|((account, _), _)| is_own(account));
    seen.roles = stream::iter(roles)
        .map(|((_, name), subject)| role(client, own, name, subject))
        .buffered(AT_ONCE)
        .collect()
        .await;
    seen.keys = keys.into_iter().map(|(id, _, told)| (id, told)).collect();
    seen
}

async fn user(client: &Client, name: String, subject: UserSubject) -> LiveUser {
    let about = client.made(Of::User, &name).await;
    let (mut keys, mut password, mut denied_all, mut denied_before) = (None, None, None, None);
    // Of a user that is gone nothing else is there.
    if subject.keys {
        keys = Some(if_there(&about, client.keys_of(&name)).await);
    }
    if subject.password {
        password = Some(if_there(&about, client.password(&name)).await);
    }
    if subject.keys || subject.password || subject.sessions {
        let attached = if_there(&about, client.attached_to_user(&name)).await;
        denied_all = Some(attached.map(|arns| arns.iter().any(|arn| aws_policy(arn) == Some(DENY_ALL))));
    }
    if subject.sessions {
        let mut reply = if_there(&about, denied_before_by(client, Of::User, &name, REVOKE_USER)).await;
        if matches!(reply, Reply::Absent(_)) {
            reply = if_there(&about, denied_before_by(client, Of::User, &name, REVOKE)).await;
        }
        denied_before = Some(reply);
    }
    let mut held = BTreeMap::new();
    for list in subject.held {
        held.insert(list, if_there(&about, held_by_user(client, &name, list)).await);
    }
    LiveUser {
        name,
        renamed_from: subject.renamed_from,
        about,
        keys,
        password,
        denied_all,
        denied_before,
        held,
    }
}

async fn held_by_user(client: &Client, name: &str, list: Held) -> Reply<Vec<String>> {
    match list {
        Held::Attached => client.attached_to_user(name).await,
        Held::Inline => client.inline_of_user(name).await,
        Held::Groups => client.groups_of(name).await,
        Held::MfaDevices => client.mfa_devices(name).await,
        Held::SshKeys => client.ssh_keys(name).await,
        Held::Certificates => client.certificates(name).await,
        Held::ServiceCredentials => client.service_credentials(name).await,
        Held::Outsiders => Reply::Absent("a user has no trust policy".to_owned()),
    }
}

async fn role(client: &Client, own: &str, name: String, subject: RoleSubject) -> LiveRole {
    let role = client.role(&name).await;
    let about = role.clone().map(|(made, _)| made);
    let mut denied_before = None;
    if subject.sessions {
        denied_before = Some(if_there(&about, denied_before_by(client, Of::Role, &name, REVOKE)).await);
    }
    let mut held = BTreeMap::new();
    for list in subject.held {
        let reply = match list {
            Held::Attached => if_there(&about, client.attached_to_role(&name)).await,
            Held::Inline => if_there(&about, client.inline_of_role(&name)).await,
            Held::Outsiders => role.clone().and_then(|(_, trust)| {
                let is_read = trust::document(&trust).is_some();
                is_read.then(|| trust::outsiders(&trust, own)).map_or_else(
                    || Reply::Failed("its trust policy cannot be read".to_owned()),
                    Reply::Known,
                )
            }),
            _ => Reply::Absent("a role has none".to_owned()),
        };
        held.insert(list, reply);
    }
    LiveRole {
        name,
        about,
        denied_before,
        held,
    }
}

/// Asks on only where that to which the answer belongs may be there.
async fn if_there<A, T>(about: &Reply<A>, ask: impl Future<Output = Reply<T>>) -> Reply<T> {
    match about {
        Reply::Absent(why) => Reply::Absent(why.clone()),
        _ => ask.await,
    }
}

async fn denied_before_by(client: &Client, of: Of, name: &str, policy: &str) -> Reply<DateTime<Utc>> {
    let document = client.inline_policy(of, name, policy).await;
    document.and_then(|text| {
        denied_before(&text).map_or_else(
            || Reply::Absent(format!("{policy} denies no sessions by their age")),
            Reply::Known,
        )
    })
}

/// The time before which a policy denies sessions everything, and does so on no other condition.
fn denied_before(policy: &str) -> Option<DateTime<Utc>> {
    let document = trust::document(policy)?;
    let statements = match document.get("Statement")? {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    statements.iter().filter_map(denied_by).max()
}

fn denied_by(statement: &Value) -> Option<DateTime<Utc>> {
    let holds = |field: &str| match &statement[field] {
        Value::Array(list) => list.iter().any(|one| one == "*"),
        one => one == "*",
    };
    let is_everything = statement["Effect"] == "Deny" && holds("Action") && holds("Resource");
    let conditions = statement["Condition"].as_object().filter(|_| is_everything)?;
    let (operator, limits) = conditions.iter().next().filter(|_| conditions.len() == 1)?;
    let limits = limits.as_object().filter(|limits| limits.len() == 1)?;
    let (key, limit) = limits.iter().next()?;
    let is_age = operator == "DateLessThan" && key.eq_ignore_ascii_case("aws:TokenIssueTime");
    let limit = match limit {
        Value::Array(list) => list.first()?,
        one => one,
    };
    time::parse_text(limit.as_str()?).filter(|_| is_age)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use serde_json::json;

    use super::*;

    fn policy(change: impl FnOnce(&mut Value)) -> String {
        let mut statement = json!({
            "Effect": "Deny", "Action": ["*"], "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-05-21T13:00:00.000Z"}},
        });
        change(&mut statement);
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    }

    #[test]
    fn sessions_are_denied_by_their_age_alone() {
        let at = Utc.with_ymd_and_hms(2026, 5, 21, 13, 0, 0).unwrap();
        assert_eq!(denied_before(&policy(|_| {})), Some(at));
        let one = policy(|statement| {
            statement["Action"] = json!("*");
            statement["Resource"] = json!("*");
        });
        assert_eq!(denied_before(&one), Some(at));
    }

    /// An attacker may keep the name and weaken what the policy does.
    #[test]
    fn a_policy_that_leaves_a_way_denies_nothing() {
        let weaker: [fn(&mut Value); 5] = [
            |statement| statement["Effect"] = json!("Allow"),
            |statement| statement["Action"] = json!(["s3:*"]),
            |statement| statement["Resource"] = json!(["arn:aws:s3:::bucket"]),
            |statement| statement["Condition"]["IpAddress"] = json!({"aws:SourceIp": "192.0.2.0/24"}),
            |statement| statement["Condition"]["DateLessThan"]["aws:EpochTime"] = json!("2020-01-01T00:00:00Z"),
        ];
        for change in weaker {
            let text = policy(change);
            assert_eq!(denied_before(&text), None, "{text}");
        }
        assert_eq!(denied_before("not a policy"), None);
    }
}
