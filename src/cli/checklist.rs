//! `keytrail checklist FILE`: print the steps and their state, or their commands, or take what a command printed.

use std::fmt::Write as _;

use chrono::Utc;

use super::failure::{Exit, Failure};
use super::{first_minute, paste, playbooks, print, session, show};
use crate::export::tables;
use crate::export::text::safe;
use crate::investigation::Investigation;
use crate::playbook::{self, Exhibit, Item, Names, Playbook, Standings, comment};
use crate::store::CaseFile;

/// Which file, and what of it to print.
#[derive(Debug, clap::Args)]
// clap names a group after each struct, and the one flattened into this has the same name.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    show: show::Args,
    /// Print the commands instead, with the names of the chain filled in, to copy or to keep in a file
    #[arg(long, conflicts_with = "format")]
    commands: bool,
    /// Only the commands of this item, such as S1-03; may be given several times
    #[arg(long, value_name = "ID", requires = "commands")]
    item: Vec<String>,
    /// Take what a command of this item printed from standard input:
    /// aws ... | keytrail checklist FILE --paste S3-18
    #[arg(long, value_name = "ID", conflicts_with_all = ["commands", "format"])]
    paste: Option<String>,
    /// Which output it is, where the item asks for several: the name of the chain, or the number in the list
    #[arg(long, value_name = "NAME", requires = "paste")]
    of: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let case = CaseFile::open(&args.show.file)?;
    session::warn_if_broken(&case);
    if let Some(item) = &args.paste {
        return paste::run(case, item, args.of.as_deref());
    }
    let investigation = case.investigation();
    let playbook = playbooks::of(investigation)?;
    let now = Utc::now();
    let names = Names::of(investigation, now);
    if args.commands {
        let items = chosen(&playbook, &args.item)?;
        print(&commands(investigation, &items, &names, args.item.is_empty()))?;
    } else {
        let standings = Standings::of(&playbook, investigation, &names, now);
        show::print_table(
            tables::checklist(investigation, &playbook, &standings),
            args.show.format(),
        )?;
    }
    Ok(Exit::Done)
}

/// The items asked for by id, in the order of the playbook; without any, those that have commands.
fn chosen<'a>(playbook: &'a Playbook, ids: &[String]) -> Result<Vec<&'a Item>, Failure> {
    let is = |item: &Item, id: &str| item.id.eq_ignore_ascii_case(id);
    for id in ids {
        find(playbook, id)?;
    }
    let wanted = |item: &&Item| match ids {
        [] => !item.commands.is_empty(),
        ids => ids.iter().any(|id| is(item, id)),
    };
    Ok(playbook.items().filter(wanted).collect())
}

/// An item by its id.
pub(super) fn find<'a>(playbook: &'a Playbook, id: &str) -> Result<&'a Item, Failure> {
    let found = playbook.items().find(|item| item.id.eq_ignore_ascii_case(id));
    found.ok_or_else(|| {
        Failure::usage(
            format!("the playbook has no item {id}"),
            "`keytrail checklist FILE` lists them all.",
        )
    })
}

/// A comment with id and title, then the commands, each whole on its line. Of all items together (`is_all`), those that
/// have a condition are comments too.
fn commands(investigation: &Investigation, items: &[&Item], names: &Names, is_all: bool) -> String {
    let mut text = String::new();
    if is_all {
        let said = "Lines with a note above them depend on it and are commented out: --item ID prints them as they are";
        text.push_str(&comment(said));
        text.push_str("\n\n");
    }
    for (n, item) in items.iter().enumerate() {
        let gap = if n == 0 { "" } else { "\n" };
        let heading = comment(&format!("{} {}", item.id, item.title));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{gap}{}", safe(&heading));
        if item.shows == Some(Exhibit::Sources) {
            for said in first_minute::grounds(investigation) {
                let _ = writeln!(text, "{}", safe(&comment(&said)));
            }
        }
        for command in playbook::commands(item, names) {
            if !command.note.is_empty() {
                let _ = writeln!(text, "{}", safe(&comment(&command.note)));
            }
            // Without a word from the responder nothing of several ways is taken, and no way back.
            let inert = if is_all && !command.note.is_empty() { "# " } else { "" };
            let _ = writeln!(text, "{inert}{}", safe(&command.line));
        }
        if item.commands.is_empty() {
            text.push_str("# no command goes with it\n");
        }
    }
    text
}
