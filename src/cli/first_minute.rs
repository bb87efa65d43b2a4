//! What the first minute needs, in words: was the key used by a stranger, what shows it, and the command.

use chrono::Utc;

use super::batch::{MOST_LISTED, minute};
use super::playbooks;
use crate::investigation::{Advice, Investigation, triage};
use crate::playbook::{Names, deactivation};

/// Labels and texts for the summary.
pub(super) fn lines(investigation: &Investigation) -> Vec<(String, String)> {
    let triage = triage(investigation);
    let mut lines = vec![("Decide".to_owned(), triage.headline().to_owned())];
    let actors = [
        ("Stranger", &triage.foreign),
        ("Judge", &triage.unusual),
        ("Application", &triage.application),
        ("Not known", &triage.open),
    ];
    for (label, actors) in actors {
        let named = actors.iter().take(MOST_LISTED);
        lines.extend(named.map(|actor| (label.to_owned(), triage.said(actor, minute))));
        if actors.len() > MOST_LISTED {
            let more = actors.len() - MOST_LISTED;
            lines.push((
                label.to_owned(),
                format!("and {more} more: `keytrail actors` lists them"),
            ));
        }
    }
    if triage.advice != Advice::Deactivate {
        lines.push(("So far".to_owned(), triage.read()));
    } else if let Ok(playbook) = playbooks::of(investigation) {
        // A playbook that is not there any more has no commands; everything else still holds.
        let names = Names::of(investigation, Utc::now());
        let commands = triage
            .to_deactivate()
            .filter_map(|key| deactivation(&playbook, &names, key));
        lines.extend(commands.map(|(item, command)| (item.id.clone(), command)));
    }
    lines
}

/// The same without labels and commands, for the item in which it is decided.
pub(super) fn grounds(investigation: &Investigation) -> Vec<String> {
    let triage = triage(investigation);
    let actors = triage.grounds().iter().chain(&triage.application);
    let said = actors.map(|actor| triage.said(actor, minute));
    std::iter::once(triage.headline().to_owned())
        .chain(said)
        .chain([triage.read()])
        .collect()
}
