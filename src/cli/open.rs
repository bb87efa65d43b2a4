//! `keytrail open FILE`: look at a saved investigation and continue it.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::session::{self, Screens};
use super::{batch, print};
use crate::store::CaseFile;

/// Which file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// No screens: print the summary
    #[arg(long)]
    batch: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    if args.batch || !session::is_terminal() {
        print(&batch::summary(&case))?;
        return Ok(batch::exit_of(&case));
    }
    session::run(Screens {
        case,
        hunt: None,
        exit_when_done: false,
        replay: false,
    })
}
