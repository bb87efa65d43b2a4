//! The lines above and below every screen.
//!
//! ```text
//!  keytrail  AKIAEXAMPLE0000001  account 111122223333          complete   READ-ONLY   UTC
//!  1 Overview  2 Chain 14  3 Timeline  4 Steps 3/76  5 Coverage  6 Resources 15
//!  ...
//!  2,900 records read · 14 nodes · no lead left
//!  Enter details  r record  / search                                       ? help  q quit
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::tui::action::{Action, Screen};
use crate::tui::app::{Account, App, Hands};
use crate::tui::keys;
use crate::tui::steps;
use crate::tui::widgets::{pane, text};

/// From this width on, tabs stand apart and have all their counts.
const ROOMY: u16 = 100;

pub(super) fn title(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let investigation = app.investigation();
    let mut left = vec![Span::styled(" keytrail ", theme.accent.patch(theme.strong))];
    if let Some(seed) = investigation.seeds().first() {
        let most = if area.width < 90 { 13 } else { 24 };
        left.push(Span::styled(
            text::middle(&text::safe(seed), most).into_owned(),
            theme.strong,
        ));
        let more = investigation.seeds().len() - 1;
        if more > 0 {
            left.push(Span::raw(format!(" and {more} more")));
        }
    }
    if let Some(account) = investigation.account() {
        let label = if area.width < 90 { " " } else { "  account " };
        left.push(Span::styled(label, theme.dim));
        left.push(Span::raw(text::safe(account).into_owned()));
    }
    let mut right = vec![Span::raw(" ")];
    // What the reading came to says nothing of the moment a replay shows.
    right.push(if app.is_replay() {
        Span::styled(" REPLAY ", theme.badge)
    } else {
        state(app)
    });
    right.push(Span::raw("  "));
    if app.picture.is_private {
        right.extend([Span::styled(" PRIVATE ", theme.badge), Span::raw(" ")]);
    }
    right.push(if app.hands == Hands::Free {
        Span::styled(" CHANGES ALLOWED ", theme.danger.add_modifier(Modifier::REVERSED))
    } else {
        Span::styled(" READ-ONLY ", theme.badge)
    });
    right.push(Span::raw(format!("  {} ", app.zone.word())));
    ends(frame, area, left, right);
}

/// What the reading is at, in a word or two.
fn state(app: &App) -> Span<'static> {
    let theme = &app.theme;
    if app.is_reading() {
        return Span::styled("reading", theme.accent);
    }
    if app.is_changing() {
        return Span::styled("changing AWS", theme.danger);
    }
    if app.account == Account::Asked || app.is_acting {
        return Span::styled("asking AWS", theme.accent);
    }
    match app.investigation().last_pass() {
        Some(_) if app.investigation().is_read() => Span::styled("complete", theme.ok),
        Some((_, pass)) if pass.fixed_point => Span::styled("partial", theme.notice),
        Some(_) => Span::styled("stopped early", theme.notice),
        None => Span::styled("nothing read", theme.dim),
    }
}

pub(super) fn tabs(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let mut line = Line::default();
    for (screen, label) in labels(app, area.width) {
        let style = if screen == app.screen {
            app.theme.accent.add_modifier(Modifier::REVERSED.union(Modifier::BOLD))
        } else {
            Style::new()
        };
        line.push_span(Span::styled(label, style));
        line.push_span(" ".repeat(gap(area.width)));
    }
    frame.render_widget(line, area);
}

/// The screen whose tab is at a column.
pub(super) fn tab_at(app: &App, width: u16, column: u16) -> Option<Screen> {
    let mut end = 0;
    let mut labels = labels(app, width);
    labels.find_map(|(screen, label)| {
        end += text::width(&label) + gap(width);
        (usize::from(column) < end).then_some(screen)
    })
}

/// Between two tabs: in a small window the labels' own blanks have to do.
fn gap(width: u16) -> usize {
    usize::from(width >= ROOMY)
}

