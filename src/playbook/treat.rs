//! The commands for one resource: to look at it, and to be rid of it or of what was changed about it.

use serde::Deserialize;

use super::subject::{Names, Subject};
use super::template::{Filler, word};
use crate::investigation::resource::Resource;

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

/// The templates for a subject; none for what is no resource, or where nothing is left to be done.
pub(super) fn templates(treat: Treat, subject: &Subject) -> Vec<&'static str> {
    let Some(resource) = &subject.resource else {
        return Vec::new();
    };
    match (treat, resource.kind) {
        (Treat::Look, Some(kind)) => kind.look().collect(),
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
    /// The commands for a resource.
    pub fn commands(&self, treat: Treat, resource: &Resource) -> Vec<String> {
        let subject = Subject::of_resource(resource);
        let names = Names::default();
        let fill = |template| {
            let line = self.0.fill(template, &names.values(Some(&subject)));
            line.unwrap_or_else(|why| word(&format!("<not shown: {why}>")))
        };
        templates(treat, &subject).into_iter().map(fill).collect()
    }
}

impl std::fmt::Debug for Treatment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Treatment")
    }
}
