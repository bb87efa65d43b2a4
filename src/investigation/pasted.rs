//! What a command of the steps printed, as the responder pasted it.

use serde::{Deserialize, Serialize};

/// The output of a command, and what it shows of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pasted {
    /// The item's id, such as `S3-18`.
    pub item: String,
    /// The command as it was printed. The attacker may have chosen names in it.
    pub command: String,
    /// The condition that was put to the output. An answer to another condition says nothing.
    pub condition: String,
    /// Whether the condition was met.
    pub shows: bool,
    /// What that means, in the playbook's words.
    pub words: String,
    /// Who pasted it.
    pub by: String,
    /// What was kept of the output: JSON, secrets replaced, the end cut off where it was long. Names in it may be the
    /// attacker's.
    pub text: String,
    /// SHA-256 of the whole output in hexadecimal. Where secrets were replaced, of what it was then: else the hash would
    /// help to guess them.
    pub sha256: String,
    /// Bytes that were pasted.
    pub bytes: u64,
    /// Whether secrets were replaced.
    #[serde(default)]
    pub redacted: bool,
    /// Whether the end was cut off.
    #[serde(default)]
    pub cut: bool,
}
