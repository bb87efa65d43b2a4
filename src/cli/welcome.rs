//! `keytrail` alone: the start screen, or without a terminal what to type.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::session::Manner;
use super::settings::Settings;
use super::{investigate, open, print, session};
use crate::export::text::safe;
use crate::store;
use crate::tui::{self, Recent, Start, Wanted};

/// How many saved investigations are printed.
const PRINTED: usize = 5;
/// How many the start screen lists.
const LISTED: usize = 30;

pub(super) fn run(settings: &Settings) -> Result<Exit, Failure> {
    if session::is_terminal() {
        start(settings)
    } else {
        usage()
    }
}

/// Shows the start screen, and does what is wanted there. What cannot be done is said on it.
fn start(settings: &Settings) -> Result<Exit, Failure> {
    let mut start = Start::new(recent(), &settings.preferences());
    loop {
        let wanted = session::runtime()?
            .block_on(tui::start(&mut start))
            .map_err(|error| Failure::new(error.to_string(), "`keytrail --help` says what to type instead."))?;
        let done = match wanted {
            Wanted::Open(path) => open::file(&path, Manner::Screens, open::Changes::default(), settings),
            Wanted::Investigate(notice) => investigate::pasted(*notice, settings),
            Wanted::Interrupt => return Ok(Exit::Interrupted),
            Wanted::Leave | Wanted::Suspend | Wanted::Redraw => return Ok(Exit::Done),
        };
        match done {
            Ok(exit) => return Ok(exit),
            Err(failure) => start.complain(&format!("{}\n{}", failure.message, failure.hint)),
        }
    }
}

fn usage() -> Result<Exit, Failure> {
    print(
        "keytrail follows a leaked AWS access key through CloudTrail. It changes nothing in AWS unless told to.\n\n  \
         keytrail demo                                 see what it does, on a built-in incident\n  \
         keytrail investigate AKIA... --from FOLDER    follow a key through CloudTrail files\n  \
         keytrail open FILE                            go on with a saved investigation\n  \
         keytrail --help                               everything else\n",
    )?;
    let files = files();
    if !files.is_empty() {
        print("\nSaved, newest first:\n")?;
        for path in files.iter().take(PRINTED) {
            print(&format!("  {}\n", safe(&path.display().to_string())))?;
        }
    }
    Ok(Exit::Done)
}

fn recent() -> Vec<Recent> {
    let files = files().into_iter().take(LISTED);
    let glance = |path: PathBuf| Recent {
        glance: store::glance(&path).ok(),
        path,
    };
    files.map(glance).collect()
}

/// The saved investigations in the data folder, newest first.
fn files() -> Vec<PathBuf> {
    let Ok(folder) = session::data_folder() else {
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "keytrail"))
        .collect();
    // The names begin with the date.
    files.sort();
    files.reverse();
    files
}
