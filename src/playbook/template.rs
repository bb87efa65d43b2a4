//! One command template: filling it in so that it can be pasted into a shell, and finding what is wrong with it.
//!
//! The values come from CloudTrail, so the attacker may have written them. Two rules make them inert, and both hold for
//! every template that is ever filled in:
//!
//! 1. Every value is quoted in one place, [`word`], as the template engine writes it out.
//! 2. A placeholder stands outside quotes and never begins a word. So quoting cannot be undone by what surrounds it, and a
//!    user called `--profile` stays the value of the option before the `=`.

use crate::cloudtrail::text::hides;
use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

/// What the program can fill in, and what it stands for. One without a value is shown as `'<name>'`; what only the
/// responder knows is written that way in the playbook.
pub const PLACEHOLDERS: [(&str, &str); 16] = [
    ("account", "the account's number"),
    ("arn", "the ARN of the user, role or managed policy"),
    ("bucket", "a bucket's name"),
    ("function", "a Lambda function's name"),
    ("group", "a group's name"),
    (
        "id",
        "the id of the device, credential, instance, resource, account or outsider",
    ),
    ("key", "an access key id"),
    ("now", "this moment, in UTC"),
    ("partition", "the partition of AWS: aws, aws-us-gov, aws-cn"),
    ("policy", "a policy's name"),
    ("region", "a region"),
    ("role", "a role's name"),
    ("start", "the time of the chain's first event, in UTC"),
    ("trail", "a trail's name"),
    (
        "user",
        "a user's name; of a key, password or device, the user it belongs to",
    ),
    (
        "within",
        "what a resource is part of: the group of an opening, the cluster of a service",
    ),
];

/// Values by placeholder.
pub(super) type Values<'a> = BTreeMap<&'static str, &'a str>;

/// Fills in templates. Holds the engine, so that one is built for many commands.
pub(super) struct Filler(Environment<'static>);

impl Filler {
    pub(super) fn new() -> Self {
        // Empty: of the engine's own filters and functions none is needed.
        let mut engine = Environment::empty();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_formatter(|out, _, value| Ok(out.write_str(&word(&value.to_string()))?));
        engine.add_filter("json", json);
        Self(engine)
    }

    /// The command line with its values filled in. A template with a mistake is refused, whoever made it.
    pub(super) fn fill(&self, template: &str, values: &Values<'_>) -> Result<String, String> {
        if let Some((_, message)) = self.mistakes(template).into_iter().next() {
            return Err(message);
        }
        self.render(template, values).map_err(|e| e.to_string())
    }

    fn render(&self, template: &str, values: &Values<'_>) -> Result<String, Error> {
        let filled = PLACEHOLDERS.iter().map(|&(name, _)| {
            let value = values.get(name).filter(|value| !value.is_empty());
            (
                name,
                value.map_or_else(|| format!("<{name}>"), |value| (*value).to_owned()),
            )
        });
        self.0.render_str(template, Value::from_pairs(filled))
    }

    /// What is wrong with a template: byte offset and message, in order.
    pub(super) fn mistakes(&self, template: &str) -> Vec<(usize, String)> {
        let (expressions, mut mistakes) = scan(template);
        for (offset, expression) in expressions {
            match self.0.compile_expression(expression) {
                Err(error) => mistakes.push((offset, format!("this placeholder cannot be read: {}", reason(&error)))),
                Ok(compiled) => {
                    let mut unknown: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
                    unknown.retain(|name| PLACEHOLDERS.iter().all(|(known, _)| known != name));
                    unknown.sort();
                    mistakes.extend(unknown.iter().map(|name| (offset, unknown_placeholder(name))));
                }
            }
        }
        // What only shows when it runs, such as an unknown filter.
        if mistakes.is_empty()
            && let Err(error) = self.render(template, &Values::new())
        {
            mistakes.push((0, format!("this command cannot be filled in: {}", reason(&error))));
        }
        mistakes.sort();
        mistakes
    }
}

fn unknown_placeholder(name: &str) -> String {
    let known: Vec<&str> = PLACEHOLDERS.iter().map(|&(known, _)| known).collect();
    format!("unknown placeholder `{name}`; known are {}", known.join(", "))
}

/// The engine's words without its place, which is counted from the start of the command and not of the file.
fn reason(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// `{{ key | json }}`: the value as a JSON text, for policy documents and filters.
fn json(text: &str) -> Result<String, Error> {
    serde_json::to_string(text).map_err(|e| Error::new(ErrorKind::InvalidOperation, e.to_string()))
}

/// A value as exactly one shell word, or a mark where no quoting makes it harmless.
pub fn word(value: &str) -> String {
    if let Some(reason) = refusal(value) {
        return format!("'<refused: {reason}>'");
    }
    // The only other reason to fail is NUL, a control character.
    shlex::try_quote(value).map_or_else(|_| "'<refused>'".to_owned(), Cow::into_owned)
}

fn refusal(value: &str) -> Option<&'static str> {
    if value.chars().any(char::is_control) {
        // A terminal acts on these while the line is pasted, before the shell sees the quotes.
        Some("control characters in the name")
    } else if value.chars().any(hides) {
        Some("invisible or direction-changing characters in the name")
    } else if ["file://", "fileb://"].iter().any(|scheme| value.starts_with(scheme)) {
        // The AWS command line would send the content of that file instead.
        Some("the name would be read as a local file")
    } else {
        None
    }
}

type Found<'t> = (Vec<(usize, &'t str)>, Vec<(usize, String)>);

