//! What lies over a screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;
use tui_input::Input;

use super::{change, findings, paste};
use crate::investigation::fact::ItemState;
use crate::playbook::State;
use crate::tui::app::App;
use crate::tui::keys::{Binding, Context};
use crate::tui::palette::Palette;
use crate::tui::popup::{Field, Help, Menu, Popup, Purpose, Question, Record, TIME_FORMS};
use crate::tui::theme::item_sign;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cell, counted, fold, safe, width, wrap};

pub(super) fn draw(app: &App, popup: &Popup, frame: &mut Frame<'_>, body: Rect, status: Rect) {
    match popup {
        Popup::Help(state) => help(app, state, frame, body),
        Popup::Palette(state) => palette(app, state, frame, body),
        Popup::Record(state) => record(app, state, frame, body),
        Popup::Findings(scroll) => findings::list(app, scroll, frame, body),
        Popup::Explanation(state) => findings::explanation(app, state, frame, body),
        Popup::Menu(state) => menu(app, state, frame, body),
        Popup::Question(asked) => question(app, *asked, frame, body),
        Popup::Asked(state) => paste::asked(app, state, frame, body),
        Popup::Paste(state) => paste::paste(app, state, frame, body),
        Popup::Offers(state) => change::offers(app, state, frame, body),
        Popup::Proposal(state) => change::proposal(app, state, frame, body),
        Popup::Outcome(state) => change::outcome(app, state, frame, body),
        Popup::NewKey(key) => change::new_key(app, key, frame, body),
        Popup::Field(state) if state.purpose.is_prompt() => {
            suggestions(app, state, frame, body);
            prompt(app, state, frame, status);
        }
        Popup::Field(state) => field(app, state, frame, body),
    }
}

fn record(app: &App, record: &Record, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let area = pane::popup(frame, body, 140, body.height);
    let inner = pane::pane(frame, area, &record.title, true, theme);
    let width = usize::from(inner.width);
    record.width.set(width);
    let head = record.origin.iter().map(|(label, value)| {
        Line::from(vec![
            Span::styled(cell(label, 15), theme.dim),
            Span::raw(crate::tui::widgets::text::middle(value, width.saturating_sub(15)).into_owned()),
        ])
    });
    let height = u16::try_from(record.origin.len()).unwrap_or(0) + 1;
    let [origin, text] = Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(inner);
    pane::lines(frame, origin, head);
    let lines: Vec<Line<'_>> = record
        .json
        .iter()
        .flat_map(|line| fold(line, width))
        .map(|piece| json_line(app, piece))
        .collect();
    pane::scrolled(frame, text, lines, &record.scroll);
    pane::corner(frame, area, &record.scroll.read(), theme);
}

/// The name of a member stands out from its value.
fn json_line<'a>(app: &App, line: &'a str) -> Line<'a> {
    match line.split_once("\": ") {
        Some((name, value)) if name.trim_start().starts_with('"') => {
            let (name, rest) = line.split_at(name.len() + 1);
            debug_assert!(rest.ends_with(value));
            Line::from(vec![Span::styled(name, app.theme.accent), Span::raw(rest)])
        }
        _ => Line::raw(line),
    }
}

fn help(app: &App, help: &Help, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let area = pane::popup(frame, body, 90, body.height);
    let title = if help.search.is_empty() {
        "Keys".to_owned()
    } else {
        format!("Keys: \"{}\"", safe(&help.search))
    };
    let inner = pane::pane(frame, area, &title, true, theme);
    let lines = help_lines(app, &help.search, usize::from(inner.width));
    pane::scrolled(frame, inner, lines, &help.scroll);
    pane::corner(frame, area, &help.scroll.read(), theme);
}

/// Every binding by context: where one is first, then everywhere, then the other screens.
fn help_lines(app: &App, search: &str, width: usize) -> Vec<Line<'static>> {
    const KEYS: usize = 16;
    let needle = search.to_lowercase();
    let table = app.settings.preferences.keys.bindings();
    let mut order = app.contexts_below();
    for binding in table {
        if !order.contains(&binding.context) && (binding.context != Context::Replay || app.is_replay()) {
            order.push(binding.context);
        }
    }
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut heading = "";
    for context in order {
        let matching = |b: &&Binding| {
            let (label, about) = (b.action.label(), b.action.about());
            let text = format!("{} {label} {about} {}", keys_of(b), context.title());
            b.context == context && text.to_lowercase().contains(&needle)
        };
        for binding in table.iter().filter(matching) {
            if heading != context.title() {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                heading = context.title();
                lines.push(Line::styled(heading, app.theme.accent.patch(app.theme.strong)));
            }
            let about = wrap(binding.action.about(), width.saturating_sub(KEYS));
            let keys = std::iter::once(keys_of(binding)).chain(std::iter::repeat(String::new()));
            lines.extend(about.into_iter().zip(keys).map(|(piece, keys)| {
                Line::from(vec![
                    Span::styled(cell(&keys, KEYS), app.theme.strong),
                    Span::raw(piece),
                ])
            }));
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("No key does that.", app.theme.dim));
    }
    lines
}

