//! What the account says of each node now: the answers as plain data for the journal, and the state they give.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | the answers |
//! | `held` | what hangs on a user or role |
//! | `state` | what they say of a node |
//! | `subjects` | what has to be asked for a chain, and no more |

mod held;
mod state;
mod subjects;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use held::{Held, On, holder};
pub use state::{Live, LiveState};
pub use subjects::{KeySubject, RoleSubject, Subjects, UserSubject, subjects};

use super::Node;
use super::account::{KeyStatus, LastUse, Reply};
use crate::cloudtrail::ids;

/// What IAM said of the users, roles, keys and passwords of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSeen {
    /// The account that was asked. IAM knows nothing of others.
    pub account: Reply<String>,
    /// Whose each long-term key is, and its last use.
    #[serde(default)]
    pub keys: BTreeMap<String, Reply<LastUse>>,
    /// The users.
    #[serde(default)]
    pub users: Vec<LiveUser>,
    /// The roles.
    #[serde(default)]
    pub roles: Vec<LiveRole>,
}

impl LiveSeen {
    /// Whether AWS could not be asked at all.
    pub fn is_failed(&self) -> bool {
        matches!(self.account, Reply::Failed(_))
    }
}

/// One user. What nobody needs to know was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveUser {
    /// The name it was asked for by.
    pub name: String,
    /// The name the records know it by, where they show that it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// Which user of this name it is.
    pub about: Reply<Made>,
    /// Its access keys.
    #[serde(default)]
    pub keys: Option<Reply<Vec<KeyStatus>>>,
    /// When its console password was made.
    #[serde(default)]
    pub password: Option<Reply<DateTime<Utc>>>,
    /// Whether AWSDenyAll is attached to it.
    #[serde(default)]
    pub denied_all: Option<Reply<bool>>,
    /// Its sessions that began before this are denied everything.
    #[serde(default)]
    pub denied_before: Option<Reply<DateTime<Utc>>>,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Held, Reply<Vec<String>>>,
}

/// One role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRole {
    /// Its name.
    pub name: String,
    /// Which role of this name it is.
    pub about: Reply<Made>,
    /// Its sessions that began before this are denied everything.
    #[serde(default)]
    pub denied_before: Option<Reply<DateTime<Utc>>>,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Held, Reply<Vec<String>>>,
}

/// What tells a user or a role from another one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The unique id: `AIDA...`, `AROA...`.
    pub id: String,
    /// When it was made.
    pub created: DateTime<Utc>,
}

/// Whose session a node is.
enum Holder<'n> {
    User(&'n str),
    Role(&'n str),
}

/// `None` for federated users, and where the records do not say.
fn session_of(node: &Node) -> Option<Holder<'_>> {
    // A bare name may be a user's or a role's.
    let owner = node.owner.as_deref().filter(|owner| owner.starts_with("arn:"))?;
    let role = ids::role_name(owner).map(Holder::Role);
    role.or_else(|| ids::user_name(owner).map(Holder::User))
}