/// Finds the placeholders of a template, and those that stand where quoting would not hold.
fn scan(template: &str) -> Found<'_> {
    let mut expressions = Vec::new();
    let mut mistakes = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    let mut before = ' ';
    let mut at = 0;
    while let Some(c) = template[at..].chars().next() {
        let rest = &template[at..];
        let mut step = c.len_utf8();
        if rest.starts_with("{%") || rest.starts_with("{#") {
            mistakes.push((
                at,
                "only `{{ name }}` and `{{ name | json }}` are understood in a command".to_owned(),
            ));
        } else if rest.starts_with("{{") {
            if let Some(message) = misplaced(quote.is_some(), before) {
                mistakes.push((at, message.to_owned()));
            }
            let Some(length) = rest.find("}}") else {
                mistakes.push((at, "`{{` is not closed by `}}`".to_owned()));
                break;
            };
            expressions.push((at, &rest[2..length]));
            step = length + 2;
        } else if c.is_control() {
            mistakes.push((at, "a command is one line without control characters".to_owned()));
        } else {
            match (quote, c) {
                (None, '\'' | '"') => quote = Some((c, at)),
                (Some((open, _)), _) if open == c => quote = None,
                // What is escaped cannot open or close a quote. A placeholder may not follow, see `misplaced`.
                (None | Some(('"', _)), '\\') if !rest[1..].starts_with("{{") => {
                    step += rest[1..].chars().next().map_or(0, char::len_utf8);
                }
                _ => {}
            }
        }
        before = c;
        at += step;
    }
    if let Some((_, opened)) = quote {
        mistakes.push((opened, "this quote is not closed".to_owned()));
    }
    if template.trim().is_empty() {
        mistakes.push((0, "the command is empty".to_owned()));
    }
    (expressions, mistakes)
}

fn misplaced(inside_quotes: bool, before: char) -> Option<&'static str> {
    if inside_quotes {
        Some("a placeholder inside quotes is not safe; close the quote around it: `'before'{{ name }}'after'`")
    } else if before.is_whitespace() || "|&;()<>`".contains(before) {
        Some("a value that begins a word could be read as an option; write `--option={{ name }}`")
    } else if matches!(before, '\\' | '$') {
        Some("`\\` or `$` right before a placeholder would undo its quoting")
    } else {
        None
    }
}
