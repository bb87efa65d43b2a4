//! `keytrail` alone: what to type.

use super::failure::{Exit, Failure};
use super::{print, session};
use crate::export::text::safe;

/// How many saved investigations are listed.
const RECENT: usize = 5;

pub(super) fn run() -> Result<Exit, Failure> {
    print(
        "keytrail follows a leaked AWS access key through CloudTrail. It changes nothing in AWS.\n\n  \
         keytrail demo                                 see what it does, on a built-in incident\n  \
         keytrail investigate AKIA... --from FOLDER    follow a key through CloudTrail files\n  \
         keytrail open FILE                            go on with a saved investigation\n  \
         keytrail --help                               everything else\n",
    )?;
    let recent = recent();
    if !recent.is_empty() {
        print("\nSaved, newest first:\n")?;
        for path in recent {
            print(&format!("  {}\n", safe(&path)))?;
        }
    }
    Ok(Exit::Done)
}

fn recent() -> Vec<String> {
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
    files
        .iter()
        .rev()
        .take(RECENT)
        .map(|path| path.display().to_string())
        .collect()
}
