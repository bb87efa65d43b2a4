//! The key, and what it led to.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::account::owner::rows;
use crate::catalogue::Kind;
use crate::export::text::tallied;
use crate::investigation::{Activity, Node, tally};
use crate::tui::app::App;
use crate::tui::widgets::pane::{self, labelled};
use crate::tui::widgets::text::{counted, cut, duration, middle, number, safe, wrap};

pub(super) fn the_key(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "The key", false, theme);
    let chain = app.investigation().chain();
    let Some(seed) = chain.nodes.first() else {
        return pane::sentence(frame, inner, "Nothing is known of it yet.", theme.dim);
    };
    let room = usize::from(inner.width).saturating_sub(LABEL);
    let kind = if seed.kind == Kind::Session {
        "temporary key"
    } else {
        "long-term key"
    };
    let asked = app.investigation().key_seen(&seed.id);
    let mut lines = vec![Line::from(vec![
        Span::styled(middle(&safe(&seed.id), room).into_owned(), theme.strong),
        Span::styled(format!("  {kind}"), theme.dim),
    ])];
    let said = asked.map(|key| rows(key, &|time| app.zone.minute(time)));
    let said = said.unwrap_or_default();
    if !said.iter().any(|(label, _)| *label == "owner") {
        lines.push(row(app, "owner", owner(seed, room)));
    }
    lines.extend(
        said.iter()
            .map(|(label, words)| row(app, label, cut(&safe(words), room).into_owned())),
    );
    let by_records = seed.account.clone();
    let account = by_records.or_else(|| Some(asked?.account.known()?.id.clone()));
    let account = account.as_deref().unwrap_or("not known");
    lines.push(row(app, "account", safe(account).into_owned()));
    if seed.activity.events == 0 {
        let said = "No call with this key was found in what was read.";
        let wrapped = wrap(said, usize::from(inner.width)).into_iter();
        lines.extend(wrapped.map(|l| Line::styled(l, theme.notice)));
    } else {
        lines.extend(activity(app, &seed.activity, room));
    }
    if let Some(quiet) = app.investigation().quiet() {
        let quiet = duration(quiet.to_std().unwrap_or_default());
        let looked = app
            .investigation()
            .watched()
            .map(|watched| app.zone.brief(watched.until));
        let looked = looked.unwrap_or_default();
        lines.push(row(app, "since then", format!("quiet for {quiet}, at {looked}")));
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
    let failed = match activity.failed {
        0 => String::new(),
        n => format!(", {} failed", number(n)),
    };
    let calls = format!("{}{failed}", counted(activity.events, "call", "calls"));
    lines.push(row(app, "made", calls));
    lines.push(row(app, "regions", cut(&regions(activity), room).into_owned()));
    lines
}

/// The regions, busiest first, with their calls.
pub(in crate::tui::views) fn regions(activity: &Activity) -> String {
    let mut regions: Vec<_> = activity.regions.iter().collect();
    regions.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    let named = regions.iter().map(|(region, n)| {
        let name = if region.is_empty() { "no region" } else { region };
        format!("{} {}", safe(name), number(**n))
    });
    named.collect::<Vec<_>>().join(", ")
}

pub(super) fn led_to(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = &app.theme;
    let inner = pane::pane(frame, area, "What it led to", false, theme);
    let chain = app.investigation().chain();
    let kinds = tally(chain);
    if kinds.is_empty() {
        let said = match (app.is_reading(), app.investigation().last_pass()) {
            (true, _) => "Nothing so far; the reading goes on.",
            (false, None) => "Nothing is known yet.",
            (false, Some(_)) => "Nothing: in what was read, the key made no other credential.",
        };
        return pane::sentence(frame, inner, said, theme.dim);
    }
    let mut lines: Vec<Line<'_>> = kinds
        .into_iter()
        .map(|(kind, tally)| {
            let words = tallied(kind, tally);
            let (n, what) = words.split_once(' ').unwrap_or_default();
            let mut line = Line::from(vec![
                Span::styled(format!("{n:>4} "), theme.strong),
                Span::raw(what.to_owned()),
            ]);
            let ended = format!("  {} deleted since", tally.ended);
            if tally.ended > 0 && line.width() + ended.len() <= usize::from(inner.width) {
                line.push_span(Span::styled(ended, theme.dim));
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
