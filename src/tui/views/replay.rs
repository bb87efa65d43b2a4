//! The bar under a replay: the clock, the speed, and where in time the activity is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::app::App;
use crate::tui::desk::Desk;
use crate::tui::widgets::{density, pane};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Desk::Replay(replay) = &app.desk else { return };
    let theme = &app.theme;
    let zone = app.zone;
    let (first, last) = replay.bounds();
    let state = if replay.is_playing() {
        "▶ playing"
    } else {
        "‖ held   "
    };
    let clock = Line::from(vec![
        Span::styled(format!(" {state} "), theme.accent.patch(theme.strong)),
        Span::raw(format!(" {} {} ", zone.full(replay.at()), zone.name(replay.at()))),
        Span::styled(
            format!(" {}'s clock · speed ×{}", replay.clock().name(), replay.speed()),
            theme.dim,
        ),
    ]);
    let (from, to) = (format!(" {} ", zone.minute(first)), format!(" {} ", zone.minute(last)));
    let columns = usize::from(area.width).saturating_sub(from.len() + to.len());
    let here = replay.density().place(replay.at(), columns);
    let mut bar = density::spans(&replay.density().columns(columns), |_| theme.accent);
    for later in bar.iter_mut().skip(here + 1) {
        later.style = theme.dim;
    }
    if let Some(mark) = bar.get_mut(here) {
        *mark = Span::styled("┃", theme.strong);
    }
    let mut line = Line::from(Span::styled(from, theme.dim));
    line.spans.extend(bar);
    line.push_span(Span::styled(to, theme.dim));
    pane::lines(frame, area, [clock, line]);
}
