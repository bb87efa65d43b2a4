//! `keytrail config`: where the settings are and whether they are right, or a file with all of them in it.

use super::failure::{Exit, Failure};
use super::settings::{self, Flags};
use super::{print, session};
use crate::config;
use crate::export::text::safe;

/// What to say of the settings.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print a file with every setting in it, each with what it means and what holds without it
    #[arg(long)]
    print: bool,
}

pub(super) fn run(args: &Args, flags: &Flags) -> Result<Exit, Failure> {
    if args.print {
        print(&config::template())?;
        return Ok(Exit::Done);
    }
    settings::load(flags)?;
    let said = match settings::place(flags) {
        Some(path) if path.exists() => format!("{}: good", session::at_home(&path)),
        Some(path) => format!(
            "No settings yet. To begin: keytrail config --print > {}",
            session::at_home(&path)
        ),
        None => "There is no home folder, so no settings are read; --config FILE names some".to_owned(),
    };
    print(&format!("{}\n", safe(&said)))?;
    Ok(Exit::Done)
}
