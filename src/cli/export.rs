//! `keytrail export FILE --dir DIR`: write the evidence folder.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Failure};
use super::{playbooks, print, session};
use crate::export;
use crate::export::text::{plural, safe};
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
    print(&write(&case, &args.dir)?)?;
    Ok(Exit::Done)
}

/// Writes the evidence of a case and says what was written.
pub(super) fn write(case: &CaseFile, dir: &Path) -> Result<String, Failure> {
    let playbook = playbooks::of(case.investigation())?;
    let manifest = case.while_reading(|case| export::write_evidence(dir, case, &playbook, chrono::Utc::now()))??;
    // The manifest does not list itself.
    let files = manifest.files.len() as u64 + 1;
    Ok(format!(
        "Evidence written to {}\n{files} {}, {} {}\nmanifest.json has SHA-256 {}\n",
        safe(&dir.display().to_string()),
        plural(files, "file"),
        manifest.records,
        plural(manifest.records, "event"),
        manifest.sha256
    ))
}
