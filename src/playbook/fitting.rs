//! Which of the built-in playbooks fits an investigation.

use super::when::{is_root_key, is_ses_user};
use crate::cloudtrail::ids;
use crate::investigation::Investigation;

/// A playbook, and why it was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fitting {
    /// Its id.
    pub id: &'static str,
    /// Why.
    pub why: &'static str,
}

/// The playbook for what is known by now: it may change when AWS or the records say more.
pub fn fitting(investigation: &Investigation) -> Fitting {
    let seeds = investigation.seeds();
    let (id, why) = if is_root_key(investigation) {
        ("root-access-key", "the key belongs to the root user")
    } else if !seeds.is_empty() && seeds.iter().all(|key| ids::is_temporary(key)) {
        ("leaked-session", "the key is a temporary one")
    } else if is_ses_user(investigation) {
        ("ses-smtp-user", "the key's user can only send mail")
    } else {
        (super::DEFAULT, "it is a long-term key")
    };
    Fitting { id, why }
}
