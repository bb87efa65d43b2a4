//! The investigation as linear text, for screen readers and for terminals that cannot draw: lines, and questions that a
//! number, a word or Enter answers. No colours, no cursor movement.
//!
//! | file | one idea |
//! |---|---|
//! | `voice` | what is said, and what is answered |
//! | `views` | the tree, the timeline and the other views in words |
//! | `steps` | the items one by one, to be marked |
//! | `item` | one item in words |

mod item;
mod steps;
mod views;
mod voice;

use std::path::Path;

use tokio::runtime::Runtime;

use super::drive::{self, Progress};
use super::failure::{Exit, Failure};
use super::session::{self, Screens};
use super::{batch, complain, export};
use crate::store::CaseFile;
use voice::{Over, Voice, say, say_all};

const MENU: &str = "\
What next?
  1 tree       everything the key led to
  2 timeline   its calls; with a text (2 CreateUser), those that hold it
  3 findings   what matters in them
  4 steps      what to do, one by one; with an id (4 S1-05), from there on
  5 export     write the evidence; with a folder (5 DIR), to that
  6 resources  what was made or changed outside IAM, and whether it is still there
  7 coverage   what was read, and what was not
  8 quit";

/// Reads what there is to read, tells what was found, and asks what to do until there is nothing more to do.
pub(super) fn run(runtime: &Runtime, screens: Screens, export: Option<&Path>) -> Result<Exit, Failure> {
    let Screens { mut case, mut work, .. } = screens;
    if let Some(greeting) = &screens.greeting {
        say(greeting)?;
    }
    let is_interrupted = runtime.block_on(drive::drive(&mut case, &mut work, &Progress::Lines(&say)))?;
    case.settle();
    say_all(&batch::summary(&case))?;
    if is_interrupted {
        return Ok(Exit::Interrupted);
    }
    // What was found before stays to be looked at.
    let failure = drive::failure(&case, &work);
    if let Some(failure) = &failure {
        complain(failure);
    }
    if let Some(dir) = export {
        say_all(&export::write(&case, dir)?)?;
    }
    let left = if screens.exit_when_done {
        Ok(())
    } else {
        converse(runtime, &mut case)
    };
    match left {
        Ok(()) => {}
        Err(Over::End) => say("End of input.")?,
        Err(Over::Interrupted) => {
            session::say_where(&case)?;
            return Ok(Exit::Interrupted);
        }
        Err(Over::Failed(failure)) => return Err(failure),
    }
    session::say_where(&case)?;
    Ok(failure.map_or(Exit::Done, |failure| failure.exit))
}

/// Shows the tree, and then what is asked for.
fn converse(runtime: &Runtime, case: &mut CaseFile) -> Result<(), Over> {
    let mut voice = Voice::new(runtime);
    say("")?;
    voice.pages(views::tree(case.investigation()))?;
    loop {
        say("")?;
        say_all(MENU)?;
        let answer = voice.ask("Number or word: ")?;
        let (what, with) = answer.split_once(' ').unwrap_or((&answer, ""));
        let with = with.trim();
        match what {
            "1" | "tree" => voice.pages(views::tree(case.investigation()))?,
            "2" | "timeline" => voice.pages(views::timeline(case.investigation(), with))?,
            "3" | "findings" => voice.pages(views::findings(case.investigation()))?,
            "4" | "steps" => steps::walk(&mut voice, case, with)?,
            "5" | "export" => write_evidence(&mut voice, case, with)?,
            "6" | "resources" => voice.pages(views::resources(case.investigation()))?,
            "7" | "coverage" => voice.pages(views::coverage(case.investigation()))?,
            "8" | "q" | "quit" => return Ok(()),
            "" => {}
            _ => say("That is none of them.")?,
        }
    }
}

fn write_evidence(voice: &mut Voice, case: &CaseFile, dir: &str) -> Result<(), Over> {
    let asked;
    let dir = if dir.is_empty() {
        asked = voice.ask("Folder to write to (Enter leaves it): ")?;
        &*asked
    } else {
        dir
    };
    if dir.is_empty() {
        return Ok(());
    }
    match export::write(case, Path::new(dir)) {
        Ok(said) => say_all(&said)?,
        Err(failure) => complain(&failure),
    }
    Ok(())
}
