//! What a call means that the catalogue does not hold: judged by its verb, and marked as such.

use super::calls::call;

/// What a call means, from the catalogue or by its verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// `recon`, `credential`, `privilege`, ...
    pub category: &'static str,
    /// `low`, `medium`, `high`, `critical`.
    pub severity: &'static str,
    /// ATT&CK technique; empty where there is none, or none is known.
    pub technique: &'static str,
    /// Why it matters, in one line; `None` where only the verb is known.
    pub why: Option<&'static str>,
}

impl Meaning {
    /// Whether the catalogue does not hold the call: only its verb was judged.
    pub fn is_by_verb(&self) -> bool {
        self.why.is_none()
    }
}

/// Verbs and what they suggest; the first that an event name begins with counts.
const VERBS: [(&[&str], &str, &str); 7] = [
    (
        &[
            "Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Scan", "BatchGet", "Check", "View",
            "Preview", "Discover", "Estimate", "Simulate", "Test", "Validate", "Verify", "Filter", "Select", "Count",
        ],
        "recon",
        "low",
    ),
    (
        &[
            "Delete",
            "Terminate",
            "Destroy",
            "Purge",
            "Remove",
            "Release",
            "Detach",
            "Cancel",
            "Deregister",
            "Revoke",
            "Reject",
            "Reset",
            "Reboot",
            "Retire",
            "Expire",
            "Abort",
            "BatchDelete",
            "End",
        ],
        "impact",
        "medium",
    ),
    (
        &[
            "Disable",
            "Stop",
            "Suspend",
            "Disassociate",
            "Deactivate",
            "Pause",
            "Leave",
            "Archive",
            "Unsubscribe",
        ],
        "defence_evasion",
        "medium",
    ),
    (
        &["Share", "Export", "Copy", "Download", "Replicate", "Restore", "Backup"],
        "exfil",
        "medium",
    ),
    (
        &[
            "Attach",
            "Grant",
            "Authorize",
            "Accept",
            "Enable",
            "Activate",
            "Assign",
            "Join",
        ],
        "privilege",
        "medium",
    ),
    (&["Send", "Execute", "Invoke"], "lateral", "medium"),
    (
        &[
            "Create",
            "Run",
            "Start",
            "Launch",
            "Allocate",
            "Register",
            "Request",
            "Import",
            "Upload",
            "Publish",
            "Provision",
            "Deploy",
            "Submit",
            "Purchase",
            "Resume",
        ],
        "compute",
        "low",
    ),
];

/// What a call means. `name` is without an API date; `is_write` says whether the call changed something, and decides where
/// the verb says nothing.
pub fn meaning(source: &str, name: &str, is_write: bool) -> Meaning {
    if let Some(known) = call(source, name) {
        return Meaning {
            category: known.category,
            severity: known.severity,
            technique: known.technique,
            why: Some(known.why),
        };
    }
    let (category, severity) = by_verb(name, is_write);
    Meaning {
        category,
        severity,
        technique: "",
        why: None,
    }
}

fn by_verb(name: &str, is_write: bool) -> (&'static str, &'static str) {
    let known = VERBS
        .iter()
        .find(|(verbs, ..)| verbs.iter().any(|verb| begins(name, verb)));
    match known {
        // What says that it changed something did, whatever its verb.
        Some((_, category, severity)) if *category != "recon" || !is_write => (category, severity),
        _ if is_write => ("impact", "low"),
        _ => ("recon", "low"),
    }
}

/// Whether a name begins with a whole word: `EndSecretVersionDelete`, but not `Endorse`.
fn begins(name: &str, verb: &str) -> bool {
    let rest = name.strip_prefix(verb);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_not_known_is_judged_by_its_verb_and_marked() {
        for (name, is_write, category) in [
            ("DeleteWidget", true, "impact"),
            ("StopWidget", true, "defence_evasion"),
            ("ListWidgets", false, "recon"),
            ("CreateWidget", true, "compute"),
            ("AttachWidget", true, "privilege"),
            ("Widget", true, "impact"),
            ("Endorse", false, "recon"),
            ("GetWidgetAndForgetIt", true, "impact"),
        ] {
            let meaning = meaning("example.amazonaws.com", name, is_write);
            assert_eq!((meaning.category, meaning.is_by_verb()), (category, true), "{name}");
        }
    }

    #[test]
    fn a_known_call_is_not_judged_by_its_verb() {
        let known = meaning("iam.amazonaws.com", "CreateUser", true);
        assert_eq!((known.category, known.is_by_verb()), ("credential", false));
    }
}
