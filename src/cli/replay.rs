//! `keytrail replay FILE`: play a saved investigation back in time.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::session::{self, Manner, Screens};
use super::settings::Settings;
use crate::collect::work::Work;
use crate::store::CaseFile;

/// Which file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    if !session::is_terminal() {
        return Err(Failure::usage(
            "replay needs a terminal",
            "`keytrail timeline FILE` prints the same events as text.",
        ));
    }
    session::show(
        &session::runtime()?,
        Manner::Screens,
        Screens {
            case,
            work: Work::default(),
            exit_when_done: false,
            replay: true,
            greeting: None,
            preferences: settings.preferences(),
        },
        None,
    )
}
