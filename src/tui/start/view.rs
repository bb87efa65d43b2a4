//! How the start screen looks.
//!
//! ```text
//!  keytrail  follow a leaked AWS access key                       READ-ONLY   UTC
//! ┌ Paste a key id, or the whole notice ──────────────────────────────────────────┐
//! ├ Understood ───────────────────────────────────────────────────────────────────┤
//! ├ Saved investigations ─────────────────────────────────────────────────────────┤
//!  what went wrong
//!  Enter investigate  Esc clear
//! ```

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use super::{Recent, Start};
use crate::cloudtrail::notice::{Format, Mention, Notice};
use crate::tui::views;
use crate::tui::widgets::pane::{self, labelled};
use crate::tui::widgets::text::{self, cell, cut, fold, id_cell, middle, safe, wrap};

/// From this height on there is room for a long notice.
const TALL: u16 = 34;
const LABEL: usize = 9;

/// Draws the whole screen.
pub fn draw(start: &Start, frame: &mut Frame<'_>) {
    lay_out(start, frame);
    start.picture.finish(frame.buffer_mut());
}

fn lay_out(start: &Start, frame: &mut Frame<'_>) {
    let area = frame.area();
    if views::is_too_small(frame, area) {
        return;
    }
    let theme = &start.theme;
    let said: Vec<String> = start
        .complaint
        .iter()
        .flat_map(|line| wrap(&safe(line), usize::from(area.width).saturating_sub(3)))
        .take(4)
        .collect();
    let tall = area.height >= TALL;
    let [title, field, understood, recent, status, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(if tall { 14 } else { 7 }),
        Constraint::Length(if tall { 10 } else { 7 }),
        Constraint::Fill(1),
        Constraint::Length(u16::try_from(said.len()).unwrap_or(0)),
        Constraint::Length(1),
    ])
    .areas(area);
    let left = vec![
        Span::styled(" keytrail ", theme.accent.patch(theme.strong)),
        Span::raw(" follow a leaked AWS access key"),
    ];
    let right = vec![
        Span::styled(" READ-ONLY ", theme.badge),
        Span::raw(format!("  {} ", start.zone.word())),
    ];
    views::ends(frame, title, left, right);
    typed(start, frame, field);
    notice(start, frame, understood);
    saved(start, frame, recent);
    let said = said
        .into_iter()
        .zip([" ! "].into_iter().chain(std::iter::repeat("   ")));
    pane::lines(
        frame,
        status,
        said.map(|(line, sign)| Line::styled(format!("{sign}{line}"), theme.danger)),
    );
    keys(start, frame, hints);
}

/// The text. Secrets in it are not shown, so what stands here is the notice's text, not what was pasted.
fn typed(start: &Start, frame: &mut Frame<'_>, area: Rect) {
    let theme = &start.theme;
    let inner = pane::pane(frame, area, "Paste a key id, or the whole notice", true, theme);
    if start.is_empty() {
        let said = "AKIA... or the text of the mail, the support case or the finding (JSON too)";
        pane::sentence(frame, inner, said, theme.dim);
        return frame.set_cursor_position(Position::new(inner.x, inner.y));
    }
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let shown = &start.notice.text;
    let before = if shown == start.input.value() {
        let end = shown.char_indices().nth(start.input.cursor());
        &shown[..end.map_or(shown.len(), |(at, _)| at)]
    } else {
        shown
    };
    let rows = laid_out(shown, width);
    let cursor = laid_out(before, width);
    let (row, column) = (cursor.len() - 1, cursor.last().map_or(0, |row| text::width(row)));
    let top = (row + 1).saturating_sub(height);
    pane::lines(frame, inner, rows.iter().skip(top).map(|row| Line::raw(row.as_str())));
    let place = |from: u16, by: usize| from.saturating_add(u16::try_from(by).unwrap_or(u16::MAX));
    let x = place(inner.x, column).min(inner.right());
    frame.set_cursor_position(Position::new(x, place(inner.y, row - top)));
}

/// The text as lines that fit, at least one.
fn laid_out(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for line in text.split('\n') {
        let line = safe(line.trim_end_matches('\r'));
        rows.extend(fold(&line, width).into_iter().map(str::to_owned));
    }
    rows
}

fn notice(start: &Start, frame: &mut Frame<'_>, area: Rect) {
    let theme = &start.theme;
    let inner = pane::pane(frame, area, "Understood", false, theme);
    if start.is_empty() {
        let said = "AWS Health events, GuardDuty and Security Hub findings, support cases, mails, chats: the keys, the \
                    user, the time and the address are taken over, and the text is kept as evidence. The \
                    text stays on this machine.";
        return pane::sentence(frame, inner, said, theme.dim);
    }
    let notice = &start.notice;
    let mut lines = Vec::new();
    if notice.keys().next().is_none() {
        let said = match notice.masked().next() {
            Some(_) => "The key id is hidden in part. Type or paste the whole id too.",
            None => "No access key id yet.",
        };
        lines.push(Line::styled(said, theme.notice));
    }
    let room = usize::from(inner.width).saturating_sub(LABEL);
    if notice.format != Format::Text || notice.case_id.is_some() {
        lines.push(labelled("notice", LABEL, cut(&about(notice), room).into_owned(), theme));
    }
    for mention in &notice.mentions {
        lines.extend(named(start, mention, room));
    }
    let notes = notice.notes.iter().map(|note| cut(&safe(note), room).into_owned());
    lines.extend(notes.map(|note| labelled("note", LABEL, note, theme)));
    let height = usize::from(inner.height);
    if lines.len() > height {
        let more = lines.len() + 1 - height;
        lines.truncate(height.saturating_sub(1));
        lines.push(Line::styled(format!("and {more} more lines"), theme.dim));
    }
    pane::lines(frame, inner, lines);
}

