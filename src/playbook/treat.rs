//! The commands for one resource: to look at it, and to be rid of it or of what was changed about it.

use serde::Deserialize;

use super::render::comment;
use super::subject::{Names, Subject};
use super::template::{Filler, word};
use crate::investigation::resource::{Resource, Whose};

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treat {
    /// Show it.
    Look,
    /// Remove what the chain made; put back what was there before.
    Remove,
}

/// Who made or changed something that the catalogue does not know: all that can be asked.
const UNKNOWN: &str = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue={{ id }} --region={{ region }}";

/// The same where the record names nothing: the call is all that is known.
const UNNAMED: &str = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue={{ id }} --region={{ region }}";

/// The templates for a subject; none for what is no resource, or where nothing is left to be done.
pub(super) fn templates(treat: Treat, subject: &Subject) -> Vec<&'static str> {
    let Some(resource) = &subject.resource else {
        return Vec::new();
    };
    match (treat, resource.kind) {
        (Treat::Look, Some(kind)) => kind.look().collect(),
        (Treat::Look, None) if resource.is_unnamed => vec![UNNAMED],
        (Treat::Look, None) => vec![UNKNOWN],
        (Treat::Remove, _) if subject.is_gone => Vec::new(),
        (Treat::Remove, Some(kind)) if resource.is_made => kind.remove().collect(),
        (Treat::Remove, Some(kind)) => kind.put_back().collect(),
        (Treat::Remove, None) => Vec::new(),
    }
}

/// The commands for resources, safe to paste into a POSIX shell. Holds the engine, so that one is built for many.
pub struct Treatment(Filler);

impl Default for Treatment {
    fn default() -> Self {
        Self(Filler::new())
    }
}

impl Treatment {
    /// The commands for a resource, as lines to paste. What is held back is commented out, with the reason above it.
    pub fn commands(&self, treat: Treat, resource: &Resource) -> Vec<String> {
        let plain = self.plain(treat, resource);
        match held_back(resource).filter(|_| treat == Treat::Remove && !plain.is_empty()) {
            Some(why) => std::iter::once(comment(why))
                .chain(plain.iter().map(|line| commented(line)))
                .collect(),
            None => plain,
        }
    }

    /// The commands for a resource in one line, for a table.
    pub fn in_one_line(&self, treat: Treat, resource: &Resource) -> String {
        let line = self.plain(treat, resource).join(" && ");
        match held_back(resource).filter(|_| treat == Treat::Remove && !line.is_empty()) {
            Some(why) => format!("{}: {line}", comment(why)),
            None => line,
        }
    }

    fn plain(&self, treat: Treat, resource: &Resource) -> Vec<String> {
        let subject = Subject::of_resource(resource);
        let names = Names::default();
        let fill = |template| {
            let line = self.0.fill(template, &names.values(Some(&subject)));
            line.unwrap_or_else(|why| word(&format!("<not shown: {why}>")))
        };
        templates(treat, &subject).into_iter().map(fill).collect()
    }
}

/// Why what removes a resource, or puts it back, is not printed ready to run: it is not the attacker's, or data is lost.
pub(super) fn held_back(resource: &Resource) -> Option<&'static str> {
    match resource.whose {
        Whose::Expected => Some("judged expected: nothing to be removed"),
        Whose::Application => Some("only your own application seems to have touched it: judge its source first"),
        Whose::Open | Whose::Foreign => resource.kind.map(|kind| kind.caution).filter(|why| !why.is_empty()),
    }
}

/// A command that is not to be run before somebody thought about it. Its values are quoted, so that the line is inert in any
/// shell.
pub(super) fn commented(line: &str) -> String {
    format!("# {line}")
}

impl std::fmt::Debug for Treatment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Treatment")
    }
}
