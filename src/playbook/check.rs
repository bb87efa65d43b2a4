//! From text to a playbook, or to the list of what is wrong with it and where.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::format::{CommandTemplate, Item, Playbook, RawCommand, RawPlaybook, RawStep, Step};
use super::template::Filler;

/// The format this version reads.
const FORMAT: &str = "keytrail-playbook/1";

/// Something wrong in a playbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Reads a playbook. The mistakes come in the order of the file.
pub fn parse(text: &str) -> Result<Playbook, Vec<Mistake>> {
    check_format(text).map_err(|mistake| vec![mistake])?;
    let raw: RawPlaybook = toml::from_str(text).map_err(|e| vec![from_toml(text, &e)])?;
    let mut check = Check {
        text,
        mistakes: Vec::new(),
        ids: HashSet::new(),
        numbers: HashSet::new(),
        filler: Filler::new(),
    };
    let playbook = check.playbook(raw);
    if check.mistakes.is_empty() {
        Ok(playbook)
    } else {
        check.mistakes.sort();
        Err(check.mistakes)
    }
}

/// Looks at `format` before anything else: the fields of a newer format are no mistakes of its author.
fn check_format(text: &str) -> Result<(), Mistake> {
    #[derive(Deserialize)]
    struct Probe {
        format: Spanned<String>,
    }
    let probe: Probe = toml::from_str(text).map_err(|e| from_toml(text, &e))?;
    if probe.format.get_ref() == FORMAT {
        return Ok(());
    }
    let message = format!(
        "format `{}` is not known here; this version reads `{FORMAT}`",
        probe.format.get_ref()
    );
    Err(mistake(text, probe.format.span().start, message))
}

fn from_toml(text: &str, error: &toml::de::Error) -> Mistake {
    let offset = error.span().map_or(0, |span| span.start);
    mistake(text, offset, error.message().replace('\n', "; "))
}

fn mistake(text: &str, offset: usize, message: String) -> Mistake {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Mistake {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    ids: HashSet<String>,
    numbers: HashSet<u32>,
    filler: Filler,
}

impl Check<'_> {
    fn wrong(&mut self, offset: usize, message: String) {
        self.mistakes.push(mistake(self.text, offset, message));
    }

    fn playbook(&mut self, raw: RawPlaybook) -> Playbook {
        self.plain_id(&raw.id);
        Playbook {
            id: raw.id.into_inner(),
            title: raw.title,
            description: raw.description,
            steps: raw.steps.into_iter().map(|step| self.step(step)).collect(),
        }
    }

    fn step(&mut self, raw: RawStep) -> Step {
        let number = *raw.number.get_ref();
        if !self.numbers.insert(number) {
            self.wrong(raw.number.span().start, format!("step number {number} is used twice"));
        }
        let items = raw
            .items
            .into_iter()
            .map(|item| {
                self.plain_id(&item.id);
                if !self.ids.insert(item.id.get_ref().clone()) {
                    let message = format!("item id `{}` is used twice", item.id.get_ref());
                    self.wrong(item.id.span().start, message);
                }
                Item {
                    id: item.id.into_inner(),
                    title: item.title,
                    why: item.why,
                    time_box: item.time_box,
                    commands: item
                        .commands
                        .into_iter()
                        .map(|command| {
                            self.command(&command);
                            let command = command.into_inner();
                            CommandTemplate {
                                run: command.run,
                                for_each: command.for_each.or(item.for_each),
                                note: command.note,
                            }
                        })
                        .collect(),
                }
            })
            .collect();
        Step {
            number,
            title: raw.title,
            intro: raw.intro,
            items,
        }
    }

    /// Ids are stored in files and typed on command lines, so they are kept plain.
    fn plain_id(&mut self, id: &Spanned<String>) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.get_ref().is_empty() || !id.get_ref().chars().all(plain) {
            let message = format!("id `{}` may hold only letters, digits, `-` and `_`", id.get_ref());
            self.wrong(id.span().start, message);
        }
    }

    fn command(&mut self, command: &Spanned<RawCommand>) {
        let run = &command.get_ref().run;
        let written = self.text.get(command.span()).unwrap_or_default();
        // Where the file spells the line as it is, a mistake is shown at its place inside the line. TOML escapes move
        // the places, then the command is pointed at.
        let start = command.span().start;
        let place = |offset: usize| written.find(run.as_str()).map_or(start, |at| start + at + offset);
        for (offset, message) in self.filler.mistakes(run) {
            self.wrong(place(offset), message);
        }
    }
}