/// What stands on the tabs.
fn labels(app: &App, width: u16) -> impl Iterator<Item = (Screen, String)> {
    let investigation = app.investigation();
    (1..).zip(Screen::ALL).map(move |(number, screen)| {
        let count = match screen {
            Screen::Chain => Some(text::number(investigation.chain().nodes.len() as u64)),
            Screen::Steps => {
                let (settled, all) = steps::progress(&app.standings, app.settings.playbook.items());
                Some(format!("{settled}/{all}"))
            }
            Screen::Resources if width >= ROOMY => Some(text::number(app.inventory.open())).filter(|open| open != "0"),
            Screen::Coverage if investigation.coverage().is_partial() => Some("!".to_owned()),
            _ => None,
        };
        let count = count.map(|c| format!(" {c}")).unwrap_or_default();
        (screen, format!(" {number} {}{count} ", screen.title()))
    })
}

pub(super) fn status(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    if let Some(message) = &app.message {
        let (sign, style) = if message.is_error {
            (" ! ", theme.danger)
        } else {
            (" ", Style::new())
        };
        let room = usize::from(area.width).saturating_sub(sign.len());
        let said = text::cut(&text::safe(&message.text), room).into_owned();
        frame.render_widget(
            Line::from(vec![Span::styled(sign, style), Span::styled(said, style)]),
            area,
        );
        return;
    }
    if app.is_paused {
        let said = " ! the AWS credentials have expired: renew them (aws sso login), and it goes on; else quit and open it again";
        frame.render_widget(Line::styled(said, theme.notice), area);
        return;
    }
    let last_pass = app.investigation().passes().last();
    let is_asking = last_pass.is_some_and(|(_, pass)| pass.aws.is_some());
    let line = match app.reading {
        // AWS does not say how much there is.
        Some(reading) if is_asking => Line::from(format!(
            " asking AWS{} · {} · {} · {}",
            reading
                .left
                .filter(|left| left.as_secs() >= 10)
                .map_or_else(String::new, |left| format!(" · {} left at least", text::duration(left))),
            text::counted(
                app.investigation().coverage().history().len() as u64,
                "region",
                "regions"
            ),
            text::counted(reading.records, "event", "events"),
            text::counted(app.investigation().chain().nodes.len() as u64, "node", "nodes"),
        )),
        Some(reading) => {
            let mut line = Line::from(" reading ");
            line.spans
                .extend(gauge(reading.files_done, reading.files_total, 20, app));
            let files = format!(
                " {} of {} · {} · {}",
                text::number(reading.files_done),
                text::counted(reading.files_total, "file", "files"),
                text::counted(reading.records, "record", "records"),
                text::counted(app.investigation().chain().nodes.len() as u64, "node", "nodes"),
            );
            line.push_span(Span::raw(files));
            line
        }
        None if app.is_watching => Line::styled(format!(" {}", watch(app)), theme.dim),
        None => {
            let said = format!(" {}", summary(app));
            Line::styled(text::cut(&said, usize::from(area.width)).into_owned(), theme.dim)
        }
    };
    frame.render_widget(line, area);
}

fn gauge(done: u64, total: u64, columns: u64, app: &App) -> [Span<'static>; 2] {
    let full = (done * columns).checked_div(total).unwrap_or(0).min(columns);
    let part = |c: &str, n: u64| c.repeat(usize::try_from(n).unwrap_or_default());
    [
        Span::styled(part("━", full), app.theme.accent),
        Span::styled(part("─", columns - full), app.theme.dim),
    ]
}

/// What a watch has seen so far.
fn watch(app: &App) -> String {
    let investigation = app.investigation();
    let Some(watched) = investigation.watched() else {
        let key = app.key_of(Action::Watch);
        return format!("watching for new calls: AWS is asked again and again, {key} stops");
    };
    let missed = match watched.missed.len() as u64 {
        0 => String::new(),
        n => format!("{} could not be read · ", text::counted(n, "region", "regions")),
    };
    let quiet = investigation.quiet().map_or_else(String::new, |quiet| {
        let time = quiet.to_std().unwrap_or_default();
        format!("quiet for {} · ", text::duration(time))
    });
    format!("watching: {quiet}{missed}looked up to {}", app.zone.full(watched.until))
}

