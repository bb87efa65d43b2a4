//! `keytrail checklist FILE --paste ITEM`: what a command of an item printed, from standard input.

use std::io::{IsTerminal, Read};

use chrono::Utc;

use super::failure::{Exit, Failure};
use super::{checklist, playbooks, print, session};
use crate::export::text::safe;
use crate::investigation::What;
use crate::playbook::{Ask, LONGEST_PASTE, Names, Standings, asks};
use crate::store::CaseFile;

pub(super) fn run(mut case: CaseFile, item: &str, of: Option<&str>) -> Result<Exit, Failure> {
    let playbook = playbooks::of(case.investigation())?;
    let item = checklist::find(&playbook, item)?;
    if item.paste.is_empty() {
        return Err(Failure::usage(
            format!("no output that can be pasted shows {}", item.id),
            "Tick it by hand, or see what its check says.",
        ));
    }
    let names = Names::of(case.investigation(), Utc::now());
    let asks = asks(item, &names);
    let ask = chosen(&asks, &item.id, of)?;
    let text = read(ask)?;
    let pasted = ask
        .take(&text, &session::responder())
        .map_err(|unusable| Failure::new(format!("{}: {unusable}", item.id), unusable.hint()))?;
    let said = format!("{}, {}: {}", item.id, ask.about(), pasted.words);
    case.commit(Utc::now(), What::Pasted(pasted))?;
    case.settle();
    let standings = Standings::of(&playbook, case.investigation(), &names, Utc::now());
    let standing = standings.get(&item.id);
    let why = standing
        .map(|standing| standing.why.as_str())
        .filter(|why| !why.is_empty());
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    let state = standings.state(&item.id).as_str();
    print(&format!("{}\n", safe(&said)))?;
    print(&format!("{} is {state}{}\n", item.id, safe(&why)))?;
    Ok(Exit::Done)
}

/// The output that is meant.
fn chosen<'a>(asks: &'a [Ask<'a>], item: &str, of: Option<&str>) -> Result<&'a Ask<'a>, Failure> {
    let is_of = |ask: &Ask<'_>, name: &str| ask.subjects.iter().any(|subject| subject.name == name);
    let meant: Vec<&Ask<'_>> = match of {
        None => asks.iter().collect(),
        Some(of) => match of
            .parse::<usize>()
            .ok()
            .and_then(|number| asks.get(number.checked_sub(1)?))
        {
            Some(ask) => vec![ask],
            None => asks.iter().filter(|ask| is_of(ask, of)).collect(),
        },
    };
    if let [one] = *meant {
        return Ok(one);
    }
    let listed = asks.iter().enumerate();
    let listed: Vec<String> = listed
        .map(|(n, ask)| format!("{}  {}  {}", n + 1, ask.about(), ask.command))
        .collect();
    Err(match (asks.is_empty(), of) {
        (true, _) => Failure::usage(
            format!("the chain has nothing that {item} is about"),
            "Read everything first; then it names what to ask about.",
        ),
        (false, Some(of)) if meant.is_empty() => Failure::usage(
            format!("{item} asks for no output of {of}"),
            format!(
                "It asks for these; --of takes the name or the number:\n{}",
                listed.join("\n")
            ),
        ),
        (false, _) => Failure::usage(
            format!("{item} asks for {} outputs: say which this is", asks.len()),
            format!(
                "--of takes the name, or the number where a name has several:\n{}",
                listed.join("\n")
            ),
        ),
    })
}

fn read(ask: &Ask<'_>) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        print(&format!(
            "{}\nPaste what this prints, then press Ctrl-D:\n",
            safe(&ask.command)
        ))?;
    }
    let mut bytes = Vec::new();
    // One byte more than is taken, so that it can be said that it is too long.
    stdin.lock().take(LONGEST_PASTE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
