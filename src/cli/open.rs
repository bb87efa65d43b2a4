//! `keytrail open FILE`: look at a saved investigation and continue it.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Failure};
use super::pass;
use super::session::{self, Manner, Screens};
use super::settings::Settings;
use crate::store::CaseFile;

/// Which file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// No screens: print the summary
    #[arg(long)]
    batch: bool,
    /// No screens: lines of text with questions, for screen readers and terminals that cannot draw
    #[arg(long, conflicts_with = "batch")]
    plain: bool,
    /// Allow changes to the account, each shown and confirmed first; without it keytrail only reads
    #[arg(long, conflicts_with_all = ["batch", "plain"])]
    allow_changes: bool,
    /// The AWS profile to change the account with; else the one that it was read with
    #[arg(long, requires = "allow_changes")]
    profile: Option<String>,
}

/// Whether the account may be changed, and as whom.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    pub(super) allowed: bool,
    pub(super) profile: Option<String>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let changes = Changes {
        allowed: args.allow_changes,
        profile: args.profile.clone(),
    };
    file(&args.file, Manner::of(args.batch, args.plain), changes, settings)
}

/// Opens a file and shows it.
pub(super) fn file(path: &Path, manner: Manner, changes: Changes, settings: &Settings) -> Result<Exit, Failure> {
    let mut case = CaseFile::open(path)?;
    session::warn_if_broken(&case);
    // Where reading was interrupted and the logs are still there, it goes on.
    let runtime = session::runtime()?;
    let work = {
        let _on = runtime.enter();
        let mut work = pass::resume(&mut case)?;
        let profile = changes.profile.or_else(|| pass::last_profile(&case, settings));
        pass::let_act(&mut work, profile, changes.allowed);
        work
    };
    let screens = Screens {
        case,
        work,
        exit_when_done: false,
        replay: false,
        greeting: None,
        preferences: settings.preferences(),
    };
    session::show(&runtime, manner, screens, None)
}
