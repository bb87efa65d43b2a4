//! The items of the steps one by one, to be marked: the same facts as on the screens.

use chrono::Utc;

use super::super::{playbooks, session};
use super::item::{self, Given};
use super::voice::{Over, Voice, say};
use crate::investigation::What;
use crate::investigation::fact::{ItemMarked, ItemState};
use crate::playbook::{Item, Names, Playbook, Standings};
use crate::store::CaseFile;

/// Walks through the items from one on: the one asked for, or the first that is not settled.
pub(super) fn walk(voice: &mut Voice<'_>, case: &mut CaseFile, from: &str) -> Result<(), Over> {
    let playbook = playbooks::of(case.investigation())?;
    let items: Vec<&Item> = playbook.items().collect();
    let Some(mut at) = begin(&items, &playbook, case, from) else {
        say(&format!("The steps have no item {from}."))?;
        return Ok(());
    };
    let mut is_told = false;
    while let Some(item) = items.get(at) {
        if !is_told {
            say("")?;
            tell(&playbook, case, item)?;
        }
        is_told = true;
        let answer = voice.ask(&format!("{}: {}, q menu: ", item.id, choices()))?;
        match &*answer {
            "" => (at, is_told) = (at + 1, false),
            "b" => (at, is_told) = (at.saturating_sub(1), false),
            "n" => note(voice, case, item)?,
            "q" => return Ok(()),
            number => match number.parse().ok().and_then(chosen) {
                Some(state) => put(voice, case, item, state)?,
                None => say("That is none of them.")?,
            },
        }
    }
    say("That was the last item.")?;
    Ok(())
}

fn begin(items: &[&Item], playbook: &Playbook, case: &CaseFile, from: &str) -> Option<usize> {
    if !from.is_empty() {
        return items.iter().position(|item| item.id.eq_ignore_ascii_case(from));
    }
    let (investigation, now) = (case.investigation(), Utc::now());
    let standings = Standings::of(playbook, investigation, &Names::of(investigation, now), now);
    let open = items.iter().position(|item| !standings.state(&item.id).is_settled());
    Some(open.unwrap_or_default())
}

fn tell(playbook: &Playbook, case: &CaseFile, item: &Item) -> Result<(), Over> {
    let (investigation, now) = (case.investigation(), Utc::now());
    let names = Names::of(investigation, now);
    let standings = Standings::of(playbook, investigation, &names, now);
    let given = Given {
        investigation,
        playbook,
        names: &names,
        standings: &standings,
        now,
    };
    let lines = item::lines(&given, item);
    lines.iter().try_for_each(|line| say(line))?;
    Ok(())
}

fn choices() -> String {
    let states = (1..)
        .zip(ItemState::ALL)
        .map(|(n, state)| format!("{n} {}", state.as_str()));
    format!("Enter next, b back, {}, n note", states.collect::<Vec<_>>().join(", "))
}

fn chosen(number: usize) -> Option<ItemState> {
    ItemState::ALL.get(number.checked_sub(1)?).copied()
}

/// Puts an item into a state. One that waits or does not apply needs a reason.
fn put(voice: &mut Voice<'_>, case: &mut CaseFile, item: &Item, state: ItemState) -> Result<(), Over> {
    let mut note = note_of(case, item);
    if state.needs_reason() {
        let reason = voice.ask("Why? ")?;
        if reason.is_empty() {
            let said = format!(
                "An item that is {} needs a reason; {} stays as it was.",
                state.as_str(),
                item.id
            );
            say(&said)?;
            return Ok(());
        }
        note = reason;
    }
    mark(case, item, state, note)
}

fn note(voice: &mut Voice<'_>, case: &mut CaseFile, item: &Item) -> Result<(), Over> {
    let note = voice.ask("Note (Enter takes it away): ")?;
    let state = case.investigation().checklist().state(&item.id);
    mark(case, item, state, note)
}

fn note_of(case: &CaseFile, item: &Item) -> String {
    let progress = case.investigation().checklist().progress(&item.id);
    progress.map(|progress| progress.note.clone()).unwrap_or_default()
}

fn mark(case: &mut CaseFile, item: &Item, state: ItemState, note: String) -> Result<(), Over> {
    let is_note = case.investigation().checklist().state(&item.id) == state;
    let mark = ItemMarked {
        item: item.id.clone(),
        state,
        note,
        by: session::responder(),
    };
    case.commit(Utc::now(), What::ItemMarked(mark))
        .map_err(|error| Over::Failed(error.into()))?;
    case.settle();
    let said = if is_note {
        format!("The note of {} is kept", item.id)
    } else {
        format!("{} is {}", item.id, state.as_str())
    };
    let gone = if case.path().is_some() {
        ""
    } else {
        "; not saved: use --save FILE"
    };
    say(&format!("{said}{gone}."))?;
    Ok(())
}
