//! Checks: how an item becomes true by itself. Pure: the investigation and a moment go in, what was found comes out.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | the checks, and what they find |
//! | `facts` | what they look up, made once for all of them |
//! | `subjects` | those that look at one thing of the chain |
//! | `whole` | those that look at the investigation as a whole |

mod facts;
mod subjects;
mod whole;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::collection::ForEach;
use super::deeds::Deed;
use super::subject::Subject;

pub(super) use facts::Facts;

/// A check, by its name in playbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// AWS says that the key is of the responder's account.
    KeyIsOurs,
    /// AWS's quarantine policy was not taken off while the key works.
    QuarantineLeft,
    /// The user has an active key that is newer than the leaked one and that the chain did not make.
    NewKey,
    /// The key is switched off, or deleted.
    Inactive,
    /// It is deleted.
    Deleted,
    /// It has ended, or a policy denies it everything.
    CutOff,
    /// The role's trust policy does not name the outsider any more.
    TrustClosed,
    /// The responder said whether it is the attacker's.
    Judged,
    /// The responder is nobody the chain could reach, and may read event history.
    CleanIdentity,
    /// The call that made the temporary key is known.
    MakerKnown,
    /// Every region was read to its end.
    EverythingRead,
    /// The same, and nothing new turned up in the last round.
    FixedPoint,
    /// The responder said of every source of calls whether it is the attacker's.
    SourcesJudged,
    /// The chain made none of the calls that the item is about.
    NoneSeen,
    /// No credential of the chain was used with success for half an hour.
    Quiet,
    /// The same, and nothing of the chain may still let somebody in.
    NothingLeft,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is so.
    Proved {
        /// The call or record that says so.
        by: String,
        /// As of when.
        at: Option<DateTime<Utc>>,
    },
    /// There is nothing of the kind in all that was read. That nothing is there cannot be proved.
    Nothing {
        /// What was looked for, and where.
        looked: String,
        /// As of when.
        at: Option<DateTime<Utc>>,
    },
    /// It is not so, or nothing shows it.
    NotYet {
        /// Why.
        why: String,
        /// When the account or a record said the contrary; `None` where nothing did.
        at: Option<DateTime<Utc>>,
    },
    /// It cannot be told from here.
    Unknown {
        /// What is missing.
        why: String,
    },
}

impl Found {
    fn proved(by: impl Into<String>, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self::Proved {
            by: by.into(),
            at: at.into(),
        }
    }

    fn not_yet(why: impl Into<String>, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self::NotYet {
            why: why.into(),
            at: at.into(),
        }
    }

    fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// Of what is not the attacker's nothing has to be true.
    pub(super) fn ours(facts: &Facts<'_>, subject: &Subject) -> Self {
        let judged = subject
            .node
            .as_deref()
            .and_then(|node| facts.investigation.judged_at(node));
        Self::proved("judged expected, or made by those who are: left as it is", judged)
    }

    /// What it says.
    pub fn words(&self) -> &str {
        match self {
            Self::Proved { by, .. } => by,
            Self::Nothing { looked, .. } => looked,
            Self::NotYet { why, .. } | Self::Unknown { why } => why,
        }
    }
}

impl Check {
    /// The collections it can look at, one by one; empty where it looks at the investigation as a whole.
    pub(super) fn takes(self) -> &'static [ForEach] {
        use ForEach as E;
        match self {
            Self::KeyIsOurs => &[E::SeedKey],
            Self::QuarantineLeft | Self::NewKey => &[E::SeedUser],
            Self::Inactive => &[E::SeedKey, E::OtherKey, E::AccessKey],
            Self::Deleted => &[
                E::SeedKey,
                E::OtherKey,
                E::AccessKey,
                E::CreatedUser,
                E::CreatedRole,
                E::LoginProfile,
                E::MfaDevice,
                E::ServiceCredential,
                E::SshKey,
                E::SigningCertificate,
                E::OtherCredential,
                E::UserPolicy,
                E::UserInlinePolicy,
                E::RolePolicy,
                E::RoleInlinePolicy,
                E::GroupMember,
                E::Grant,
            ],
            Self::CutOff => &[E::Session, E::UserSession, E::RoleSession, E::LoginProfile],
            Self::TrustClosed => &[E::Outsider],
            Self::Judged => &[
                E::OtherKey,
                E::CreatedUser,
                E::LoginProfile,
                E::SignIn,
                E::CreatedRole,
                E::Session,
                E::UserSession,
                E::RoleSession,
            ],
            Self::CleanIdentity
            | Self::MakerKnown
            | Self::EverythingRead
            | Self::FixedPoint
            | Self::SourcesJudged
            | Self::NoneSeen
            | Self::Quiet
            | Self::NothingLeft => &[],
        }
    }

    /// Looks at one thing of the chain.
    pub(super) fn of_subject(self, facts: &Facts<'_>, subject: &Subject) -> Found {
        match self {
            Self::KeyIsOurs => subjects::key_is_ours(facts, subject),
            Self::QuarantineLeft => subjects::quarantine_left(facts, subject),
            Self::NewKey => subjects::new_key(facts, subject),
            Self::Inactive => subjects::inactive(facts, subject),
            Self::Deleted => subjects::deleted(facts, subject),
            Self::CutOff => subjects::cut_off(facts, subject),
            Self::TrustClosed => subjects::trust_closed(facts, subject),
            Self::Judged => subjects::judged(facts, subject),
            whole => whole.of_all(facts, &[]),
        }
    }

    /// Looks at the investigation as a whole; `seen` is what the chain did of what the item is about.
    pub(super) fn of_all(self, facts: &Facts<'_>, seen: &[Deed]) -> Found {
        match self {
            Self::CleanIdentity => whole::clean_identity(facts),
            Self::MakerKnown => whole::maker_known(facts),
            Self::EverythingRead => whole::everything_read(facts),
            Self::FixedPoint => whole::fixed_point(facts),
            Self::SourcesJudged => whole::sources_judged(facts),
            Self::NoneSeen => whole::none_seen(facts, seen),
            Self::Quiet => whole::quiet(facts),
            Self::NothingLeft => whole::nothing_left(facts),
            _ => Found::unknown("this check is for names of the chain"),
        }
    }
}
