//! The steps: the items to work through, and the selected one with its proof and its commands.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{WIDE, paste};
use crate::investigation::triage;
use crate::playbook::clock::in_words;
use crate::playbook::{Exhibit, Found, Item, Standing, State, Step, TimeBox, commands, evidence_words};
use crate::tui::app::App;
use crate::tui::steps::{self, Line as Row, Order};
use crate::tui::theme::item_sign;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{self, cell, fold, fold_command, safe, wrap};

/// So many names of the chain are listed beside an item.
const MOST_LISTED: usize = 50;

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
    let clock = app.clock();
    let title = match (app.steps.order, clock.elapsed(app.moment())) {
        (Order::TimeBoxes, Some(elapsed)) => format!("Steps: {} {}", in_words(elapsed), clock.since_words()),
        _ => format!("Steps: {}", safe(&app.settings.playbook.title)),
    };
    let inner = pane::pane(frame, area, &title, focused, theme);
    let rows = steps::lines(&app.settings.playbook, app.steps.order);
    let shown = app.steps.scroll.list(rows.len(), usize::from(inner.height));
    let width = usize::from(inner.width);
    let first = shown.start;
    pane::lines(
        frame,
        inner,
        rows[shown].iter().map(|row| match row {
            Row::Step(step) => step_heading(app, step, width),
            Row::TimeBox(time_box) => box_heading(app, *time_box, width),
            Row::Item(item) => item_line(app, item, width),
        }),
    );
    app.steps.scroll.put(inner);
    pane::select_row(frame, inner, app.steps.scroll.at() - first, focused, theme);
}

fn step_heading(app: &App, step: &Step, width: usize) -> Line<'static> {
    let come = steps::progress(&app.standings, &step.items);
    heading(app, &format!("{} {}", step.number, step.title), come, width)
}

fn box_heading(app: &App, time_box: TimeBox, width: usize) -> Line<'static> {
    let come = steps::progress(&app.standings, steps::in_box(&app.settings.playbook, time_box));
    heading(app, &app.clock().due_words(time_box, app.moment()), come, width)
}

fn heading(app: &App, title: &str, (settled, all): (usize, usize), width: usize) -> Line<'static> {
    let theme = &app.theme;
    let come = format!("{settled}/{all}");
    let title = cell(title, width.saturating_sub(come.len() + 1));
    let style = if settled == all { theme.ok } else { theme.accent };
    Line::from(vec![
        Span::styled(title, style.patch(theme.strong)),
        Span::styled(format!(" {come}"), theme.dim),
    ])
}

