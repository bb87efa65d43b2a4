//! The filter of the timeline, and jumps to and from it.

use crate::cloudtrail::Event;
use crate::investigation::timeline::{self, Filter, Only, Part, Sieve, Term};
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
        let term = match action {
            Action::EventNode => return self.show_node_of_event(),
            Action::FilterText => {
                // A blank at the end: what is typed next is another term.
                let typed = timeline::print(&self.events.filter.terms);
                let typed = if typed.is_empty() { typed } else { format!("{typed} ") };
                self.popups
                    .push(Popup::Field(Field::new(Purpose::FilterEvents, &typed)));
                return self.suggest();
            }
            Action::Search => {
                let field = Field::new(Purpose::SearchEvents, "");
                return self.popups.push(Popup::Field(field));
            }
            Action::NextMatch => return self.next_event(true),
            Action::PreviousMatch => return self.next_event(false),
            Action::Earlier => return self.events.leap(self.desk.investigation().evidence().events(), false),
            Action::Later => return self.events.leap(self.desk.investigation().evidence().events(), true),
            Action::WritesOnly => Some(Term::of(Part::Write, "")),
            Action::FailuresOnly => Some(Term::of(Part::Error, "*")),
            Action::WithContext => Some(Term::of(Part::Others, "")),
            Action::SameNode => {
                let node = self
                    .event()
                    .and_then(|event| self.investigation().chain().node_of(event));
                let node = node.and_then(|at| self.investigation().chain().nodes.get(at));
                node.map(|node| Term::exact(Part::Node, &node.node))
            }
            Action::SameActor => self.source().map(|actor| Term::exact(Part::Actor, actor)),
            Action::SameRegion => self.event().map(|event| Term::exact(Part::Region, &*event.region)),
            Action::SameService => self.event().map(|event| Term::exact(Part::Service, event.service())),
            _ => None,
        };
        if let Some(term) = term {
            let mut filter = self.events.filter.clone();
            filter.toggle(term);
            self.events.set(filter);
            self.refresh();
        }
    }

    /// Goes to the next event that the search means.
    fn next_event(&mut self, forward: bool) {
        let investigation = self.desk.investigation();
        let terms = timeline::parse(&self.events.search);
        let wanted = Filter {
            terms: terms.into_iter().chain([Term::of(Part::Others, "")]).collect(),
            ..Filter::default()
        };
        let sieve = Sieve::of(investigation, &wanted);
        let rows = &self.events.rows;
        let is_match = |at: usize| sieve.passes(rows[at] as usize);
        if !self.events.scroll.select_next(rows.len(), forward, is_match) {
            self.say(format!("No event shown here matches \"{}\"", self.events.search));
        }
    }

    /// Goes to the first match from here on.
    pub(super) fn search_events(&mut self, text: &str) {
        text.clone_into(&mut self.events.search);
        if !text.is_empty() {
            self.next_event(true);
        }
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
        match made().or_else(|| investigation.chain().node_of(event)) {
            Some(node) => {
                self.remember();
                self.tree.reveal(self.desk.investigation(), node);
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
        self.remember();
        self.events.show(Filter::of(Term::exact(Part::Actor, actor)));
        self.show(Screen::Timeline);
        self.events.finish(self.desk.investigation());
        self.events.select(event);
    }

    /// Shows the calls behind the selected resource.
    pub(super) fn show_resource_events(&mut self) {
        let Some(resource) = self.inventory.resource() else {
            return;
        };
        let only = Only {
            what: format!("{} {}", resource.label(), resource.id),
            events: resource.events.clone(),
        };
        self.remember();
        self.events.show(Filter {
            only: Some(only),
            ..Filter::default()
        });
        self.show(Screen::Timeline);
    }

    pub(super) fn clear_event_filters(&mut self) {
        self.events.search.clear();
        self.events.set(Filter::default());
        self.refresh();
    }

    /// Filters by what is typed, term by term.
    pub(super) fn filter_events(&mut self, text: &str) {
        let terms = timeline::parse(text);
        self.events.set(Filter {
            terms,
            ..self.events.filter.clone()
        });
        self.refresh();
    }
}
