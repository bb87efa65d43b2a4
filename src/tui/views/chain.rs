//! The chain: the tree, and the selected node beside it.
//!
//! ```text
//!  tree                                       calls         │ details
//!  ▾ access key AKIA…                seed     2,104  ? ...  │
//!  ├─▾ user helper                   created     12         │
//! ```
//!
//! On a narrow screen the details take the place of the tree while they have the focus.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{WIDE, details};
use crate::investigation::live::LiveState;
use crate::investigation::{Link, Node, Verdict};
use crate::tui::app::App;
use crate::tui::index::PULSE;
use crate::tui::theme::verdict_sign;
use crate::tui::tree::{Row, RowKind, Together};
use crate::tui::widgets::density::Who;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{self, id_cell, number, safe};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    if area.width >= WIDE {
        let [left, right] = Layout::horizontal([Constraint::Fill(13), Constraint::Fill(7)]).areas(area);
        tree(app, frame, left);
        details::draw(app, frame, right);
    } else if app.tree.in_details {
        details::draw(app, frame, area);
    } else {
        tree(app, frame, area);
    }
}

fn tree(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let focused = !app.tree.in_details;
    let inner = pane::titled(frame, area, title(app), focused, theme);
    let rows = &app.tree.rows;
    if rows.is_empty() {
        let said = if app.tree.is_filtered() {
            "No node passes the filter. Esc clears it."
        } else {
            "Nothing is known yet: the tree grows as records are read."
        };
        return pane::lines(frame, inner, [Line::styled(said, theme.dim)]);
    }
    let [head, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let shown = app.tree.scroll.list(rows.len(), usize::from(list.height));
    let width = usize::from(inner.width);
    let first = shown.start;
    frame.render_widget(Line::styled(Columns::of(width).head(width), theme.dim), head);
    pane::lines(frame, list, rows[shown].iter().map(|row| line(app, row, width)));
    app.tree.scroll.put(list);
    pane::select_row(frame, list, app.tree.scroll.at() - first, focused, theme);
    pane::corner(frame, area, &position(app), theme);
}

/// The place among the lines, and how many of the nodes they show: groups and folded nodes hide some.
fn position(app: &App) -> String {
    let is_node = |row: &&Row| matches!(row.what, RowKind::Node(_));
    let shown = app.tree.rows.iter().filter(is_node).count();
    let all = app.investigation().chain().nodes.len();
    let line = match app.tree.scroll.position() {
        place if place.is_empty() => place,
        place => format!(" line{place}"),
    };
    if shown == all {
        return line;
    }
    let gap = if line.is_empty() { " " } else { "· " };
    format!(
        "{line}{gap}{} of {} nodes shown ",
        number(shown as u64),
        number(all as u64)
    )
}

fn title(app: &App) -> Line<'static> {
    let theme = &app.theme;
    let mut line = Line::from(Span::styled(" Chain ", theme.accent.patch(theme.strong)));
    if let Some(kind) = app.tree.kind {
        line.push_span(Span::styled(format!(" kind: {} ", kind.label()), theme.badge));
        line.push_span(" ");
    }
    if app.tree.only.is_some() {
        line.push_span(Span::styled(" may still work ", theme.badge));
        line.push_span(" ");
    }
    if let Some(verdict) = app.tree.verdict {
        line.push_span(Span::styled(format!(" verdict: {} ", verdict.as_str()), theme.badge));
        line.push_span(" ");
    }
    if !app.tree.search.is_empty() {
        line.push_span(Span::styled(
            format!(" search: {} · {} ", safe(&app.tree.search), app.tree.found()),
            theme.hit,
        ));
    }
    line
}

/// The columns at the right of a line.
struct Columns {
    link: usize,
    calls: usize,
    /// When it was active, as a line of blocks.
    pulse: usize,
    end: usize,
    verdict: usize,
}

/// Between the calls and what follows them.
const GAP: usize = 1;
/// The link in a word, and in full.
const LINK: usize = 9;
const WHOLE_LINK: usize = 22;

impl Columns {
    /// What is said first gives way last: a narrow tree shortens the link or leaves it out; the details say it in full.
    fn of(width: usize) -> Self {
        Self {
            link: match width {
                100.. => WHOLE_LINK,
                68.. => LINK,
                _ => 0,
            },
            calls: 7,
            pulse: if width >= 60 { PULSE + GAP } else { 0 },
            end: 8,
            verdict: if width >= 90 { 11 } else { 2 },
        }
    }

    /// Their width, with the gaps between them.
    fn all(&self) -> usize {
        self.link + self.calls + self.pulse + self.end + self.verdict + 2 * GAP
    }

    fn head(&self, width: usize) -> String {
        let name = text::cell("", width.saturating_sub(self.all()));
        let verdict = if self.verdict > 2 { "verdict" } else { "" };
        let link = text::cell(" link", self.link);
        format!(
            "{name}{link}{:>calls$}{gap}{}{:<end$}{gap}{verdict}",
            "calls",
            text::cell("when", self.pulse),
            "state",
            calls = self.calls,
            end = self.end,
            gap = " ".repeat(GAP),
        )
    }

    /// The link of a node, as far as there is room.
    fn link_of(&self, link: Link) -> String {
        let word = if self.link < WHOLE_LINK {
            brief(link).to_owned()
        } else {
            link.as_str().replace('_', " ")
        };
        text::cell(&format!(" {word}"), self.link)
    }
}