fn item_line(app: &App, item: &Item, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let state = app.standings.state(&item.id);
    let style = theme.item_state(state);
    // The time box matters until the item is settled; then its state does. Under a time box it is said already.
    let right = match state {
        State::Open if app.steps.order == Order::TimeBoxes => "",
        State::Open => item.time_box.as_str(),
        other => other.as_str(),
    };
    let id = cell(&item.id, 6);
    let room = width.saturating_sub(2 + 4 + 7 + text::width(right) + 1);
    let is_dim = state == State::NotApplicable;
    Line::from(vec![
        Span::raw("  "),
        Span::styled(format!("{} ", item_sign(state)), style),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(cell(&item.title, room), if is_dim { theme.dim } else { style }),
        Span::styled(
            format!(" {right}"),
            if state == State::Open { theme.dim } else { style },
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
    let state = app.standings.state(&item.id);
    let mut lines = styled(&item.title, theme.strong, width);
    let head = format!("{} {}", item_sign(state), state.as_str());
    let within = if state.is_settled() {
        format!("within {}", item.time_box.as_str())
    } else {
        app.clock().due_words(item.time_box, app.moment())
    };
    lines.push(Line::from(vec![
        Span::styled(head, theme.item_state(state)),
        Span::styled(format!("   {within}"), theme.dim),
    ]));
    let standing = app.standings.get(&item.id);
    lines.extend(standing.into_iter().flat_map(|standing| why(app, standing, width)));
    lines.extend(marked(app, item, width));
    // What speaks for one way or the other comes before the reasons why that matters.
    if item.shows == Some(Exhibit::Sources) {
        lines.extend(grounds(app, width));
    }
    lines.push(Line::default());
    lines.extend(styled(&item.why, Style::new(), width));
    for (label, words) in [
        ("Decide: ", &item.decide),
        ("Watch out: ", &item.watch_out),
        ("By hand: ", &item.by_hand),
    ] {
        lines.extend(paragraph(app, label, words, width));
    }
    if let Some(standing) = standing {
        lines.extend(paragraph(
            app,
            "In the records: ",
            &evidence_words(&standing.seen),
            width,
        ));
        lines.extend(subjects(app, standing, width));
    }
    lines.extend(command_lines(app, item, width));
    lines.extend(paste::listed(app, item, width));
    if let Some(standing) = standing.filter(|standing| !standing.links.is_empty()) {
        lines.push(Line::default());
        lines.push(Line::styled("In the console", theme.accent));
        let urls = standing
            .links
            .iter()
            .take(MOST_LISTED)
            .flat_map(|link| fold(&link.url, width));
        lines.extend(urls.map(|piece| Line::from(piece.to_owned())));
    }
    if !item.references.is_empty() {
        lines.push(Line::default());
        let sources = format!("From: {}", item.references.join("; "));
        lines.extend(styled(&sources, theme.dim, width));
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

/// What proves or contradicts it, or what is missing.
fn why(app: &App, standing: &Standing, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let (label, style) = match standing.state {
        State::Proved => ("proved: ", theme.ok),
        State::Contradicted => ("but ", theme.danger),
        State::NotApplicable => ("because ", theme.dim),
        State::Blocked => ("by: ", theme.notice),
        State::NothingFound => ("", theme.dim),
        State::Open | State::InProgress | State::DoneByHand => ("", theme.notice),
    };
    if standing.why.is_empty() {
        return Vec::new();
    }
    let at = standing
        .at
        .map(|at| format!(" ({} {})", app.zone.full(at), app.zone.name(at)));
    let said = format!("{label}{}{}", standing.why, at.unwrap_or_default());
    styled(&safe(&said), style, width)
}

/// Who marked it, when, and their note.
fn marked(app: &App, item: &Item, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let Some(progress) = app.investigation().checklist().progress(&item.id) else {
        return Vec::new();
    };
    let (at, zone) = (app.zone.full(progress.at), app.zone.name(progress.at));
    let who = format!(
        "marked {} by {} at {at} {zone}",
        progress.state.as_str(),
        safe(&progress.by)
    );
    let mut lines = styled(&who, theme.dim, width);
    if !progress.note.is_empty() {
        lines.extend(styled(&format!("note: {}", safe(&progress.note)), Style::new(), width));
    }
    lines
}

/// A line for each name of the chain it is about, with what was found.
fn subjects(app: &App, standing: &Standing, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut lines = Vec::new();
    if !standing.lines.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("It is about", theme.accent));
    }
    // What is missing comes first.
    let mut sorted: Vec<_> = standing.lines.iter().collect();
    sorted.sort_by_key(|line| match line.found {
        Some(Found::NotYet { .. }) => 0,
        Some(Found::Unknown { .. }) => 1,
        None => 2,
        Some(Found::Nothing { .. }) => 3,
        Some(Found::Proved { .. }) => 4,
    });
    for line in sorted.iter().take(MOST_LISTED) {
        let (sign, style) = match &line.found {
            Some(Found::Proved { .. }) => ("[+]", theme.ok),
            Some(Found::Nothing { .. }) => ("[0]", theme.ok),
            Some(Found::NotYet { .. }) => ("[ ]", Style::new()),
            Some(Found::Unknown { .. }) => ("[ ]", theme.notice),
            None => ("-", Style::new()),
        };
        let words = line
            .found
            .as_ref()
            .map(|found| format!(": {}", found.words()))
            .unwrap_or_default();
        let said = format!("{sign} {}{words}", line.subject);
        lines.extend(styled(&safe(&said), style, width));
    }
    if sorted.len() > MOST_LISTED {
        let more = format!("and {} more", sorted.len() - MOST_LISTED);
        lines.push(Line::styled(more, theme.dim));
    }
    lines
}

fn command_lines(app: &App, item: &Item, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let commands = commands(item, &app.names);
    let mut lines = Vec::new();
    if !commands.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Commands (y copies them whole)", theme.accent));
    }
    for command in commands {
        if !command.note.is_empty() {
            lines.extend(styled(&safe(&command.note), theme.notice, width));
        }
        // A line that goes on is set in, so that two commands are not read as one.
        let pieces = fold_command(&safe(&command.line), width.saturating_sub(4));
        let marks = std::iter::once("$ ").chain(std::iter::repeat("    "));
        let pieces = pieces.into_iter().zip(marks);
        lines.extend(pieces.map(|(piece, mark)| Line::from(vec![Span::styled(mark, theme.dim), Span::raw(piece)])));
    }
    lines
}

/// A text with a label before it; nothing where there is no text.
fn paragraph(app: &App, label: &str, words: &str, width: usize) -> Vec<Line<'static>> {
    if words.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::default()];
    let text = safe(words);
    let wrapped = wrap(&format!("{label}{text}"), width);
    for (n, line) in wrapped.into_iter().enumerate() {
        lines.push(match line.strip_prefix(label).filter(|_| n == 0) {
            Some(rest) => Line::from(vec![
                Span::styled(label.to_owned(), app.theme.accent),
                Span::raw(rest.to_owned()),
            ]),
            None => Line::from(line),
        });
    }
    lines
}

fn styled(text: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    wrap(text, width)
        .into_iter()
        .map(|line| Line::styled(line, style))
        .collect()
}
