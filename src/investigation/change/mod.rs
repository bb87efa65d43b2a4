//! What a responder may change in the account: which calls that takes, what it breaks, how it is undone, what was done.
//!
//! Pure: the account is asked, and the calls are made, in `account::change`.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | the changes there are |
//! | `offers` | which of them fit a node |
//! | `object` | a user or a role as it is before a change |
//! | `recorded` | the same, as far as the records alone tell |
//! | `call` | one call of the API: its parameters, and the call that takes it back |
//! | `steps` | the calls of a change in their order |
//! | `erase` | those of a user or role that goes, with all that goes before |
//! | `refusal` | why a change is not made |
//! | `plan` | what a responder must know before it is done |
//! | `uses` | who uses what it is about |
//! | `effect` | whether the account shows that it is done |
//! | `deeds` | what was done, as the facts tell it, and what of it can be undone |
//! | `snapshot` | evidence kept from before |

mod call;
mod deeds;
mod effect;
mod erase;
mod object;
mod offers;
mod plan;
mod recorded;
mod refusal;
mod snapshot;
mod steps;
mod uses;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::policy_name;

pub use call::Call;
pub use deeds::{Acted, Approved, Deed, Deeds, End, Fate, Undo};
pub use effect::shows;
pub use object::{About, Object, Parts, RoleParts, UserParts};
pub use offers::{offers, offers_for};
pub use plan::{Plan, plan};
pub use recorded::recorded;
pub use refusal::Refusal;
pub use snapshot::{Snapshot, SnapshotOf};
pub use steps::{Step, steps};

/// What is typed to go on after a doubt.
pub const ANYWAY: &str = "anyway";
/// AWS's own policy against everything.
pub const DENY_ALL: &str = "AWSDenyAll";
/// What the console calls the policy that ends a role's sessions.
pub const REVOKE: &str = "AWSRevokeOlderSessions";
/// What the built-in playbook calls the one that ends a user's sessions.
pub const REVOKE_USER: &str = "keytrail-deny-old-sessions";

/// Who has keys and policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// An IAM user, by name.
    User(String),
    /// A role, by name.
    Role(String),
}

impl Holder {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) => name,
        }
    }

    /// `user` or `role`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
        }
    }

    /// Both.
    pub fn words(&self) -> String {
        format!("{} {}", self.kind(), self.name())
    }
}

/// A change to the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[expect(missing_docs, reason = "names of IAM's own things")]
pub enum Change {
    /// Switches a key off. It can be switched on again.
    DeactivateKey { user: String, key: String },
    /// Switches a key on again.
    ReactivateKey { user: String, key: String },
    /// Deletes a key for good.
    DeleteKey { user: String, key: String },
    /// Makes a second key, for the application to move to.
    ReplaceKey { user: String },
    /// Deletes the console password.
    DeletePassword { user: String },
    /// Sets the console password to one that nobody knows.
    LockPassword { user: String },
    /// Denies a user everything, with every credential it has.
    DenyAll { user: String },
    /// Ends the sessions that began before a moment.
    RevokeSessions { holder: Holder, before: DateTime<Utc> },
    /// Puts back a trust policy; `from` says where it was found.
    RestoreTrust {
        role: String,
        document: String,
        from: String,
    },
    /// Takes a managed policy off.
    DetachPolicy { holder: Holder, arn: String },
    /// Deletes an inline policy.
    DeleteInlinePolicy { holder: Holder, policy: String },
    /// Deletes a user with all that hangs on it.
    DeleteUser { user: String },
    /// Deletes a role with all that hangs on it.
    DeleteRole { role: String },
}

/// A [`Change`] without whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the changes say it")]
pub enum ChangeKind {
    DeactivateKey,
    ReactivateKey,
    DeleteKey,
    ReplaceKey,
    DeletePassword,
    LockPassword,
    DenyAll,
    RevokeSessions,
    RestoreTrust,
    DetachPolicy,
    DeleteInlinePolicy,
    DeleteUser,
    DeleteRole,
}