fn keys_of(binding: &Binding) -> String {
    let named: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    named.join(" ")
}

/// Every action, those that can be done first; what cannot stands back.
fn palette(app: &App, palette: &Palette, frame: &mut Frame<'_>, body: Rect) {
    const LABEL: usize = 16;
    const KEYS: usize = 14;
    let theme = &app.theme;
    let area = pane::popup(frame, body, 110, body.height);
    let inner = pane::pane(frame, area, "Actions", true, theme);
    let [typed, _, list] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    if palette.input.value().is_empty() {
        let said = "  type a few letters of what you want to do";
        frame.render_widget(Line::styled(said, theme.dim), typed);
    }
    input(&palette.input, frame, typed);
    let shown = palette.scroll.list(palette.shown.len(), usize::from(list.height));
    let first = shown.start;
    let room = usize::from(list.width).saturating_sub(LABEL + KEYS + 2);
    let lines = palette.shown[shown].iter().map(|at| {
        let entry = &palette.entries[*at];
        let (name, key) = if entry.is_live {
            (theme.strong, theme.accent)
        } else {
            (theme.dim, theme.dim)
        };
        Line::from(vec![
            Span::styled(format!("{} ", cell(&entry.keys, KEYS)), key),
            Span::styled(format!("{} ", cell(entry.action.label(), LABEL)), name),
            Span::styled(cell(entry.action.about(), room), theme.dim),
        ])
    });
    pane::lines(frame, list, lines);
    palette.scroll.put(list);
    if palette.shown.is_empty() {
        let said = format!(
            "No action is called \"{}\". Esc goes back.",
            safe(palette.input.value())
        );
        pane::lines(frame, list, [Line::styled(said, theme.dim)]);
    } else {
        pane::select_row(frame, list, palette.scroll.at() - first, true, theme);
    }
    pane::corner(frame, area, &palette.scroll.position(), theme);
}

fn menu(app: &App, menu: &Menu, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let area = pane::popup(frame, body, 34, 7);
    let inner = pane::pane(frame, area, &format!("{} is", menu.item), true, theme);
    let lines = ItemState::ALL.iter().map(|state| {
        let shown = State::from(*state);
        Line::styled(
            format!("{} {}", item_sign(shown), state.as_str()),
            theme.item_state(shown),
        )
    });
    let shown = menu.scroll.list(ItemState::ALL.len(), usize::from(inner.height));
    menu.scroll.put(inner);
    pane::lines(frame, inner, lines.skip(shown.start));
    pane::select_row(frame, inner, menu.scroll.at() - shown.start, true, theme);
}

fn question(app: &App, question: Question, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let saved = app.desk.case().path().is_some();
    let (title, said) = match question {
        Question::Quit(_) if saved => (
            "Leave now?",
            "The reading is not finished. What was read is saved; `keytrail open` goes on with it.",
        ),
        Question::Quit(_) => (
            "Leave now?",
            "The reading is not finished, and nothing of it is saved to a file.",
        ),
        Question::Cancel => (
            "Stop reading?",
            "What was read so far stays. The chain may be incomplete then, and will say so.",
        ),
    };
    let area = pane::popup(frame, body, 60, 7);
    let inner = pane::pane(frame, area, title, true, theme);
    let mut lines: Vec<Line<'_>> = wrap(said, usize::from(inner.width))
        .into_iter()
        .map(Line::from)
        .collect();
    lines.push(Line::default());
    lines.push(Line::from(vec![
        Span::styled("y", theme.accent.patch(theme.strong)),
        Span::raw(" yes    "),
        Span::styled(" Enter  no, go on ", theme.selected),
    ]));
    pane::lines(frame, inner, lines);
}

