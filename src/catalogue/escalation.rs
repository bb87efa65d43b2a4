//! The permissions by which an identity can give itself more than it has.

use std::sync::LazyLock;

/// One row of `escalations.csv`.
#[derive(Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The actions that it takes, all of them.
    pub actions: Vec<&'static str>,
    /// What they give, in a few words.
    pub how: &'static str,
}

static ESCALATIONS: LazyLock<Vec<Escalation>> = LazyLock::new(|| {
    let rows = include_str!("escalations.csv").lines().skip(1);
    let read = |line: &'static str| {
        let (actions, how) = line.split_once(',')?;
        Some(Escalation {
            actions: actions.split('+').collect(),
            how,
        })
    };
    rows.filter_map(read).collect()
});

/// The known ways.
pub fn escalations() -> &'static [Escalation] {
    &ESCALATIONS
}
