//! The first screen: whose key it is, what it led to, what may still work, and the one thing to do next.
//!
//! ```text
//! ┌ Do this next ─────────────────────────────┐
//! ├ The key ───────────┬ What it led to ──────┤
//! ├ May still work ────┼ What stands out ─────┤
//!   what was not read, and what to be careful about
//! ```

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::catalogue::Kind;
use crate::investigation::{Activity, Link, Node};
use crate::tui::app::App;
use crate::tui::clock;
use crate::tui::steps;
use crate::tui::widgets::pane::{self, labelled};
use crate::tui::widgets::text::{self, counted, cut, middle, number, safe};

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let cares = cares(app);
    let most = if area.height < 24 { 1 } else { 4 };
    let below = u16::try_from(cares.len().min(most)).unwrap_or(1);
    let next_height = if area.height < 24 { 3 } else { 5 };
    let [next, upper, lower, care] = Layout::vertical([
        Constraint::Length(next_height),
        Constraint::Length(9.min(area.height / 3 + 2)),
        Constraint::Fill(1),
        Constraint::Length(below),
    ])
    .areas(area);
    do_next(app, frame, next);
    let halves = |area| Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    let [key_area, led_area] = halves(upper);
    the_key(app, frame, key_area);
    led_to(app, frame, led_area);
    let [still_area, out_area] = halves(lower);
    may_still_work(app, frame, still_area);
    stands_out(app, frame, out_area);
    let lines = cares.iter().map(|(style, said)| {
        let room = usize::from(care.width).saturating_sub(3);
        Line::from(vec![
            Span::styled(" ! ", *style),
            Span::raw(cut(said, room).into_owned()),
        ])
    });
    pane::lines(frame, care, lines);
}

fn do_next(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let inner = pane::pane(frame, area, "Do this next", true, &app.theme);
    let theme = &app.theme;
    let Some(item) = app.next_item() else {
        pane::lines(
            frame,
            inner,
            [Line::styled(
                "Every item is settled. Keep the file, and export the evidence.",
                theme.ok,
            )],
        );
        return;
    };
    let (settled, all) = steps::progress(app.investigation(), app.settings.playbook.items());
    let mut head = Line::from(vec![
        Span::styled(format!("{}  ", item.id), theme.accent),
        Span::styled(item.title.clone(), theme.strong),
        Span::styled(format!("   {} ", item.time_box.as_str()), theme.dim),
    ]);
    let come = format!("  {settled} of {all} settled");
    let room = usize::from(inner.width).saturating_sub(head.width() + text::width(&come));
    if room > 0 {
        head.push_span(Span::styled(format!("{}{come}", " ".repeat(room)), theme.dim));
    }
    let why = text::wrap(&item.why, usize::from(inner.width))
        .into_iter()
        .map(Line::from);
    pane::lines(frame, inner, std::iter::once(head).chain(why));
}

fn the_key(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "The key", false, theme);
    let chain = app.investigation().chain();
    let Some(seed) = chain.nodes.first() else {
        return pane::lines(frame, inner, [Line::styled("Nothing is known of it yet.", theme.dim)]);
    };
    let room = usize::from(inner.width).saturating_sub(LABEL);
    let kind = if seed.kind == Kind::Session {
        "temporary key"
    } else {
        "long-term key"
    };
    let mut lines = vec![
        Line::from(vec![
            Span::styled(middle(&safe(&seed.id), room).into_owned(), theme.strong),
            Span::styled(format!("  {kind}"), theme.dim),
        ]),
        row(app, "owner", owner(seed, room)),
        row(
            app,
            "account",
            Line::from(safe(seed.account.as_deref().unwrap_or("not known")).into_owned()),
        ),
    ];
    if seed.activity.events == 0 {
        lines.push(Line::styled(
            "No call with this key was found in what was read.",
            theme.notice,
        ));
    } else {
        lines.extend(activity(app, &seed.activity, room));
    }
    if let Some(proof) = &chain.seed_minted_by {
        let made = format!("{} at {}", safe(&proof.name), app.zone.minute(proof.key.time));
        lines.push(row(app, "minted by", Line::from(made)));
    }
    pane::lines(frame, inner, lines);
}

const LABEL: usize = 12;

