//! `keytrail undo FILE`: what was changed in the account, and the way back.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::Utc;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::settings::Settings;
use super::{pass, print, session};
use crate::account::change::{Acting, Said, command};
use crate::cloudtrail::time;
use crate::export::text::{safe, safe_json};
use crate::investigation::account::Reply;
use crate::investigation::change::{ANYWAY, Approved, Call, Deed, Deeds, Step, Undo, plan};
use crate::playbook::comment;
use crate::store::CaseFile;

/// Which file, and whether to do it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved investigation
    file: PathBuf,
    /// How to print what was changed
    #[arg(long, value_enum, default_value_t = FormatArg::Text, conflicts_with = "allow_changes")]
    format: FormatArg,
    /// Undo it, newest first; before each change its name has to be typed (an empty line leaves it as it is)
    #[arg(long)]
    allow_changes: bool,
    /// The AWS profile to undo it with; else the one that the account was read with
    #[arg(long, requires = "allow_changes")]
    profile: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatArg {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.file)?;
    session::warn_if_broken(&case);
    if args.allow_changes {
        let profile = args.profile.clone();
        let profile = profile.or_else(|| pass::last_profile(&case, settings));
        return session::runtime()?.block_on(undo(case, profile));
    }
    let deeds = case.investigation().deeds();
    match args.format {
        FormatArg::Text => print(&text(deeds))?,
        FormatArg::Json => {
            let all: Vec<Value> = deeds.all().iter().rev().map(|deed| document(deeds, deed)).collect();
            let document = json!({"format": "keytrail-changes/1", "changes": all});
            print(&format!("{}\n", safe_json(&format!("{document:#}"))))?;
        }
    }
    Ok(Exit::Done)
}

