//! `keytrail chain|timeline|coverage|actors|findings|resources FILE`: print one view. `checklist` has more to it.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::{print_with, session};
use crate::export::{self, Format, Table, tables};
use crate::investigation::timeline::Filter;
use crate::store::CaseFile;

/// Which file, and how to print it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    pub(super) file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    format: FormatArg,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum FormatArg {
    /// For people
    Text,
    /// For programs
    Json,
    /// For spreadsheets; cells that look like formulas are made harmless
    Csv,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Text => Self::Text,
            FormatArg::Json => Self::Json,
            FormatArg::Csv => Self::Csv,
        }
    }
}

impl Args {
    /// How to print it.
    pub(super) fn format(&self) -> Format {
        self.format.into()
    }
}

/// The views.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    Chain,
    Timeline,
    Coverage,
    Actors,
    Findings,
    Resources,
}

pub(super) fn run(view: View, args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    let format = args.format();
    let investigation = case.investigation();
    match view {
        View::Chain => print_with(|out| export::write_chain(investigation, format, out))?,
        View::Timeline => print_table(tables::events(investigation, &Filter::default()), format)?,
        View::Coverage => print_table(export::coverage(investigation), format)?,
        View::Resources => print_table(export::resources(investigation), format)?,
        View::Actors => print_table(export::actors(investigation), format)?,
        View::Findings => print_table(export::findings(investigation), format)?,
    }
    Ok(Exit::Done)
}

/// Prints a table to standard output.
pub(super) fn print_table(table: Table<'_>, format: Format) -> Result<(), Failure> {
    print_with(|out| table.write(format, out))
}