fn row<'a>(app: &App, label: &str, value: impl Into<Line<'a>>) -> Line<'a> {
    labelled(label, LABEL, value, &app.theme)
}

fn owner<'a>(seed: &Node, room: usize) -> Line<'a> {
    let name = if seed.name.is_empty() { "not known" } else { &seed.name };
    let kind = match seed.owner.as_deref() {
        Some(arn) if arn.contains(":user/") => " (IAM user)",
        Some(arn) if arn.contains(":assumed-role/") => " (role session)",
        Some(arn) if arn.ends_with(":root") => " (root)",
        _ => "",
    };
    Line::from(cut(&format!("{}{kind}", safe(name)), room).into_owned())
}

fn activity<'a>(app: &App, activity: &Activity, room: usize) -> Vec<Line<'a>> {
    let zone = app.zone;
    let mut lines = Vec::new();
    let when = |time: Option<_>| time.map_or_else(|| "not known".to_owned(), |t| zone.full(t));
    lines.push(row(app, "first call", when(activity.first)));
    lines.push(row(app, "last call", when(activity.last)));
    let mut calls = counted(activity.events, "call", "calls");
    if activity.failed > 0 {
        calls.push_str(&format!(", {} failed", number(activity.failed)));
    }
    lines.push(row(app, "made", calls));
    lines.push(row(app, "regions", cut(&regions(activity), room).into_owned()));
    lines
}

/// The regions, busiest first, with their calls.
pub(super) fn regions(activity: &Activity) -> String {
    let mut regions: Vec<_> = activity.regions.iter().collect();
    regions.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    let named = regions.iter().map(|(region, n)| {
        let name = if region.is_empty() { "no region" } else { region };
        format!("{} {}", safe(name), number(**n))
    });
    named.collect::<Vec<_>>().join(", ")
}

fn led_to(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "What it led to", false, theme);
    let chain = app.investigation().chain();
    let mut kinds: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for node in chain.nodes.iter().filter(|n| n.link != Link::Seed) {
        let (all, ended) = kinds.entry(node.kind).or_default();
        *all += 1;
        *ended += usize::from(node.ended.is_some());
    }
    if kinds.is_empty() {
        let said = if app.is_reading() {
            "Nothing so far; the reading goes on."
        } else {
            "Nothing: the key made no other credential."
        };
        return pane::lines(frame, inner, [Line::raw(said)]);
    }
    let mut lines: Vec<Line<'_>> = kinds
        .into_iter()
        .map(|(kind, (all, ended))| {
            let mut line = Line::from(vec![
                Span::styled(format!("{all:>4} "), theme.strong),
                Span::raw(plural(kind, all)),
            ]);
            if ended > 0 {
                line.push_span(Span::styled(format!("  {ended} deleted since"), theme.dim));
            }
            line
        })
        .collect();
    // On a small screen the rare kinds give way to the counts.
    let counts = [
        (chain.changes.len(), "change", "changes"),
        (chain.attempts.len(), "failed attempt", "failed attempts"),
    ];
    let room = usize::from(inner.height).saturating_sub(counts.len());
    if lines.len() > room {
        let more = lines.len() + 1 - room;
        lines.truncate(room.saturating_sub(1));
        lines.push(Line::styled(format!("     and {more} other kinds: 2 Chain"), theme.dim));
    }
    for (n, one, many) in counts {
        lines.push(Line::from(vec![
            Span::styled(format!("{n:>4} "), theme.strong),
            Span::raw(if n == 1 { one } else { many }),
        ]));
    }
    pane::lines(frame, inner, lines);
}

fn plural(kind: Kind, n: usize) -> String {
    let label = kind.label();
    match (n, label.strip_suffix('y')) {
        (1, _) => label,
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{label}s"),
    }
}