/// The notice as a whole: what it is, case, account, subject.
fn about(notice: &Notice) -> String {
    let parts = [
        Some(notice.format.label().to_owned()),
        notice.case_id.as_ref().map(|id| format!("case {id}")),
        notice.account.as_ref().map(|id| format!("account {id}")),
        notice.subject.clone(),
    ];
    safe(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")).into_owned()
}

/// One key, and what is said of it.
fn named<'a>(start: &Start, mention: &Mention, room: usize) -> Vec<Line<'a>> {
    let theme = &start.theme;
    let mut lines = Vec::new();
    let user = mention
        .user
        .as_ref()
        .map(|user| format!("  of {}", safe(user)))
        .unwrap_or_default();
    let (id, style) = match (&mention.key, &mention.masked) {
        (Some(key), _) => (key.clone(), theme.strong),
        (None, Some(masked)) => (safe(masked).into_owned(), theme.notice),
        (None, None) => ("not named".to_owned(), theme.dim),
    };
    let value = Line::from(vec![Span::styled(id, style), Span::raw(user)]);
    lines.push(labelled("key", LABEL, value, theme));
    let from = mention.address.map(|address| format!("from {address}"));
    let country = mention.country.as_ref().map(|country| format!("({country})"));
    let time = mention
        .time
        .as_ref()
        .map(|time| time.said(|utc| format!("{} {}", start.zone.full(utc), start.zone.name(utc))));
    let said: Vec<String> = [mention.event.clone(), from, country, time]
        .into_iter()
        .flatten()
        .collect();
    if !said.is_empty() {
        let said = cut(&safe(&said.join(" ")), room).into_owned();
        lines.push(labelled("seen", LABEL, said, theme));
    }
    lines
}

fn saved(start: &Start, frame: &mut Frame<'_>, area: Rect) {
    let theme = &start.theme;
    let focused = start.is_empty() && !start.recent.is_empty();
    let inner = pane::pane(frame, area, "Saved investigations", focused, theme);
    if start.recent.is_empty() {
        let said = "None yet. `keytrail demo` shows what the program does, on a built-in incident.";
        return pane::sentence(frame, inner, said, theme.dim);
    }
    let shown = start.list.list(start.recent.len(), usize::from(inner.height));
    let rows = start.recent[shown.clone()]
        .iter()
        .map(|recent| row(start, recent, usize::from(inner.width)));
    pane::lines(frame, inner, rows);
    if focused {
        pane::select_row(frame, inner, start.list.at().saturating_sub(shown.start), true, theme);
    }
}

/// Name, key, date and state.
fn row(start: &Start, recent: &Recent, width: usize) -> Line<'static> {
    const DATE: usize = 18;
    const STATE: usize = 13;
    let theme = &start.theme;
    // In a small window the key gives way to the name, which mostly holds it.
    let key_width = if width < 100 { 16 } else { 26 };
    let name = recent.path.file_stem().unwrap_or_default().to_string_lossy();
    let name = id_cell(&safe(&name), width.saturating_sub(key_width + DATE + STATE));
    let Some(glance) = &recent.glance else {
        return Line::from(vec![Span::raw(name), Span::styled("  cannot be read", theme.notice)]);
    };
    let more = match glance.seeds.len() {
        0 | 1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    let key = glance
        .seeds
        .first()
        .map_or_else(String::new, |key| safe(key).into_owned());
    let (state, style) = match glance.complete {
        Some(true) => ("complete", theme.ok),
        Some(false) => ("stopped early", theme.notice),
        None => ("nothing read", theme.dim),
    };
    Line::from(vec![
        Span::raw(name),
        Span::raw(cell(&format!("  {}{more}", middle(&key, key_width - 6)), key_width)),
        Span::styled(cell(&start.zone.minute(glance.begun), DATE), theme.dim),
        Span::styled(state, style),
    ])
}

/// The keys that work right now.
fn keys(start: &Start, frame: &mut Frame<'_>, area: Rect) {
    let theme = &start.theme;
    let hints: &[(&str, &str)] = match (start.is_empty(), start.recent.is_empty()) {
        (true, true) => &[("q", "quit")],
        (true, false) => &[("↑↓", "choose"), ("Enter", "open"), ("q", "quit")],
        (false, _) => &[("Enter", "investigate"), ("Esc", "clear"), ("Ctrl-C", "leave")],
    };
    let spans = hints.iter().flat_map(|(key, label)| {
        let key = Span::styled(format!(" {key}"), theme.accent.patch(theme.strong));
        [key, Span::raw(format!(" {label} "))]
    });
    frame.render_widget(spans.collect::<Line<'_>>(), area);
}
