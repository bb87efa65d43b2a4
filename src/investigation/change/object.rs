//! A user or a role as it is before a change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Holder;
use crate::investigation::account::{KeyStatus, LastUse, Reply};

/// Everything that hangs on a user or a role. What may not be asked is said to be unknown; nothing stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Who it is.
    pub holder: Holder,
    /// Which one of that name; absent where there is none.
    pub about: Reply<About>,
    /// ARNs of its managed policies.
    pub attached: Reply<Vec<String>>,
    /// Its inline policies: names and documents.
    pub inline: Reply<BTreeMap<String, String>>,
    /// What only a user or only a role has.
    pub parts: Parts,
}

/// Which user or role it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The ARN, with the path.
    pub arn: String,
    /// The unique id, `AIDA...` or `AROA...`.
    pub id: String,
    /// When it was made; not known from the records of what was there before.
    pub created: Option<DateTime<Utc>>,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What only a user or only a role has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parts {
    /// A user's credentials and groups.
    User(Box<UserParts>),
    /// A role's trust and where it is used.
    Role(Box<RoleParts>),
}

/// A user's credentials and groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserParts {
    /// Its access keys.
    pub keys: Reply<Vec<KeyStatus>>,
    /// When each of them was used last.
    pub last_use: BTreeMap<String, Reply<LastUse>>,
    /// When its console password was made.
    pub password: Reply<DateTime<Utc>>,
    /// Its groups.
    pub groups: Reply<Vec<String>>,
    /// Serial numbers of its MFA devices.
    pub mfa_devices: Reply<Vec<String>>,
    /// Ids of its SSH keys.
    pub ssh_keys: Reply<Vec<String>>,
    /// Ids of its signing certificates.
    pub certificates: Reply<Vec<String>>,
    /// Ids of its credentials for single services.
    pub service_credentials: Reply<Vec<String>>,
}

/// A role's trust and where it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleParts {
    /// Who may assume it.
    pub trust: Reply<String>,
    /// The instance profiles it is in.
    pub profiles: Reply<Vec<String>>,
    /// When it was used last, in days: AWS counts no finer.
    pub last_used: Option<DateTime<Utc>>,
}

impl Object {
    /// What a user has; `None` for a role.
    pub fn user(&self) -> Option<&UserParts> {
        match &self.parts {
            Parts::User(parts) => Some(parts),
            Parts::Role(_) => None,
        }
    }

    /// What a role has; `None` for a user.
    pub fn role(&self) -> Option<&RoleParts> {
        match &self.parts {
            Parts::Role(parts) => Some(parts),
            Parts::User(_) => None,
        }
    }

    /// The state of one of its keys; `None` where it has no such key or the list is not known.
    pub fn key(&self, id: &str) -> Option<&KeyStatus> {
        self.user()?.keys.known()?.iter().find(|key| key.id == id)
    }

    /// What of it could not be seen, in words.
    pub fn unseen(&self) -> Vec<&'static str> {
        let mut unseen = Vec::new();
        let mut look = |name, is_unknown: bool| {
            if is_unknown {
                unseen.push(name);
            }
        };
        look("managed policies", is_unknown(&self.attached));
        look("inline policies", is_unknown(&self.inline));
        match &self.parts {
            Parts::User(user) => {
                look("access keys", is_unknown(&user.keys));
                look("password", is_unknown(&user.password));
                look("groups", is_unknown(&user.groups));
                look("MFA devices", is_unknown(&user.mfa_devices));
                look("SSH keys", is_unknown(&user.ssh_keys));
                look("signing certificates", is_unknown(&user.certificates));
                look("service credentials", is_unknown(&user.service_credentials));
            }
            Parts::Role(role) => look("instance profiles", is_unknown(&role.profiles)),
        }
        unseen
    }
}

fn is_unknown<T>(reply: &Reply<T>) -> bool {
    matches!(reply, Reply::Denied(_) | Reply::Failed(_))
}
