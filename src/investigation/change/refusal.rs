//! Why a change is not made.

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// AWS asks to leave the quarantine policy where it is.
    #[error(
        "AWS put {who} in quarantine with {policy}. keytrail never takes that off: delete the keys first, then ask AWS \
         Support or detach it by hand"
    )]
    Quarantine {
        /// Whom it is attached to.
        who: String,
        /// The policy's name.
        policy: String,
    },
    /// There is no such user or role.
    #[error("there is no {0} any more")]
    Gone(String),
    /// It could not be read, so nothing is known of what would be changed.
    #[error("{who} could not be read: {why}")]
    NotSeen {
        /// Who.
        who: String,
        /// AWS's words.
        why: String,
    },
    /// The name belongs to another one now.
    #[error("{who} is {is} now, not the one of the chain ({was}): somebody made it again under the same name")]
    Another {
        /// Who.
        who: String,
        /// Its unique id.
        is: String,
        /// Those that the records know.
        was: String,
    },
    /// The credentials are those of another account.
    #[error("you are in account {own}, {who} is in account {other}: use credentials of that account (--profile)")]
    OtherAccount {
        /// Who.
        who: String,
        /// The account that was asked.
        own: String,
        /// The account it belongs to.
        other: String,
    },
    /// The user has no such key.
    #[error("user {user} has no key {key} any more")]
    NoSuchKey {
        /// The user.
        user: String,
        /// The key.
        key: String,
    },
    /// A user has at most two keys.
    #[error("user {user} has two keys already ({keys}): find out whose the second one is, and delete one first")]
    TwoKeys {
        /// The user.
        user: String,
        /// Both.
        keys: String,
    },
    /// Only the service itself changes such a role.
    #[error("{0} is a service-linked role: only its service can change or delete it")]
    ServiceLinked(String),
    /// There is nothing to do.
    #[error("nothing to do: {0}")]
    AlreadySo(String),
}
