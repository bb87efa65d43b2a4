//! Searching the list or text that one looks at. The tree and the timeline have searches of their own.

use crate::tui::action::{Action, Screen};
use crate::tui::app::App;
use crate::tui::inventory::Row;
use crate::tui::popup::{Field, Popup, Purpose};
use crate::tui::steps::{self, Line};
use crate::tui::views;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text::fold;

impl App {
    /// Searches what lies on top: the tree as one types, the timeline by terms, all else by text.
    pub(super) fn act_on_search(&mut self, action: Action) {
        match (self.popups.is_empty(), self.screen) {
            (true, Screen::Chain) => self.act_on_chain(action),
            (true, Screen::Timeline) => self.act_on_timeline(action),
            _ if action == Action::Search => {
                self.popups.push(Popup::Field(Field::new(Purpose::SearchList, "")));
            }
            _ => self.next_line(action == Action::NextMatch),
        }
    }

    /// Goes to the first match from here on.
    pub(super) fn search_list(&mut self, text: &str) {
        text.clone_into(&mut self.searched);
        if !text.is_empty() {
            self.next_line(true);
        }
    }

    /// Goes to the next line that holds what is searched for, round and round.
    fn next_line(&mut self, forward: bool) {
        let needle = self.searched.to_lowercase();
        let Some((lines, scroll)) = self.searchable() else {
            return;
        };
        let is_match = |at: usize| lines[at].to_lowercase().contains(&needle);
        if !scroll.select_next(lines.len(), forward, is_match) {
            self.say(format!("Nothing here matches \"{}\"", self.searched));
        }
    }

    /// The lines of what lies on top, as far as they can be searched, and where one is in them.
    fn searchable(&self) -> Option<(Vec<String>, &Scroll)> {
        if let Some(popup) = self.popups.last() {
            return match popup {
                Popup::Findings(scroll) => {
                    let findings = self.investigation().findings().iter();
                    let line =
                        |finding: &crate::investigation::Finding| format!("{} {}", finding.title(), finding.why());
                    Some((findings.map(line).collect(), scroll))
                }
                Popup::Record(record) => {
                    let lines = record
                        .json
                        .iter()
                        .flat_map(|line| fold(line, record.width.get().max(1)));
                    Some((lines.map(str::to_owned).collect(), &record.scroll))
                }
                _ => None,
            };
        }
        match self.screen {
            Screen::Steps if !self.steps.in_details => {
                let lines = steps::lines(&self.settings.playbook, self.steps.order);
                let text = |line: &Line<'_>| match line {
                    Line::Item(item) => {
                        let commands = item.commands.iter().map(|command| command.run.as_str());
                        let commands: Vec<&str> = commands.collect();
                        format!("{} {} {} {}", item.id, item.title, item.why, commands.join(" "))
                    }
                    Line::Step(_) | Line::TimeBox(_) => String::new(),
                };
                Some((lines.iter().map(text).collect(), &self.steps.scroll))
            }
            Screen::Resources if !self.inventory.in_details => {
                let text = |row: &Row| match row {
                    Row::Resource(at) => self.inventory.all.get(*at).map_or_else(String::new, |resource| {
                        let calls: Vec<&str> = resource.calls.keys().map(String::as_str).collect();
                        let (label, title) = (resource.label(), resource.title());
                        format!(
                            "{} {} {label} {title} {}",
                            resource.service,
                            resource.region,
                            calls.join(" ")
                        )
                    }),
                    Row::Place { .. } => String::new(),
                };
                Some((self.inventory.rows.iter().map(text).collect(), &self.inventory.scroll))
            }
            Screen::Coverage => Some((views::coverage_text(self), &self.coverage)),
            _ => None,
        }
    }
}