/// A link in one short word.
fn brief(link: Link) -> &'static str {
    match link {
        Link::Modified => "set anew",
        Link::RoleSession => "assumed",
        Link::ConsoleLogin => "sign-in",
        Link::UsedByCreatedUser | Link::UsedByCreatedRole => "used by",
        Link::LetIn => "let in",
        Link::CarriesRole => "carries",
        Link::ConsoleSession => "console",
        link => link.as_str(),
    }
}

fn line(app: &App, row: &Row, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let columns = Columns::of(width);
    let fold = match row.folded {
        Some(true) => "▸ ",
        Some(false) => "▾ ",
        None => "",
    };
    let nodes = &app.investigation().chain().nodes;
    let room = width.saturating_sub(columns.all() + text::width(&row.guide) + text::width(fold));
    let mut spans = vec![Span::styled(format!("{}{fold}", row.guide), theme.dim)];
    match &row.what {
        RowKind::Node(at) => {
            if let Some(node) = nodes.get(*at) {
                spans.extend(name(app, node, row.passing, room));
                spans.extend(facts(app, *at, node, &columns));
            }
        }
        RowKind::Group { why, members, .. } => {
            let calls = members
                .iter()
                .filter_map(|at| nodes.get(*at))
                .map(|n| n.activity.events)
                .sum();
            let first = members.first().and_then(|at| nodes.get(*at));
            let chain = app.investigation().chain();
            let (label, link) = match (why, first) {
                (Together::Ours, _) => {
                    let nodes: u64 = members.iter().map(|at| chain.size(*at)).sum();
                    let state = if row.folded == Some(true) { ", folded" } else { "" };
                    let label = format!("{} made by expected actors{state}", number(nodes));
                    (label, text::cell("", columns.link))
                }
                (Together::Alike, Some(n)) => (
                    format!("{} {}s", members.len(), n.kind.label()),
                    columns.link_of(n.link),
                ),
                (Together::Alike, None) => Default::default(),
            };
            spans.push(Span::styled(text::cell(&label, room), theme.strong));
            spans.push(Span::styled(link, theme.dim));
            spans.push(Span::raw(format!("{:>width$}", number(calls), width = columns.calls)));
        }
    }
    Line::from(spans)
}

fn name(app: &App, node: &Node, passing: bool, room: usize) -> [Span<'static>; 2] {
    let theme = &app.theme;
    let kind = match app.investigation().other_account(node) {
        Some(account) => format!("{} in {} ", node.kind.label(), safe(account)),
        None => format!("{} ", node.kind.label()),
    };
    let shown = match (node.is_key(), node.name.is_empty() || node.name == node.id) {
        (true, false) if room > text::width(&kind) + 34 => format!("{}  {}", node.id, node.name),
        (true, _) | (_, true) => node.id.clone(),
        _ => node.name.clone(),
    };
    let room = room.saturating_sub(text::width(&kind));
    let style = match (passing, app.tree.matches(node)) {
        (true, _) => theme.dim,
        (_, true) => theme.hit,
        _ => theme.strong,
    };
    [
        Span::styled(kind, theme.dim),
        Span::styled(id_cell(&safe(&shown), room), style),
    ]
}

/// What the account says now, else what the records say, in one short word.
fn state(app: &App, node: &Node) -> (&'static str, Style) {
    let theme = &app.theme;
    if let Some(live) = app.investigation().live(node) {
        match live.state {
            state if live.contradicts(node) => return (state.as_str(), theme.danger),
            LiveState::Exists if !node.is_credential() => return (live.state.as_str(), Style::new()),
            state if state.works() => return (state.as_str(), theme.notice),
            LiveState::Gone if node.ended.is_some() => {}
            state if state.is_over() => return (state.as_str(), theme.dim),
            _ => {}
        }
    }
    if app.ways.contains(&node.node) {
        ("may work", theme.notice)
    } else if node.ended.is_some() {
        ("deleted", theme.dim)
    } else if node.is_off() {
        ("inactive", theme.dim)
    } else if node.may_still_work(app.moment()) {
        ("may work", theme.notice)
    } else if node.expires.is_some() || node.is_key() {
        ("expired", theme.dim)
    } else {
        ("", Style::new())
    }
}

/// When a node was active, from the first call of the chain to the last.
fn pulse(app: &App, at: usize) -> String {
    let block = |level: usize| level.checked_sub(1).map_or(" ", |level| Who::Attacker.levels()[level]);
    app.index.pulse(at).map(block).concat()
}

fn facts(app: &App, at: usize, node: &Node, columns: &Columns) -> Vec<Span<'static>> {
    let theme = &app.theme;
    let calls = if node.activity.events == 0 {
        "-".to_owned()
    } else {
        number(node.activity.events)
    };
    let (end, end_style) = state(app, node);
    let gap = " ".repeat(GAP);
    let verdict = app.investigation().verdict(&node.node);
    // Nobody has judged most nodes: a column of question marks would only be noise.
    let judged = match (verdict, columns.verdict) {
        (Verdict::Unknown, _) => String::new(),
        (v, 0..=2) => verdict_sign(v).to_owned(),
        (v, _) => format!("{} {}", verdict_sign(v), v.as_str()),
    };
    vec![
        Span::styled(columns.link_of(node.link), theme.dim),
        Span::raw(format!("{calls:>width$}{gap}", width = columns.calls)),
        Span::styled(text::cell(&pulse(app, at), columns.pulse), theme.accent),
        Span::styled(format!("{}{gap}", text::cell(end, columns.end)), end_style),
        Span::styled(text::cell(&judged, columns.verdict), theme.verdict(verdict)),
    ]
}
