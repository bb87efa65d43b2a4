//! What leaves the program: the evidence folder, and the views that commands print.
//!
//! Text in CloudTrail is written by the attacker. Each form makes it harmless in one place: `cell` for CSV, `text` for
//! terminals and JSON.
//!
//! | file | one idea |
//! |---|---|
//! | `tables`, `actors`, `resources`, `integrity` | which columns, which rows |
//! | `table` | a table, and the forms it is written in |
//! | `cell` | a value as a cell that a spreadsheet will not run |
//! | `text` | text that cannot harm where it is read |
//! | `chain_json` | the chain for other programs |
//! | `tree` | the chain for people |
//! | `evidence` | the evidence folder |
//! | `snapshots` | what AWS said before something was changed |
//! | `pasted` | what the commands of the steps printed |
//! | `folder` | files that appear whole or not at all |
//! | `manifest` | what the folder holds, and what it stands for |
//! | `error` | what can go wrong |

mod actors;
mod cell;
mod chain_json;
mod coverage;
mod error;
mod evidence;
mod findings;
mod folder;
mod integrity;
mod manifest;
mod pasted;
mod resources;
mod snapshots;
mod table;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod text;
mod tree;

pub use actors::actors;
pub use chain_json::chain_json;
pub use coverage::coverage;
pub use error::ExportError;
pub use evidence::{Case, Journal, write_evidence};
pub use findings::{details, findings};
pub use folder::{Written, create_private, create_private_folder};
pub use integrity::verification;
pub use manifest::Manifest;
pub use resources::resources;
pub use table::{Format, Table};
pub use tree::{TreeLine, lines as tree_lines, outline};

use std::io::{self, Write};

use crate::investigation::Investigation;

/// Writes the chain: as text a tree, as JSON the format `keytrail-chain/1`, as CSV the table.
pub fn write_chain(investigation: &Investigation, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => out.write_all(tree::tree(investigation).as_bytes()),
        Format::Json => write_json(&chain_json(investigation), out),
        Format::Csv => tables::chain(investigation).write(format, out),
    }
}

/// Writes a JSON document for people and programs: indented, and safe on a terminal.
fn write_json(document: &serde_json::Value, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", text::safe_json(&format!("{document:#}")))
}
