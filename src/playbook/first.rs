//! What the first minute needs of a playbook: the command that makes the key inactive.

use super::checks::Check;
use super::format::{CommandTemplate, Item, Playbook};
use super::render::commands;
use super::subject::{Names, SubjectKind};

/// The command that makes a key inactive, and the item it stands in. `None` where the playbook has none, or where the key
/// is gone.
pub fn deactivation<'p>(playbook: &'p Playbook, names: &Names, key: &str) -> Option<(&'p Item, String)> {
    let is_key = |kind: SubjectKind, name: &str| kind == SubjectKind::AccessKey && name == key;
    let subject = names.subjects.iter().find(|s| is_key(s.kind, &s.name))?;
    let names = Names {
        subjects: vec![subject.clone()],
        ..names.clone()
    };
    let makes_inactive = |line: &str| line.contains("update-access-key") && line.contains("Inactive");
    let has_it = |template: &CommandTemplate| makes_inactive(&template.run);
    // Elsewhere it may stand as one of several ways.
    let is_proved_by_it = |item: &&Item| item.check.is_some_and(|check| check.check == Check::Inactive);
    let mut items = playbook.items().filter(is_proved_by_it);
    let item = items.find(|item| item.commands.iter().any(has_it))?;
    let mut lines = commands(item, &names).into_iter().map(|command| command.line);
    Some((item, lines.find(|line| makes_inactive(line))?))
}
