//! The commands of an item, with the names of the chain filled in.

use super::format::{ForEach, Item};
use super::template::{Filler, Values, word};
use crate::cloudtrail::text::hides;

/// The names an investigation found, as far as commands need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The account's number.
    pub account: Option<String>,
    /// This moment, as `2026-05-21T13:00:00Z`.
    pub now: Option<String>,
    /// The first event of the chain, in the same form.
    pub start: Option<String>,
    /// The users, keys, roles, regions, ... of the chain, in the order they are to be printed.
    pub subjects: Vec<Subject>,
}

/// One thing of the chain that commands are filled in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// How it came into the chain.
    pub origin: Origin,
    /// A key's or credential's id, a region's code, else the name.
    pub name: String,
    /// Its ARN, where there is one.
    pub arn: Option<String>,
    /// Of a credential: the user it belongs to.
    pub user: Option<String>,
    /// The region it lives in, for what is not global.
    pub region: Option<String>,
}

/// What a [`Subject`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SubjectKind {
    User,
    AccessKey,
    Session,
    LoginProfile,
    Role,
    MfaDevice,
    ServiceCredential,
    SshKey,
    SigningCertificate,
    Instance,
    Function,
    Trail,
    Region,
}

/// How a [`Subject`] came into the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A key the investigation started from, or its owner.
    Seed,
    /// Made with a credential of the chain: nobody else needs it.
    Created,
    /// There before, and changed, assumed or used: others may depend on it.
    Touched,
}

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
    for block in item.commands.chunk_by(|a, b| a.for_each == b.for_each) {
        let mut subjects: Vec<Option<&Subject>> = match block.first().and_then(|first| first.for_each) {
            Some(each) => names.subjects.iter().filter(|s| each.takes(s)).map(Some).collect(),
            None => Vec::new(),
        };
        if subjects.is_empty() {
            subjects.push(None);
        }
        for subject in subjects {
            let values = names.values(subject);
            lines.extend(block.iter().map(|template| {
                Command {
                    subject: subject.map(|s| s.name.clone()),
                    note: template.note.clone(),
                    // Only a template that was never checked can fail; then it says so and is inert as well.
                    line: filler
                        .fill(&template.run, &values)
                        .unwrap_or_else(|why| word(&format!("<not shown: {why}>"))),
                }
            }));
        }
    }
    lines
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

impl Names {
    fn values<'a>(&'a self, subject: Option<&'a Subject>) -> Values<'a> {
        let mut values: Vec<(&'static str, Option<&'a String>)> = vec![
            ("account", self.account.as_ref()),
            ("now", self.now.as_ref()),
            ("start", self.start.as_ref()),
        ];
        if let Some(subject) = subject {
            values.push(("user", subject.user.as_ref()));
            values.push(("region", subject.region.as_ref()));
            values.push(("arn", subject.arn.as_ref()));
            values.push((subject.kind.placeholder(), Some(&subject.name)));
        }
        values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.as_str())))
            .collect()
    }
}

impl SubjectKind {
    /// The placeholder that stands for the subject's name.
    fn placeholder(self) -> &'static str {
        match self {
            Self::User | Self::LoginProfile => "user",
            Self::AccessKey | Self::Session => "key",
            Self::Role => "role",
            Self::MfaDevice | Self::ServiceCredential | Self::SshKey | Self::SigningCertificate | Self::Instance => {
                "id"
            }
            Self::Function => "function",
            Self::Trail => "trail",
            Self::Region => "region",
        }
    }
}

impl ForEach {
    fn takes(self, subject: &Subject) -> bool {
        let (kind, origin) = match self {
            Self::SeedUser => (SubjectKind::User, Some(Origin::Seed)),
            Self::CreatedUser => (SubjectKind::User, Some(Origin::Created)),
            Self::User => (SubjectKind::User, None),
            Self::SeedKey => (SubjectKind::AccessKey, Some(Origin::Seed)),
            Self::AccessKey => (SubjectKind::AccessKey, None),
            Self::Session => (SubjectKind::Session, None),
            Self::LoginProfile => (SubjectKind::LoginProfile, None),
            Self::CreatedRole => (SubjectKind::Role, Some(Origin::Created)),
            Self::Role => (SubjectKind::Role, None),
            Self::MfaDevice => (SubjectKind::MfaDevice, None),
            Self::ServiceCredential => (SubjectKind::ServiceCredential, None),
            Self::SshKey => (SubjectKind::SshKey, None),
            Self::SigningCertificate => (SubjectKind::SigningCertificate, None),
            Self::Instance => (SubjectKind::Instance, None),
            Self::Function => (SubjectKind::Function, None),
            Self::Trail => (SubjectKind::Trail, None),
            Self::Region => (SubjectKind::Region, None),
        };
        subject.kind == kind && origin.is_none_or(|origin| subject.origin == origin)
    }
}