fn may_still_work(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let chain = app.investigation().chain();
    let moment = app.moment();
    let mut alive: Vec<&Node> = chain.nodes.iter().filter(|n| n.may_still_work(moment)).collect();
    // Passwords and long-term keys do not end by themselves: they come before sessions.
    alive.sort_by_key(|n| (n.kind == Kind::Session, std::cmp::Reverse(n.activity.last)));
    let title = Line::from(vec![
        Span::styled(" May still work ", theme.strong),
        Span::styled(
            format!("{} ", alive.len()),
            if alive.is_empty() { theme.ok } else { theme.danger },
        ),
    ]);
    let inner = pane::titled(frame, area, title, false, theme);
    if alive.is_empty() {
        let said = if chain.nodes.is_empty() {
            "Nothing is known yet."
        } else {
            "Nothing, as far as the records say."
        };
        return pane::lines(frame, inner, [Line::raw(said)]);
    }
    let width = usize::from(inner.width);
    let lines = fit(alive.len(), usize::from(inner.height), theme.dim, |at| {
        let node = alive[at];
        let last = node
            .activity
            .last
            .map_or_else(|| "never used".to_owned(), |t| format!("used {}", app.zone.minute(t)));
        let owner = node
            .owner
            .as_deref()
            .map_or("", |o| o.rsplit(['/', ':']).next().unwrap_or(o));
        let owner = if owner.is_empty() {
            String::new()
        } else {
            format!(" of {}", safe(owner))
        };
        let name = format!("{} {}", node.kind.label(), middle(&safe(label(node)), 20));
        let rest = width.saturating_sub(text::width(&name));
        // The owner gives way before the last use does.
        let tail = [format!("{owner}  {last}"), format!("  {last}"), owner];
        let tail = tail.into_iter().find(|t| text::width(t) <= rest).unwrap_or_default();
        Line::from(vec![
            Span::raw(cut(&name, width).into_owned()),
            Span::styled(tail, theme.dim),
        ])
    });
    pane::lines(frame, inner, lines);
}

/// What a node is best called where its kind is said already.
fn label(node: &Node) -> &str {
    if node.is_key() || node.name.is_empty() {
        &node.id
    } else {
        &node.name
    }
}

fn stands_out(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "What stands out", false, theme);
    let notable = app.index.notable();
    if notable.is_empty() {
        return pane::lines(
            frame,
            inner,
            [Line::styled("No call of high or critical weight succeeded.", theme.dim)],
        );
    }
    let width = usize::from(inner.width);
    let lines = fit(notable.len(), usize::from(inner.height), theme.dim, |at| {
        let found = &notable[at];
        let times = if found.times > 1 {
            format!(" ×{}", number(found.times))
        } else {
            String::new()
        };
        let head = format!("{:<9}", found.severity);
        let call = format!("{}{times}", safe(&found.call));
        let room = width.saturating_sub(text::width(&head) + text::width(&call) + 2);
        let why = if room > 24 {
            format!("  {}", cut(found.why, room))
        } else {
            String::new()
        };
        Line::from(vec![
            Span::styled(head, theme.severity(found.severity)),
            Span::raw(cut(&call, width.saturating_sub(9)).into_owned()),
            Span::styled(why, theme.dim),
        ])
    });
    pane::lines(frame, inner, lines);
}

/// As many lines as fit; the last says how many more there are.
fn fit<'a>(len: usize, height: usize, dim: Style, line: impl Fn(usize) -> Line<'a>) -> Vec<Line<'a>> {
    if len <= height {
        return (0..len).map(line).collect();
    }
    let shown = height.saturating_sub(1);
    let more = Line::styled(format!("and {} more", len - shown), dim);
    (0..shown).map(line).chain([more]).collect()
}

/// What to be careful about: what was not read, what the data is like, what to look at besides.
fn cares(app: &App) -> Vec<(Style, String)> {
    let theme = &app.theme;
    let investigation = app.investigation();
    let coverage = investigation.coverage();
    let mut cares = Vec::new();
    if coverage.is_partial() {
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
    let further = &investigation.chain().further_seeds;
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
    if let Some(((first, last), (since, until))) = app.index.density().bounds().zip(window(app)) {
        let quiet = clock::span(last - first);
        if since.is_some() || until.is_some() {
            cares.push((
                theme.notice,
                format!("Only a part of time was asked for; the chain spans {quiet} of it"),
            ));
        }
    }
    cares
}

type Bound = Option<chrono::DateTime<chrono::Utc>>;

fn window(app: &App) -> Option<(Bound, Bound)> {
    app.investigation().started().map(|(_, s)| (s.since, s.until))
}
