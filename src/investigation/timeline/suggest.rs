//! What a term that is being typed may become.

use std::collections::HashMap;

use super::term::FAILED;
use super::{Part, Term, parse};
use crate::cloudtrail::Event;
use crate::investigation::Investigation;

/// Whole filters, each with the last term finished in another way: parts by their words, then values of this
/// investigation, the most frequent first. Empty where the last term is finished.
pub fn suggestions(investigation: &Investigation, typed: &str, most: usize) -> Vec<String> {
    let (before, last) = split(typed);
    let (sign, word) = match last.strip_prefix('-') {
        Some(word) => ("-", word),
        None => ("", last),
    };
    let whole = |end: String| format!("{before}{sign}{end}");
    let Some((part, value)) = part_of(word) else {
        if word.contains('"') {
            return Vec::new();
        }
        let parts = Part::WITH_VALUE.into_iter().map(|part| format!("{}:", part.word()));
        let flags = Part::FLAGS
            .into_iter()
            .map(Part::word)
            .chain([FAILED])
            .map(str::to_owned);
        let fitting = parts.chain(flags).filter(|end| end.starts_with(word) && end != word);
        return fitting.map(whole).collect();
    };
    let wanted = value.to_lowercase();
    let fitting = values(investigation, part)
        .into_iter()
        .filter(|known| known.to_lowercase().contains(&wanted));
    let fitting = fitting.take(most).map(|known| Term::exact(part, known).to_string());
    fitting.filter(|end| end != word).map(whole).collect()
}

/// The finished terms, and the one that is being typed.
fn split(typed: &str) -> (&str, &str) {
    let mut in_quotes = false;
    let mut start = 0;
    for (at, c) in typed.char_indices() {
        match c {
            '"' => in_quotes = !in_quotes,
            c if c.is_whitespace() && !in_quotes => start = at + c.len_utf8(),
            _ => {}
        }
    }
    typed.split_at(start)
}

fn part_of(word: &str) -> Option<(Part, String)> {
    match &parse(word)[..] {
        [Term { part, value, .. }] if Part::WITH_VALUE.contains(part) => Some((*part, value.clone())),
        _ => None,
    }
}

/// What there is of a part, the most frequent first.
fn values(investigation: &Investigation, part: Part) -> Vec<String> {
    let events = investigation.evidence().events();
    let count = |of: &dyn Fn(&Event) -> Option<&str>| {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for event in events {
            if let Some(value) = of(event).filter(|value| !value.is_empty()) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        counts.into_iter().map(|(value, _)| value.to_owned()).collect()
    };
    match part {
        Part::Service => count(&|event| Some(event.service())),
        Part::Name => count(&|event| Some(&*event.name)),
        Part::Region => count(&|event| Some(&*event.region)),
        Part::Ip => count(&|event| event.source_ip.as_deref()),
        Part::Error => count(&|event| event.outcome.error_code()),
        Part::Actor => investigation.actors().iter().map(|actor| actor.id.clone()).collect(),
        Part::Node => investigation
            .chain()
            .nodes
            .iter()
            .map(|node| node.node.clone())
            .collect(),
        Part::Since | Part::Until | Part::Write | Part::Others | Part::Anything => Vec::new(),
    }
}
