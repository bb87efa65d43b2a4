//! The resources: what the chain made or changed outside IAM, and the selected one with its calls and its commands.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::WIDE;
use crate::investigation::resource::{Resource, State};
use crate::playbook::{Treat, Treatment};
use crate::tui::app::App;
use crate::tui::inventory::Row;
use crate::tui::widgets::pane::{self, labelled};
use crate::tui::widgets::text::{self, cell, cut, fold_command, number, safe, wrap};

/// Labels stand in a column of this width.
const LABEL: usize = 12;

/// So many of its calls are listed.
const MOST_CALLS: usize = 30;

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let halves = if area.width >= WIDE {
        Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)])
    } else {
        Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)])
    };
    let [upper, lower] = halves.areas(area);
    if app.inventory.rows.is_empty() {
        let inner = pane::titled(frame, area, title(app), true, &app.theme);
        return pane::sentence(frame, inner, why_empty(app), app.theme.dim);
    }
    list(app, frame, upper);
    details(app, frame, lower);
}

/// Nothing to see is an answer only with its reason.
fn why_empty(app: &App) -> &'static str {
    if !app.inventory.all.is_empty() {
        "The records show that everything is gone that the chain made or changed outside IAM. f shows that too."
    } else if app.is_replay() {
        "Up to this moment no call of the chain made or changed anything outside IAM."
    } else if app.is_reading() || app.investigation().last_pass().is_none() {
        "Nothing yet: what the chain made or changed outside IAM appears as records are read."
    } else {
        "In what was read, no call of the chain that succeeded made or changed anything outside IAM. 5 Coverage says what was \
         read; users, roles and keys are in 2 Chain."
    }
}

fn title(app: &App) -> Line<'static> {
    let theme = &app.theme;
    let open = format!("{} still there ", number(app.inventory.open()));
    let mut line = Line::from(vec![
        Span::styled(" Resources ", theme.accent.patch(theme.strong)),
        Span::styled(open, theme.dim),
    ]);
    if app.inventory.is_open_only {
        line.push_span(Span::styled(" still there ", theme.badge));
        line.push_span(" ");
    }
    line
}

fn list(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inventory = &app.inventory;
    let focused = !inventory.in_details;
    let inner = pane::titled(frame, area, title(app), focused, theme);
    let shown = inventory.scroll.list(inventory.rows.len(), usize::from(inner.height));
    let (first, width) = (shown.start, usize::from(inner.width));
    let lines = inventory.rows[shown].iter().map(|row| match row {
        Row::Place { first, shown } => heading(app, &inventory.all[*first], *shown, width),
        Row::Resource(at) => line(app, &inventory.all[*at], width),
    });
    pane::lines(frame, inner, lines);
    inventory.scroll.put(inner);
    pane::select_row(frame, inner, inventory.scroll.at() - first, focused, theme);
    pane::corner(frame, area, &inventory.scroll.position(), theme);
}

fn heading(app: &App, resource: &Resource, shown: usize, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let region = if resource.region.is_empty() {
        "no region"
    } else {
        &resource.region
    };
    let is_other = app.investigation().account().is_some_and(|own| own != resource.account);
    let account = if is_other {
        format!(" account {}", resource.account)
    } else {
        String::new()
    };
    let count = number(shown as u64);
    let title = safe(&format!("{} in {region}{account}", resource.service)).into_owned();
    Line::from(vec![
        Span::styled(
            cell(&title, width.saturating_sub(count.len() + 1)),
            theme.accent.patch(theme.strong),
        ),
        Span::styled(format!(" {count}"), theme.dim),
    ])
}

fn line(app: &App, resource: &Resource, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let (sign, style) = look(app, resource.state());
    let right = resource.state().as_str();
    let room = width.saturating_sub(4 + text::width(right) + 1);
    let label = resource.label();
    let name = safe(&resource.title()).into_owned();
    let named = format!("{label} {}", cut(&name, room.saturating_sub(text::width(label) + 1)));
    Line::from(vec![
        Span::raw("  "),
        Span::styled(format!("{sign} "), style),
        Span::raw(cell(&named, room)),
        Span::styled(
            format!(" {right}"),
            if resource.state().is_open() { style } else { theme.dim },
        ),
    ])
}

/// The sign and the look of a state.
fn look(app: &App, state: State) -> (&'static str, Style) {
    let theme = &app.theme;
    match state {
        State::There | State::InForce | State::NotLookedUp => ("!", theme.danger),
        State::Changed => ("~", theme.notice),
        State::Named => ("?", theme.notice),
        State::Destroyed => ("x", theme.danger),
        State::Gone => ("-", theme.dim),
    }
}

