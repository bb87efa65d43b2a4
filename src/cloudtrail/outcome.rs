//! Did the call work?

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It worked.
    Success,
    /// It failed, or was only a rehearsal. Codes have no common form (quirk Q20).
    Failure {
        /// `errorCode`, or the failed member of a sign-in.
        code: String,
        /// `errorMessage`; empty where the record has none. Written by the service, may quote the attacker.
        message: String,
    },
}

impl Outcome {
    /// Reads the outcome of a record. An error code always wins over a response (quirk Q18); a sign-in may fail with a
    /// message or a result member only (quirk Q19).
    pub fn of(record: &Value) -> Self {
        let code = json::text(record, "errorCode");
        let message = json::text(record, "errorMessage");
        let failure = |code: &str| Self::Failure {
            code: code.to_owned(),
            message: message.unwrap_or_default().to_owned(),
        };
        if let Some(code) = code {
            return failure(code);
        }
        let event_name = json::text(record, "eventName").unwrap_or_default();
        let result = record.get("responseElements").and_then(|r| json::text(r, event_name));
        match result {
            Some("Failure") => failure("Failure"),
            // A sign-in that says Success did succeed, whatever message goes with it.
            Some("Success") => Self::Success,
            _ if message.is_some() => failure("Failure"),
            _ => Self::Success,
        }
    }

    /// Whether the call worked.
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Success)
    }

    /// The error code, if the call failed.
    pub fn error_code(&self) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Failure { code, .. } => Some(code),
        }
    }

    /// The error message, if the call failed and said why.
    pub fn error_message(&self) -> Option<&str> {
        match self {
            Self::Failure { message, .. } if !message.is_empty() => Some(message),
            _ => None,
        }
    }

    /// Whether the caller lacked the permission. Services word it differently (quirk Q20).
    pub fn is_denied(&self) -> bool {
        const WORDS: [&str; 3] = ["AccessDenied", "Unauthorized", "AuthorizationError"];
        self.error_code()
            .is_some_and(|code| WORDS.iter().any(|word| code.contains(word)))
    }

    /// `Client.DryRunOperation`: the call was a rehearsal and would have worked (quirk Q20).
    pub fn is_dry_run(&self) -> bool {
        self.error_code() == Some("Client.DryRunOperation")
    }
}
