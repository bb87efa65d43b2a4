//! Clicks and the wheel. They do nothing that a key does not: the wheel moves, a click selects a row or a tab.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::Effect;
use crate::tui::action::{Action, Screen};
use crate::tui::app::App;
use crate::tui::inventory::Row;
use crate::tui::views;
use crate::tui::{keys, steps};

/// Lines to a notch of the wheel.
const NOTCH: usize = 3;

impl App {
    pub(super) fn toggle_mouse(&mut self) -> Effect {
        self.has_mouse = !self.has_mouse;
        self.say(if self.has_mouse {
            "The mouse selects rows and tabs and scrolls; M gives it back to the terminal"
        } else {
            "The mouse selects text, as usual"
        });
        Effect::Mouse(self.has_mouse)
    }

    /// Takes a click or a turn of the wheel.
    pub fn mouse(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollUp => self.turn(Action::Up),
            MouseEventKind::ScrollDown => self.turn(Action::Down),
            MouseEventKind::Down(MouseButton::Left) => self.click(Position::new(event.column, event.row)),
            _ => {}
        }
    }

    fn turn(&mut self, action: Action) {
        // Where no key moves, nothing is there to be moved.
        if keys::live(self).any(|binding| binding.action == action) {
            for _ in 0..NOTCH {
                self.act(action);
            }
        }
    }

    fn click(&mut self, position: Position) {
        if let Some(popup) = self.popups.last() {
            if let Some(list) = popup.list()
                && let Some(line) = list.line_at(position)
            {
                list.select(line);
            }
            return;
        }
        if let Some(screen) = views::tab_at(self, position) {
            self.show(screen);
            return;
        }
        // In a small window the details hide the list.
        if !self.in_details() {
            self.select_at(position);
        }
    }

    fn select_at(&mut self, position: Position) {
        match self.screen {
            Screen::Chain => {
                if let Some(line) = self.tree.scroll.line_at(position) {
                    self.tree.scroll.select(line);
                    self.tree.details.select(0);
                }
            }
            Screen::Timeline => {
                if let Some(line) = self.events.scroll.line_at(position) {
                    self.events.scroll.select(line);
                }
            }
            Screen::Steps => {
                let lines = steps::lines(&self.settings.playbook, self.steps.order);
                if let Some(line) = self.steps.scroll.line_at(position)
                    && let Some(steps::Line::Item(_)) = lines.get(line)
                {
                    self.steps.scroll.select(line);
                    self.steps.details.select(0);
                }
            }
            Screen::Resources => {
                if let Some(line) = self.inventory.scroll.line_at(position)
                    && let Some(Row::Resource(_)) = self.inventory.rows.get(line)
                {
                    self.inventory.scroll.select(line);
                    self.inventory.details.select(0);
                }
            }
            Screen::Overview | Screen::Coverage => {}
        }
    }
}
