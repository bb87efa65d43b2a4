//! What a new node gives us to look up next.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a value is looked up: the attributes LookupEvents knows, which archives answer too, and what only archives do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Attribute {
    /// The key a call was signed with.
    AccessKeyId,
    /// The user or role session that made a call.
    Username,
    /// A resource a call names: a user, role, policy, instance, a temporary key.
    ResourceName,
    /// The name of a call, whoever makes it.
    EventName,
    /// The address a call came from. Archives only: LookupEvents cannot be asked for it.
    SourceAddress,
}

impl Attribute {
    /// The attribute's name in the LookupEvents API; an address has its member's.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessKeyId => "AccessKeyId",
            Self::Username => "Username",
            Self::ResourceName => "ResourceName",
            Self::EventName => "EventName",
            Self::SourceAddress => "SourceIPAddress",
        }
    }
}

/// One thing to look up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lead {
    /// By what.
    pub attribute: Attribute,
    /// The exact value: LookupEvents matches whole values, with case.
    pub value: String,
    /// For the key of a session: the user or role session it belongs to. A question for that `Username` finds the key's
    /// calls too.
    pub username: Option<String>,
    /// For what can only be in one region: that region.
    #[serde(default)]
    pub region: Option<String>,
}

impl Lead {
    /// A lead.
    pub fn new(attribute: Attribute, value: impl Into<String>) -> Self {
        Self {
            attribute,
            value: value.into(),
            username: None,
            region: None,
        }
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.attribute.as_str(), self.value)
    }
}
