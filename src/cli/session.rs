//! What the commands that show an investigation share.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use super::failure::{Exit, Failure};
use super::{batch, plain, playbooks};
use crate::collect::work::Work;
use crate::export::text::safe;
use crate::store::{CaseFile, Integrity};
use crate::tui::{self, Preferences};

/// An investigation to be shown on screens.
pub(super) struct Screens {
    pub(super) case: CaseFile,
    pub(super) work: Work,
    pub(super) exit_when_done: bool,
    pub(super) replay: bool,
    /// What to say first.
    pub(super) greeting: Option<String>,
    pub(super) preferences: Preferences,
}

/// How an investigation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// On screens.
    Screens,
    /// As lines, with questions.
    Plain,
    /// The same, because the terminal can show nothing else.
    Dumb,
    /// As a summary, without questions.
    Batch,
}

impl Manner {
    /// The manner that was asked for, or else the one that suits what is there.
    pub(super) fn of(batch: bool, plain: bool) -> Self {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        match (batch, plain) {
            (true, _) => Self::Batch,
            (_, true) => Self::Plain,
            _ if !is_terminal => Self::Batch,
            _ if is_dumb() => Self::Dumb,
            _ => Self::Screens,
        }
    }
}

/// Whether there is a terminal to show screens on.
pub(super) fn is_terminal() -> bool {
    Manner::of(false, false) == Manner::Screens
}

/// What is said where lines were not asked for.
const DUMB: &str = "TERM is dumb: lines of text instead of screens. Nothing is changed in AWS from here; the steps print the \
                    commands.\n";

/// Whether the terminal says that it can show lines only.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Shows an investigation in this manner, and writes the evidence if asked to.
pub(super) fn show(
    runtime: &Runtime,
    manner: Manner,
    screens: Screens,
    export: Option<&Path>,
) -> Result<Exit, Failure> {
    match manner {
        Manner::Screens => run_and_export(runtime, screens, export),
        Manner::Plain => plain::run(runtime, screens, export),
        Manner::Dumb => {
            super::print(DUMB)?;
            plain::run(runtime, screens, export)
        }
        Manner::Batch => {
            if let Some(greeting) = &screens.greeting {
                eprintln!("{}", safe(greeting));
            }
            batch::run(runtime, screens.case, screens.work, export)
        }
    }
}

/// Shows the screens until the responder leaves, then writes the evidence if asked to.
fn run_and_export(runtime: &Runtime, screens: Screens, export: Option<&Path>) -> Result<Exit, Failure> {
    let playbook = playbooks::of(screens.case.investigation())?;
    let options = tui::Options {
        case: screens.case,
        work: screens.work,
        playbook,
        by: responder(),
        preferences: screens.preferences,
        exit_when_done: screens.exit_when_done,
        replay: screens.replay,
        greeting: screens.greeting,
        is_first_run: is_first_run(),
        again: super::pass::again,
    };
    let (exit, case) = runtime
        .block_on(tui::run(options))
        .map_err(|error| Failure::new(error.to_string(), "`--batch` does the same without screens."))?;
    if exit == tui::Exit::Interrupted {
        // It may be the terminal that was lost, and with it the place to say this.
        let _ = say_where(&case);
        return Ok(Exit::Interrupted);
    }
    say_where(&case)?;
    let cut_short = case
        .investigation()
        .last_pass()
        .and_then(|(_, pass)| pass.cut_short.clone());
    // Nobody stayed to read why on the screens.
    if let (tui::Exit::Done, Some(why)) = (exit, cut_short) {
        return Err(Failure::new(why, "What was found is kept."));
    }
    if let Some(dir) = export {
        super::print(&super::export::write(&case, dir)?)?;
    }
    Ok(Exit::Done)
}

/// Says where the investigation lies, now that the screens are gone.
pub(super) fn say_where(case: &CaseFile) -> Result<(), Failure> {
    let Some(path) = case.path().map(|p| p.display().to_string()) else {
        return super::print("Nothing was saved. To keep a demo: keytrail demo --save FILE\n");
    };
    super::print(&format!(
        "Saved to {}\nGo on with: {}\n",
        safe(&path),
        safe(&open_command(&path))
    ))
}

/// A path as people write it: `~` for the home folder, so that it fits a line.
pub(super) fn at_home(path: &Path) -> String {
    let home = etcetera::home_dir().ok();
    match home.and_then(|home| Some(path.strip_prefix(home).ok()?.display().to_string())) {
        Some(rest) => format!("~/{rest}"),
        None => path.display().to_string(),
    }
}

/// The command that opens a file, to paste into a shell.
pub(super) fn open_command(path: &str) -> String {
    match shlex::try_quote(path) {
        Ok(quoted) => format!("keytrail open {quoted}"),
        Err(_) => "keytrail open FILE".to_owned(),
    }
}

/// The runtime for timers, signals and channels.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?)
}

/// Says on standard error that a file's journal does not hold together. Looking goes on: the responder must see.
pub(super) fn warn_if_broken(case: &CaseFile) {
    if let Integrity::Broken { at_seq, what } = case.integrity() {
        let path = case.path().map(|p| p.display().to_string()).unwrap_or_default();
        super::complain(&Failure::new(
            format!("the journal of {path} is broken at fact {at_seq}: {what}"),
            "The file was changed or damaged after it was written. Do not rely on what follows as evidence.",
        ));
    }
}

/// Who is at the keyboard, for the checklist.
pub(super) fn responder() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "responder".to_owned())
}

/// Whether no screen was ever shown here. An empty file in the data folder remembers it; where that cannot be, nobody is
/// told anything twice.
fn is_first_run() -> bool {
    let Ok(folder) = data_folder() else { return false };
    let made = super::case_file::private_folder(&folder);
    made.and_then(|()| std::fs::File::create_new(folder.join(".oriented")))
        .is_ok()
}

/// The folder for saved investigations, XDG on every platform.
pub(super) fn data_folder() -> Result<PathBuf, Failure> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy()
        .map_err(|error| Failure::new(error.to_string(), "Say where to save with --save FILE."))?;
    Ok(strategy.data_dir().join("keytrail"))
}