fn details(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(resource) = app.inventory.resource() else {
        return;
    };
    let focused = app.inventory.in_details;
    let inner = pane::pane(frame, area, "Details", focused, &app.theme);
    let lines = about(app, resource, usize::from(inner.width));
    pane::scrolled(frame, inner, lines, &app.inventory.details);
    pane::corner(frame, area, &app.inventory.details.read(), &app.theme);
}

fn about(app: &App, resource: &Resource, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let state = resource.state();
    let (sign, style) = look(app, state);
    let head = format!("{} {}", resource.label(), resource.id);
    let mut lines: Vec<Line<'static>> = styled(&safe(&head), theme.strong, width);
    let said = match state {
        State::There | State::InForce | State::Changed => ", as far as the records say",
        State::NotLookedUp => ": what others did with it was not read",
        State::Named => ": keytrail does not know what these calls do",
        State::Destroyed | State::Gone => "",
    };
    lines.extend(styled(&format!("{sign} {}{said}", state.as_str()), style, width));
    let mut field = |label: &str, value: &str| {
        let pieces = wrap(&safe(value), width.saturating_sub(LABEL));
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        let labelled = |(piece, label): (String, &str)| labelled(label, LABEL, Line::from(piece), theme);
        lines.extend(pieces.into_iter().zip(labels).map(labelled));
    };
    if !resource.risk().is_empty() {
        field("risk", resource.risk());
    }
    if !resource.within.is_empty() && resource.within != resource.id {
        field("part of", &resource.within);
    }
    field(
        "where",
        &format!("{} {}, account {}", resource.service, resource.region, resource.account),
    );
    let chain = app.investigation().chain();
    let node = chain.find(&resource.by).map(|at| &chain.nodes[at]);
    let by = node.map_or_else(
        || resource.by.clone(),
        |node| format!("{} {}", node.kind.label(), node.id),
    );
    let verb = if resource.is_made { "made" } else { "touched" };
    let zone = app.zone.name(resource.first);
    field(verb, &format!("{} {zone} by {by}", app.zone.full(resource.first)));
    let whose = match resource.whose.as_str() {
        "" => String::new(),
        whose => format!(": {whose}"),
    };
    field("source", &format!("{}{whose}", resource.sources.join(", ")));
    if let Some(ended) = &resource.ended {
        let who = if resource.is_ended_by_chain {
            ", a key of the chain"
        } else {
            ""
        };
        field(
            "ended",
            &format!("{} {zone} by {}{who}", app.zone.full(ended.time), ended.by),
        );
    }
    lines.extend(calls(app, resource, width));
    lines.extend(commands(app, resource, width));
    lines
}

fn calls(app: &App, resource: &Resource, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut lines = vec![
        Line::default(),
        Line::styled("Calls (t shows them in the timeline)", theme.accent),
    ];
    let events = app.investigation().evidence().events();
    for event in resource.events.iter().take(MOST_CALLS).filter_map(|at| events.get(*at)) {
        let said = format!("{} {}:{}", app.zone.full(event.time()), event.service(), event.name);
        lines.push(Line::from(cut(&safe(&said), width).into_owned()));
    }
    if resource.events.len() > MOST_CALLS {
        let more = format!("and {} more", resource.events.len() - MOST_CALLS);
        lines.push(Line::styled(more, theme.dim));
    }
    lines
}

fn commands(app: &App, resource: &Resource, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let treatment = Treatment::default();
    let mut lines = Vec::new();
    let removal = if resource.is_made {
        "Remove (Y copies)"
    } else {
        "Put back (Y copies)"
    };
    for (title, treat) in [("Look at it (y copies)", Treat::Look), (removal, Treat::Remove)] {
        let commands = treatment.commands(treat, resource);
        if commands.is_empty() {
            continue;
        }
        lines.push(Line::default());
        lines.push(Line::styled(title, theme.accent));
        for command in commands {
            // A line that goes on is set in, so that two commands are not read as one.
            let pieces = fold_command(&safe(&command), width.saturating_sub(4));
            let marks = std::iter::once("$ ").chain(std::iter::repeat("    "));
            let pieces = pieces.into_iter().zip(marks);
            lines.extend(pieces.map(|(piece, mark)| Line::from(vec![Span::styled(mark, theme.dim), Span::raw(piece)])));
        }
    }
    if resource.state().is_open() && treatment.commands(Treat::Remove, resource).is_empty() {
        lines.push(Line::default());
        let said = if resource.is_made || resource.kind.is_none() {
            "keytrail has no command that removes it."
        } else {
            "It was there before: compare it with what it should be, and put that back."
        };
        lines.extend(styled(said, theme.dim, width));
    }
    lines
}

fn styled(text: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    wrap(text, width)
        .into_iter()
        .map(|line| Line::styled(line, style))
        .collect()
}
