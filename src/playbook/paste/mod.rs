//! What a command of an item printed, pasted by the responder: how items become true that keytrail cannot ask about.
//!
//! | file | one idea |
//! |---|---|
//! | `mod` | the outputs that an item asks for, and one of them taken |
//! | `rules` | what a command must be so that its output may be pasted |
//! | `expression` | conditions over an output |
//! | `output` | what is pasted, read or refused |
//! | `shown` | what all that was pasted shows of an item |

mod expression;
mod output;
mod rules;
mod shown;

use sha2::{Digest, Sha256};

use super::format::{Item, PasteTemplate};
use super::subject::{Names, Subject};
use super::template::Filler;
use crate::cloudtrail::redact::{redact_output, redact_prose};
use crate::investigation::Pasted;
pub(super) use expression::mistake as mistake_in_condition;
pub use output::{LONGEST, Unusable};
pub(super) use rules::mistake as mistake_in_command;
pub(super) use shown::{Own, Shown, merged};

/// So much of an output is kept, in bytes.
const KEPT: usize = 1 << 16;

/// An output that an item asks for.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    item: &'a Item,
    template: &'a PasteTemplate,
    /// The names of the chain it is about; empty where it is about the account as a whole.
    pub subjects: Vec<&'a Subject>,
    /// The command, safe to paste into a POSIX shell.
    pub command: String,
}

/// The outputs that an item asks for, in the order of the playbook: one for each name that is still there.
pub fn asks<'a>(item: &'a Item, names: &'a Names) -> Vec<Ask<'a>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if item.paste.is_empty() {
        return asks;
    }
    let filler = Filler::new();
    for template in &item.paste {
        let subjects: Vec<Option<&Subject>> = match template.for_each.filter(|_| template.run.contains("{{")) {
            // Where no name is filled in, it is about the account, whatever the item is about.
            None => vec![None],
            Some(each) => {
                let there = names.subjects.iter().filter(|s| each.takes(s) && !s.is_gone);
                there.map(Some).collect()
            }
        };
        for subject in subjects {
            // A name that cannot stand in a command cannot be asked about: it stays open.
            let line = filler.fill(&template.run, &names.values(subject));
            let Some(command) = line.ok().filter(|line| !line.contains("<refused: ")) else {
                continue;
            };
            // What names no subject is asked for once, for all of them.
            match asks.iter_mut().find(|ask| ask.command == command) {
                Some(known) => known.subjects.extend(subject),
                None => asks.push(Ask {
                    item,
                    template,
                    subjects: subject.into_iter().collect(),
                    command,
                }),
            }
        }
    }
    asks
}

impl Ask<'_> {
    /// What it is about. The attacker may have chosen the name.
    pub fn about(&self) -> String {
        match &*self.subjects {
            [] => "the account".to_owned(),
            [one] => one.label(),
            [first, rest @ ..] => format!("{} and {} more", first.label(), rest.len()),
        }
    }

    /// Takes an output: what it shows, and what is kept of it.
    pub fn take(&self, text: &str, by: &str) -> Result<Pasted, Unusable> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let output = output::read(&text)?;
        let shows = expression::holds(&self.template.done_if, &output).ok_or(Unusable::OtherShape)?;
        if let (Some(about), [subject]) = (&self.template.about, &*self.subjects) {
            let named = expression::texts(about, &output).ok_or(Unusable::OtherShape)?;
            // What another account or region prints, too.
            if named.is_empty() {
                return Err(Unusable::NothingNamed);
            }
            if let Some(other) = named.into_iter().find(|name| *name != subject.name) {
                return Err(Unusable::OtherName(shortened(&other)));
            }
        }
        let kept = Kept::of(&text, output);
        Ok(Pasted {
            item: self.item.id.clone(),
            command: self.command.clone(),
            condition: self.template.done_if.clone(),
            shows,
            words: if shows { &self.template.yes } else { &self.template.no }.clone(),
            by: by.to_owned(),
            sha256: hex::encode(Sha256::digest(kept.text.as_bytes())),
            bytes: text.len() as u64,
            redacted: kept.redacted,
            cut: kept.text.len() > KEPT,
            text: cut(&kept.text).to_owned(),
        })
    }

    /// Whether something pasted is an answer to this.
    fn is_answered_by(&self, pasted: &Pasted) -> bool {
        let Pasted {
            item,
            command,
            condition,
            ..
        } = pasted;
        (item, command, condition) == (&self.item.id, &self.command, &self.template.done_if)
    }
}

/// An output without its secrets.
struct Kept {
    text: String,
    redacted: bool,
}

impl Kept {
    fn of(text: &str, mut output: serde_json::Value) -> Self {
        let guessed = redact_output(&mut output);
        // Written anew, so that no escape hides the form of a secret. Writing to a String cannot fail.
        let (written, found) = redact_prose(&format!("{output:#}"));
        if guessed || found {
            return Self {
                text: written,
                redacted: true,
            };
        }
        Self {
            text: text.to_owned(),
            redacted: false,
        }
    }
}

/// A name out of an output, to be told to the responder.
fn shortened(name: &str) -> String {
    redact_prose(&name.chars().take(80).collect::<String>()).0
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(KEPT)]
}
