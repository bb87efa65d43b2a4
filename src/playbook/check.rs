//! From text to a playbook, or to the list of what is wrong with it and where.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::checks::Check as Named;
use super::collection::ForEach;
use super::deeds::CallName;
use super::extend::extended;
use super::format::{CheckFor, CommandTemplate, Condition, Item, PasteTemplate, Playbook, Step};
use super::paste;
use super::raw::{RawCheck, RawCommand, RawItem, RawPaste, RawPlaybook, RawStep};
use super::template::Filler;
use super::when::Judge;

/// The format this version reads.
const FORMAT: &str = "keytrail-playbook/1";

/// Something wrong in a playbook, or in another text that a person wrote.
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

impl Mistake {
    /// A mistake so many bytes into a text.
    pub fn at(text: &str, offset: usize, message: String) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
        }
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
        references: BTreeMap::new(),
        filler: Filler::new(),
        judge: Judge::new(),
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
    Err(Mistake::at(text, probe.format.span().start, message))
}

fn from_toml(text: &str, error: &toml::de::Error) -> Mistake {
    let offset = error.span().map_or(0, |span| span.start);
    Mistake::at(text, offset, error.message().replace('\n', "; "))
}

struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    ids: HashSet<String>,
    numbers: HashSet<u32>,
    references: BTreeMap<String, String>,
    filler: Filler,
    judge: Judge,
}

