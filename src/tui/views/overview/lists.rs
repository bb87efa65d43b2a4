//! What may still work, what stands out, and from where the calls came.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::investigation::alive::{Alive, How, Way, alive};
use crate::investigation::triage::Standing;
use crate::investigation::{Finding, Node};
use crate::tui::app::App;
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{self, cell, counted, cut, id_cell, middle, number, safe};

pub(super) fn may_still_work(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let chain = app.investigation().chain();
    let Alive { ways, expected } = alive(app.investigation(), app.moment());
    let title = Line::from(vec![
        Span::styled(" May still work ", theme.strong),
        Span::styled(
            format!("{} ", ways.len()),
            if ways.is_empty() { theme.ok } else { theme.danger },
        ),
    ]);
    let inner = pane::titled(frame, area, title, false, theme);
    if expected > 0 {
        pane::corner(frame, area, &format!(" judged expected: {expected} not listed "), theme);
    }
    if ways.is_empty() {
        let said = if chain.nodes.is_empty() {
            "Nothing is known yet."
        } else {
            "Nothing, as far as is known."
        };
        return pane::sentence(frame, inner, said, theme.dim);
    }
    let lines = fit(ways.len(), usize::from(inner.height), theme.dim, |at| {
        still(app, &ways[at], usize::from(inner.width))
    });
    pane::lines(frame, inner, lines);
}

fn still(app: &App, way: &Way<'_>, width: usize) -> Line<'static> {
    let node = way.node;
    let used = node.activity.last.map(|t| format!("used {}", app.zone.brief(t)));
    let used = used.unwrap_or_else(|| "never used".to_owned());
    let works = way.live.filter(|live| live.state.works());
    let works = works
        .map(|live| format!("  {}", live.state.as_str()))
        .unwrap_or_default();
    let last = match &way.how {
        How::Credential if works.is_empty() => format!("  {used}"),
        How::Credential => format!("{works}, {used}"),
        how => format!("  {}", safe(&how.words())),
    };
    let owner = node.owner.as_deref().and_then(|o| o.rsplit(['/', ':']).next());
    let owner = owner.filter(|o| *o != node.name || node.is_key());
    let owner = owner.map(|o| format!(" of {}", safe(o))).unwrap_or_default();
    let kind = format!("{} ", node.kind.label());
    let name = middle(&safe(label(node)), 20).into_owned();
    let rest = width.saturating_sub(text::width(&kind) + text::width(&name));
    // The owner gives way before the last use does, and that before what the account says.
    let tail = [format!("{owner}{last}"), last, works, owner];
    let fits = |tail: &String| !tail.is_empty() && text::width(tail) <= rest;
    let tail = tail.into_iter().find(fits).unwrap_or_default();
    Line::from(vec![
        Span::styled(kind, app.theme.dim),
        Span::raw(cut(&name, width).into_owned()),
        Span::styled(tail, app.theme.dim),
    ])
}

/// What a node is best called where its kind is said already.
fn label(node: &Node) -> &str {
    if node.is_key() || node.name.is_empty() {
        &node.id
    } else {
        &node.name
    }
}

pub(super) fn stands_out(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let findings = app.investigation().findings();
    let title = match findings.len() {
        0 => "What stands out".to_owned(),
        len => format!("What stands out {len}"),
    };
    let inner = pane::pane(frame, area, &title, false, theme);
    if findings.is_empty() {
        return pane::sentence(frame, inner, "Nothing, in what was read.", theme.dim);
    }
    let width = usize::from(inner.width);
    let lines = fit(findings.len(), usize::from(inner.height), theme.dim, |at| {
        finding(app, &findings[at], width)
    });
    pane::lines(frame, inner, lines);
}

/// A finding in a line: how it weighs, what it is, how many calls, since when.
pub(in crate::tui::views) fn finding(app: &App, finding: &Finding, width: usize) -> Line<'static> {
    let theme = &app.theme;
    let weight = finding.severity.as_str();
    let head = format!("{weight:<9}");
    let times = match finding.events.len() {
        1 => String::new(),
        n => format!(" ×{}", number(n as u64)),
    };
    let when = finding.first().map(|first| format!("  {}", app.zone.brief(first)));
    let when = when.unwrap_or_default();
    // The time gives way to the title.
    let room = width.saturating_sub(head.len() + text::width(&times));
    let title = finding.title();
    let (title, when) = match room.checked_sub(text::width(&title) + when.len()) {
        Some(_) => (title, when),
        None => (cut(&title, room).into_owned(), String::new()),
    };
    Line::from(vec![
        Span::styled(head, theme.severity(weight)),
        Span::raw(format!("{title}{times}")),
        Span::styled(when, theme.dim),
    ])
}

/// From this width on there is room for why a source is judged, or thought to be what it is.
const WIDE: usize = 136;
/// Room for the program.
const PROGRAM: usize = 20;

/// The sources of the calls: the attacker, the real application, or not known yet.
pub(super) fn from_where(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "From where", false, theme);
    let actors = app.investigation().actors();
    let width = usize::from(inner.width);
    let lines = fit(actors.len(), usize::from(inner.height), theme.dim, |at| {
        let actor = &actors[at];
        let standing = app.investigation().standing(actor);
        let when = |time: Option<_>| time.map_or_else(String::new, |t| app.zone.brief(t));
        let (sign, look) = theme.standing(standing);
        // The reasons give way before the program does: the first stands further up.
        let room = width.saturating_sub(24 + 14 + 14 + 29 + PROGRAM);
        let words = if width >= WIDE && standing != Standing::Open {
            standing.words()
        } else {
            standing.brief().to_owned()
        };
        let judged = cut(&safe(&format!("{sign} {words}")), room).into_owned();
        Line::from(vec![
            Span::raw(format!("{} ", id_cell(&safe(&actor.address), 23))),
            Span::styled(
                format!("{:>13} ", counted(actor.activity.events, "call", "calls")),
                theme.strong,
            ),
            Span::styled(
                format!("{:>13} ", format!("{} failed", number(actor.activity.failed))),
                theme.dim,
            ),
            Span::styled(
                format!("  {} – {} ", when(actor.activity.first), when(actor.activity.last)),
                theme.dim,
            ),
            Span::raw(cell(&format!("  {}", safe(&actor.program)), PROGRAM)),
            Span::styled(judged, look),
        ])
    });
    pane::lines(frame, inner, lines);
}

/// As many lines as fit; the last says how many more there are. In a single line the first says more than their number,
/// which stands in the title.
fn fit<'a>(len: usize, height: usize, dim: Style, line: impl Fn(usize) -> Line<'a>) -> Vec<Line<'a>> {
    if len <= height || height == 1 {
        return (0..len.min(height)).map(line).collect();
    }
    let shown = height.saturating_sub(1);
    let more = Line::styled(format!("and {} more", len - shown), dim);
    (0..shown).map(line).chain([more]).collect()
}
