//! The list of findings, jumps from it to the timeline, and explanations of what is selected.

use crate::investigation::timeline::Filter;
use crate::tui::action::Screen;
use crate::tui::app::App;
use crate::tui::explain::Explanation;
use crate::tui::popup::Popup;

impl App {
    /// The finding selected in the list on top.
    fn finding(&self) -> Option<&crate::investigation::Finding> {
        match self.popups.last() {
            Some(Popup::Findings(scroll)) => self.investigation().findings().get(scroll.at()),
            _ => None,
        }
    }

    /// Shows the events behind the selected finding.
    pub(super) fn show_finding_events(&mut self) {
        let Some(id) = self.finding().map(crate::investigation::Finding::id) else {
            return;
        };
        self.popups.clear();
        self.remember();
        self.events.show(Filter {
            finding: Some(id),
            ..Filter::default()
        });
        self.show(Screen::Timeline);
    }

    /// Explains the selected finding, event or node.
    pub(super) fn explain(&mut self) {
        let investigation = self.investigation();
        let explanation = match self.screen {
            _ if !self.popups.is_empty() => self
                .finding()
                .map(|finding| Explanation::of_finding(investigation, finding)),
            Screen::Timeline => self.event().map(|event| Explanation::of_event(investigation, event)),
            Screen::Chain => {
                let node = self.tree.node().and_then(|at| investigation.chain().nodes.get(at));
                node.map(|node| Explanation::of_node(investigation, node))
            }
            _ => None,
        };
        if let Some(explanation) = explanation {
            self.popups.push(Popup::Explanation(Box::new(explanation)));
        }
    }
}