/// What was read, in a line; what is missing comes first.
fn summary(app: &App) -> String {
    let investigation = app.investigation();
    let coverage = investigation.coverage();
    let records = text::counted(coverage.records(), "record", "records");
    let missing = if coverage.is_partial() {
        " · some of it could not be read: see 5 Coverage"
    } else {
        ""
    };
    match investigation.last_pass() {
        Some((_, pass)) if pass.fixed_point => format!("{records} read · every lead followed{missing}"),
        Some((_, pass)) => {
            let why = pass.cut_short.as_deref().unwrap_or("not every lead was followed");
            format!("{records} read · stopped early: {}{missing}", text::safe(why))
        }
        None => format!("{records} read{missing}"),
    }
}

/// For somebody who has never seen the screens, until the first key.
pub(super) fn orientation(app: &App, frame: &mut Frame<'_>, body: Rect) {
    let [help, palette] = [Action::Help, Action::Palette].map(|action| app.key_of(action));
    let said = [
        "1 to 6 switch screens: 1 Overview says what to do first, 2 Chain shows all that the key led to.".to_owned(),
        format!(
            "The bottom line has the keys that work now; {help} lists all, {palette} finds them by name. Esc goes back."
        ),
        "Nothing is changed in AWS unless keytrail was started with --allow-changes.".to_owned(),
    ];
    let width = usize::from(body.width).saturating_sub(4);
    let lines: Vec<String> = said.iter().flat_map(|line| text::wrap(line, width)).collect();
    let height = u16::try_from(lines.len()).unwrap_or_default() + 2;
    let area = Rect {
        y: body.bottom().saturating_sub(height),
        height: height.min(body.height),
        ..body
    };
    frame.render_widget(Clear, area);
    let inner = pane::pane(frame, area, "New here? Any key closes this", true, &app.theme);
    pane::lines(frame, inner, lines.into_iter().map(Line::from));
}

/// The keys that work right now, as many as fit; those for help and leaving always.
pub(super) fn hints(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let last = [Action::Help, Action::Quit];
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut seen = Vec::new();
    let mut taken = Vec::new();
    for binding in keys::live(app) {
        let Some(key) = binding.keys.iter().find(|key| !taken.contains(*key)) else {
            continue;
        };
        taken.extend(binding.keys.iter());
        if !binding.hint || seen.contains(&binding.action) {
            continue;
        }
        seen.push(binding.action);
        let side = if last.contains(&binding.action) {
            &mut right
        } else {
            &mut left
        };
        side.push([
            Span::styled(format!(" {key}"), app.theme.accent.patch(app.theme.strong)),
            Span::raw(format!(" {} ", binding.action.label())),
        ]);
    }
    let wide = |hint: &[Span<'_>; 2]| hint.iter().map(Span::width).sum::<usize>();
    let mut room = usize::from(area.width).saturating_sub(right.iter().map(wide).sum());
    left.retain(|hint| {
        let fits = wide(hint) <= room;
        room = if fits { room - wide(hint) } else { 0 };
        fits
    });
    ends(
        frame,
        area,
        left.into_iter().flatten().collect(),
        right.into_iter().flatten().collect(),
    );
}

/// Draws one line with a left and a right part; the right one is never cut.
pub(in crate::tui) fn ends(frame: &mut Frame<'_>, area: Rect, left: Vec<Span<'_>>, right: Vec<Span<'_>>) {
    let right = Line::from(right);
    let width = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
    let [left_area, right_area] = ratatui::layout::Layout::horizontal([
        ratatui::layout::Constraint::Fill(1),
        ratatui::layout::Constraint::Length(width),
    ])
    .areas(area);
    frame.render_widget(Line::from(left), left_area);
    frame.render_widget(right, right_area);
}
