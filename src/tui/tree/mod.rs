//! The chain as rows of a tree: what is folded, what is filtered, and where one is.

mod grow;

use std::collections::{BTreeSet, HashSet};

use grow::Grower;

use super::widgets::scroll::Scroll;
use super::widgets::text::counted;
use crate::catalogue::Kind;
use crate::investigation::{Chain, Investigation, Node, Verdict};

/// So many siblings of one kind and link are shown one by one; more are shown as a group that can be unfolded.
const FEW: usize = 5;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The lines that lead to it: `│  ├─ `.
    pub guide: String,
    /// What it shows.
    pub what: RowKind,
    /// Whether something hangs below, and whether that is folded.
    pub folded: Option<bool>,
    /// Shown only because something below it passes the filter.
    pub passing: bool,
}

/// What a line shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowKind {
    /// A node, by its place in the chain.
    Node(usize),
    /// Many siblings shown as one line.
    Group {
        /// Its name, for folding.
        id: String,
        /// Why they stand together.
        why: Together,
        /// The nodes.
        members: Vec<usize>,
    },
}

/// Why siblings are shown as one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// They are alike: the many keys of a session.
    Alike,
    /// Only actors judged expected made them.
    Ours,
}

/// What the chain screen remembers.
#[derive(Debug, Default)]
pub(super) struct TreeState {
    /// The visible lines.
    pub rows: Vec<Row>,
    /// Which of them is selected.
    pub scroll: Scroll,
    /// The details beside the tree.
    pub details: Scroll,
    /// Whether the details have the focus.
    pub in_details: bool,
    /// Only nodes of this kind.
    pub kind: Option<Kind>,
    /// Only nodes of this verdict.
    pub verdict: Option<Verdict>,
    /// Only these nodes, by `node` id.
    pub only: Option<HashSet<String>>,
    /// What is searched for; empty for nothing.
    pub search: String,
    /// The nodes that match the search, in the order of the tree.
    hits: Vec<usize>,
    folded: BTreeSet<String>,
    open_groups: BTreeSet<String>,
}

impl TreeState {
    /// Makes the rows anew; the selection stays on the same node.
    pub(super) fn refresh(&mut self, investigation: &Investigation) {
        let selected = self.selected_id(investigation.chain());
        self.search_for(investigation.chain());
        let mut grower = Grower::new(self, investigation);
        for root in investigation.chain().roots() {
            if grower.visible[root] {
                grower.node(root, String::new(), "");
            }
        }
        self.rows = grower.rows;
        if let Some(id) = selected {
            self.select(investigation.chain(), &id);
        }
    }

    /// The selected line.
    pub(super) fn row(&self) -> Option<&Row> {
        self.rows.get(self.scroll.at())
    }

    /// The selected node.
    pub(super) fn node(&self) -> Option<usize> {
        match self.row()?.what {
            RowKind::Node(at) => Some(at),
            RowKind::Group { .. } => None,
        }
    }

    fn selected_id(&self, chain: &Chain) -> Option<String> {
        match &self.row()?.what {
            RowKind::Node(at) => chain.nodes.get(*at).map(|n| n.node.clone()),
            RowKind::Group { id, .. } => Some(id.clone()),
        }
    }

    /// Selects a line by its node, or by its group.
    pub(super) fn select(&mut self, chain: &Chain, id: &str) -> bool {
        let at = self.rows.iter().position(|row| match &row.what {
            RowKind::Node(at) => chain.nodes.get(*at).is_some_and(|n| n.node == id),
            RowKind::Group { id: group, .. } => group == id,
        });
        if let Some(at) = at {
            self.scroll.select(at);
        }
        at.is_some()
    }

    /// Shows nodes of every kind and verdict again.
    pub(super) fn clear_filters(&mut self) {
        (self.kind, self.verdict, self.only) = (None, None, None);
    }

    /// Unfolds and unfilters whatever hides a node, and selects it.
    pub(super) fn reveal(&mut self, investigation: &Investigation, node: usize) {
        let chain = investigation.chain();
        self.clear_filters();
        let mut at = Some(node);
        while let Some(here) = at.and_then(|at| chain.nodes.get(at)) {
            if Some(node) != at {
                self.folded.remove(&here.node);
            }
            if let Some(parent) = here.parent {
                self.open_groups.insert(group_id(chain, parent, here));
                if at.is_some_and(|at| investigation.is_ours(at)) {
                    self.open_groups.insert(ours_id(chain, parent));
                }
            }
            at = here.parent;
        }
        self.refresh(investigation);
        if let Some(node) = chain.nodes.get(node) {
            self.select(chain, &node.node);
        }
    }

    /// Folds or unfolds the selected line. Returns whether that changed anything.
    pub(super) fn set_folded(&mut self, investigation: &Investigation, fold: bool) -> bool {
        let chain = investigation.chain();
        let Some(row) = self.row() else { return false };
        if row.folded != Some(!fold) {
            return false;
        }
        let Some(id) = self.selected_id(chain) else {
            return false;
        };
        if matches!(row.what, RowKind::Group { .. }) {
            if fold {
                self.open_groups.remove(&id)
            } else {
                self.open_groups.insert(id)
            };
        } else if fold {
            self.folded.insert(id);
        } else {
            self.folded.remove(&id);
        }
        self.refresh(investigation);
        true
    }

