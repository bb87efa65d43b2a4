//! `keytrail chain|timeline|coverage|actors|checklist FILE`: print one view.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::{print, session};
use crate::export::{self, Format};
use crate::store::CaseFile;

/// Which file, and how to print it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    format: FormatArg,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatArg {
    /// For people
    Text,
    /// For programs
    Json,
    /// For spreadsheets; cells that look like formulas are made harmless
    Csv,
}

/// The views.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    Chain,
    Timeline,
    Coverage,
    Actors,
    Checklist,
}

pub(super) fn run(view: View, args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    let format = match args.format {
        FormatArg::Text => Format::Text,
        FormatArg::Json => Format::Json,
        FormatArg::Csv => Format::Csv,
    };
    let investigation = case.investigation();
    let text = match (view, format) {
        (View::Chain, Format::Json) => export::chain_json::to_string(investigation),
        (View::Chain, Format::Text) => export::chain_text(investigation),
        (View::Chain, _) => export::render(&export::tables::chain(investigation), format),
        (View::Timeline, _) => export::render(&export::tables::events(investigation, &case), format),
        (View::Coverage, _) => export::render(&export::tables::coverage(investigation), format),
        (View::Actors, _) => export::render(&export::tables::actors(investigation), format),
        (View::Checklist, _) => {
            let playbook = session::playbook_of(investigation)?;
            export::render(&export::tables::checklist(investigation, &session::checklist_items(&playbook)), format)
        }
    };
    print(&text)?;
    Ok(Exit::Done)
}
