//! The checklist: its format, its check, and its command templates.
//!
//! Pure: text in, steps and commands out. The format is described in `playbooks/README.md`.
//!
//! | file | one idea |
//! |---|---|
//! | `format` | what a playbook holds |
//! | `raw`, `check` | text to playbook, or mistakes with their line and column |
//! | `extend` | a playbook on top of another |
//! | `subject`, `names` | the names of an investigation |
//! | `collection` | what items, commands and checks are repeated for |
//! | `template` | one command line: filled in so that nothing in it can escape its quotes |
//! | `render` | the commands of an item for the names of the chain |
//! | `treat` | the commands for one resource |
//! | `console` | pages of the AWS console |
//! | `when` | whether an item applies |
//! | `deeds` | what the chain called, counted by name |
//! | `checks/` | how an item becomes true by itself |
//! | `paste/` | how an item becomes true by what a command printed |
//! | `standing` | where each item stands, and what is next |
//! | `acts` | what of an item keytrail itself can do |
//! | `exhibit` | what is shown beside an item |
//! | `first` | what the first minute needs: the command that makes a key inactive |
//! | `clock` | when a time box is over |
//! | `fitting` | which of the built-in playbooks fits |

mod acts;
mod check;
mod checks;
pub mod clock;
mod collection;
mod console;
mod deeds;
mod exhibit;
mod extend;
mod first;
mod fitting;
mod format;
mod names;
mod paste;
mod raw;
mod render;
mod standing;
mod subject;
mod template;
mod treat;
mod when;

pub use acts::acts;
pub use check::{Mistake, parse};
pub use checks::{Check, Found};
pub use clock::Clock;
pub use collection::ForEach;
pub use console::{ConsoleLink, Page};
pub use deeds::{CallName, Deed, evidence_words};
pub use exhibit::Exhibit;
pub use first::deactivation;
pub use fitting::{Fitting, fitting};
pub use format::{CheckFor, CommandTemplate, Condition, Item, PasteTemplate, Playbook, Step, TimeBox};
pub use paste::{Ask, LONGEST as LONGEST_PASTE, Unusable, asks};
pub use render::{Command, commands, comment, script};
pub use standing::{Line, Next, Standing, Standings, State};
pub use subject::{Names, Origin, ResourceSubject, Subject, SubjectKind};
pub use template::{PLACEHOLDERS, word};
pub use treat::{Treat, Treatment};
pub use when::CONDITIONS;

/// The playbook an investigation uses unless another is asked for.
pub const DEFAULT: &str = "compromised-access-key";

const BUILTIN: [(&str, &str); 6] = [
    (DEFAULT, include_str!("../../playbooks/compromised-access-key.toml")),
    ("root-access-key", include_str!("../../playbooks/root-access-key.toml")),
    ("ses-smtp-user", include_str!("../../playbooks/ses-smtp-user.toml")),
    ("leaked-session", include_str!("../../playbooks/leaked-session.toml")),
    (
        "reseller-customer",
        include_str!("../../playbooks/reseller-customer.toml"),
    ),
    ("after-incident", include_str!("../../playbooks/after-incident.toml")),
];

/// The playbooks inside the program: id and TOML text.
pub fn builtin() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILTIN.into_iter()
}

/// A playbook inside the program, by its id.
pub fn built_in(id: &str) -> Option<Playbook> {
    let (_, text) = builtin().find(|(known, _)| *known == id)?;
    parse(text).ok()
}

#[cfg(test)]
mod tests;
