//! What is said when somebody asks what a call, a node or a finding means.

use std::collections::BTreeSet;

use super::widgets::scroll::Scroll;
use super::widgets::text::safe;
use crate::catalogue;
use crate::cloudtrail::Event;
use crate::export;
use crate::investigation::{Finding, Investigation, Node};

/// So many calls of a finding are explained.
const MOST_CALLS: usize = 6;

/// An explanation: headings, and what stands below each. Safe to draw.
#[derive(Debug)]
pub(super) struct Explanation {
    pub(super) title: String,
    pub(super) parts: Vec<(String, String)>,
    pub(super) scroll: Scroll,
}

impl Explanation {
    fn new(title: &str, parts: Vec<(&str, String)>) -> Self {
        let safe = |text: &str| safe(text).into_owned();
        let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
        Self {
            title: safe(title),
            parts: parts.map(|(heading, text)| (safe(heading), safe(&text))).collect(),
            scroll: Scroll::default(),
        }
    }

    /// What the call of an event means.
    pub(super) fn of_event(investigation: &Investigation, event: &Event) -> Self {
        let mut parts = call(event);
        parts.push((
            "Findings with it",
            findings(investigation, |finding| finding.events.contains(&event.key)),
        ));
        Self::new(&name(event), parts)
    }

    /// Why a node is there, and what the call that proves it means.
    pub(super) fn of_node(investigation: &Investigation, node: &Node) -> Self {
        let evidence = investigation.evidence();
        let mut parts = vec![("Why it is here", node.reason.clone())];
        let event = node.proof.as_ref().and_then(|proof| evidence.find(&proof.key));
        if let Some(event) = event.map(|at| &evidence.events()[at]) {
            parts.push(("The call", name(event)));
            parts.extend(call(event));
        }
        parts.push((
            "Findings with it",
            findings(investigation, |finding| finding.nodes.contains(&node.node)),
        ));
        let known_as = if node.is_key() || node.name.is_empty() {
            &node.id
        } else {
            &node.name
        };
        Self::new(&format!("{} {known_as}", node.kind.label()), parts)
    }

    /// What a finding means, and the calls behind it.
    pub(super) fn of_finding(investigation: &Investigation, finding: &Finding) -> Self {
        let evidence = investigation.evidence();
        let mut parts = vec![
            ("Weight", finding.severity.as_str().to_owned()),
            ("Why it matters", finding.why()),
            ("What to do", finding.kind.todo.to_owned()),
            ("In the steps", finding.kind.item.to_owned()),
            ("Technique", technique(finding.kind.technique)),
            ("What was seen", export::details(finding).join("; ")),
        ];
        let mut known = BTreeSet::new();
        for at in finding.events.iter().filter_map(|key| evidence.find(key)) {
            let event = &evidence.events()[at];
            if known.len() < MOST_CALLS && known.insert((&event.source, event.base_name())) {
                parts.push(("Call", name(event)));
                parts.extend(call(event).into_iter().filter(|(heading, _)| *heading != "Technique"));
            }
        }
        Self::new(&finding.title(), parts)
    }
}

fn name(event: &Event) -> String {
    format!("{}:{}", event.service(), event.base_name())
}

/// What the catalogue knows of a call.
fn call(event: &Event) -> Vec<(&'static str, String)> {
    let (source, base) = (&*event.source, event.base_name());
    let meaning = catalogue::meaning(source, base, event.is_write());
    let kind = format!("{}, {}", meaning.category.replace('_', " "), meaning.severity);
    let link = catalogue::documentation(source, base).unwrap_or_default();
    if let Some(said) = catalogue::explanation(source, base) {
        return vec![
            ("What it does", said.what.to_owned()),
            ("Why an attacker makes it", said.why.to_owned()),
            ("What to check", said.check.to_owned()),
            ("Kind and weight", kind),
            ("Technique", technique(meaning.technique)),
            ("AWS's documentation", link),
        ];
    }
    let known = match meaning.why {
        Some(why) => why.to_owned(),
        None => "The catalogue does not hold this call: it is judged by its verb alone.".to_owned(),
    };
    vec![
        ("What is known of it", known),
        ("Kind and weight", kind),
        ("Technique", technique(meaning.technique)),
        ("AWS's documentation", link),
    ]
}

/// An ATT&CK technique and where it is described.
fn technique(id: &str) -> String {
    match id {
        "" => String::new(),
        id => format!("{id}  https://attack.mitre.org/techniques/{}/", id.replace('.', "/")),
    }
}

fn findings(investigation: &Investigation, is_with: impl Fn(&Finding) -> bool) -> String {
    let with = investigation.findings().iter().filter(|finding| is_with(finding));
    let titles = with.map(|finding| format!("{} ({})", finding.title(), finding.severity.as_str()));
    titles.collect::<Vec<_>>().join("; ")
}
