//! The steps: the items to work through, and the selected one with its commands.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::WIDE;
use crate::investigation::fact::ItemState;
use crate::investigation::triage;
use crate::playbook::{DECISION, Item, Step, commands};
use crate::tui::app::App;
use crate::tui::steps::{self, Line as Row};
use crate::tui::theme::item_sign;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{self, cell, fold_command, safe, wrap};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let halves = if area.width >= WIDE {
        Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)])
    } else {
        Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)])
    };
    let [items, details] = halves.areas(area);
    list(app, frame, items);
    item(app, frame, details);
}

fn list(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let focused = !app.steps.in_details;
    let inner = pane::pane(frame, area, "Steps", focused, theme);
    let rows: Vec<Row<'_>> = steps::lines(&app.settings.playbook).collect();
    let shown = app.steps.scroll.list(rows.len(), usize::from(inner.height));
    let width = usize::from(inner.width);
    let first = shown.start;
    pane::lines(
        frame,
        inner,
        rows[shown].iter().map(|row| match row {
            Row::Step(step) => heading(app, step, width),
            Row::Item(item) => item_line(app, item, width),
        }),
    );
    pane::select_row(frame, inner, app.steps.scroll.at() - first, focused, theme);
}

fn heading(app: &App, step: &Step, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let (settled, all) = steps::progress(app.investigation(), &step.items);
    let come = format!("{settled}/{all}");
    let title = cell(
        &format!("{} {}", step.number, step.title),
        width.saturating_sub(come.len() + 1),
    );
    let style = if settled == all { theme.ok } else { theme.accent };
    Line::from(vec![
        Span::styled(title, style.patch(theme.strong)),
        Span::styled(format!(" {come}"), theme.dim),
    ])
}

fn item_line(app: &App, item: &Item, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let state = app.investigation().checklist().state(&item.id);
    let style = theme.item_state(state);
    // The time box matters until the item is settled; then its state does.
    let right = match state {
        ItemState::Open => item.time_box.as_str(),
        other => other.as_str(),
    };
    let id = cell(&item.id, 6);
    let room = width.saturating_sub(2 + 4 + 7 + text::width(right) + 1);
    Line::from(vec![
        Span::raw("  "),
        Span::styled(format!("{} ", item_sign(state)), style),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(
            cell(&item.title, room),
            if state == ItemState::NotApplicable {
                theme.dim
            } else {
                style
            },
        ),
        Span::styled(
            format!(" {right}"),
            if state == ItemState::Open { theme.dim } else { style },
        ),
    ])
}

fn item(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let focused = app.steps.in_details;
    let Some(item) = app.steps.item(&app.settings.playbook) else {
        return;
    };
    let inner = pane::pane(frame, area, &item.id, focused, &app.theme);
    let lines = item_text(app, item, usize::from(inner.width));
    pane::scrolled(frame, inner, lines, &app.steps.details);
    pane::corner(frame, area, &app.steps.details.read(), &app.theme);
}

fn item_text(app: &App, item: &Item, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let progress = app.investigation().checklist().progress(&item.id);
    let state = progress.map_or(ItemState::Open, |p| p.state);
    let mut lines: Vec<Line<'static>> = wrap(&item.title, width)
        .into_iter()
        .map(|l| Line::styled(l, theme.strong))
        .collect();
    lines.push(Line::from(vec![
        Span::styled(
            format!("{} {}", item_sign(state), state.as_str()),
            theme.item_state(state),
        ),
        Span::styled(format!("   within {}", item.time_box.as_str()), theme.dim),
    ]));
    if let Some(p) = progress {
        let who = format!(
            "marked by {} at {} {}",
            safe(&p.by),
            app.zone.full(p.at),
            app.zone.name(p.at)
        );
        lines.extend(wrap(&who, width).into_iter().map(|l| Line::styled(l, theme.dim)));
        if !p.note.is_empty() {
            let note = format!("note: {}", safe(&p.note));
            lines.extend(wrap(&note, width).into_iter().map(Line::from));
        }
    }
    // What speaks for one way or the other comes before the reasons why that matters.
    if item.id == DECISION {
        lines.extend(grounds(app, width));
    }
    lines.push(Line::default());
    lines.extend(wrap(&item.why, width).into_iter().map(Line::from));
    let commands = commands(item, &app.names);
    if !commands.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Commands (y copies them whole)", theme.accent));
        for command in commands {
            let note = Some(safe(&command.note)).filter(|note| !note.is_empty());
            let note = note.map(|note| wrap(&note, width)).unwrap_or_default();
            lines.extend(note.into_iter().map(|l| Line::styled(l, theme.notice)));
            // A line that goes on is set in, so that two commands are not read as one.
            let pieces = fold_command(&safe(&command.line), width.saturating_sub(4));
            let marks = std::iter::once("$ ").chain(std::iter::repeat("    "));
            lines.extend(
                pieces
                    .into_iter()
                    .zip(marks)
                    .map(|(piece, mark)| Line::from(vec![Span::styled(mark, theme.dim), Span::raw(piece)])),
            );
        }
    }
    lines
}

/// What is known for the decision: who used the key.
fn grounds(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let triage = triage(app.investigation());
    let mut lines = vec![Line::default(), Line::styled(triage.headline(), theme.accent)];
    let actors = triage.grounds().iter().chain(&triage.application);
    for actor in actors {
        let (sign, look) = theme.standing(app.investigation().standing(actor));
        let said = triage.said(actor, |time| app.zone.minute(time));
        let pieces = wrap(&safe(&said), width.saturating_sub(2)).into_iter();
        let signs = std::iter::once(sign).chain(std::iter::repeat(" "));
        lines.extend(
            pieces
                .zip(signs)
                .map(|(piece, sign)| Line::from(vec![Span::styled(format!("{sign} "), look), Span::raw(piece)])),
        );
    }
    lines.extend(
        wrap(&triage.read(), width)
            .into_iter()
            .map(|l| Line::styled(l, theme.dim)),
    );
    lines
}
