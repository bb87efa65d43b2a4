//! Who runs statements.

use super::row::Row;
use crate::collect::refusal::Refusal;

/// How far a statement has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) enum State {
    /// It waits or runs.
    Running,
    /// Its rows can be had.
    Done,
    /// There will be none: why.
    Failed(String),
}

/// How far a statement has come, and what was scanned for it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Look {
    pub(in crate::collect) state: State,
    pub(in crate::collect) scanned: u64,
}

/// A page of rows, and the token of the next.
#[derive(Debug)]
pub(in crate::collect) struct Rows {
    pub(in crate::collect) rows: Vec<Row>,
    pub(in crate::collect) next: Option<String>,
}

/// Runs statements. One call a method; whoever calls decides whether to try again.
pub(in crate::collect) trait Engine: Send {
    /// Starts a statement and gives its id. The same `token` starts the same statement once, however often it is sent,
    /// where the engine knows tokens.
    async fn start(&self, statement: &str, token: &str) -> Result<String, Refusal>;

    /// How far it has come.
    async fn look(&self, id: &str) -> Result<Look, Refusal>;

    /// A page of its rows; the first without a token.
    async fn rows(&self, id: &str, token: Option<String>) -> Result<Rows, Refusal>;

    /// Ends it: its rows are not wanted any more.
    async fn stop(&self, id: &str);
}
