//! `keytrail open FILE`: look at a saved investigation and continue it.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Failure};
use super::session::{self, Screens};
use super::{batch, investigate};
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
    file(&args.file, args.batch)
}

/// Opens a file, with screens if there is a terminal and they are wanted.
pub(super) fn file(path: &Path, no_screens: bool) -> Result<Exit, Failure> {
    let mut case = CaseFile::open(path)?;
    session::warn_if_broken(&case);
    // Where reading was interrupted and the logs are still there, it goes on.
    let runtime = session::runtime()?;
    let work = {
        let _on = runtime.enter();
        investigate::resume(&mut case)?
    };
    if !no_screens && session::is_terminal() {
        return session::run(
            &runtime,
            Screens {
                case,
                work,
                exit_when_done: false,
                replay: false,
                greeting: None,
            },
        );
    }
    batch::run(&runtime, case, work, None)
}
