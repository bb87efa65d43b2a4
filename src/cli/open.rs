//! `keytrail open FILE`: look at a saved investigation and continue it.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::session::{self, Screens};
use super::{batch, investigate, print};
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
    let mut case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    // Where reading was interrupted and the logs are still there, it goes on.
    let runtime = session::runtime()?;
    let hunt = {
        let _on = runtime.enter();
        investigate::resume(&mut case)?
    };
    if !args.batch && session::is_terminal() {
        return session::run(
            &runtime,
            Screens {
                case,
                hunt,
                exit_when_done: false,
                replay: false,
                greeting: None,
            },
        );
    }
    if let Some(hunt) = hunt {
        return batch::run(&runtime, case, hunt, None);
    }
    print(&batch::summary(&case))?;
    Ok(batch::exit_of(&case))
}