/// Every change, newest first, with the commands that undo it. What is no command is a comment: all of it can be pasted.
fn text(deeds: &Deeds) -> String {
    if deeds.all().is_empty() {
        return "keytrail changed nothing in the account.\n".to_owned();
    }
    let mut out = String::new();
    for (n, deed) in deeds.all().iter().rev().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        line(&mut out, &comment(&headline(deed)));
        for (step, fate) in deed.approved.steps.iter().zip(&deed.fates) {
            line(
                &mut out,
                &comment(&format!(
                    "  {}: {}",
                    word(step, fate.answered.as_ref().map(|(_, answer)| answer)),
                    command(&step.call)
                )),
            );
        }
        match deeds.undo(deed) {
            Undo::By(calls) => {
                line(&mut out, "# to undo it:");
                for call in &calls {
                    line(&mut out, &command(call));
                }
            }
            Undo::Undone(id) => line(&mut out, &format!("# undone by change {id}")),
            Undo::Never(why) => line(&mut out, &format!("# to undo it: {why}")),
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", safe(text));
}

fn headline(deed: &Deed) -> String {
    let Approved {
        id, change, undoes, by, ..
    } = &deed.approved;
    let what = match undoes {
        Some(other) => format!("Undo change {other} ({})", change.title()),
        None => change.title(),
    };
    format!("{id}. {what}, {} by {by}: {}", time::format(deed.at), deed.words())
}

fn word(step: &Step, answer: Option<&Reply<Option<String>>>) -> String {
    match answer {
        None => "no answer".to_owned(),
        Some(Reply::Known(None)) => "done".to_owned(),
        Some(Reply::Known(Some(made))) => format!("done, made {made}"),
        Some(Reply::Absent(_)) if step.call.removes() => "gone already".to_owned(),
        Some(Reply::Denied(why)) => format!("denied ({why})"),
        Some(Reply::Absent(why) | Reply::Failed(why)) => format!("failed ({why})"),
    }
}

fn document(deeds: &Deeds, deed: &Deed) -> Value {
    let calls = deed.approved.steps.iter().zip(&deed.fates).map(|(step, fate)| {
        let answer = fate.answered.as_ref();
        json!({
            "action": format!("iam:{}", step.call.action()),
            "parameters": step.call.parameters().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "called_at": fate.called.map(time::format),
            "answered_at": answer.map(|(at, _)| time::format(*at)),
            "answer": answer.map(|(_, answer)| word(step, Some(answer))),
        })
    });
    let calls: Vec<Value> = calls.collect();
    let undo = match deeds.undo(deed) {
        Undo::By(calls) => json!({"commands": calls.iter().map(command).collect::<Vec<_>>()}),
        Undo::Undone(id) => json!({"undone_by": id}),
        Undo::Never(why) => json!({"impossible": why}),
    };
    json!({
        "id": deed.approved.id,
        "what": deed.approved.change.title(),
        "undoes": deed.approved.undoes,
        "by": deed.approved.by,
        "at": time::format(deed.at),
        "state": deed.words(),
        "calls": calls,
        "undo": undo,
    })
}

/// Takes back what can be, newest first, each once its name was typed.
async fn undo(mut case: CaseFile, profile: Option<String>) -> Result<Exit, Failure> {
    let open: Vec<(Approved, Vec<Call>)> = {
        let deeds = case.investigation().deeds();
        let newest_first = deeds.all().iter().rev();
        let undoable = newest_first.filter_map(|deed| match deeds.undo(deed) {
            Undo::By(calls) => Some((deed.approved.clone(), calls)),
            _ => None,
        });
        undoable.collect()
    };
    if open.is_empty() {
        print("There is nothing to undo.\n")?;
        return Ok(Exit::Done);
    }
    let mut acting = Acting::new(profile, true);
    let mut exit = Exit::Done;
    for (done, calls) in open {
        let warning = warning(&mut case, &mut acting, &calls).await?;
        if let Some(refused) = &warning.refused {
            let mut out = String::new();
            line(
                &mut out,
                &format!("Undo {}: {}: {refused}", done.id, done.change.title()),
            );
            line(&mut out, "Left as it is.");
            print(&out)?;
            continue;
        }
        if !is_typed(&done, &calls, &warning)? {
            continue;
        }
        let id = case.investigation().deeds().next_id();
        let steps = calls.into_iter().map(|call| Step { call, reverse: None }).collect();
        acting.perform(Approved {
            id,
            undoes: Some(done.id),
            steps,
            by: session::responder(),
            ..done
        });
        while let Some(said) = acting.next().await {
            write(&mut case, said)?;
        }
        let said = case.investigation().deeds().find(id).map(said).unwrap_or_default();
        print(&said)?;
        let is_undone = case.investigation().deeds().all().iter().any(|deed| {
            deed.approved.id == done.id && matches!(case.investigation().deeds().undo(deed), Undo::Undone(_))
        });
        if !is_undone {
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

/// Writes what is a fact, and gives back what is something else.
fn write(case: &mut CaseFile, said: Said) -> Result<Option<Said>, Failure> {
    let Said::Write(what, is_written) = said else {
        return Ok(Some(said));
    };
    case.commit(Utc::now(), *what)?;
    // Who asked for it waits for this alone.
    let _ = is_written.send(());
    Ok(None)
}

/// What must be known before a change is taken back: it is a change like any other.
#[derive(Debug, Default)]
struct Warning {
    breaks: Vec<String>,
    doubts: Vec<String>,
    /// What is to be typed: what is touched, and not whose it is.
    name: Option<String>,
    /// Why it is not done at all.
    refused: Option<String>,
}

async fn warning(case: &mut CaseFile, acting: &mut Acting, calls: &[Call]) -> Result<Warning, Failure> {
    let mut warning = Warning::default();
    for change in calls.iter().filter_map(Call::change) {
        acting.prepare(change);
        while let Some(said) = acting.next().await {
            let Some(Said::Ready(ready)) = write(case, said)? else {
                continue;
            };
            let caller = ready.caller.known().map(|caller| caller.arn.as_str());
            match plan(&ready.change, &ready.object, case.investigation(), caller, Utc::now()) {
                Ok(plan) => {
                    warning.breaks.extend(plan.breaks);
                    warning.doubts.extend(plan.doubts);
                    warning.name = Some(plan.name);
                }
                Err(refusal) => warning.refused = Some(refusal.to_string()),
            }
        }
    }
    Ok(warning)
}

/// Shows what would be called and what that breaks, and asks for the name, and a second time where something speaks against
/// it. An empty line, or the end of the input, leaves it as it is.
fn is_typed(done: &Approved, calls: &[Call], warning: &Warning) -> Result<bool, Failure> {
    let name = warning.name.clone().unwrap_or_else(|| done.change.name());
    let mut out = String::new();
    line(&mut out, &format!("Undo {}: {}", done.id, done.change.title()));
    for call in calls {
        line(&mut out, &format!("  {}", command(call)));
    }
    for said in &warning.breaks {
        line(&mut out, &format!("- {said}"));
    }
    line(
        &mut out,
        &format!("Type {name} to do this; an empty line leaves it as it is:"),
    );
    let mut is_it = asks(&out, &name)?;
    if is_it && !warning.doubts.is_empty() {
        let mut out = String::new();
        line(&mut out, &warning.doubts.join(" "));
        line(&mut out, &format!("To do it all the same, type {ANYWAY}:"));
        is_it = asks(&out, ANYWAY)?;
    }
    if !is_it {
        print("Left as it is.\n")?;
    }
    Ok(is_it)
}

/// Whether just this was typed.
pub(super) fn asks(question: &str, wanted: &str) -> Result<bool, Failure> {
    print(question)?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    Ok(typed.trim() == wanted)
}

/// What was called, what AWS said, and how it stands.
fn said(deed: &Deed) -> String {
    let mut out = String::new();
    for (step, fate) in deed.approved.steps.iter().zip(&deed.fates) {
        let answer = fate.answered.as_ref().map(|(_, answer)| answer);
        let made = if fate.called.is_some() {
            word(step, answer)
        } else {
            "not made".to_owned()
        };
        line(&mut out, &format!("iam:{}: {made}", step.call.action()));
    }
    line(&mut out, deed.words());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_changes_says_so() {
        assert_eq!(text(&Deeds::default()), "keytrail changed nothing in the account.\n");
    }
}
