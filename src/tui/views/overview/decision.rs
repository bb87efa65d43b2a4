//! Was the key used by a stranger: the verdict, what it rests on, and the command.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::investigation::actor::Actor;
use crate::investigation::{Advice, Triage, triage};
use crate::tui::app::App;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cut, fold_command, safe, wrap};

/// Strangers that are named one by one where there is room; "From where" lists them all.
const MOST: usize = 2;

/// What stands in it, at this width. Nothing while nothing is known of the key.
pub(super) fn lines(app: &App, width: u16, tall: bool) -> Vec<Line<'static>> {
    if app.investigation().chain().nodes.is_empty() {
        return Vec::new();
    }
    // The frame and its padding.
    let width = usize::from(width).saturating_sub(4);
    let triage = triage(app.investigation());
    let grounds = triage.grounds();
    let named = if tall { MOST } else { 1 };
    let mut lines: Vec<Line<'_>> = Vec::new();
    let more = grounds.len().saturating_sub(named);
    // That there are more strangers is worth a line of what is said of the first.
    let height = if tall || more == 0 { 2 } else { 1 };
    for actor in grounds.iter().take(named) {
        lines.extend(said(app, &triage, actor, width, height));
    }
    if more > 0 {
        lines.push(Line::styled(format!("  and {more} more: 3 Timeline"), app.theme.dim));
    }
    if let Some(application) = triage.application.first() {
        lines.extend(said(app, &triage, application, width, 1));
    }
    lines.extend(last_lines(app, &triage, width));
    lines
}

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    let theme = &app.theme;
    let triage = triage(app.investigation());
    let look = match triage.advice {
        Advice::Deactivate => theme.danger,
        Advice::Judge => theme.notice,
        Advice::NotKnownYet => theme.accent,
        Advice::Rotate => theme.ok,
    };
    let title = Line::from(Span::styled(
        format!(" {} ", triage.headline()),
        look.patch(theme.strong),
    ));
    let inner = pane::titled(frame, area, title, false, theme);
    pane::lines(frame, inner, lines);
}

/// An actor and what is thought of it, over at most so many lines.
fn said(app: &App, triage: &Triage<'_>, actor: &Actor, width: usize, most: usize) -> Vec<Line<'static>> {
    let (sign, look) = app.theme.standing(app.investigation().standing(actor));
    let said = triage.said(actor, |time| app.zone.brief(time));
    let said = safe(&said);
    let width = width.saturating_sub(2);
    let mut pieces = wrap(&said, width);
    if pieces.len() > most {
        let rest = pieces.split_off(most - 1).join(" ");
        pieces.push(cut(&rest, width).into_owned());
    }
    let signs = std::iter::once(sign).chain(std::iter::repeat(" "));
    let lines = pieces.into_iter().zip(signs);
    lines
        .map(|(piece, sign)| Line::from(vec![Span::styled(format!("{sign} "), look), Span::raw(piece)]))
        .collect()
}

/// The command where there is one to run, else how much was read.
fn last_lines(app: &App, triage: &Triage<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let dim = |said: &str| {
        wrap(said, width)
            .into_iter()
            .map(|line| Line::styled(line, theme.dim))
            .collect()
    };
    if triage.advice != Advice::Deactivate {
        return dim(&triage.read());
    }
    let commands = app.deactivations();
    let Some((item, command)) = commands.first() else {
        return dim(
            "No key is left to deactivate: see what may still work, and the steps for sessions, passwords and roles.",
        );
    };
    let others = match commands.len() {
        1 => String::new(),
        all => format!(" (and {} more)", all - 1),
    };
    let label = format!("{}{others}  ", item.id);
    let pieces = fold_command(&safe(command), width.saturating_sub(label.len()));
    let blank = " ".repeat(label.len());
    let labels = std::iter::once(label).chain(std::iter::repeat(blank));
    let lines = pieces.into_iter().zip(labels);
    lines
        .map(|(piece, label)| {
            Line::from(vec![
                Span::styled(label, theme.accent),
                Span::styled(piece, theme.strong),
            ])
        })
        .collect()
}
