//! Writes a corpus of CloudTrail logs to measure with:
//! `cargo run --release --example corpus -- DIR --records 300000 --shape big|small`.
//!
//! The same arguments always give the same files. The leaked key to start from is printed at the end.

mod generate;
mod incident;
mod records;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use generate::{Corpus, Shape};

/// Writes a corpus of CloudTrail logs.
#[derive(Parser)]
struct Arguments {
    /// The folder to write into; made if it does not exist.
    folder: PathBuf,
    /// How many records.
    #[arg(long, default_value_t = 300_000)]
    records: u64,
    /// A few big files, or many small ones laid out as CloudTrail does.
    #[arg(long, value_enum, default_value_t = Shape::Big)]
    shape: Shape,
}

fn main() -> ExitCode {
    let Arguments { folder, records, shape } = Arguments::parse();
    match (Corpus { records, shape }).write(&folder) {
        Ok(files) => {
            println!(
                "{records} records in {files} files; leaked key {}",
                generate::LEAKED_KEY
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
