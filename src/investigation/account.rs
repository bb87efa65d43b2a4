//! What AWS itself said of a key and of the responder, as plain data for the journal.
//!
//! The answers only; what they mean is read from them in `account`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cloudtrail::ids::Arn;

/// The policies AWS puts on the owner of a leaked key: `...Quarantine`, `...QuarantineV2`, and so on.
pub const QUARANTINE: &str = "AWSCompromisedKeyQuarantine";
/// How the console names the users that it makes for SES's SMTP interface, and their one inline policy.
const SES_USER: &str = "ses-smtp-user.";
const SES_POLICY: &str = "AmazonSesSendingAccess";

/// A question to AWS and what came of it. No answer is an answer too: it is shown, and nothing stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply<T> {
    /// The answer.
    Known(T),
    /// The responder may not ask this; what AWS said.
    Denied(String),
    /// AWS says that there is no such thing; in its words.
    Absent(String),
    /// It went wrong in another way.
    Failed(String),
}

impl<T> Reply<T> {
    /// The answer, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Why there is no answer, in a few words; `None` if there is one.
    pub fn why_not(&self) -> Option<&'static str> {
        match self {
            Self::Known(_) => None,
            Self::Denied(_) => Some("not known: denied"),
            Self::Absent(_) => Some("not known: not found"),
            Self::Failed(_) => Some("not known: the call failed"),
        }
    }

    /// The same question with its answer put differently.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        self.and_then(|value| Reply::Known(change(value)))
    }

    /// The same question with its answer taken further.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Reply<U>) -> Reply<U> {
        match self {
            Self::Known(value) => next(value),
            Self::Denied(why) => Reply::Denied(why),
            Self::Absent(why) => Reply::Absent(why),
            Self::Failed(why) => Reply::Failed(why),
        }
    }
}

/// Who asks, and whose the seeds are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSeen {
    /// The responder.
    pub caller: Reply<Caller>,
    /// The seeds, as they were given.
    pub keys: Vec<KeySeen>,
}

impl AccountSeen {
    /// Whether AWS could not be asked at all.
    pub fn is_failed(&self) -> bool {
        matches!(self.caller, Reply::Failed(_))
    }
}

/// The responder, as AWS sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Of the user, the role session or the root user.
    pub arn: String,
    /// The account the responder works in.
    pub account: String,
    /// The access key id that signed, where it is known.
    pub key: Option<String>,
    /// ARNs of the policies on the responder, where that is an IAM user.
    pub attached: Option<Reply<Vec<String>>>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySeen {
    /// The key id.
    pub key: String,
    /// Its account.
    pub account: Reply<KeyAccount>,
    /// Whose it is, and its last use; `None` for a temporary key, of which IAM knows nothing.
    pub last_use: Option<Reply<LastUse>>,
    /// The IAM user it belongs to, where AWS named one.
    pub user: Option<UserSeen>,
}

/// The account of a key, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAccount {
    /// Twelve digits.
    pub id: String,
    /// AWS said so. Otherwise it was decoded from the key id: a hint, no proof.
    pub told_by_aws: bool,
}

/// The answer of GetAccessKeyLastUsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    /// The IAM user; `None` where AWS names none, as for a root key.
    pub user: Option<String>,
    /// When it was used last; `None` for never.
    pub at: Option<DateTime<Utc>>,
    /// In which service.
    pub service: String,
    /// In which region.
    pub region: String,
}

/// An IAM user and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSeen {
    /// Its name.
    pub name: String,
    /// ARN, age and boundary.
    pub about: Reply<AboutUser>,
    /// All its access keys.
    pub keys: Reply<Vec<KeyStatus>>,
    /// ARNs of the managed policies on the user itself.
    pub attached: Reply<Vec<String>>,
    /// Names of the inline policies on the user itself.
    pub inline: Reply<Vec<String>>,
    /// Its groups.
    pub groups: Reply<Vec<GroupSeen>>,
    /// What it may do: the texts of its policies, and AWS's simulator. `None` in files of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
}

/// What a user may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Its policies, those of its groups and its boundary.
    pub texts: Vec<PolicyText>,
    /// What AWS's simulator says of the actions that tell most.
    pub simulated: Reply<Vec<Simulated>>,
}

/// The text of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Its ARN, else its name.
    pub name: String,
    /// Whether it is the boundary, which gives nothing and limits everything.
    pub is_boundary: bool,
    /// The document.
    pub text: Reply<String>,
}

/// What AWS's simulator says of an action on any resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulated {
    /// `iam:CreateUser`
    pub action: String,
    /// Whether it is allowed.
    pub is_allowed: bool,
}

impl UserSeen {
    /// Whether it can do nothing but send mail, as far as the names of its policies tell.
    pub fn is_ses_only(&self) -> bool {
        let (Some(attached), Some(inline), Some(groups)) =
            (self.attached.known(), self.inline.known(), self.groups.known())
        else {
            return self.name.starts_with(SES_USER);
        };
        let attached: Vec<&String> = attached.iter().filter(|arn| quarantine_name(arn).is_none()).collect();
        let is_of_ses = |arn: &&&String| aws_policy(arn).is_some_and(|name| name.starts_with("AmazonSES"));
        let only_ses =
            attached.iter().filter(is_of_ses).count() == attached.len() && inline.iter().all(|n| n == SES_POLICY);
        only_ses && groups.iter().all(|group| group.name == "AWSSESSendingGroupDoNotRename") && {
            !attached.is_empty() || !inline.is_empty() || !groups.is_empty()
        }
    }
}

/// The quarantine policy among policies.
pub fn quarantine(attached: &[String]) -> Option<&str> {
    attached.iter().find_map(|arn| quarantine_name(arn))
}

/// The name of a policy, where it is AWS's quarantine.
pub fn quarantine_name(arn: &str) -> Option<&str> {
    aws_policy(arn).filter(|name| name.starts_with(QUARANTINE))
}

/// The name of a policy, where AWS itself keeps it: anybody may give a policy of their own the same name.
pub fn aws_policy(arn: &str) -> Option<&str> {
    let parsed = Arn::parse(arn)?;
    (parsed.service == "iam" && parsed.account == "aws").then(|| policy_name(arn))
}

/// The name in a policy's ARN.
pub fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The answer of GetUser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutUser {
    /// The ARN.
    pub arn: String,
    /// The unique id, `AIDA...`.
    pub id: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
}

/// A key in the list of a user's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStatus {
    /// The key id.
    pub id: String,
    /// Whether it works.
    pub active: bool,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
}

/// A group and its managed policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSeen {
    /// Its name.
    pub name: String,
    /// ARNs of its managed policies.
    pub attached: Reply<Vec<String>>,
}
