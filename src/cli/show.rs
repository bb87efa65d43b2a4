//! `keytrail chain|timeline|coverage|actors|checklist FILE`: print one view.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::{playbooks, print_with, session};
use crate::export::{self, Format, Table, tables};
use crate::investigation::timeline::Filter;
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
    match view {
        View::Chain => print_with(|out| export::write_chain(investigation, format, out))?,
        View::Timeline => print_table(tables::events(investigation, &Filter::default()), format)?,
        View::Coverage => print_table(tables::coverage(investigation), format)?,
        View::Actors => print_table(tables::actors(investigation), format)?,
        View::Checklist => {
            let items = session::checklist_items(&playbooks::of(investigation)?);
            print_table(tables::checklist(investigation, &items), format)?;
        }
    }
    Ok(Exit::Done)
}

fn print_table(table: Table<'_>, format: Format) -> Result<(), Failure> {
    print_with(|out| table.write(format, out))
}
