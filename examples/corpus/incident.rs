//! The incident hidden in the corpus: a leaked key and what it led to, about thirty nodes.

use chrono::{DateTime, Utc};

use super::records::{ACCOUNT, Call, Random, stamp};

/// One call of the attacker: when (as a share of the whole time) and what.
pub(crate) struct Step {
    /// From 0 to 1.
    pub(crate) at: f64,
    actor: Actor,
    action: Action,
}

#[derive(Clone)]
enum Actor {
    User {
        name: String,
        id: String,
        key: String,
    },
    Session {
        role: String,
        role_id: String,
        name: String,
        key: String,
    },
}

enum Action {
    Look,
    CreateUser {
        name: String,
        id: String,
    },
    CreateAccessKey {
        user: String,
        key: String,
    },
    CreateLoginProfile {
        user: String,
    },
    CreateRole {
        name: String,
        id: String,
    },
    AssumeRole {
        role: String,
        role_id: String,
        session: String,
        key: String,
    },
}

/// All steps of an incident that starts from `leaked_key`, in order of time.
pub(crate) fn steps(leaked_key: &str, random: &mut Random) -> Vec<Step> {
    let seed = Actor::User {
        name: "deploy-bot".to_owned(),
        id: random.id("AIDA"),
        key: leaked_key.to_owned(),
    };
    let mut steps = Vec::new();
    for call in 0..1_960 {
        steps.push(Step {
            at: 0.02 + f64::from(call) * 0.0004,
            actor: seed.clone(),
            action: Action::Look,
        });
    }
    let mut owners = vec![seed];
    // Three generations of users with keys, each owner making what comes next.
    for (generation, at) in [0.10, 0.30, 0.55].into_iter().enumerate() {
        for twin in 0..2 {
            let owner = owners[(generation * 2 + twin).min(owners.len() - 1)].clone();
            let user = format!("backup-admin-{generation}{twin}");
            let (id, key) = (random.id("AIDA"), random.id("AKIA"));
            let mut push = |delay: f64, action| {
                steps.push(Step {
                    at: at + delay,
                    actor: owner.clone(),
                    action,
                });
            };
            push(
                0.001,
                Action::CreateUser {
                    name: user.clone(),
                    id: id.clone(),
                },
            );
            push(
                0.002,
                Action::CreateAccessKey {
                    user: user.clone(),
                    key: key.clone(),
                },
            );
            push(0.003, Action::CreateLoginProfile { user: user.clone() });
            owners.push(Actor::User { name: user, id, key });
        }
    }
    for (n, owner) in owners.clone().into_iter().skip(1).take(3).enumerate() {
        let (role, role_id) = (format!("support-role-{n}"), random.id("AROA"));
        let at = 0.6 + 0.08 * f64::from(u32::try_from(n).unwrap_or_default());
        steps.push(Step {
            at,
            actor: owner.clone(),
            action: Action::CreateRole {
                name: role.clone(),
                id: role_id.clone(),
            },
        });
        for visit in 0..3 {
            let (session, key) = (format!("maintenance-{n}{visit}"), random.id("ASIA"));
            let at = at + 0.01 * f64::from(visit + 1);
            steps.push(Step {
                at,
                actor: owner.clone(),
                action: Action::AssumeRole {
                    role: role.clone(),
                    role_id: role_id.clone(),
                    session: session.clone(),
                    key: key.clone(),
                },
            });
            let guest = Actor::Session {
                role: role.clone(),
                role_id: role_id.clone(),
                name: session,
                key,
            };
            for call in 0..20 {
                steps.push(Step {
                    at: at + 0.0005 * f64::from(call + 1),
                    actor: guest.clone(),
                    action: Action::Look,
                });
            }
        }
    }
    for (n, owner) in owners.into_iter().skip(1).enumerate() {
        for call in 0..15 {
            let at = 0.75 + 0.002 * f64::from(call) + 0.02 * f64::from(u32::try_from(n).unwrap_or_default());
            steps.push(Step {
                at,
                actor: owner.clone(),
                action: Action::Look,
            });
        }
    }
    steps.sort_by(|a, b| a.at.total_cmp(&b.at));
    steps
}

