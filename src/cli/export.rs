//! `keytrail export FILE --dir DIR`: write the evidence folder.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Failure};
use super::{playbooks, print, session};
use crate::export;
use crate::export::text::safe;
use crate::store::CaseFile;

/// What to export, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// The folder to write; made if it does not exist
    #[arg(long)]
    dir: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    write(&case, &args.dir)?;
    print(&format!(
        "Evidence written to {}\n",
        safe(&args.dir.display().to_string())
    ))?;
    Ok(Exit::Done)
}

/// Writes the evidence of a case.
pub(super) fn write(case: &CaseFile, dir: &Path) -> Result<(), Failure> {
    let playbook = playbooks::of(case.investigation())?;
    let items = session::checklist_items(&playbook);
    case.while_reading(|case| export::write_evidence(dir, case, &items, chrono::Utc::now()))??;
    Ok(())
}
