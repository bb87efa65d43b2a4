//! What of the investigation is shown beside an item, so that a decision is taken with its evidence in sight.

use serde::Deserialize;

/// Something to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exhibit {
    /// Who used the key, what is thought of them, and what would break: the
    /// [triage](crate::investigation::triage).
    Sources,
}
