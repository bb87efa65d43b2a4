//! A framed part of the screen, and lines in it.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding};

use super::scroll::Scroll;
use super::text;
use crate::tui::theme::Theme;

/// Draws the frame of a pane and gives the room inside it.
pub(crate) fn pane(frame: &mut Frame<'_>, area: Rect, title: &str, focused: bool, theme: &Theme) -> Rect {
    titled(
        frame,
        area,
        Line::from(Span::styled(format!(" {title} "), title_style(focused, theme))),
        focused,
        theme,
    )
}

/// Draws the frame of a pane with a title of several styles.
pub(crate) fn titled(frame: &mut Frame<'_>, area: Rect, title: Line<'_>, focused: bool, theme: &Theme) -> Rect {
    let block = Block::bordered()
        .border_style(if focused { theme.accent } else { theme.dim })
        // The frame of a pane without the focus stands back; its title does not.
        .title_style(Style::new().remove_modifier(Modifier::DIM))
        .title(title)
        .padding(Padding::horizontal(1));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn title_style(focused: bool, theme: &Theme) -> Style {
    if focused {
        theme.accent.patch(theme.strong)
    } else {
        theme.strong
    }
}

/// Writes into the lower right corner of a pane's frame.
pub(crate) fn corner(frame: &mut Frame<'_>, area: Rect, note: &str, theme: &Theme) {
    let width = u16::try_from(text::width(note)).unwrap_or(u16::MAX);
    if width > 0 && width + 2 < area.width && area.height > 0 {
        let place = Rect::new(area.right() - 2 - width, area.bottom() - 1, width, 1);
        frame.render_widget(Line::styled(note.to_owned(), theme.dim), place);
    }
}

/// Writes into the lower left corner of a pane's frame, where there is room beside the other corner.
pub(crate) fn legend(frame: &mut Frame<'_>, area: Rect, legend: Vec<Span<'_>>, corner: &str) {
    let line = Line::from(legend);
    let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
    let taken = u16::try_from(text::width(corner)).unwrap_or(u16::MAX);
    if width.saturating_add(taken).saturating_add(6) < area.width && area.height > 0 {
        frame.render_widget(line, Rect::new(area.x + 2, area.bottom() - 1, width, 1));
    }
}

/// Draws lines from the top, as many as fit.
pub(crate) fn lines<'a>(frame: &mut Frame<'_>, area: Rect, lines: impl IntoIterator<Item = Line<'a>>) {
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        frame.render_widget(line, Rect::new(area.x, y, area.width, 1));
    }
}

/// Draws a text that scrolls.
pub(crate) fn scrolled(frame: &mut Frame<'_>, area: Rect, all: Vec<Line<'_>>, scroll: &Scroll) {
    let shown = scroll.text(all.len(), usize::from(area.height));
    lines(frame, area, all.into_iter().skip(shown.start).take(shown.len()));
}

/// Draws a sentence, over as many lines as it takes.
pub(crate) fn sentence(frame: &mut Frame<'_>, area: Rect, said: &str, style: Style) {
    let wrapped = text::wrap(said, usize::from(area.width));
    lines(frame, area, wrapped.into_iter().map(|line| Line::styled(line, style)));
}

/// Lays the look of the selected row over a line.
pub(crate) fn select_row(frame: &mut Frame<'_>, area: Rect, row: usize, focused: bool, theme: &Theme) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height {
        let style = if focused { theme.selected } else { theme.marked };
        let line = Rect::new(area.x, area.y + row, area.width, 1);
        frame.buffer_mut().set_style(line, style);
    }
}

/// Room for a popup in the middle, at most so large, cleared.
pub(crate) fn popup(frame: &mut Frame<'_>, area: Rect, width: u16, height: u16) -> Rect {
    // In a small window every line counts, and a frame around a frame would only be noise.
    let room = if area.width < 100 {
        area
    } else {
        area.inner(Margin::new(2, 1))
    };
    let (width, height) = (width.min(room.width), height.min(room.height));
    let place = Rect::new(
        room.x + (room.width - width) / 2,
        room.y + (room.height - height) / 2,
        width,
        height,
    );
    frame.render_widget(Clear, place);
    place
}

/// A label and its value, the label in a column of its own.
pub(crate) fn labelled<'a>(label: &str, columns: usize, value: impl Into<Line<'a>>, theme: &Theme) -> Line<'a> {
    let mut line = Line::from(Span::styled(text::cell(label, columns), theme.dim));
    line.spans.extend(value.into().spans);
    line
}
