//! Stub until the screens are merged.
#![allow(missing_docs, reason = "stub")]
use crate::{collect::hunt::Hunt, playbook::Playbook, store::CaseFile};
pub struct Options {
    pub case: CaseFile,
    pub hunt: Option<Hunt>,
    pub playbook: Playbook,
    pub by: String,
    pub exit_when_done: bool,
    pub replay: bool,
}
pub enum Exit {
    Quit,
    Interrupted,
}
#[derive(Debug, thiserror::Error)]
#[error("no screens yet")]
pub struct TuiError;
pub async fn run(_options: Options) -> Result<(Exit, CaseFile), TuiError> {
    Err(TuiError)
}
