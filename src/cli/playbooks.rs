//! `keytrail playbooks list|show|check`.

use std::path::PathBuf;

use clap::Subcommand;

use super::failure::{Exit, Failure};
use super::print;
use crate::export::text::safe;
use crate::investigation::Investigation;
use crate::playbook::{self, Playbook};

/// What to do with playbooks.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the built-in playbooks
    List,
    /// Print a playbook: a built-in one by its id, or a file
    Show {
        /// Id or file
        playbook: String,
    },
    /// Check a playbook file and point at every mistake
    Check {
        /// The file
        file: PathBuf,
    },
}

pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    match args.what {
        What::List => {
            for (id, text) in playbook::builtin() {
                let title = playbook::parse(text).map(|p| p.title).unwrap_or_default();
                print(&format!("{id}  {title}\n"))?;
            }
            Ok(Exit::Done)
        }
        What::Show { playbook } => {
            for line in text(&playbook)?.1.lines() {
                print(&format!("{}\n", safe(line)))?;
            }
            Ok(Exit::Done)
        }
        What::Check { file } => {
            let name = file.display().to_string();
            match parse(
                &name,
                &std::fs::read_to_string(&file).map_err(|e| unreadable(&name, &e))?,
            ) {
                Ok(playbook) => {
                    let items = playbook.items().count();
                    print(&format!(
                        "{}: good: {} steps, {items} items\n",
                        safe(&name),
                        playbook.steps.len()
                    ))?;
                    Ok(Exit::Done)
                }
                Err(failure) => Err(failure),
            }
        }
    }
}

/// The text of a playbook that is not built in, checked.
pub(super) fn own_text(id_or_path: &str) -> Result<Option<String>, Failure> {
    let (name, text) = text(id_or_path)?;
    parse(&name, &text)?;
    let built_in = playbook::builtin().any(|(id, _)| id == id_or_path);
    Ok((!built_in).then_some(text))
}

/// The playbook an investigation was started with: from its own file if it is not built in.
pub(super) fn of(investigation: &Investigation) -> Result<Playbook, Failure> {
    let started = investigation.started().map(|(_, started)| started);
    if let Some((name, text)) = started.and_then(|s| s.playbook_text.as_deref().map(|text| (&s.playbook, text))) {
        return parse(name, text);
    }
    let id = started
        .map(|s| s.playbook.as_str())
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| playbook::fitting(investigation).id);
    let (name, text) = text(id)?;
    parse(&name, &text)
}

/// Which playbook leads through the steps, and why, in words.
pub(super) fn chosen(investigation: &Investigation) -> String {
    match investigation.started().map(|(_, started)| started.playbook.as_str()) {
        Some(asked) if !asked.is_empty() => format!("{asked}, as asked"),
        _ => {
            let fitting = playbook::fitting(investigation);
            format!("{}, because {}", fitting.id, fitting.why)
        }
    }
}

fn text(id_or_path: &str) -> Result<(String, String), Failure> {
    if let Some((id, text)) = playbook::builtin().find(|(id, _)| *id == id_or_path) {
        return Ok((id.to_owned(), text.to_owned()));
    }
    std::fs::read_to_string(id_or_path)
        .map(|text| (id_or_path.to_owned(), text))
        .map_err(|error| unreadable(id_or_path, &error))
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("the playbook {name} cannot be read: {error}"),
        "`keytrail playbooks list` names the built-in ones; anything else is taken as a file.",
    )
}

fn parse(name: &str, text: &str) -> Result<Playbook, Failure> {
    playbook::parse(text).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(|m| format!("{name}:{m}")).collect();
        Failure::new(lines.join("\n"), "The format is described in playbooks/README.md.")
    })
}
