//! The checklist: its format, its check, and its command templates.
//!
//! Pure: text in, steps and commands out. The format is described in `playbooks/README.md`.
//!
//! | file | one idea |
//! |---|---|
//! | `format` | what a playbook holds |
//! | `check` | text to playbook, or mistakes with their line and column |
//! | `template` | one command line: filled in so that nothing in it can escape its quotes |
//! | `names` | the names of an investigation that commands are filled in for |
//! | `render` | the commands of an item for the names of the chain |
//! | `first` | what the first minute needs: the decision, and the command that makes a key inactive |

mod check;
mod first;
mod format;
mod names;
mod render;
mod template;

pub use check::{Mistake, parse};
pub use first::{DECISION, deactivation};
pub use format::{CommandTemplate, ForEach, Item, Playbook, Step, TimeBox};
pub use render::{Command, Names, Origin, Subject, SubjectKind, commands, comment, script};
pub use template::{PLACEHOLDERS, word};

/// The playbook an investigation uses unless another is asked for.
pub const DEFAULT: &str = "compromised-access-key";

const BUILTIN: [(&str, &str); 1] = [(DEFAULT, include_str!("../../playbooks/compromised-access-key.toml"))];

/// The playbooks inside the program: id and TOML text.
pub fn builtin() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILTIN.into_iter()
}

#[cfg(test)]
mod tests;