impl Step {
    /// Appends the record.
    pub(crate) fn write(&self, out: &mut Vec<u8>, time: DateTime<Utc>, region: &str, random: &mut Random) {
        let stamp = stamp(time);
        let (source, name, request, response) = self.action.call(&stamp, random);
        let call = Call {
            identity: self.actor.identity(&stamp),
            source,
            name,
            address: "203.0.113.77".to_owned(),
            agent: "aws-cli/2.13.20 Python/3.11.5 Linux/6.1.0-kali9-amd64 exe/x86_64.kali.2023 prompt/off",
            request,
            response,
            read_only: matches!(self.action, Action::Look),
            more: String::new(),
        };
        call.write(out, &stamp, region, random);
    }
}

impl Actor {
    fn identity(&self, stamp: &str) -> String {
        match self {
            Self::User { name, id, key } => format!(
                r#"{{"type":"IAMUser","principalId":"{id}","arn":"arn:aws:iam::{ACCOUNT}:user/{name}","accountId":"{ACCOUNT}","accessKeyId":"{key}","userName":"{name}"}}"#
            ),
            Self::Session {
                role,
                role_id,
                name,
                key,
            } => format!(
                r#"{{"type":"AssumedRole","principalId":"{role_id}:{name}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}","accountId":"{ACCOUNT}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{role_id}","arn":"arn:aws:iam::{ACCOUNT}:role/{role}","accountId":"{ACCOUNT}","userName":"{role}"}},"attributes":{{"creationDate":"{stamp}","mfaAuthenticated":"false"}}}}}}"#
            ),
        }
    }
}

impl Action {
    fn call(&self, stamp: &str, random: &mut Random) -> (&'static str, &'static str, String, String) {
        match self {
            Self::Look => {
                let (source, name) = [
                    ("ec2.amazonaws.com", "DescribeInstances"),
                    ("s3.amazonaws.com", "ListBuckets"),
                    ("secretsmanager.amazonaws.com", "ListSecrets"),
                    ("iam.amazonaws.com", "ListUsers"),
                    ("sts.amazonaws.com", "GetCallerIdentity"),
                ][random.below(5)];
                (source, name, "null".to_owned(), "null".to_owned())
            }
            Self::CreateUser { name, id } => (
                "iam.amazonaws.com",
                "CreateUser",
                format!(r#"{{"userName":"{name}"}}"#),
                format!(
                    r#"{{"user":{{"path":"/","userName":"{name}","userId":"{id}","arn":"arn:aws:iam::{ACCOUNT}:user/{name}","createDate":"{stamp}"}}}}"#
                ),
            ),
            Self::CreateAccessKey { user, key } => (
                "iam.amazonaws.com",
                "CreateAccessKey",
                format!(r#"{{"userName":"{user}"}}"#),
                format!(
                    r#"{{"accessKey":{{"userName":"{user}","accessKeyId":"{key}","status":"Active","createDate":"{stamp}"}}}}"#
                ),
            ),
            Self::CreateLoginProfile { user } => (
                "iam.amazonaws.com",
                "CreateLoginProfile",
                format!(r#"{{"userName":"{user}","passwordResetRequired":false}}"#),
                format!(
                    r#"{{"loginProfile":{{"userName":"{user}","createDate":"{stamp}","passwordResetRequired":false}}}}"#
                ),
            ),
            Self::CreateRole { name, id } => (
                "iam.amazonaws.com",
                "CreateRole",
                format!(
                    r#"{{"roleName":"{name}","assumeRolePolicyDocument":"{{\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{ACCOUNT}:root\"}},\"Action\":\"sts:AssumeRole\"}}]}}"}}"#
                ),
                format!(
                    r#"{{"role":{{"path":"/","roleName":"{name}","roleId":"{id}","arn":"arn:aws:iam::{ACCOUNT}:role/{name}","createDate":"{stamp}"}}}}"#
                ),
            ),
            Self::AssumeRole {
                role,
                role_id,
                session,
                key,
            } => (
                "sts.amazonaws.com",
                "AssumeRole",
                format!(r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/{role}","roleSessionName":"{session}"}}"#),
                format!(
                    r#"{{"credentials":{{"accessKeyId":"{key}","sessionToken":"{}","expiration":"{stamp}"}},"assumedRoleUser":{{"assumedRoleId":"{role_id}:{session}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"}}}}"#,
                    random.letters(760)
                ),
            ),
        }
    }
}
