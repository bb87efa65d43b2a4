//! The tree: folding, searching, judging.

use crate::investigation::fact::Judged;
use crate::investigation::timeline::{Filter, Part, Term};
use crate::investigation::{Verdict, What};
use crate::tui::action::{Action, Screen};
use crate::tui::app::App;
use crate::tui::popup::{Field, Popup, Purpose};
use crate::tui::tree::RowKind;
use crate::tui::widgets::scroll::Move;

impl App {
    pub(super) fn act_on_chain(&mut self, action: Action) {
        let investigation = self.desk.investigation();
        match action {
            Action::Fold if self.tree.set_folded(investigation, true) => {}
            Action::Fold => self.tree.to_parent(),
            Action::Unfold => {
                let has_children = self.tree.row().is_some_and(|row| row.folded.is_some());
                if !self.tree.set_folded(investigation, false) && has_children {
                    self.tree.scroll.go(Move::Down, self.tree.rows.len());
                }
            }
            Action::ToggleFold => {
                let fold = self.tree.row().is_some_and(|row| row.folded == Some(false));
                self.tree.set_folded(investigation, fold);
            }
            Action::FoldAll => self.tree.fold_all(investigation),
            Action::Search => {
                let field = Field::new(Purpose::SearchTree, "");
                self.popups.push(Popup::Field(field));
            }
            Action::NextMatch => self.next_match(true),
            Action::PreviousMatch => self.next_match(false),
            Action::CycleKind => {
                self.tree.next_kind(investigation.chain());
                self.tree.refresh(investigation);
            }
            Action::CycleVerdict => {
                self.tree.next_verdict();
                self.tree.refresh(investigation);
            }
            Action::StillWorking => self.show_ways(),
            Action::NodeEvents => self.show_node_events(),
            _ => {}
        }
        self.tree.details.select(0);
    }

    fn next_match(&mut self, forward: bool) {
        if !self.tree.next_match(self.desk.investigation(), forward) {
            self.say(format!("Nothing in the chain matches \"{}\"", self.tree.search));
        }
    }

    /// Judges the selected node, or in the timeline the actor behind the selected event.
    pub(super) fn judge(&mut self, verdict: Verdict) {
        let Some((what, subject)) = self.judgeable() else {
            return;
        };
        let said = format!("{what} is judged {}", verdict.as_str());
        let judged = Judged {
            subject,
            verdict,
            by: self.settings.by.clone(),
        };
        if self.commit(What::Judged(judged)) {
            self.say_kept(&said);
        }
    }

    /// What would be judged now: in words, and its id.
    fn judgeable(&self) -> Option<(String, String)> {
        if self.screen == Screen::Timeline {
            let actor = self.source()?;
            return Some((format!("Source {actor}"), actor));
        }
        let node = self.investigation().chain().nodes.get(self.tree.node()?)?;
        Some((format!("{} {}", node.kind.label(), node.name), node.node.clone()))
    }

    /// Shows only what may still let somebody in, or everything again.
    fn show_ways(&mut self) {
        let is_on = self.screen == Screen::Chain && self.tree.only.is_some();
        self.remember();
        self.tree.only = (!is_on).then(|| self.ways.clone());
        self.tree.refresh(self.desk.investigation());
        self.show(Screen::Chain);
    }

    fn show_node_events(&mut self) {
        let chain = self.desk.investigation().chain();
        let Some(node) = self.tree.node().and_then(|at| chain.nodes.get(at)) else {
            return;
        };
        let term = Term::exact(Part::Node, &node.node);
        self.remember();
        self.events.show(Filter::of(term));
        self.show(Screen::Timeline);
    }

    pub(super) fn clear_tree_filters(&mut self) {
        self.tree.search.clear();
        self.tree.clear_filters();
        self.tree.refresh(self.desk.investigation());
    }

    /// Goes to the nearest match while the search is typed: the selected line if it matches, else the next one.
    pub(super) fn search_tree(&mut self, text: &str) {
        text.clone_into(&mut self.tree.search);
        let investigation = self.desk.investigation();
        self.tree.search_for(investigation.chain());
        let here = match self.tree.row().map(|row| &row.what) {
            Some(RowKind::Node(at)) => investigation.chain().nodes.get(*at),
            _ => None,
        };
        if !text.is_empty() && !here.is_some_and(|node| self.tree.matches(node)) {
            self.tree.next_match(investigation, true);
        }
    }
}