impl Change {
    /// Which one it is.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::DeactivateKey { .. } => ChangeKind::DeactivateKey,
            Self::ReactivateKey { .. } => ChangeKind::ReactivateKey,
            Self::DeleteKey { .. } => ChangeKind::DeleteKey,
            Self::ReplaceKey { .. } => ChangeKind::ReplaceKey,
            Self::DeletePassword { .. } => ChangeKind::DeletePassword,
            Self::LockPassword { .. } => ChangeKind::LockPassword,
            Self::DenyAll { .. } => ChangeKind::DenyAll,
            Self::RevokeSessions { .. } => ChangeKind::RevokeSessions,
            Self::RestoreTrust { .. } => ChangeKind::RestoreTrust,
            Self::DetachPolicy { .. } => ChangeKind::DetachPolicy,
            Self::DeleteInlinePolicy { .. } => ChangeKind::DeleteInlinePolicy,
            Self::DeleteUser { .. } => ChangeKind::DeleteUser,
            Self::DeleteRole { .. } => ChangeKind::DeleteRole,
        }
    }

    /// The user or role that is changed.
    pub fn holder(&self) -> Holder {
        match self {
            Self::DeactivateKey { user, .. }
            | Self::ReactivateKey { user, .. }
            | Self::DeleteKey { user, .. }
            | Self::ReplaceKey { user }
            | Self::DeletePassword { user }
            | Self::LockPassword { user }
            | Self::DenyAll { user }
            | Self::DeleteUser { user } => Holder::User(user.clone()),
            Self::RestoreTrust { role, .. } | Self::DeleteRole { role } => Holder::Role(role.clone()),
            Self::RevokeSessions { holder, .. }
            | Self::DetachPolicy { holder, .. }
            | Self::DeleteInlinePolicy { holder, .. } => holder.clone(),
        }
    }

    /// What it does, as a request.
    pub fn title(&self) -> String {
        let whose = |holder: &Holder| holder.words();
        match self {
            Self::DeactivateKey { key, .. } => format!("Deactivate key {key}"),
            Self::ReactivateKey { key, .. } => format!("Reactivate key {key}"),
            Self::DeleteKey { key, .. } => format!("Delete key {key}"),
            Self::ReplaceKey { user } => format!("Create a replacement key for user {user}"),
            Self::DeletePassword { user } => format!("Delete the console password of user {user}"),
            Self::LockPassword { user } => format!("Lock the console password of user {user}"),
            Self::DenyAll { user } => format!("Deny user {user} everything"),
            Self::RevokeSessions { holder, .. } => format!("End the sessions of {} until now", whose(holder)),
            Self::RestoreTrust { role, .. } => format!("Restore the trust policy of role {role}"),
            Self::DetachPolicy { holder, arn } => format!("Detach {} from {}", policy_name(arn), whose(holder)),
            Self::DeleteInlinePolicy { holder, policy } => {
                format!("Delete the inline policy {policy} of {}", whose(holder))
            }
            Self::DeleteUser { user } => format!("Delete user {user}"),
            Self::DeleteRole { role } => format!("Delete role {role}"),
        }
    }

    /// What has to be typed before it is done: the key, else the user or role.
    pub fn name(&self) -> String {
        match self {
            Self::DeactivateKey { key, .. } | Self::ReactivateKey { key, .. } | Self::DeleteKey { key, .. } => {
                key.clone()
            }
            other => other.holder().name().to_owned(),
        }
    }

    /// Whether something is gone afterwards that nobody can bring back. Evidence comes first then.
    pub fn erases(&self) -> bool {
        matches!(
            self,
            Self::DeleteKey { .. } | Self::DeletePassword { .. } | Self::DeleteUser { .. } | Self::DeleteRole { .. }
        )
    }
}
