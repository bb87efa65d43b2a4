//! The commands of an item, with the names of the chain filled in.

use super::format::Item;
use super::subject::{Names, Subject};
use super::template::{Filler, word};
use super::treat::{Treat, commented, templates};
use std::collections::HashSet;

use crate::cloudtrail::text::hides;

/// A command to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The name of the subject it was filled in for. The attacker may have chosen it.
    pub subject: Option<String>,
    /// What to know before it is run; may be empty.
    pub note: String,
    /// The line, safe to paste into a POSIX shell.
    pub line: String,
}

/// The commands of an item. Those repeated for the same names are printed together, subject by subject, so that an order
/// among them holds for each subject. Without any such name, they come once, with visible blanks.
pub fn commands(item: &Item, names: &Names) -> Vec<Command> {
    let filler = Filler::new();
    let mut lines = Vec::new();
    let mut treated = HashSet::new();
    // Only a template that was never checked can fail; then it says so and is inert as well.
    let fill = |run: &str, subject: Option<&Subject>| {
        let line = filler.fill(run, &names.values(subject));
        line.unwrap_or_else(|why| word(&format!("<not shown: {why}>")))
    };
    for block in item.commands.chunk_by(|a, b| a.for_each == b.for_each) {
        let mut subjects: Vec<Option<&Subject>> = match block.first().and_then(|first| first.for_each) {
            Some(each) => names
                .subjects
                .iter()
                .filter(|s| each.takes(s) && !s.is_gone && !s.is_ours)
                .map(Some)
                .collect(),
            None => Vec::new(),
        };
        let of_resources = block.iter().filter_map(|template| Some((template.treat?, template)));
        for (treat, template) in of_resources {
            // Said once: it is about all of them.
            let mut note = template.note.clone();
            let mut last = None;
            for (subject, run) in in_rounds(treat, subjects.iter().copied().flatten()) {
                let mut line = fill(run, Some(subject));
                let resource = subject.resource.as_ref().filter(|_| treat == Treat::Remove);
                let held_back = resource.and_then(|resource| resource.held_back);
                if let Some(why) = held_back {
                    line = commented(&line);
                    // Said for as many as stand together.
                    if last != held_back {
                        let said = [&*note, why].into_iter().filter(|part| !part.is_empty());
                        note = said.collect::<Vec<_>>().join(". ");
                    }
                }
                last = held_back;
                // A bucket and what was opened about it are looked at with the same command; what has to be waited for
                // where AWS has no command for that comes again and again.
                let is_wait = run.starts_with("sleep ");
                let is_new = if is_wait {
                    lines.last().is_none_or(|last: &Command| last.line != line)
                } else {
                    treated.insert(line.clone())
                };
                if is_new {
                    lines.push(Command {
                        subject: Some(subject.name.clone()),
                        note: std::mem::take(&mut note),
                        line,
                    });
                }
            }
        }
        if subjects.is_empty() {
            subjects.push(None);
        }
        for (n, subject) in subjects.into_iter().enumerate() {
            for template in block.iter().filter(|template| template.treat.is_none()) {
                let line = fill(&template.run, subject);
                // What names no subject is the same for all of them.
                if n > 0 && line == fill(&template.run, None) {
                    continue;
                }
                lines.push(Command {
                    subject: subject.map(|s| s.name.clone()),
                    note: template.note.clone(),
                    line,
                });
            }
        }
    }
    lines
}

/// The commands for resources, kind by kind in their order; inside a kind all take the first step before one takes the
/// second, so that what has to be waited for is waited for together.
fn in_rounds<'s>(treat: Treat, subjects: impl Iterator<Item = &'s Subject>) -> Vec<(&'s Subject, &'static str)> {
    let treated: Vec<(&Subject, Vec<&'static str>)> =
        subjects.map(|subject| (subject, templates(treat, subject))).collect();
    let kind = |subject: &Subject| subject.resource.as_ref().and_then(|resource| resource.kind);
    let mut runs = Vec::new();
    for alike in treated.chunk_by(|(a, _), (b, _)| kind(a) == kind(b)) {
        let most = alike.iter().map(|(_, templates)| templates.len()).max().unwrap_or(0);
        for round in 0..most {
            let step =
                |(subject, templates): &(&'s Subject, Vec<&'static str>)| Some((*subject, *templates.get(round)?));
            runs.extend(alike.iter().filter_map(step));
        }
    }
    runs
}

/// The commands of an item as lines for a shell: none is broken, and notes stand above theirs as comments.
pub fn script(item: &Item, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for command in commands(item, names) {
        if !command.note.is_empty() {
            lines.push(comment(&command.note));
        }
        lines.push(command.line);
    }
    lines
}

/// A text as a comment for a shell. It holds nothing that a shell acts on: zsh takes a pasted `#` for a command unless
/// told otherwise, and an apostrophe after it would swallow the lines that follow.
pub fn comment(text: &str) -> String {
    let inert = text.chars().map(|c| match c {
        '\'' | '`' => '\u{2019}',
        '"' => '\u{201d}',
        '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '$' | '\\' | '&' | '|' | ';' | '*' | '?' | '!' | '~' | '^' => {
            ' '
        }
        c if hides(c) => ' ',
        c => c,
    });
    format!("# {}", inert.collect::<String>())
}
