//! The first screen: whose key it is, what it led to, what may still work, and the one thing to do next.
//!
//! ```text
//! ┌ Do this next ─────────────────────────────┐
//!   Notice: what it says, where the investigation began with one
//! ├ Foreign use seen: deactivate now ──────────┤   who used the key, and the command
//! ├ The key ───────────┬ What it led to ──────┤
//! ├ May still work ────┼ What stands out ─────┤
//! ├ From where ─────────────────────────────── ┤   where there is room
//!   what was not read, and what to be careful about
//! ```

mod cards;
mod decision;
mod lists;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub(super) use cards::regions;
pub(super) use lists::finding;

use crate::account::advice::advice;
use crate::cloudtrail::notice::Notice;
use crate::investigation::accounts;
use crate::playbook::{Item, Next, State};
use crate::store::Integrity;
use crate::tui::app::App;
use crate::tui::steps;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{self, counted, cut, safe};

/// From this height on there is room for the reasons, and for where the calls came from.
const TALL: u16 = 30;

/// Rows that the list of what may still work takes at least, its frame among them.
const LISTED: u16 = 7;
/// What is to be done next has at most so many lines in a small window.
const SMALL_NEXT: u16 = 3;

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let cares = cares(app);
    let tall = area.height >= TALL;
    let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let actors = rows(app.investigation().actors().len());
    let verdict = decision::lines(app, area.width, tall);
    let fixed = [
        next_rows(app, tall),
        u16::from(app.investigation().notice().is_some()),
        if verdict.is_empty() { 0 } else { rows(verdict.len()) + 2 },
        if tall { 9 + said_rows(app) } else { 6 },
    ];
    let care = rows(cares.len()).min(if tall { 4 } else { 1 });
    // What may still work goes before where the calls came from.
    let left = area.height.saturating_sub(fixed.iter().sum::<u16>() + care + LISTED);
    let from = match (actors.min(area.height / 6) + 2).min(left) {
        rows if tall && actors > 0 && rows > 3 => rows,
        _ => 0,
    };
    let [next, notice, decision, upper] = fixed.map(Constraint::Length);
    let rest = [Constraint::Fill(1), Constraint::Length(from), Constraint::Length(care)];
    let [next, notice, decision, upper, lower, from, care] =
        Layout::vertical([next, notice, decision, upper].into_iter().chain(rest)).areas(area);
    do_next(app, frame, next);
    named(app, frame, notice);
    if decision.height > 0 {
        decision::draw(app, frame, decision, verdict);
    }
    let halves = |area| Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    let [left, right] = halves(upper);
    cards::the_key(app, frame, left);
    cards::led_to(app, frame, right);
    let [left, right] = halves(lower);
    lists::may_still_work(app, frame, left);
    lists::stands_out(app, frame, right);
    if from.height > 0 {
        lists::from_where(app, frame, from);
    }
    let lines = cares.iter().map(|(style, said)| {
        let room = usize::from(care.width).saturating_sub(3);
        Line::from(vec![
            Span::styled(" ! ", *style),
            Span::raw(cut(said, room).into_owned()),
        ])
    });
    pane::lines(frame, care, lines);
}

/// What AWS said of the key needs room of its own.
fn said_rows(app: &App) -> u16 {
    let seed = app.investigation().seeds().first();
    let of_key = match seed.and_then(|seed| app.investigation().key_seen(seed)) {
        Some(_) => 4,
        None => 0,
    };
    of_key + u16::from(app.investigation().quiet().is_some())
}

/// What is contradicted has to be read whole, on a small screen too.
fn next_rows(app: &App, tall: bool) -> u16 {
    let is_contradicted = |item: &Item| app.standings.state(&item.id) == State::Contradicted;
    match app.next_item() {
        _ if tall => 6,
        Some(next) if is_contradicted(next.item) => SMALL_NEXT,
        Some(_) => 2,
        None => 1,
    }
}

