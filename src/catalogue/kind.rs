//! What a node of the chain can be.

use std::fmt;

/// The kind of a node. Six kinds are the core of a chain; the others are named by the lineage rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A long-term key.
    AccessKey,
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// A temporary key.
    Session,
    /// A console password.
    LoginProfile,
    /// A successful console sign-in.
    ConsoleLogin,
    /// Anything else, by the word of the lineage rules (`policy`, `ssh_key`, `ec2_instance`, ...).
    Other(&'static str),
}

impl Kind {
    /// The kind a word of the rules names.
    pub(crate) fn from_word(word: &'static str) -> Self {
        match word {
            "access_key" => Self::AccessKey,
            "user" => Self::User,
            "role" => Self::Role,
            "session" => Self::Session,
            "login_profile" => Self::LoginProfile,
            "console_login" => Self::ConsoleLogin,
            other => Self::Other(other),
        }
    }

    /// The word of the chain JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access_key",
            Self::User => "user",
            Self::Role => "role",
            Self::Session => "session",
            Self::LoginProfile => "login_profile",
            Self::ConsoleLogin => "console_login",
            Self::Other(word) => word,
        }
    }

    /// The word for people.
    pub fn label(self) -> String {
        self.as_str().replace('_', " ")
    }

    /// Whether this is one of the six core kinds.
    pub fn is_core(self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
