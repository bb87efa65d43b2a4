//! One rule of lineage: which call does what to which kind of node, and where in its record that stands.

use std::fmt;

use serde_json::Value;

use super::{Kind, guard};

/// What a call does to an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A new credential.
    MintsCredential,
    /// A new user, role or account.
    CreatesPrincipal,
    /// A sign-in to the console.
    OpensConsole,
    /// Any other relation, by its word: a change.
    Change(&'static str),
}

impl Relation {
    pub(super) fn from_word(word: &'static str) -> Self {
        match word {
            "mints_credential" => Self::MintsCredential,
            "creates_principal" => Self::CreatesPrincipal,
            "opens_console" => Self::OpensConsole,
            other => Self::Change(other),
        }
    }

    /// The word of the rules and of the chain JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MintsCredential => "mints_credential",
            Self::CreatesPrincipal => "creates_principal",
            Self::OpensConsole => "opens_console",
            Self::Change(word) => word,
        }
    }
}

/// What becomes of the thing that a call names: what was there before is never shown as made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Made, under a name that may be used again.
    Makes,
    /// Made, with an id that is given out once.
    Issues,
    /// A way in to it was handed out that has no id of its own: one node, however often that is done.
    Gives,
    /// Made or there before, and bound to somebody.
    Binds,
    /// There before, and changed.
    Changes,
    /// There before, and read: its content is known to the caller.
    Exposes,
}

impl Effect {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "makes" => Self::Makes,
            "issues" => Self::Issues,
            "gives" => Self::Gives,
            "binds" => Self::Binds,
            "changes" => Self::Changes,
            "exposes" => Self::Exposes,
            _ => return None,
        })
    }
}

/// On what a rule rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Such records were seen.
    Measured,
    /// AWS or an article describes such records.
    Documented,
    /// The members are inferred from AWS's models of its calls, or by reasoning.
    Inferred,
}

impl Basis {
    pub(super) fn from_word(evidence: &str) -> Self {
        match evidence {
            "real-log" | "sample-log" => Self::Measured,
            "published-log" | "aws-doc" | "aws-sample" => Self::Documented,
            _ => Self::Inferred,
        }
    }

    /// The word of the chain JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Measured => "seen in real records",
            Self::Documented => "documented, not seen in a record of ours",
            Self::Inferred => "inferred from how AWS names things",
        })
    }
}

/// How sure a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// An identifier in the record proves it.
    Exact,
    /// It follows from names or structure.
    Derived,
    /// It rests on inference: shown as such.
    Inferred,
}

impl Strength {
    pub(super) fn of(basis: Basis, word: &str) -> Self {
        match (basis, word) {
            (Basis::Inferred, _) | (_, "probable") => Self::Inferred,
            (_, "exact") => Self::Exact,
            _ => Self::Derived,
        }
    }

    /// The word on screens and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Derived => "derived",
            Self::Inferred => "inferred",
        }
    }
}

/// By what a node's later activity is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookUp {
    /// The key that signs it.
    AccessKeyId,
    /// The user or role session that makes it.
    Username,
    /// A resource that it names.
    ResourceName,
    /// The call that it is.
    EventName,
    /// Nothing: it is not in event history.
    Nothing,
}

impl LookUp {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "AccessKeyId" => Self::AccessKeyId,
            "Username" => Self::Username,
            "ResourceName" => Self::ResourceName,
            "EventName" => Self::EventName,
            "" => Self::Nothing,
            _ => return None,
        })
    }
}

/// One rule: one row of `lineage.csv`. Paths may name alternatives (`a.b|a.c`): the first that yields something counts.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `eventSource`.
    pub source: &'static str,
    /// `eventName` without an API date.
    pub name: &'static str,
    /// What the call does.
    pub relation: Relation,
    /// The kind of node it makes or touches.
    pub kind: Kind,
    /// Path to the id of that node; empty where the record holds none.
    pub id_path: &'static str,
    /// Path to its name, or to what was done to it (a policy, a group); may be empty.
    pub name_path: &'static str,
    /// How sure a link by this rule is.
    pub strength: Strength,
    /// ATT&CK technique, version 19 numbering.
    pub technique: &'static str,
    /// On what the rule rests.
    pub basis: Basis,
    /// What becomes of the thing.
    pub effect: Effect,
    /// What must hold of a record, and what must not; see [`guard`].
    pub(super) only_if: &'static str,
    pub(super) unless: &'static str,
    /// Path to the role that is handed over; empty where there is none.
    pub role_path: &'static str,
    /// The sessions that a service obtains for it, `service:name` each: `ec2:{id}`, `codebuild:AWSCodeBuild-*`.
    pub session: &'static str,
    /// Paths, joined by `+`, that tell it from others of its kind, where the id does not.
    pub life_path: &'static str,
    /// By what its later activity is found.
    pub look_up: LookUp,
    /// Path to the value to look up; may be empty.
    pub look_up_path: &'static str,
    /// Fixed value to look up; may be empty.
    pub look_up_value: &'static str,
    /// Where its use is seen, if not in CloudTrail's event history.
    pub used_in: &'static str,
}

impl Rule {
    /// Whether the call makes something new, as against changing what was there.
    pub fn makes(&self) -> bool {
        matches!(self.effect, Effect::Makes | Effect::Issues | Effect::Binds)
    }

    /// Whether a record meets the conditions of the rule.
    pub fn applies(&self, record: &Value) -> bool {
        guard::holds(self.only_if, record) && (self.unless.is_empty() || !guard::holds(self.unless, record))
    }

    /// Whether the call returns a credential, makes a principal or takes one over: its failure is an attempt.
    pub fn is_attempt_when_failed(&self) -> bool {
        matches!(
            self.relation,
            Relation::MintsCredential | Relation::CreatesPrincipal | Relation::Change("takeover_attempt")
        )
    }

    /// Whether the id of its nodes is a key that signs calls.
    pub fn gives_key(&self) -> bool {
        matches!(self.kind, Kind::AccessKey | Kind::Session)
            && (self.look_up == LookUp::AccessKeyId || self.kind == Kind::AccessKey)
    }

    /// Whether its nodes belong to IAM, whose names and ARNs hold in all regions.
    pub fn is_global(&self) -> bool {
        matches!(
            self.source,
            "iam.amazonaws.com" | "sts.amazonaws.com" | "signin.amazonaws.com"
        )
    }
}