/// What the word that is being typed may become, above it; Tab takes the first.
fn suggestions(app: &App, field: &Field, frame: &mut Frame<'_>, body: Rect) {
    let Some(first) = field.suggestions.first() else { return };
    // All begin with what stands there already.
    let shared = |a: &str, b: &str| {
        a.char_indices()
            .zip(b.chars())
            .find(|((_, a), b)| a != b)
            .map_or(a.len(), |((at, _), _)| at)
    };
    let typed = field
        .suggestions
        .iter()
        .map(|other| shared(first, other))
        .min()
        .unwrap_or_default();
    let word = first[..typed].rfind(' ').map_or(0, |at| at + 1);
    let ends: Vec<String> = field
        .suggestions
        .iter()
        .map(|whole| safe(&whole[word.min(whole.len())..]).into_owned())
        .collect();
    let columns = ends.iter().map(|end| width(end)).max().unwrap_or_default() + 4;
    let [columns, rows] = [columns, ends.len() + 2].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
    let area = Rect {
        x: body.x + 1,
        y: body.bottom().saturating_sub(rows),
        width: columns.max(16),
        height: rows,
    };
    let area = area.intersection(body);
    frame.render_widget(Clear, area);
    let inner = pane::pane(frame, area, "Tab", true, &app.theme);
    let line = |end: &String| Line::raw(cell(end, usize::from(inner.width)));
    pane::lines(frame, inner, ends.iter().map(line));
    pane::select_row(frame, inner, 0, true, &app.theme);
}

/// A search is typed at the bottom, where it hides nothing.
fn prompt(app: &App, field: &Field, frame: &mut Frame<'_>, area: Rect) {
    let label = match field.purpose {
        Purpose::SearchTree | Purpose::SearchEvents | Purpose::SearchList => " search: ",
        Purpose::FilterEvents => " filter: ",
        _ => " search keys: ",
    };
    frame.render_widget(Clear, area);
    let found = match field.purpose {
        _ if field.input.value().is_empty() => String::new(),
        Purpose::SearchTree => format!(" {} ", app.tree.found()),
        Purpose::FilterEvents if app.events.progress().is_some() => " looking ".to_owned(),
        Purpose::FilterEvents => match app.events.rows.len() as u64 {
            0 => " no match ".to_owned(),
            n => format!(" {} ", counted(n, "event", "events")),
        },
        _ => String::new(),
    };
    let length = |text: &str| Constraint::Length(u16::try_from(text.len()).unwrap_or(0));
    let [label_area, text_area, found_area] =
        Layout::horizontal([length(label), Constraint::Fill(1), length(&found)]).areas(area);
    frame.render_widget(Line::styled(label, app.theme.accent), label_area);
    input(&field.input, frame, text_area);
    frame.render_widget(Line::styled(found, app.theme.dim), found_area);
}

fn field(app: &App, field: &Field, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let title = match &field.purpose {
        Purpose::Note { item, state } => format!("Note for {item} ({})", state.as_str()),
        Purpose::Export => "Write the evidence to this folder".to_owned(),
        _ => format!("Go to a time ({})", app.zone.name(app.moment())),
    };
    let area = pane::popup(frame, body, 80, 5);
    let inner = pane::pane(frame, area, &title, true, theme);
    let [text, _, below] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Length(1)]).areas(inner);
    input(&field.input, frame, text);
    let is_time = field.purpose == Purpose::JumpToTime;
    if is_time && field.input.value().is_empty() {
        frame.render_widget(Line::styled(format!("such as {TIME_FORMS}"), theme.dim), text);
    }
    let line = match &field.complaint {
        Some(complaint) => Line::styled(format!("! {complaint}"), theme.danger),
        None if field.purpose == Purpose::Export => Line::styled(
            "Enter writes it, Esc leaves it; relative to where keytrail was started",
            theme.dim,
        ),
        None if is_time => Line::styled("Enter goes there, Esc stays here", theme.dim),
        None => Line::styled("Enter keeps it, Esc leaves it", theme.dim),
    };
    frame.render_widget(line, below);
}

/// The text being typed, scrolled so that the cursor is in sight.
pub(super) fn input(input: &Input, frame: &mut Frame<'_>, area: Rect) {
    let width = usize::from(area.width).saturating_sub(1);
    let from = input.visual_scroll(width);
    let (mut skipped, mut shown) = (0, String::new());
    for c in input.value().chars() {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if skipped < from {
            skipped += w;
        } else {
            shown.push(c);
        }
    }
    frame.render_widget(
        Line::raw(crate::tui::widgets::text::cut(&shown, width).into_owned()),
        area,
    );
    let column = input.visual_cursor().saturating_sub(skipped);
    let x = area.x + u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1));
    frame.set_cursor_position(Position::new(x, area.y));
}
