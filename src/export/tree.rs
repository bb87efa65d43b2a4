//! The chain as an indented tree of text.

use std::fmt::{self, Write};

use super::text::safe;
use crate::catalogue::Strength;
use crate::cloudtrail::time;
use crate::investigation::chain::{Link, Node};
use crate::investigation::fact::Verdict;
use crate::investigation::live::Live;
use crate::investigation::{Investigation, further, unseen};

/// One line of the drawn tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    /// What is drawn left of the node.
    pub stem: String,
    /// How deep it hangs: 1 for the seeds.
    pub level: usize,
    /// The node in words, safe on a terminal.
    pub text: String,
}

/// The tree of a settled investigation, then counts, attempts and what a responder must know.
pub(super) fn tree(investigation: &Investigation) -> String {
    written(investigation, |line| line.stem.clone())
}

/// The same to be read aloud: words where the tree has lines.
pub fn outline(investigation: &Investigation) -> String {
    written(investigation, |TreeLine { level, .. }| {
        format!("{}Level {level}: ", "  ".repeat(level - 1))
    })
}

fn written(investigation: &Investigation, stem: impl Fn(&TreeLine) -> String) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_tree(&mut out, investigation, stem);
    out
}

fn write_tree(out: &mut String, investigation: &Investigation, stem: impl Fn(&TreeLine) -> String) -> fmt::Result {
    let chain = investigation.chain();
    for line in lines(investigation) {
        writeln!(out, "{}{}", stem(&line), line.text)?;
    }
    let counts = chain.counts;
    writeln!(
        out,
        "\n{} records read, {} copies; signed with the seed: {}, with keys of the chain: {}, failed: {}",
        counts.read, counts.duplicates, counts.seed, counts.chain, counts.failed
    )?;
    if let Some(minted) = &chain.seed_minted_by {
        writeln!(
            out,
            "The seed was minted by {} at {}",
            safe(&minted.name),
            time::format(minted.key.time)
        )?;
    }
    section(
        out,
        "Tried and failed",
        chain
            .attempts
            .iter()
            .map(|a| format!("{}  {}  {}", time::format(a.event.time), safe(&a.name), safe(&a.error))),
    )?;
    section(
        out,
        "Look at next",
        investigation
            .further_seeds()
            .iter()
            .map(|s| format!("{}  {}", safe(&s.key), safe(&s.why))),
    )?;
    if !investigation.further_seeds().is_empty() {
        writeln!(out, "  ({})", further::how_far(investigation))?;
    }
    section(
        out,
        "Mind",
        chain.warnings.iter().map(|warning| safe(warning).into_owned()),
    )?;
    section(
        out,
        unseen::WHY,
        investigation
            .not_shown()
            .iter()
            .map(|service| safe(service).into_owned()),
    )
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    for (n, line) in lines.enumerate() {
        if n == 0 {
            writeln!(out, "\n{title}:")?;
        }
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// The nodes of a settled investigation, drawn as a tree.
pub fn lines(investigation: &Investigation) -> Vec<TreeLine> {
    let mut lines = Vec::new();
    for root in investigation.chain().roots() {
        branch(&mut lines, investigation, root, 1, String::new(), "");
    }
    lines
}

/// One node and what hangs below it; `indent` is what stands left of its children.
fn branch(
    lines: &mut Vec<TreeLine>,
    investigation: &Investigation,
    at: usize,
    level: usize,
    stem: String,
    indent: &str,
) {
    let chain = investigation.chain();
    let node = &chain.nodes[at];
    let (ours, shown): (Vec<usize>, Vec<usize>) =
        node.children.iter().partition(|child| investigation.is_ours(**child));
    let folded: u64 = ours.iter().map(|child| chain.size(*child)).sum();
    let (live, verdict) = (investigation.live(node), investigation.verdict(&node.node));
    lines.push(TreeLine {
        stem,
        level,
        text: line(node, investigation.other_account(node), live, verdict),
    });
    for (n, child) in shown.iter().enumerate() {
        let (twig, below) = if n + 1 == shown.len() && folded == 0 {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let (stem, indent) = (format!("{indent}{twig}"), format!("{indent}{below}"));
        branch(lines, investigation, *child, level + 1, stem, &indent);
    }
    if folded > 0 {
        lines.push(TreeLine {
            stem: format!("{indent}└─ "),
            level: level + 1,
            text: format!("{folded} made by expected actors, folded"),
        });
    }
}

fn line(node: &Node, other_account: Option<&str>, live: Option<Live>, verdict: Verdict) -> String {
    let mut parts = vec![format!("{} {}", node.kind.label(), safe(&node.id))];
    if node.link != Link::Seed {
        let sure = match node.strength {
            Strength::Inferred => " (inferred)",
            _ => "",
        };
        parts.push(format!("{}{sure}", node.link.as_str().replace('_', " ")));
    }
    if let Some(account) = other_account {
        parts.push(format!("in account {}", safe(account)));
    }
    if let Some(proof) = &node.proof {
        parts.push(format!("{} {}", time::format(proof.key.time), safe(&proof.name)));
    }
    match node.activity.events {
        0 => {}
        1 => parts.push("1 call".to_owned()),
        events => parts.push(format!("{events} calls")),
    }
    if let Some(until) = node.expires {
        parts.push(format!("valid until {}", time::format(until)));
    }
    if let Some(off) = node.switched.as_ref().filter(|switched| !switched.is_on) {
        parts.push(format!("switched off {}", time::format(off.time)));
    }
    if let Some(ended) = &node.ended {
        parts.push(format!("ended {}", time::format(ended.time)));
    }
    if let Some(live) = live {
        parts.push(format!("AWS says: {}", live.words(node)));
    }
    if verdict != Verdict::Unknown {
        parts.push(verdict.as_str().to_owned());
    }
    parts.join(", ")
}
