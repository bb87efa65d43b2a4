//! From the chain to the visible lines: what is folded, grouped and left out.

use std::collections::BTreeMap;

use super::{FEW, Row, RowKind, Together, TreeState, group_id, ours_id};
use crate::catalogue::Kind;
use crate::investigation::{Investigation, Link};

/// Makes the rows.
pub(super) struct Grower<'a> {
    state: &'a TreeState,
    investigation: &'a Investigation,
    /// For each node whether it passes the filter itself.
    passes: Vec<bool>,
    /// For each node whether it or something below it passes.
    pub(super) visible: Vec<bool>,
    pub(super) rows: Vec<Row>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(state: &'a TreeState, investigation: &'a Investigation) -> Self {
        let nodes = &investigation.chain().nodes;
        let passes: Vec<bool> = nodes.iter().map(|n| state.passes(investigation, n)).collect();
        let mut visible = passes.clone();
        // Parents stand before their children, so going backwards every child has been decided.
        for at in (0..nodes.len()).rev() {
            if let Some(parent) = nodes[at].parent.filter(|_| visible[at]) {
                visible[parent] = true;
            }
        }
        Self {
            state,
            investigation,
            passes,
            visible,
            rows: Vec::new(),
        }
    }

    pub(super) fn node(&mut self, at: usize, guide: String, below: &str) {
        let node = &self.investigation.chain().nodes[at];
        let entries = self.entries(at);
        let folded = self.state.folded.contains(&node.node) && !self.state.is_filtered();
        self.rows.push(Row {
            guide,
            what: RowKind::Node(at),
            folded: (!entries.is_empty()).then_some(folded),
            passing: !self.passes[at],
        });
        let last = entries.len().saturating_sub(1);
        for (i, entry) in entries.into_iter().enumerate().filter(|_| !folded) {
            let (guide, below) = guides(below, i == last);
            match entry {
                Entry::One(child) => self.node(child, guide, &below),
                Entry::Group(why, id, members) => self.group(why, id, members, guide, &below),
            }
        }
    }

    fn group(&mut self, why: Together, id: String, members: Vec<usize>, guide: String, below: &str) {
        let folded = !self.state.open_groups.contains(&id);
        self.rows.push(Row {
            guide,
            what: RowKind::Group {
                id,
                why,
                members: members.clone(),
            },
            folded: Some(folded),
            passing: false,
        });
        let last = members.len() - 1;
        for (i, member) in members.into_iter().enumerate().filter(|_| !folded) {
            let (guide, below) = guides(below, i == last);
            self.node(member, guide, &below);
        }
    }

    /// What hangs below a node, in order. Many alike come as one entry, and last what only expected actors made; while
    /// filtering each stands for itself. Below something folded for that reason nothing is folded for it again.
    fn entries(&self, at: usize) -> Vec<Entry> {
        let chain = self.investigation.chain();
        let fold_ours = !self.state.is_filtered() && !self.investigation.is_ours(at);
        let children = chain.nodes[at].children.iter().copied().filter(|c| self.visible[*c]);
        let (ours, children): (Vec<usize>, Vec<usize>) =
            children.partition(|child| fold_ours && self.investigation.is_ours(*child));
        let children = children.into_iter();
        let ours = (!ours.is_empty()).then(|| Entry::Group(Together::Ours, ours_id(chain, at), ours));
        let group = |child: usize| {
            let node = &chain.nodes[child];
            let may_be_many = node.kind == Kind::Session || node.link == Link::Exposed;
            let alike = may_be_many && node.children.is_empty() && !self.state.is_filtered();
            alike.then(|| group_id(chain, at, node))
        };
        let mut sizes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for child in children.clone() {
            if let Some(id) = group(child) {
                sizes.entry(id).or_default().push(child);
            }
        }
        sizes.retain(|_, members| members.len() > FEW);
        children
            .filter_map(|child| match group(child).and_then(|id| sizes.get_key_value(&id)) {
                Some((id, members)) if members[0] == child => {
                    Some(Entry::Group(Together::Alike, id.clone(), members.clone()))
                }
                Some(_) => None,
                None => Some(Entry::One(child)),
            })
            .chain(ours)
            .collect()
    }
}

enum Entry {
    One(usize),
    Group(Together, String, Vec<usize>),
}

/// The lines that lead to a child, and those that lead on below it.
fn guides(below: &str, last: bool) -> (String, String) {
    let (turn, further) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
    (format!("{below}{turn}"), format!("{below}{further}"))
}
