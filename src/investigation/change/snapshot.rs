//! Evidence kept from before a change: what AWS said of the account and of whom the change is about.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What AWS said, as text, with its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What it is.
    pub of: SnapshotOf,
    /// The text: CSV for the credential report, else JSON.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
}

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotOf {
    /// The credential report: every user with its keys and passwords.
    CredentialReport,
    /// The account authorization details: every user, group, role and policy with their documents.
    AuthorizationDetails,
    /// A user, by name, with what hangs on it.
    User(String),
    /// A role, by name, with its trust and what hangs on it.
    Role(String),
}

impl Snapshot {
    /// A snapshot of a text.
    pub fn new(of: SnapshotOf, text: String) -> Self {
        let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
        Self { of, text, sha256 }
    }
}

impl fmt::Display for SnapshotOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialReport => f.write_str("credential report"),
            Self::AuthorizationDetails => f.write_str("account authorization details"),
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
        }
    }
}
