//! What was read, and what was not.

use chrono::DateTime;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::heat;
use crate::cloudtrail::digest::Worst;
use crate::collect::sql;
use crate::investigation::coverage::{HistoryState, Unread, place};
use crate::investigation::fact::FileOutcome;
use crate::investigation::{accounts, unseen};
use crate::tui::app::App;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cell, counted, duration, number, safe, wrap};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let inner = pane::pane(frame, area, "Coverage", true, &app.theme);
    pane::scrolled(frame, inner, all(app, usize::from(inner.width)), &app.coverage);
    pane::corner(frame, area, &app.coverage.read(), &app.theme);
}

/// Everything there is to say, at a width.
pub(super) fn all(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut lines = totals(app, width);
    lines.push(Line::default());
    let coverage = app.investigation().coverage();
    let is_asked = !coverage.history().is_empty();
    if is_asked {
        lines.extend(history(app, width));
        lines.push(Line::default());
    }
    if !coverage.tables().is_empty() {
        lines.extend(tables(app, width));
        lines.push(Line::default());
    }
    let is_asked = is_asked || !coverage.tables().is_empty();
    let entered = accounts::entered(app.investigation());
    if !entered.is_empty() {
        lines.push(Line::styled("Other accounts that the chain entered", app.theme.accent));
        for entered in &entered {
            let style = if entered.is_read {
                app.theme.ok
            } else {
                app.theme.danger
            };
            let words = wrap(&safe(&entered.words()), width);
            lines.extend(words.into_iter().map(|line| Line::styled(line, style)));
        }
        lines.push(Line::default());
    }
    if !is_asked || !coverage.files().is_empty() {
        lines.extend(regions(app, width));
        lines.push(Line::default());
        lines.extend(unread(app, width));
    }
    lines.extend(heat::map(app, width));
    lines
}

fn totals(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let coverage = app.investigation().coverage();
    let mut lines = Vec::new();
    for (at, pass) in app.investigation().passes() {
        let sources: Vec<_> = pass.sources.iter().map(|s| safe(s).into_owned()).collect();
        let asked = format!(
            "Asked at {} {}: {}",
            app.zone.full(*at),
            app.zone.name(*at),
            sources.join(", ")
        );
        lines.extend(wrap(&asked, width).into_iter().map(Line::from));
        if let Some(regions) = pass.regions() {
            let said = format!("Only these regions, as asked for: {}", regions.join(", "));
            let said = wrap(&safe(&said), width).into_iter();
            lines.extend(said.map(|line| Line::styled(line, theme.notice)));
        }
        let bounds = [("from", pass.since), ("until", pass.until)];
        for (word, time) in bounds.into_iter().filter_map(|(word, time)| Some((word, time?))) {
            lines.push(Line::styled(
                format!("Only events {word} {}", app.zone.full(time)),
                theme.notice,
            ));
        }
    }
    let passed_over = match coverage.passed_over() {
        0 => String::new(),
        n => format!(", {} of them digests and the like", number(n)),
    };
    let is_asked_alone =
        coverage.files().is_empty() && !(coverage.history().is_empty() && coverage.tables().is_empty());
    let read = if is_asked_alone {
        counted(coverage.records(), "event", "events")
    } else {
        format!(
            "{} in {}{passed_over}",
            counted(coverage.records(), "record", "records"),
            counted(coverage.files().len() as u64, "file", "files")
        )
    };
    lines.push(Line::styled(read, theme.strong));
    for (at, verified) in app.investigation().verified() {
        let said = format!(
            "Verified at {} {} by the digests of {}: {}",
            app.zone.full(*at),
            app.zone.name(*at),
            verified.place,
            verified.line()
        );
        let style = match verified.found.worst() {
            Worst::Whole => theme.ok,
            Worst::NotProved => theme.notice,
            Worst::NotWhole => theme.danger,
        };
        let said = wrap(&safe(&said), width).into_iter();
        lines.extend(said.map(|line| Line::styled(line, style)));
    }
    let case = app.desk.case();
    let file = case
        .path()
        .map_or_else(|| "nowhere: not saved".to_owned(), |p| p.display().to_string());
    let journal = format!(
        "Kept in {} · {} facts, journal {} · head {}",
        safe(&file),
        case.facts_count(),
        case.integrity(),
        case.head()
    );
    lines.extend(wrap(&journal, width).into_iter().map(|l| Line::styled(l, theme.dim)));
    let data = match app.investigation().not_shown() {
        [] => "Data events (S3 objects, Lambda invocations, ...) are only here where a trail recorded them.".to_owned(),
        services => format!("{}: {}.", unseen::WHY, services.join(", ")),
    };
    lines.extend(
        wrap(&safe(&data), width)
            .into_iter()
            .map(|l| Line::styled(l, theme.dim)),
    );
    lines
}

