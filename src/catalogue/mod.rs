//! What each API call means.
//!
//! Rules are data, beside the code. The files are parsed once. Where the facts come from: `NOTICE.md`.
//!
//! | file | one row each for |
//! |---|---|
//! | `lineage.csv` | a call that makes, changes or hands over an identity |
//! | `endings.csv` | a call that ends one |
//! | `attachments.csv` | a call that puts a policy or a group on one, and the call that takes it off |
//! | `joins.csv` | a call that belongs to a node though no key of the chain signed it |
//! | `calls.csv` | category, severity and ATT&CK technique of a call an attacker may make |
//! | `explain.csv`, `documentation.csv` | what a call that weighs much does, and where AWS describes the calls of a service |
//! | `resource_kinds.csv` | a kind of resource: what it may cost or expose, how to look at it and to remove it |
//! | `resource_calls.csv` | a call that makes, changes or ends one |
//! | `escalations.csv` | a way by which an identity can give itself more rights |
//! | `telltales.csv` | a call that tells something of who makes it |
//! | `findings.csv`, `finding_calls.csv`, `policies.csv` | a finding, a call that shows one, a call that writes a policy |

mod calls;
mod cells;
mod escalation;
mod explain;
mod finding;
mod guard;
mod kind;
mod lineage;
mod opening;
mod resource;
mod rule;
mod telltale;
mod verb;

pub use calls::{Call, call, data_events};
pub use escalation::{Escalation, escalations};
pub use explain::{Explanation, documentation, explanation};
pub use finding::{
    FindingKind, PolicyAt, PolicyKind, Routine, Severity, Shows, Whom, finding_kind, is_finding_call, policy_at,
    shown_by, shown_by_anybody, starts_instances,
};
pub use guard::matches;
pub use kind::Kind;
pub use lineage::{
    Attachment, Ending, Join, attachment, detachments, ending, found_by_name, is_lineage_call, joins, rule, rules,
};
pub use resource::{IdForm, ResourceEffect, ResourceKind, Touch, resource_kinds, touches};
pub use rule::{Basis, Effect, LookUp, Relation, Rule, Strength};
pub use telltale::{Telltale, telltale};
pub use verb::{Meaning, meaning};
