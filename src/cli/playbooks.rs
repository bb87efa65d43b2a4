//! `keytrail playbooks list|show|check`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::failure::{Exit, Failure};
use super::print;
use super::settings::Settings;
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
    /// List the playbooks: those built in, and those in your folder
    List,
    /// Print a playbook: a built-in one by its id, a file, or the name of one in your folder
    Show {
        /// Id, file or name
        playbook: String,
    },
    /// Check a playbook file and point at every mistake
    Check {
        /// The file
        file: PathBuf,
    },
}

pub(super) fn run(args: Args, settings: &Settings) -> Result<Exit, Failure> {
    match args.what {
        What::List => {
            for (id, text) in playbook::builtin() {
                let title = playbook::parse(text).map(|p| p.title).unwrap_or_default();
                print(&format!("{id}  {title}\n"))?;
            }
            for path in own(settings.playbooks().as_deref()) {
                let text = std::fs::read_to_string(&path).ok();
                let title = text.and_then(|text| Some(playbook::parse(&text).ok()?.title));
                let title = title.unwrap_or_else(|| "has mistakes: `keytrail playbooks check` shows them".to_owned());
                let (name, path) = (path.file_stem().unwrap_or_default().to_string_lossy(), path.display());
                print(&format!("{}\n", safe(&format!("{name}  {title} ({path})"))))?;
            }
            Ok(Exit::Done)
        }
        What::Show { playbook } => {
            for line in text(&playbook, settings.playbooks().as_deref())?.1.lines() {
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
pub(super) fn own_text(id_or_path: &str, folder: Option<&Path>) -> Result<Option<String>, Failure> {
    let (name, text) = text(id_or_path, folder)?;
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
    let (name, text) = text(id, None)?;
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

/// The playbooks in the responder's folder, by name.
fn own(folder: Option<&Path>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    paths
}

fn text(id_or_path: &str, folder: Option<&Path>) -> Result<(String, String), Failure> {
    if let Some((id, text)) = playbook::builtin().find(|(id, _)| *id == id_or_path) {
        return Ok((id.to_owned(), text.to_owned()));
    }
    let named = |path: &PathBuf| path.file_stem().is_some_and(|name| name == id_or_path);
    let own = own(folder)
        .into_iter()
        .find(named)
        .filter(|_| !Path::new(id_or_path).exists());
    let path = own.unwrap_or_else(|| id_or_path.into());
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(unreadable(&name, &error)),
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("the playbook {name} cannot be read: {error}"),
        "`keytrail playbooks list` names the built-in ones and yours; anything else is taken as a file.",
    )
}

fn parse(name: &str, text: &str) -> Result<Playbook, Failure> {
    playbook::parse(text).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(|m| format!("{name}:{m}")).collect();
        Failure::new(lines.join("\n"), "The format is described in playbooks/README.md.")
    })
}