/// The event history, a row a region.
fn history(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let history = app.investigation().coverage().history();
    let row = |region: &str, state: &str, columns: [&str; 6]| {
        let [questions, pages, events, refused, rate, left] = columns;
        format!(
            "{} {} {questions:>9} {pages:>6} {events:>8} {refused:>7} {rate:>6} {left:>7}",
            cell(region, 15),
            cell(state, 10)
        )
    };
    let is_live = app.is_reading() || app.is_watching;
    let [rate, left] = if is_live { ["rate", "left"] } else { [""; 2] };
    let head = row(
        "region",
        "state",
        ["questions", "pages", "events", "refused", rate, left],
    );
    let mut lines = vec![
        Line::styled("AWS event history: management events of the last 90 days", theme.accent),
        Line::styled(head, theme.dim),
    ];
    let is_several = history.keys().any(|(account, _)| !account.is_empty());
    let (mut asked, mut said) = (None, None);
    for ((account, region), read) in history {
        if is_several && asked.replace(account) != Some(account) {
            let own = app.investigation().asked_account().unwrap_or("of your own credentials");
            let account = if account.is_empty() { own } else { account };
            lines.push(Line::styled(format!("Account {}", safe(account)), theme.strong));
        }
        let done = read
            .questions
            .values()
            .filter(|question| question.is_complete())
            .count();
        let style = match read.state() {
            HistoryState::Complete => theme.ok,
            HistoryState::Partial => theme.notice,
            HistoryState::Disabled => theme.dim,
            HistoryState::Denied | HistoryState::Failed => theme.danger,
        };
        let now = app.regions.get(place(account, region).as_str()).filter(|_| is_live);
        let text = row(
            &safe(region),
            read.state().as_str(),
            [
                &format!("{done} of {}", read.questions.len()),
                &number(read.pages),
                &number(read.events),
                &number(read.throttled),
                &now.map_or_else(String::new, |now| format!("{:.1}/s", now.rate)),
                &now.filter(|now| !now.left.is_zero())
                    .map_or_else(String::new, |now| duration(now.left)),
            ],
        );
        lines.push(Line::styled(text, style));
        // The same reason for many regions is said once.
        let why = read.why().filter(|why| said.replace(*why) != Some(*why));
        let why = why.map(|why| wrap(&safe(why), width.saturating_sub(4)));
        let why = why.into_iter().flatten();
        lines.extend(why.map(|line| Line::styled(format!("    {line}"), theme.dim)));
    }
    lines
}

/// Tables that were asked in SQL.
fn tables(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut lines = vec![Line::styled("Tables of a trail's records", theme.accent)];
    for (name, table) in app.investigation().coverage().tables() {
        let at = |second| DateTime::from_timestamp(second, 0).map(|time| app.zone.minute(time));
        let window = table.window.and_then(|(from, until)| Some((at(from)?, at(until)?)));
        let window = window.map(|(from, until)| format!(", {from} to {until}"));
        let said = format!(
            "{}: {}, {} in {}{}; scanned {}",
            safe(name),
            table.state(),
            counted(table.rows, "row", "rows"),
            counted(table.rounds, "round", "rounds"),
            window.unwrap_or_default(),
            sql::price(table.scanned)
        );
        let style = if table.stopped.is_some() {
            theme.notice
        } else {
            theme.ok
        };
        lines.extend(wrap(&said, width).into_iter().map(|line| Line::styled(line, style)));
        let why = table
            .stopped
            .iter()
            .flat_map(|why| wrap(&safe(why), width.saturating_sub(4)));
        lines.extend(why.map(|line| Line::styled(format!("    {line}"), theme.dim)));
    }
    lines
}

fn regions(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    // In a small window the files give way to the times.
    let files = if width < 84 { 0 } else { 9 };
    let row = |account: &str, region: &str, records: &str, of_files: &str, first: &str, last: &str| {
        let of_files = if files == 0 { "" } else { of_files };
        format!(
            "{} {} {records:>9}{of_files:>files$}  {first:<16}  {last:<16}",
            cell(account, 12),
            cell(region, 14)
        )
    };
    let head = row("account", "region", "records", "files", "first event", "last event");
    let mut lines = vec![Line::styled(head, theme.dim)];
    for ((account, region), read) in app.investigation().coverage().regions() {
        let when = |time: Option<_>| time.map_or_else(|| "-".to_owned(), |t| app.zone.minute(t));
        let named = |text: &str| {
            if text.is_empty() {
                "not said".to_owned()
            } else {
                safe(text).into_owned()
            }
        };
        lines.push(Line::from(row(
            &named(account),
            &named(region),
            &number(read.records),
            &number(read.files),
            &when(read.first),
            &when(read.last),
        )));
    }
    if lines.len() == 1 {
        lines.push(Line::raw("Nothing was read yet."));
    }
    lines
}

fn unread(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let unread = app.investigation().coverage().unread();
    if unread.is_empty() {
        return vec![Line::styled("Every file was read to its end.", theme.ok)];
    }
    let mut lines = vec![Line::styled("Not read, or not whole", theme.accent)];
    for file in unread {
        let (word, style) = match file.outcome {
            FileOutcome::Failed => ("x failed ", theme.danger),
            FileOutcome::NotCloudTrail => ("- no CloudTrail ", theme.dim),
            FileOutcome::Missing => ("x missing ", theme.danger),
            FileOutcome::Nothing => ("- nothing read ", theme.notice),
            _ => ("! partly ", theme.notice),
        };
        lines.push(Line::from(vec![
            Span::styled(word, style),
            Span::raw(safe(&file.path).into_owned()),
        ]));
        lines.extend(problems(file, width).into_iter().map(|l| Line::styled(l, theme.dim)));
    }
    lines
}

fn problems(file: &Unread, width: usize) -> Vec<String> {
    let each = file.problems.iter().flat_map(|problem| {
        let said = format!("{}: {}", safe(&problem.place), safe(&problem.reason));
        wrap(&said, width.saturating_sub(4))
            .into_iter()
            .map(|l| format!("    {l}"))
    });
    let mut lines: Vec<String> = each.collect();
    if file.broken > file.problems.len() as u64 {
        lines.push(format!("    {} lost in all", counted(file.broken, "record", "records")));
    }
    lines
}
