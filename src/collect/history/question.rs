//! What the event history is asked, and where.

use std::fmt;

use crate::catalogue;
use crate::investigation::lead::{Attribute, Lead};

/// The attributes that LookupEvents takes and this program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum By {
    AccessKeyId,
    Username,
    ResourceName,
    EventName,
    /// The name of a call too, but only to find sooner what other questions find.
    Scout,
}

impl By {
    /// The attribute's name in the LookupEvents API.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AccessKeyId => "AccessKeyId",
            Self::Username => "Username",
            Self::ResourceName => "ResourceName",
            Self::EventName | Self::Scout => "EventName",
        }
    }
}

/// One question. Values match whole and with case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Question {
    pub by: By,
    pub value: String,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.by.as_str(), self.value)
    }
}

impl Question {
    /// The question that a lead is; `None` where LookupEvents cannot be asked for it.
    pub(super) fn of(lead: &Lead) -> Option<Self> {
        let by = match lead.attribute {
            Attribute::AccessKeyId => By::AccessKeyId,
            Attribute::Username => By::Username,
            Attribute::ResourceName => By::ResourceName,
            Attribute::EventName => By::EventName,
            Attribute::SourceAddress => return None,
        };
        let value = lead.value.clone();
        Some(Self { by, value })
    }
}

/// Which regions a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The region in which the partition keeps IAM's events.
    Home,
    Everywhere,
}

/// What comes first where several questions wait: lower first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The newest calls of a seed.
    First,
    /// The rare calls that make users and keys, of which one answer often holds those of the seed.
    Scout,
    /// What the chain led to.
    Lead,
    /// The rest of a seed's calls, and what brings nothing of the chain.
    Rest,
}

impl Question {
    /// Where a question finds something. IAM's own events are in one region; keys and sessions are used anywhere, and
    /// STS and compute are logged where they were called.
    pub(super) fn place(&self) -> Place {
        const OF_IAM: [&str; 6] = ["AIDA", "AROA", "AGPA", "ANPA", "AIPA", "APKA"];
        let value = self.value.as_str();
        let is_iam = OF_IAM
            .iter()
            .any(|prefix| value.starts_with(prefix) && value.len() >= 16)
            || value.starts_with("arn:") && value.contains(":policy/");
        // By name only calls are asked for that make something: those of STS and sign-ins are logged where they are made.
        let is_regional = || {
            let sources = ["sts.amazonaws.com", "signin.amazonaws.com"];
            sources.iter().any(|source| catalogue::rule(source, value).is_some())
        };
        match self.by {
            By::ResourceName if is_iam => Place::Home,
            By::EventName | By::Scout if !is_regional() => Place::Home,
            _ => Place::Everywhere,
        }
    }

    /// Whether asking it again may bring new calls of the chain: those of a key or a session, and who assumed a role.
    pub(super) fn brings_new_calls(&self) -> bool {
        match self.by {
            By::AccessKeyId | By::Username | By::EventName => true,
            By::ResourceName => self.value.starts_with("arn:") && self.value.contains(":role/"),
            By::Scout => false,
        }
    }

    /// Whether it asks for a rare call, whoever made it: it only brings sooner what other questions bring too.
    pub(super) fn is_scout(&self) -> bool {
        self.by == By::Scout
    }
}
