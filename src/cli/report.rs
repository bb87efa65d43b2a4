//! `keytrail report FILE`: the reply to AWS Support, or the incident report.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::failure::{Exit, Failure};
use super::{playbooks, print, session};
use crate::export::text::safe;
use crate::export::{Case as _, create_private};
use crate::playbook::{Names, Standings};
use crate::report::{Format, Given, report};
use crate::store::CaseFile;

/// Which file, what to make of it, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = FormatArg::Md)]
    format: FormatArg,
    /// Write to this file, which must not exist yet; else it is printed
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatArg {
    /// The reply to AWS Support, plain text to paste into the case
    CaseReply,
    /// The incident report in Markdown
    Md,
    /// The incident report as one HTML page that loads nothing
    Html,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    let investigation = case.investigation();
    let playbook = playbooks::of(investigation)?;
    let now = Utc::now();
    let standings = Standings::of(&playbook, investigation, &Names::of(investigation, now), now);
    let given = Given {
        investigation,
        playbook: &playbook,
        standings: &standings,
        journal: &case.journal(),
        now,
    };
    let format = match args.format {
        FormatArg::CaseReply => Format::CaseReply,
        FormatArg::Md => Format::Markdown,
        FormatArg::Html => Format::Html,
    };
    let text = report(&given, format);
    match &args.output {
        None => print(&text)?,
        Some(path) => {
            write(path, &text)?;
            print(&format!("Written to {}\n", safe(&path.display().to_string())))?;
        }
    }
    Ok(Exit::Done)
}

/// An earlier report is evidence of what was known then: nothing is written over.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "Choose another name, or remove what is there.",
            _ => "",
        };
        Failure::new(format!("{} cannot be written: {error}", path.display()), hint)
    };
    let mut file = create_private(path).map_err(failure)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a report is none. Failing to remove it must not hide the reason.
        let _ = std::fs::remove_file(path);
    }
    written.map_err(failure)
}
