//! The list of findings with what to do about the selected one, and explanations.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::overview;
use crate::export;
use crate::investigation::Finding;
use crate::tui::app::App;
use crate::tui::explain::Explanation;
use crate::tui::widgets::pane;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text::{safe, wrap};

/// How wide the popups are at most.
const WIDTH: u16 = 110;

pub(super) fn list(app: &App, scroll: &Scroll, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let findings = app.investigation().findings();
    let area = pane::popup(frame, body, WIDTH, body.height);
    let inner = pane::pane(frame, area, &format!("Findings {}", findings.len()), true, theme);
    // The other half says what the selected one means.
    let rows = u16::try_from(findings.len()).unwrap_or(u16::MAX).min(inner.height / 2);
    let [list, _, below] =
        Layout::vertical([Constraint::Length(rows), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let shown = scroll.list(findings.len(), usize::from(list.height));
    let first = shown.start;
    let width = usize::from(list.width);
    pane::lines(
        frame,
        list,
        findings[shown]
            .iter()
            .map(|finding| overview::finding(app, finding, width)),
    );
    scroll.put(list);
    pane::select_row(frame, list, scroll.at() - first, true, theme);
    pane::corner(frame, area, &scroll.position(), theme);
    if let Some(finding) = findings.get(scroll.at()) {
        pane::lines(frame, below, about(app, finding, usize::from(below.width)));
    }
}

/// Why it matters, what to do, and what was seen.
fn about(app: &App, finding: &Finding, width: usize) -> Vec<Line<'static>> {
    let seen = export::details(finding).join("; ");
    let todo = format!("{}  ({} in 4 Steps)", finding.kind.todo, finding.kind.item);
    let parts = [
        ("Why it matters", finding.why()),
        ("What to do", todo),
        ("What was seen", safe(&seen).into_owned()),
    ];
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
    parts
        .flat_map(|(heading, text)| part(app, heading, &text, width))
        .collect()
}

fn part(app: &App, heading: &str, text: &str, width: usize) -> Vec<Line<'static>> {
    let heading = Line::from(Span::styled(heading.to_owned(), app.theme.accent));
    std::iter::once(heading)
        .chain(wrap(text, width).into_iter().map(Line::from))
        .collect()
}

pub(super) fn explanation(app: &App, explanation: &Explanation, frame: &mut Frame<'_>, body: Rect) {
    let area = pane::popup(frame, body, WIDTH, body.height);
    let inner = pane::pane(frame, area, &explanation.title, true, &app.theme);
    let width = usize::from(inner.width);
    let parts = explanation.parts.iter();
    let lines = parts
        .flat_map(|(heading, text)| part(app, heading, text, width))
        .collect();
    pane::scrolled(frame, inner, lines, &explanation.scroll);
    pane::corner(frame, area, &explanation.scroll.read(), &app.theme);
}
