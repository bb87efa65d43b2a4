//! The timeline: every event of the chain, as far as the filter lets it through.
//!
//! Only the lines on screen are formatted; which events there are was decided when the filter or the data changed.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::catalogue;
use crate::cloudtrail::Event;
use crate::investigation::Finding;
use crate::investigation::actor::{Actor, actor_id};
use crate::investigation::triage::Standing;
use crate::tui::app::App;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cell, cut, id_cell, middle, number, safe};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::titled(frame, area, title(app), true, theme);
    let [bar, head, list] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    density(app, frame, bar);
    let columns = Columns::of(usize::from(inner.width), any_source_marked(app));
    frame.render_widget(Line::styled(columns.head(), theme.dim), head);
    let rows = &app.events.rows;
    if rows.is_empty() {
        let said = if app.events.is_filtered() {
            "No event passes the filter. Esc clears it."
        } else if app.is_replay() {
            "No event up to this moment."
        } else if app.is_reading() || app.investigation().last_pass().is_none() {
            "No event yet: they appear as records are read."
        } else {
            "No event of the chain is in what was read: see 5 Coverage for what that is."
        };
        return pane::lines(frame, list, [Line::styled(said, theme.dim)]);
    }
    let shown = app.events.scroll.list(rows.len(), usize::from(list.height));
    let first = shown.start;
    let events = app.investigation().evidence().events();
    let shown = rows[shown].iter().filter_map(|at| events.get(*at as usize));
    pane::lines(frame, list, shown.map(|event| columns.line(app, event)));
    app.events.scroll.put(list);
    pane::select_row(frame, list, app.events.scroll.at() - first, true, theme);
    pane::corner(frame, area, &app.events.scroll.position(), theme);
}

fn any_source_marked(app: &App) -> bool {
    let investigation = app.investigation();
    let marked = |actor: &Actor| investigation.standing(actor) != Standing::Open;
    investigation.actors().iter().any(marked)
}

/// The title carries the filter, a chip for each part of it.
fn title(app: &App) -> Line<'static> {
    let theme = &app.theme;
    let filter = &app.events.filter;
    let count = number(app.events.rows.len() as u64);
    let mut line = Line::from(vec![
        Span::styled(" Timeline ", theme.accent.patch(theme.strong)),
        Span::styled(format!("{count} "), theme.dim),
    ]);
    let node = filter.node.as_deref().map(|id| {
        let chain = app.investigation().chain();
        let node = chain.find(id).map(|at| &chain.nodes[at]);
        let name = node.map_or(id, |n| {
            if n.is_key() || n.name.is_empty() {
                &n.id
            } else {
                &n.name
            }
        });
        format!("by {}", middle(&safe(name), 20))
    });
    let text = Some(&filter.text)
        .filter(|t| !t.is_empty())
        .map(|t| format!("\"{}\"", cut(&safe(t), 24)));
    let chips = [
        node,
        filter.actor.as_deref().map(|a| format!("from {}", cut(&safe(a), 32))),
        filter.finding.as_deref().map(|id| finding(app, id)),
        filter.service.as_deref().map(|s| middle(&safe(s), 20).into_owned()),
        filter.region.as_deref().map(|r| middle(&safe(r), 20).into_owned()),
        filter.writes_only.then(|| "writes".to_owned()),
        filter.failures_only.then(|| "failures".to_owned()),
        filter.with_context.then(|| "others too".to_owned()),
        text,
    ];
    for chip in chips.into_iter().flatten() {
        line.push_span(Span::styled(format!(" {chip} "), theme.badge));
        line.push_span(" ");
    }
    line
}

/// What a finding is called, as far as there is room.
fn finding(app: &App, id: &str) -> String {
    let findings = app.investigation().findings().iter();
    let title = findings.filter(|finding| finding.id() == id).map(Finding::title).next();
    cut(&title.unwrap_or_else(|| id.to_owned()), 40).into_owned()
}

