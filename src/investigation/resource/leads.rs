//! What to look up for what became of the resources: whoever ends one names it.

use std::collections::BTreeSet;

use super::Resource;
use super::names::names;
use crate::cloudtrail::ids::Arn;
use crate::investigation::Investigation;
use crate::investigation::coverage::{Coverage, HistoryCoverage};
use crate::investigation::lead::{Attribute, Lead};

/// What to look up for everything that the chain made or set and that nobody ended as far as is known: the first name of
/// each thing, in the order of removal, then their other names.
pub fn leads(investigation: &Investigation) -> Vec<Lead> {
    let each: Vec<Vec<Lead>> = investigation.resources().iter().map(leads_of).collect();
    let most = each.iter().map(Vec::len).max().unwrap_or(0);
    (0..most)
        .flat_map(|round| each.iter().filter_map(move |leads| leads.get(round).cloned()))
        .collect()
}

/// Notes which resources were looked up. In archives everything is, once a pass came to its end; of the event history each
/// question is known.
pub(in crate::investigation) fn note(resources: &mut [Resource], read: &Read<'_>) {
    for resource in resources {
        // What there is nothing to look up for stays as the records say.
        let leads = leads_of(resource);
        resource.is_looked_up = leads.is_empty() || read.is_answered(resource, &leads);
    }
}

/// How far the sources were read.
pub(in crate::investigation) struct Read<'a> {
    /// What was asked and read.
    pub coverage: &'a Coverage,
    /// Whether a pass over the sources came to its end; `None` where there was none.
    pub is_ended: Option<bool>,
    /// Whether the event history was asked.
    pub is_history: bool,
}

impl Read<'_> {
    fn is_answered(&self, resource: &Resource, leads: &[Lead]) -> bool {
        if !self.is_history {
            return self.is_ended.unwrap_or(true);
        }
        // A resource stands in the account that logged its making.
        let regions = self.coverage.history().iter();
        let mut here = regions.filter(|((account, region), _)| {
            *region == resource.region && (account.is_empty() || *account == resource.account)
        });
        let is_read = |history: &HistoryCoverage, lead: &Lead| {
            let question = history.questions.get(&lead.to_string());
            question.is_some_and(|question| question.is_complete() && question.refused.is_none())
        };
        here.any(|(_, history)| leads.iter().any(|lead| is_read(history, lead)))
    }
}

/// What names a resource in the call that ends it. Where that is nothing that tells, it is what the resource is part of, or
/// the call itself.
fn leads_of(resource: &Resource) -> Vec<Lead> {
    let lasts = (resource.is_made || resource.is_set) && resource.ended.is_none();
    let Some(kind) = resource.kind.filter(|_| lasts) else {
        return Vec::new();
    };
    let mut endings = kind.endings().peekable();
    if endings.peek().is_none() {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    let own = std::iter::once(&*resource.id).chain(resource.names.iter().map(String::as_str));
    let mut values: Vec<&str> = own.filter(|value| is_telling(value) && known.insert(*value)).collect();
    let mut tells = values.first() == Some(&&*resource.id);
    if !tells {
        let own = values.len();
        values.extend(names(&resource.within).filter(|value| is_telling(value) && known.insert(*value)));
        tells = values.len() > own;
    }
    let lead = |attribute, value: &str| Lead {
        region: Some(resource.region.clone()).filter(|region| !region.is_empty()),
        ..Lead::new(attribute, value)
    };
    let mut leads: Vec<Lead> = values
        .into_iter()
        .map(|value| lead(Attribute::ResourceName, value))
        .collect();
    if !tells {
        leads.extend(endings.map(|name| lead(Attribute::EventName, name)));
    }
    leads
}

/// Whether a value is in the calls that are about this thing and in few others: no number, no opening, no account or
/// identity, nothing that every record holds.
fn is_telling(value: &str) -> bool {
    let is_identity = Arn::parse(value).is_some_and(|arn| matches!(arn.service, "iam" | "sts"));
    let is_region = value.matches('-').count() >= 2
        && value.len() < 16
        && value.ends_with(|c: char| c.is_ascii_digit())
        && value.bytes().filter(u8::is_ascii_digit).count() == 1;
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_common = matches!(value, "all" | "default" | "true" | "false") || value.ends_with(".amazonaws.com");
    value.len() >= 2 && !value.contains('=') && !is_identity && !is_region && !is_number && !is_common
}
