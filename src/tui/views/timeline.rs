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
use crate::investigation::timeline::{Part, Term};
use crate::investigation::triage::Standing;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::widgets::density::{self, Who};
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cell, cut, id_cell, middle, number, safe};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::titled(frame, area, title(app), true, theme);
    let [bar, head, list] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    bar_of_times(app, frame, bar);
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
    let position = app.events.scroll.position();
    pane::corner(frame, area, &position, theme);
    pane::legend(frame, area, legend(app), &position);
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
    let count = match app.events.progress() {
        Some(part) => format!("{part} % looked at "),
        None => format!("{} ", number(app.events.rows.len() as u64)),
    };
    let mut line = Line::from(vec![
        Span::styled(" Timeline ", theme.accent.patch(theme.strong)),
        Span::styled(count, theme.dim),
    ]);
    let only = filter
        .only
        .as_ref()
        .map(|only| format!("of {}", cut(&safe(&only.what), 40)));
    let finding = filter.finding.as_deref().map(|id| finding(app, id));
    for chip in [only, finding].into_iter().flatten() {
        line.push_span(Span::styled(format!(" {chip} "), theme.badge));
        line.push_span(" ");
    }
    for term in &filter.terms {
        let style = if term.problem().is_some() {
            theme.danger
        } else {
            theme.badge
        };
        line.push_span(Span::styled(format!(" {} ", chip(app, term)), style));
        line.push_span(" ");
    }
    line
}

/// A term in words.
fn chip(app: &App, term: &Term) -> String {
    let not = if term.is_not { "not " } else { "" };
    let value = match (term.part, term.time()) {
        (Part::Node, _) => node_name(app, &term.value),
        (Part::Since | Part::Until, Some(time)) => app.zone.full(time),
        _ => term.value.clone(),
    };
    let value = middle(&safe(&value), 32).into_owned();
    let said = match term.part {
        Part::Anything => format!("\"{value}\""),
        Part::Node => format!("by {value}"),
        Part::Actor => format!("from {value}"),
        Part::Error if term.value == "*" => "failures".to_owned(),
        Part::Write => "writes".to_owned(),
        Part::Others => "others too".to_owned(),
        part => format!("{} {value}", part.word()),
    };
    let problem = term.problem().map(|problem| format!(": {problem}")).unwrap_or_default();
    format!("{not}{said}{problem}")
}

/// What the node of a term is called.
fn node_name(app: &App, value: &str) -> String {
    let chain = app.investigation().chain();
    let Some(node) = chain.find(value).map(|at| &chain.nodes[at]) else {
        return value.to_owned();
    };
    if node.is_key() || node.name.is_empty() {
        node.id.clone()
    } else {
        node.name.clone()
    }
}

/// What a finding is called, as far as there is room.
fn finding(app: &App, id: &str) -> String {
    let findings = app.investigation().findings().iter();
    let title = findings.filter(|finding| finding.id() == id).map(Finding::title).next();
    cut(&title.unwrap_or_else(|| id.to_owned()), 40).into_owned()
}

/// When the events shown happened; the place of the selected one is marked.
fn bar_of_times(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some((first, last)) = app.events.density.bounds() else {
        return;
    };
    let theme = &app.theme;
    let (from, to) = (
        format!("{} ", app.zone.minute(first)),
        format!(" {}", app.zone.minute(last)),
    );
    let columns = usize::from(area.width).saturating_sub(from.len() + to.len());
    app.events.columns.set(columns);
    let mut bar = density::spans(&app.events.density.columns(columns), |who| look(app, who));
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

fn look(app: &App, who: Who) -> Style {
    match who {
        Who::Attacker => app.theme.danger,
        Who::Expected => app.theme.ok,
        Who::Unknown => app.theme.accent,
    }
}

/// What the signs of the bar mean.
fn legend(app: &App) -> Vec<Span<'static>> {
    let word = |who: Who| {
        let sign = Span::styled(format!(" {}", who.levels()[7]), look(app, who));
        [sign, Span::styled(format!(" {} ", who.word()), app.theme.dim)]
    };
    let [back, on] = [Action::Earlier, Action::Later].map(|action| app.key_of(action));
    let keys = Span::styled(format!("  {back} {on} move in the bar "), app.theme.dim);
    Who::ALL.into_iter().rev().flat_map(word).chain([keys]).collect()
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
    match app.investigation().chain().node_of(event) {
        Some(_) if event.identity.is_service() => {
            let service = event.identity.invoked_by.as_deref().unwrap_or("AWS");
            format!("{service} for {label}")
        }
        _ => label,
    }
}
