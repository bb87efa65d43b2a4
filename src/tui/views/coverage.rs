//! What was read, and what was not.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::investigation::coverage::Unread;
use crate::investigation::fact::FileOutcome;
use crate::tui::app::App;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cell, counted, number, safe, wrap};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let inner = pane::pane(frame, area, "Coverage", true, &app.theme);
    let width = usize::from(inner.width);
    let mut lines = totals(app, width);
    lines.push(Line::default());
    lines.extend(regions(app));
    lines.push(Line::default());
    lines.extend(unread(app, width));
    let len = lines.len();
    pane::scrolled(frame, inner, lines, &app.coverage);
    pane::corner(frame, area, &app.coverage.position(len), &app.theme);
}

fn totals(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let coverage = app.investigation().coverage();
    let mut lines = Vec::new();
    if let Some((at, started)) = app.investigation().started() {
        let sources: Vec<_> = started.sources.iter().map(|s| safe(s).into_owned()).collect();
        let asked = format!(
            "Asked at {} {}: {}",
            app.zone.full(*at),
            app.zone.name(*at),
            sources.join(", ")
        );
        lines.extend(wrap(&asked, width).into_iter().map(Line::from));
        let bounds = [("from", started.since), ("until", started.until)];
        for (word, time) in bounds.into_iter().filter_map(|(word, time)| Some((word, time?))) {
            lines.push(Line::styled(
                format!("Only events {word} {}", app.zone.full(time)),
                theme.notice,
            ));
        }
    }
    let mut read = format!(
        "{} in {}",
        counted(coverage.records(), "record", "records"),
        counted(coverage.files().len() as u64, "file", "files")
    );
    if coverage.passed_over() > 0 {
        read.push_str(&format!(
            ", {} of them digests and the like",
            number(coverage.passed_over())
        ));
    }
    lines.push(Line::styled(read, theme.strong));
    let data = "Data events (S3 objects, Lambda invocations, ...) are only here where a trail recorded them.";
    lines.extend(wrap(data, width).into_iter().map(|l| Line::styled(l, theme.dim)));
    lines
}

fn regions(app: &App) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let head = format!(
        "{}{}{:>12}{:>8}   {:<21}last event",
        cell("account", 14),
        cell("region", 18),
        "records",
        "files",
        "first event"
    );
    let mut lines = vec![Line::styled(head, theme.dim)];
    for ((account, region), read) in app.investigation().coverage().regions() {
        let when = |time: Option<_>| time.map_or_else(|| "-".to_owned(), |t| app.zone.full(t));
        let named = |text: &str| {
            if text.is_empty() {
                "not said".to_owned()
            } else {
                safe(text).into_owned()
            }
        };
        lines.push(Line::from(format!(
            "{}{}{:>12}{:>8}   {:<21}{}",
            cell(&named(account), 14),
            cell(&named(region), 18),
            number(read.records),
            number(read.files),
            when(read.first),
            when(read.last),
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