/// When the events shown happened; the place of the selected one is marked.
fn density(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some((first, last)) = app.events.density.bounds() else {
        return;
    };
    let theme = &app.theme;
    let (from, to) = (
        format!("{} ", app.zone.minute(first)),
        format!(" {}", app.zone.minute(last)),
    );
    let columns = usize::from(area.width).saturating_sub(from.len() + to.len());
    let mut bar = app.events.density.bar(columns, theme.accent);
    let selected = app
        .events
        .selected()
        .and_then(|at| app.investigation().evidence().events().get(at));
    if let Some(event) = selected
        && let Some(mark) = bar.get_mut(app.events.density.place(event.time(), columns))
    {
        mark.style = theme.selected;
    }
    let mut line = Line::from(Span::styled(from, theme.dim));
    line.spans.extend(bar);
    line.push_span(Span::styled(to, theme.dim));
    frame.render_widget(line, area);
}

/// The widths of the columns; 0 leaves one out.
struct Columns {
    full_time: bool,
    time: usize,
    region: usize,
    event: usize,
    caller: usize,
    /// What is thought of the source, once something is thought of any.
    verdict: usize,
    address: usize,
    result: usize,
}

/// The sign before an event: it failed, or it weighs much.
const SIGN: usize = 2;

impl Columns {
    fn of(width: usize, judged: bool) -> Self {
        let (full_time, region, caller, address, result) = match width {
            0..90 => (false, 9, 11, 15, 0),
            90..140 => (true, 14, 20, 15, 16),
            _ => (true, 15, 36, 24, 28),
        };
        let time = if full_time { 19 } else { 14 };
        let gaps = 4 + usize::from(result > 0);
        let verdict = if judged { SIGN } else { 0 };
        let others = SIGN + time + region + caller + verdict + address + result + gaps;
        Self {
            full_time,
            time,
            region,
            event: width.saturating_sub(others),
            caller,
            verdict,
            address,
            result,
        }
    }

    fn head(&self) -> String {
        let cells = [
            cell("time", self.time),
            cell("region", self.region),
            cell("  event", self.event + SIGN),
            cell("caller", self.caller),
            cell("from", self.verdict + self.address),
            cell("result", self.result),
        ];
        cells.join(" ")
    }

    fn line(&self, app: &App, event: &Event) -> Line<'static> {
        let theme = &app.theme;
        let time = if self.full_time {
            app.zone.full(event.time())
        } else {
            app.zone.short(event.time())
        };
        let failed = event.outcome.error_code();
        let weight = catalogue::call(&event.source, event.base_name()).map_or("", |call| call.severity);
        let (sign, style) = match (failed, weight) {
            (Some(_), _) => ("x ", theme.danger),
            (None, "critical" | "high") => ("! ", theme.severity(weight)),
            _ => ("  ", Style::new()),
        };
        let style = if event.is_write() {
            style.patch(theme.strong)
        } else {
            style
        };
        let name = format!("{}:{}", event.service(), event.name);
        let address = event.source_ip.as_deref().unwrap_or_default();
        let investigation = app.investigation();
        let actor = investigation.actor(&actor_id(event));
        let standing = actor.map_or(Standing::Open, |actor| investigation.standing(actor));
        let (marked, mark) = theme.standing(standing);
        let result = failed.unwrap_or("ok");
        let result_style = if failed.is_some() { theme.danger } else { theme.dim };
        let mut spans = vec![
            Span::raw(format!("{time} ")),
            Span::styled(format!("{} ", id_cell(&safe(&event.region), self.region)), theme.dim),
            Span::styled(format!("{sign}{} ", cell(&safe(&name), self.event)), style),
            Span::raw(format!("{} ", id_cell(&safe(&caller(app, event)), self.caller))),
            Span::styled(cell(marked, self.verdict), mark),
            Span::raw(id_cell(&safe(address), self.address)),
        ];
        if self.result > 0 {
            spans.push(Span::styled(
                format!(" {}", cell(&safe(result), self.result)),
                result_style,
            ));
        }
        Line::from(spans)
    }
}

/// Who made a call: the service where one did, else the caller's short name.
fn caller(app: &App, event: &Event) -> String {
    let label = event.identity.label();
    if app.investigation().is_responders(event) {
        return format!("you, {label}");
    }
    match app.index.node_of(event) {
        Some(_) if event.identity.is_service() => {
            let service = event.identity.invoked_by.as_deref().unwrap_or("AWS");
            format!("{service} for {label}")
        }
        _ => label,
    }
}