    /// Folds everything below the seeds, or unfolds everything if something is folded.
    pub(super) fn fold_all(&mut self, investigation: &Investigation) {
        let chain = investigation.chain();
        if self.folded.is_empty() {
            let parents = chain
                .nodes
                .iter()
                .filter(|n| n.parent.is_some() && !n.children.is_empty());
            self.folded.extend(parents.map(|n| n.node.clone()));
        } else {
            self.folded.clear();
        }
        self.refresh(investigation);
    }

    /// Goes to the parent of the selected line.
    pub(super) fn to_parent(&self) {
        let depth = |row: &Row| row.guide.chars().count();
        let at = self.scroll.at();
        let Some(here) = self.rows.get(at).map(depth) else {
            return;
        };
        if let Some(parent) = self.rows[..at].iter().rposition(|row| depth(row) < here) {
            self.scroll.select(parent);
        }
    }

    /// Goes to the next or the previous line that matches the search; around the end where need be.
    pub(super) fn next_match(&mut self, investigation: &Investigation, forward: bool) -> bool {
        // The order of the tree is not the order of the chain.
        let order = preorder(investigation.chain());
        let here = match self.row().map(|row| &row.what) {
            Some(RowKind::Node(at)) => order.get(*at).copied(),
            Some(RowKind::Group { members, .. }) => members.first().and_then(|at| order.get(*at).copied()),
            None => None,
        };
        let next = if forward {
            let after = self.hits.iter().find(|at| here.is_none_or(|here| order[**at] > here));
            after.or(self.hits.first())
        } else {
            let before = self.hits.iter().rev();
            let mut before = before.filter(|at| here.is_none_or(|here| order[**at] < here));
            before.next().or(self.hits.last())
        };
        let Some(node) = next.copied() else { return false };
        self.reveal(investigation, node);
        true
    }

    /// Finds the nodes that match the search.
    pub(super) fn search_for(&mut self, chain: &Chain) {
        self.hits = (0..chain.nodes.len())
            .filter(|at| self.matches(&chain.nodes[*at]))
            .collect();
        if !self.hits.is_empty() {
            let order = preorder(chain);
            self.hits.sort_unstable_by_key(|at| order[*at]);
        }
    }

    /// What the search found, and where one is in it: `2 of 7`, `7 matches`, `no match`.
    pub(super) fn found(&self) -> String {
        let here = self.node().and_then(|at| self.hits.iter().position(|hit| *hit == at));
        match (self.hits.len(), here) {
            (0, _) => "no match".to_owned(),
            (all, Some(here)) => format!("{} of {all}", here + 1),
            (all, None) => counted(all as u64, "match", "matches"),
        }
    }

    /// Whether a node matches the search.
    pub(super) fn matches(&self, node: &Node) -> bool {
        let needle = self.search.to_lowercase();
        !needle.is_empty()
            && [&*node.name, &*node.id, &*node.kind.label(), node.link.as_str()]
                .into_iter()
                .chain(node.owner.as_deref())
                .chain(node.principal_id.as_deref())
                .any(|text| text.to_lowercase().contains(&needle))
    }

    /// The kinds there are, for the filter.
    pub(super) fn next_kind(&mut self, chain: &Chain) {
        let kinds: BTreeSet<Kind> = chain.nodes.iter().map(|n| n.kind).collect();
        self.kind = match self.kind {
            None => kinds.first().copied(),
            Some(kind) => kinds.range(kind..).nth(1).copied(),
        };
    }

    /// The next verdict of the filter.
    pub(super) fn next_verdict(&mut self) {
        self.verdict = match self.verdict {
            None => Some(Verdict::Unknown),
            Some(Verdict::Unknown) => Some(Verdict::Malicious),
            Some(Verdict::Malicious) => Some(Verdict::Expected),
            Some(Verdict::Expected) => None,
        };
    }

    /// Whether some nodes are left out.
    pub(super) fn is_filtered(&self) -> bool {
        self.kind.is_some() || self.verdict.is_some() || self.only.is_some()
    }

    fn passes(&self, investigation: &Investigation, node: &Node) -> bool {
        self.kind.is_none_or(|kind| node.kind == kind)
            && self.only.as_ref().is_none_or(|only| only.contains(&node.node))
            && self.verdict.is_none_or(|v| investigation.verdict(&node.node) == v)
    }
}

/// For each node its place when the tree is read from top to bottom.
fn preorder(chain: &Chain) -> Vec<usize> {
    let mut order = vec![0; chain.nodes.len()];
    let mut todo: Vec<usize> = chain.roots().collect();
    todo.reverse();
    let mut place = 0;
    while let Some(at) = todo.pop() {
        order[at] = place;
        place += 1;
        todo.extend(chain.nodes[at].children.iter().rev());
    }
    order
}

/// Siblings of one kind and link under one parent, and of one principal, belong together: the many keys of a sign-in.
fn group_id(chain: &Chain, parent: usize, node: &Node) -> String {
    format!(
        "{} {} {} {}",
        chain.nodes[parent].node,
        node.kind,
        node.link.as_str(),
        node.principal_id
            .as_deref()
            .or(node.owner.as_deref())
            .unwrap_or_default()
    )
}

/// What only expected actors made under one parent.
fn ours_id(chain: &Chain, parent: usize) -> String {
    format!("ours {}", chain.nodes[parent].node)
}
