//! Where one is in a list or a text, and which part of it is on screen.

use std::cell::Cell;
use std::ops::Range;

use ratatui::layout::{Position, Rect};

/// A place in something that may be longer than the screen.
///
/// How much fits is known only when it is drawn, so drawing leaves it here; that is all a view may change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scroll {
    at: Cell<usize>,
    top: Cell<usize>,
    len: Cell<usize>,
    height: Cell<usize>,
    place: Cell<Rect>,
}

/// A way to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

impl Scroll {
    /// The selected line.
    pub(crate) fn at(&self) -> usize {
        self.at.get()
    }

    /// Selects a line.
    pub(crate) fn select(&self, at: usize) {
        self.at.set(at);
    }

    /// Moves inside `len` lines.
    pub(crate) fn go(&self, to: Move, len: usize) {
        let (at, last) = (self.at.get(), len.saturating_sub(1));
        // A page keeps one line of the page before in sight.
        let page = self.height.get().saturating_sub(1).max(1);
        self.at.set(match to {
            Move::Up => at.saturating_sub(1),
            Move::Down => (at + 1).min(last),
            Move::PageUp => at.saturating_sub(page),
            Move::PageDown => (at + page).min(last),
            Move::Top => 0,
            Move::Bottom => last,
        });
    }

    /// Selects the next of `len` lines that is one of those looked for, or the one before, round and round. Returns whether
    /// there is one.
    pub(crate) fn select_next(&self, len: usize, forward: bool, is_match: impl Fn(usize) -> bool) -> bool {
        let here = self.at.get();
        let step = |by: usize| if forward { here + by } else { here + len - by };
        let found = (1..=len).map(|by| step(by) % len).find(|at| is_match(*at));
        self.at.set(found.unwrap_or(here));
        found.is_some()
    }

    /// Scrolls a text, where the selected line is the top one.
    pub(crate) fn scroll(&self, to: Move) {
        let pages = self.len.get().saturating_sub(self.height.get());
        self.go(to, pages + 1);
    }

    /// The lines of a list to draw, so that the selected one is among them with a line to spare on either side.
    pub(crate) fn list(&self, len: usize, height: usize) -> Range<usize> {
        self.len.set(len);
        self.height.set(height);
        let at = self.at.get().min(len.saturating_sub(1));
        self.at.set(at);
        let spare = usize::from(height > 4);
        let lowest = (at + 1 + spare).min(len).saturating_sub(height);
        let highest = at.saturating_sub(spare);
        let top = self
            .top
            .get()
            .clamp(lowest, highest.max(lowest))
            .min(len.saturating_sub(height));
        self.top.set(top);
        top..(top + height).min(len)
    }

    /// Says where the lines of the list were drawn, for clicks on them.
    pub(crate) fn put(&self, place: Rect) {
        self.place.set(place);
    }

    /// The line of the list that was drawn there.
    pub(crate) fn line_at(&self, position: Position) -> Option<usize> {
        let place = self.place.get();
        let line = self.top.get() + usize::from(position.y.checked_sub(place.y)?);
        (place.contains(position) && line < self.len.get()).then_some(line)
    }

    /// The lines of a text to draw, the selected one on top as far as the text reaches.
    pub(crate) fn text(&self, len: usize, height: usize) -> Range<usize> {
        self.len.set(len);
        self.height.set(height);
        let top = self.at.get().min(len.saturating_sub(height));
        self.at.set(top);
        top..(top + height).min(len)
    }

    /// How far one has come in a list, for the corner of a pane: `12 of 340`; nothing where all is on screen.
    pub(crate) fn position(&self) -> String {
        self.progress(self.at.get() + 1)
    }

    /// How far one has come in a text: the last line on screen.
    pub(crate) fn read(&self) -> String {
        self.progress(self.at.get() + self.height.get())
    }

    fn progress(&self, line: usize) -> String {
        use super::text::number;
        let len = self.len.get();
        if len <= self.height.get() {
            return String::new();
        }
        format!(" {} of {} ", number(line as u64), number(len as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_line_is_always_on_screen() {
        let scroll = Scroll::default();
        for height in 1..12 {
            for len in [1, 2, 5, 11, 40] {
                for at in (0..len).chain((0..len).rev()) {
                    scroll.select(at);
                    let shown = scroll.list(len, height);
                    assert!(shown.contains(&at), "{at} of {len} in {height}: {shown:?}");
                    assert_eq!(shown.len(), height.min(len));
                }
            }
        }
    }

    #[test]
    fn a_shorter_list_pulls_the_selection_in() {
        let scroll = Scroll::default();
        scroll.select(90);
        assert_eq!(scroll.list(3, 10), 0..3);
        assert_eq!(scroll.at(), 2);
        assert_eq!(scroll.list(0, 10), 0..0);
        scroll.go(Move::Down, 0);
        assert_eq!(scroll.at(), 0);
    }

    #[test]
    fn a_click_finds_the_line_that_was_drawn_there() {
        let scroll = Scroll::default();
        scroll.select(30);
        let shown = scroll.list(40, 10);
        scroll.put(Rect::new(2, 5, 20, 10));
        assert_eq!(scroll.line_at(Position::new(2, 5)), Some(shown.start));
        assert_eq!(scroll.line_at(Position::new(21, 14)), Some(shown.end - 1));
        for beside in [(1, 5), (22, 5), (2, 4), (2, 15)] {
            assert_eq!(scroll.line_at(beside.into()), None);
        }
        scroll.list(3, 10);
        assert_eq!(scroll.line_at(Position::new(2, 8)), None);
    }

    #[test]
    fn a_text_stops_at_its_end() {
        let scroll = Scroll::default();
        assert_eq!(scroll.text(30, 10), 0..10);
        scroll.scroll(Move::Bottom);
        assert_eq!(scroll.text(30, 10), 20..30);
        scroll.scroll(Move::PageUp);
        assert_eq!(scroll.text(30, 10), 11..21);
    }
}