impl Check<'_> {
    fn wrong(&mut self, offset: usize, message: String) {
        self.mistakes.push(Mistake::at(self.text, offset, message));
    }

    fn playbook(&mut self, raw: RawPlaybook) -> Playbook {
        self.plain_id(&raw.id);
        let base = raw.extends.as_ref().and_then(|id| self.base(id));
        if let Some(base) = &base {
            self.references.clone_from(&base.references);
        }
        self.references.extend(raw.references);
        let steps = raw.steps.into_iter().map(|step| self.step(step)).collect();
        let own = Playbook {
            id: raw.id.into_inner(),
            title: raw.title,
            description: raw.description,
            steps,
            references: self.references.clone(),
        };
        for id in &raw.leave_out {
            if !base
                .as_ref()
                .is_some_and(|base| base.items().any(|item| &item.id == id.get_ref()))
            {
                let message = format!("there is no item `{}` to leave out", id.get_ref());
                self.wrong(id.span().start, message);
            }
        }
        match base {
            Some(base) => {
                let leave_out: Vec<String> = raw.leave_out.into_iter().map(Spanned::into_inner).collect();
                extended(base, own, &leave_out)
            }
            None => own,
        }
    }

    /// The built-in playbook that is extended.
    fn base(&mut self, id: &Spanned<String>) -> Option<Playbook> {
        let base = super::built_in(id.get_ref());
        if base.is_none() {
            let known: Vec<&str> = super::builtin().map(|(id, _)| id).collect();
            let message = format!(
                "no built-in playbook is called `{}`; known are {}",
                id.get_ref(),
                known.join(", ")
            );
            self.wrong(id.span().start, message);
        }
        base
    }

    fn step(&mut self, raw: RawStep) -> Step {
        let number = *raw.number.get_ref();
        if !self.numbers.insert(number) {
            self.wrong(raw.number.span().start, format!("step number {number} is used twice"));
        }
        Step {
            number,
            title: raw.title,
            intro: raw.intro,
            items: raw.items.into_iter().map(|item| self.item(item)).collect(),
        }
    }

    fn item(&mut self, raw: RawItem) -> Item {
        self.plain_id(&raw.id);
        if !self.ids.insert(raw.id.get_ref().clone()) {
            let message = format!("item id `{}` is used twice", raw.id.get_ref());
            self.wrong(raw.id.span().start, message);
        }
        let when = self.condition(raw.when, raw.otherwise);
        let check = raw
            .check
            .and_then(|check| self.check(&check, raw.for_each, !raw.evidence.is_empty()));
        let is_about = raw.for_each.or(check.and_then(|check| check.for_each));
        if let (Some(act), None) = (raw.acts.first(), is_about) {
            self.wrong(
                act.span().start,
                "`acts` needs a `for_each`: what is done has to be done to something".to_owned(),
            );
        }
        let acts = raw.acts.into_iter().map(Spanned::into_inner).collect();
        let evidence = raw.evidence.iter().filter_map(|call| self.call(call)).collect();
        let references = raw.references.iter().filter_map(|tag| self.reference(tag)).collect();
        let commands = raw.commands.into_iter().map(|command| {
            self.command(&command, raw.for_each);
            let command = command.into_inner();
            CommandTemplate {
                run: command.run.unwrap_or_default(),
                treat: command.treat,
                for_each: command.for_each.or(raw.for_each),
                note: command.note,
            }
        });
        let commands = commands.collect();
        let paste = raw.paste.into_iter().map(|paste| self.paste(paste, raw.for_each));
        Item {
            paste: paste.collect(),
            commands,
            id: raw.id.into_inner(),
            title: raw.title,
            why: raw.why,
            decide: raw.decide,
            watch_out: raw.watch_out,
            time_box: raw.time_box,
            when,
            for_each: raw.for_each,
            check,
            by_hand: raw.by_hand,
            shows: raw.shows,
            evidence,
            console: raw.console,
            acts,
            references,
        }
    }

    fn condition(&mut self, when: Option<Spanned<String>>, otherwise: Option<Spanned<String>>) -> Option<Condition> {
        match (when, otherwise) {
            (Some(when), Some(otherwise)) => {
                for (offset, message) in self.judge.mistakes(when.get_ref()) {
                    let place = self.place(&when.span(), when.get_ref(), offset);
                    self.wrong(place, message);
                }
                Some(Condition {
                    expression: when.into_inner(),
                    otherwise: otherwise.into_inner(),
                })
            }
            (Some(when), None) => {
                let message = "`when` needs `otherwise`: why the item does not apply where this is false";
                self.wrong(when.span().start, message.to_owned());
                None
            }
            (None, Some(otherwise)) => {
                self.wrong(otherwise.span().start, "`otherwise` needs `when`".to_owned());
                None
            }
            (None, None) => None,
        }
    }

    fn check(&mut self, check: &Spanned<RawCheck>, of_item: Option<ForEach>, has_evidence: bool) -> Option<CheckFor> {
        let RawCheck { is, for_each } = *check.get_ref();
        let takes = is.takes();
        let wrong = if takes.is_empty() {
            for_each.map(|_| "this check looks at the investigation as a whole: it takes no `for_each`".to_owned())
        } else {
            let fits = for_each.or(of_item).is_some_and(|each| takes.contains(&each));
            let words: Vec<&str> = takes.iter().map(|each| each.as_str()).collect();
            (!fits).then(|| format!("this check needs a `for_each` that is one of {}", words.join(", ")))
        };
        let wrong = wrong.or_else(|| {
            let lacks = is == Named::NoneSeen && !has_evidence;
            lacks.then(|| "this check looks for the calls of `evidence`, and there are none".to_owned())
        });
        if let Some(message) = wrong {
            self.wrong(check.span().start, message);
            return None;
        }
        let for_each = for_each.or(of_item).filter(|_| !takes.is_empty());
        Some(CheckFor { check: is, for_each })
    }

    fn call(&mut self, call: &Spanned<String>) -> Option<CallName> {
        let parsed = CallName::parse(call.get_ref());
        if parsed.is_none() {
            let message = format!(
                "`{}` is no call; write `service:Name`, or `service:Stem*`",
                call.get_ref()
            );
            self.wrong(call.span().start, message);
        }
        parsed
    }

    fn reference(&mut self, tag: &Spanned<String>) -> Option<String> {
        let words = self.references.get(tag.get_ref()).cloned();
        if words.is_none() {
            let message = format!("`{}` is not among `[references]`", tag.get_ref());
            self.wrong(tag.span().start, message);
        }
        words
    }

    /// Ids are stored in files and typed on command lines, so they are kept plain.
    fn plain_id(&mut self, id: &Spanned<String>) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.get_ref().is_empty() || !id.get_ref().chars().all(plain) {
            let message = format!("id `{}` may hold only letters, digits, `-` and `_`", id.get_ref());
            self.wrong(id.span().start, message);
        }
    }

    fn command(&mut self, command: &Spanned<RawCommand>, of_item: Option<ForEach>) {
        let raw = command.get_ref();
        let each = raw.for_each.or(of_item);
        let is_of_resources = each.is_some_and(ForEach::is_of_resources);
        let run = match (&raw.run, raw.treat) {
            (Some(run), None) => run,
            (None, Some(_)) if is_of_resources => return,
            (None, Some(_)) => {
                let message = "`treat` needs a `for_each` of resources, such as `resource` or `machine`";
                return self.wrong(command.span().start, message.to_owned());
            }
            _ => {
                let message = "a command has either `run` or `treat`";
                return self.wrong(command.span().start, message.to_owned());
            }
        };
        self.template(&command.span(), run);
    }

    fn template(&mut self, span: &Range<usize>, run: &str) {
        for (offset, message) in self.filler.mistakes(run) {
            let place = self.place(span, run, offset);
            self.wrong(place, message);
        }
    }

    fn paste(&mut self, raw: RawPaste, of_item: Option<ForEach>) -> PasteTemplate {
        let before = self.mistakes.len();
        self.template(&raw.run.span(), raw.run.get_ref());
        if self.mistakes.len() == before
            && let Some(message) = paste::mistake_in_command(raw.run.get_ref(), &self.filler)
        {
            self.wrong(raw.run.span().start, message);
        }
        for expression in [Some(&raw.done_if), raw.about.as_ref()].into_iter().flatten() {
            if let Some((offset, message)) = paste::mistake_in_condition(expression.get_ref()) {
                let place = self.place(&expression.span(), expression.get_ref(), offset);
                self.wrong(place, message);
            }
        }
        if let (Some(about), None) = (&raw.about, raw.for_each.or(of_item)) {
            let message = "`about` needs a `for_each`: there is no name that it could be";
            self.wrong(about.span().start, message.to_owned());
        }
        PasteTemplate {
            run: raw.run.into_inner(),
            for_each: raw.for_each.or(of_item),
            done_if: raw.done_if.into_inner(),
            about: raw.about.map(Spanned::into_inner),
            yes: raw.yes,
            no: raw.no,
            part: raw.part,
        }
    }

    /// Where a mistake stands in a text. Where the file spells the text as it is, that is its place inside; TOML escapes
    /// move the places, then the whole value is pointed at.
    fn place(&self, span: &Range<usize>, text: &str, offset: usize) -> usize {
        let written = self.text.get(span.clone()).unwrap_or_default();
        written.find(text).map_or(span.start, |at| span.start + at + offset)
    }
}