fn do_next(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let title = "Do this next";
    // In a small window a frame around one line is only noise.
    let (inner, label) = if area.height > SMALL_NEXT {
        (pane::pane(frame, area, title, true, theme), String::new())
    } else {
        (area.inner(Margin::new(1, 0)), format!("{title}  "))
    };
    let label = Span::styled(label, theme.strong);
    let Some(Next { item, why }) = app.next_item() else {
        let said = "Every item is settled. Keep the file, and export the evidence.";
        pane::lines(frame, inner, [Line::from(vec![label, Span::styled(said, theme.ok)])]);
        return;
    };
    let (settled, all) = steps::progress(&app.standings, app.settings.playbook.items());
    // While the records are read, the chain may still grow; the first steps can be done all the same.
    let meanwhile = if app.is_reading() {
        "reading…  meanwhile  "
    } else {
        ""
    };
    let mut head = Line::from(vec![
        label,
        Span::styled(meanwhile, theme.notice),
        Span::styled(format!("{}  ", item.id), theme.accent),
        Span::styled(item.title.clone(), theme.strong),
    ]);
    let come = format!("  {settled} of {all} settled");
    let room = usize::from(inner.width).saturating_sub(head.width() + text::width(&come));
    if room > 0 {
        head.push_span(Span::styled(format!("{}{come}", " ".repeat(room)), theme.dim));
    }
    let width = usize::from(inner.width);
    // Why now, then why at all.
    let now = text::wrap(&safe(&why), width).into_iter();
    let is_contradicted = app.standings.state(&item.id) == State::Contradicted;
    let style = if is_contradicted { theme.danger } else { theme.notice };
    let reason = text::wrap(&item.why, width).into_iter().map(Line::from);
    let lines = now.map(|line| Line::styled(line, style)).chain(reason);
    pane::lines(frame, inner, std::iter::once(head).chain(lines));
}

/// What the notice says, in a line.
fn named(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(notice) = app.investigation().notice() else {
        return;
    };
    let said = notice.headline(|time| format!("{} {}", app.zone.minute(time), app.zone.name(time)));
    let label = " Notice: ";
    let room = usize::from(area.width).saturating_sub(label.len());
    let said = cut(&safe(&said), room).into_owned();
    let line = Line::from(vec![Span::styled(label, app.theme.notice), Span::raw(said)]);
    pane::lines(frame, area, [line]);
}

/// What to be careful about: what was not read, what the data is like, what to look at besides.
fn cares(app: &App) -> Vec<(Style, String)> {
    let theme = &app.theme;
    let investigation = app.investigation();
    let coverage = investigation.coverage();
    let mut cares = Vec::new();
    if let broken @ Integrity::Broken { .. } = app.desk.case().integrity() {
        let said = format!("The file was changed after it was written ({broken}): do not rely on it as evidence");
        cares.push((theme.danger, safe(&said).into_owned()));
    }
    if let Some((_, seen)) = investigation.account_seen() {
        let heard = advice(seen, investigation.chain()).into_iter();
        cares.extend(heard.map(|advice| (theme.danger, safe(&advice.line()).into_owned())));
    }
    let mut contradicted = investigation.contradicted();
    if let Some(node) = contradicted.next() {
        let more = match contradicted.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let (kind, id) = (node.kind.label(), safe(&node.id));
        cares.push((
            theme.danger,
            format!("{kind} {id} exists, though the records say it was deleted{more}: see 2 Chain"),
        ));
    }
    let unread = coverage.history().values().filter(|region| region.is_unread()).count();
    if unread > 0 && app.reading.is_none() {
        let regions = counted(unread as u64, "region was", "regions were");
        cares.push((theme.danger, format!("{regions} not read to the end: see 5 Coverage")));
    }
    let entered = accounts::entered(investigation).into_iter();
    let closed = entered.filter(|entered| !entered.is_read).count();
    if closed > 0 && app.reading.is_none() {
        let (one, many) = (
            "account that the chain entered was",
            "accounts that the chain entered were",
        );
        let said = format!("{} not read: see 5 Coverage", counted(closed as u64, one, many));
        cares.push((theme.danger, said));
    }
    let is_damaged = !coverage.unread().is_empty() || coverage.broken() > 0;
    if unread == 0 && is_damaged && coverage.is_partial() {
        let files = counted(coverage.unread().len() as u64, "file was", "files were");
        let lost = counted(coverage.broken(), "record", "records");
        cares.push((
            theme.danger,
            format!("{files} not read whole, {lost} lost: see 5 Coverage"),
        ));
    }
    cares.extend(
        investigation
            .chain()
            .warnings
            .iter()
            .map(|w| (theme.notice, safe(w).into_owned())),
    );
    if let Some(question) = investigation.notice().and_then(Notice::question) {
        cares.push((theme.notice, safe(&question).into_owned()));
    }
    let further = investigation.further_seeds();
    if let Some(first) = further.first() {
        let more = if further.len() > 1 {
            format!(" (and {} more keys)", further.len() - 1)
        } else {
            String::new()
        };
        cares.push((
            theme.notice,
            format!("Look at {} too: it {}{more}", safe(&first.key), safe(&first.why)),
        ));
    }
    let window = investigation.passes().last().map(|(_, pass)| (pass.since, pass.until));
    if window.is_some_and(|(since, until)| since.is_some() || until.is_some()) {
        cares.push((
            theme.notice,
            "Only a part of time was asked for: see 5 Coverage".to_owned(),
        ));
    }
    cares
}
