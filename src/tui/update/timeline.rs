//! The filter of the timeline, and jumps to and from it.

use crate::cloudtrail::Event;
use crate::investigation::timeline::{Filter, Only};
use crate::investigation::triage;
use crate::tui::action::{Action, Screen};
use crate::tui::app::App;
use crate::tui::popup::{Field, Popup, Purpose};

impl App {
    /// The selected event.
    pub(super) fn event(&self) -> Option<&Event> {
        self.investigation().evidence().events().get(self.events.selected()?)
    }

    pub(super) fn act_on_timeline(&mut self, action: Action) {
        match action {
            Action::EventNode => return self.show_node_of_event(),
            Action::FilterText => {
                let field = Field::new(Purpose::FilterEvents, &self.events.filter.text);
                self.popups.push(Popup::Field(field));
                return;
            }
            Action::WritesOnly => self.events.filter.writes_only ^= true,
            Action::FailuresOnly => self.events.filter.failures_only ^= true,
            Action::WithContext => self.events.filter.with_context ^= true,
            Action::SameNode => {
                let node = self.event().and_then(|event| self.index.node_of(event));
                let id = node
                    .and_then(|at| self.investigation().chain().nodes.get(at))
                    .map(|n| n.node.clone());
                toggle(&mut self.events.filter.node, id);
            }
            Action::SameActor => {
                let actor = self.source();
                toggle(&mut self.events.filter.actor, actor);
            }
            Action::SameRegion => {
                let region = self.event().map(|event| event.region.to_string());
                toggle(&mut self.events.filter.region, region);
            }
            Action::SameService => {
                let service = self.event().map(|event| event.service().to_owned());
                toggle(&mut self.events.filter.service, service);
            }
            _ => {}
        }
        self.events.touch();
        self.refresh();
    }

    fn show_node_of_event(&mut self) {
        let investigation = self.desk.investigation();
        let event = self
            .events
            .selected()
            .and_then(|at| investigation.evidence().events().get(at));
        let Some(event) = event else { return };
        let proves = |at: &usize| {
            let proof = &investigation.chain().nodes[*at].proof;
            proof.as_ref().is_some_and(|p| p.key == event.key)
        };
        let made = || (0..investigation.chain().nodes.len()).find(proves);
        match self.index.node_of(event).or_else(made) {
            Some(node) => {
                self.tree.reveal(investigation, node);
                self.tree.in_details = false;
                self.show(Screen::Chain);
            }
            None => self.say("This call was made by somebody outside the chain"),
        }
    }

    /// Shows the call that the verdict of the overview rests on, among those of its source.
    pub(super) fn show_evidence(&mut self) {
        let Some((actor, event)) = triage(self.investigation())
            .evidence()
            .map(|(a, at)| (a.id.clone(), at))
        else {
            return;
        };
        self.events.filter = Filter {
            actor: Some(actor),
            ..Filter::default()
        };
        self.events.touch();
        self.show(Screen::Timeline);
        self.events.select(event);
    }

    /// Shows the calls behind the selected resource.
    pub(super) fn show_resource_events(&mut self) {
        let Some(resource) = self.inventory.resource() else {
            return;
        };
        self.events.filter = Filter {
            only: Some(Only {
                what: format!("{} {}", resource.label(), resource.id),
                events: resource.events.clone(),
            }),
            ..Filter::default()
        };
        self.events.touch();
        self.events.scroll.select(0);
        self.show(Screen::Timeline);
    }

    pub(super) fn clear_event_filters(&mut self) {
        self.events.filter = Filter::default();
        self.events.touch();
        self.refresh();
    }

    pub(super) fn filter_events(&mut self, text: &str) {
        text.clone_into(&mut self.events.filter.text);
        self.events.touch();
        self.refresh();
    }
}

/// Sets a filter, or clears it if it is set: the same key leads in and out.
fn toggle(filter: &mut Option<String>, value: Option<String>) {
    *filter = if filter.is_some() { None } else { value };
}
