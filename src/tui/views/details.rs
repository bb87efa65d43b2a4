//! The selected node of the chain: why it is there, from where it was made, what it did.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::overview;
use crate::account::owner;
use crate::catalogue::{self, Strength};
use crate::cloudtrail::Event;
use crate::investigation::actor::actor_id;
use crate::investigation::triage::Standing;
use crate::investigation::{Link, Node, chain, further};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::clock;
use crate::tui::theme::verdict_sign;
use crate::tui::tree::{RowKind, Together};
use crate::tui::widgets::pane::{self, labelled};
use crate::tui::widgets::text::{self, counted, number, safe, wrap};

/// Labels stand in a column of this width.
const LABEL: usize = 12;

/// So many of the calls a node made are listed.
const MOST_CALLS: usize = 12;

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let focused = app.tree.in_details;
    let inner = pane::pane(frame, area, "Details", focused, &app.theme);
    let width = usize::from(inner.width);
    let lines = match app.tree.row().map(|row| &row.what) {
        Some(RowKind::Node(at)) => node(app, *at, width),
        Some(RowKind::Group { why, members, .. }) => group(app, *why, members, width),
        None => Vec::new(),
    };
    pane::scrolled(frame, inner, lines, &app.tree.details);
    pane::corner(frame, area, &app.tree.details.read(), &app.theme);
}

fn group(app: &App, together: Together, members: &[usize], width: usize) -> Vec<Line<'static>> {
    let nodes = &app.investigation().chain().nodes;
    let are_keys = members.iter().filter_map(|at| nodes.get(*at)).all(Node::is_key);
    let (head, why) = match together {
        Together::Alike if are_keys => (
            "alike, shown as one line",
            "The console and some programs use many temporary keys for one session. → unfolds them.",
        ),
        Together::Alike => ("alike, shown as one line", "→ unfolds them."),
        Together::Ours => (
            "and all below, made by expected actors",
            "Made, changed and used by sources that are judged expected, and by nobody else. → unfolds them.",
        ),
    };
    let mut lines = vec![Line::styled(format!("{} {head}", members.len()), app.theme.strong)];
    lines.extend(wrap(why, width).into_iter().map(Line::from));
    let mut all = crate::investigation::Activity::default();
    for node in members.iter().filter_map(|at| nodes.get(*at)) {
        all.merge(&node.activity);
    }
    lines.push(Line::default());
    lines.extend(activity(app, &all, width));
    lines
}

fn node(app: &App, at: usize, width: usize) -> Vec<Line<'static>> {
    let Some(node) = app.investigation().chain().nodes.get(at) else {
        return Vec::new();
    };
    let mut lines = heading(app, node, width);
    lines.push(Line::default());
    lines.extend(origin(app, node, width));
    lines.push(Line::default());
    lines.extend(state(app, node, width));
    lines.push(Line::default());
    lines.extend(activity(app, &node.activity, width));
    lines.extend(deeds(app, at, width));
    lines.extend(findings(app, node, width));
    lines.extend(consequences(app, node, width));
    lines.extend(leads(app, node, width));
    lines
}

fn heading(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let name = if node.name.is_empty() { &node.id } else { &node.name };
    let verdict = app.investigation().verdict(&node.node);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{} ", node.kind.label()), theme.dim),
        Span::styled(
            text::cut(&safe(name), width.saturating_sub(14)).into_owned(),
            theme.strong,
        ),
    ])];
    lines.extend(field(app, "id", &node.id, width));
    if let Some(id) = &node.principal_id {
        lines.extend(field(app, "unique id", id, width));
    }
    if let Some(owner) = &node.owner {
        lines.extend(field(app, "belongs to", owner, width));
    }
    if let Some(account) = app.investigation().other_account(node) {
        lines.extend(field(app, "account", account, width));
    }
    let judged = format!("{} {}", verdict_sign(verdict), verdict.as_str());
    if let Some(reach) = app.index.reach(node) {
        lines.extend(field(app, "could do", &reach.line(), width));
    }
    lines.push(labelled(
        "verdict",
        LABEL,
        Span::styled(judged, theme.verdict(verdict)),
        theme,
    ));
    lines
}

/// Why it is there: the reason, the event, and from where.
fn origin(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let investigation = app.investigation();
    let mut lines = vec![Line::styled("Why it is here", theme.accent)];
    lines.extend(field(app, "reason", &node.reason, width));
    if let Some(parent) = node.parent.and_then(|at| investigation.chain().nodes.get(at)) {
        let name = if parent.is_key() || parent.name.is_empty() {
            &parent.id
        } else {
            &parent.name
        };
        let parent = format!("{} {name}", parent.kind.label());
        lines.extend(field(app, "under", &parent, width));
    }
    if node.link != Link::Seed {
        let (sure, style) = match node.strength {
            Strength::Exact => ("an id in the record proves it", theme.ok),
            Strength::Derived => ("it follows from names in the record", theme.dim),
            Strength::Inferred => ("inferred: likely, not proved", theme.notice),
        };
        lines.push(labelled("how sure", LABEL, Span::styled(sure, style), theme));
        let rule = node.basis.map(|basis| field(app, "rule is", &basis.to_string(), width));
        lines.extend(rule.into_iter().flatten());
    }
    let Some(proof) = &node.proof else { return lines };
    lines.extend(field(
        app,
        "event",
        &format!("{} ({})", proof.name, proof.source),
        width,
    ));
    let when = format!("{} {}", app.zone.full(proof.key.time), app.zone.name(proof.key.time));
    lines.extend(field(app, "at", &when, width));
    lines.extend(field(app, "in", &proof.region, width));
    let events = investigation.evidence();
    if let Some(event) = events.find(&proof.key).and_then(|at| events.events().get(at)) {
        lines.extend(source(app, event, width));
    }
    lines
}

fn source(app: &App, event: &Event, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    lines.extend(field(app, "caller", &event.identity.label(), width));
    lines.extend(event.source_ip.iter().flat_map(|ip| field(app, "from", ip, width)));
    lines.extend(
        event
            .user_agent
            .iter()
            .flat_map(|agent| field(app, "program", agent, width)),
    );
    let investigation = app.investigation();
    let actor = investigation
        .actor(&actor_id(event))
        .map(|actor| investigation.standing(actor));
    if let Some(standing) = actor.filter(|standing| *standing != Standing::Open) {
        let label = "source is";
        let (sign, style) = app.theme.standing(standing);
        let words = format!("{sign} {}", safe(&standing.words()));
        let pieces = wrap(&words, width.saturating_sub(LABEL)).into_iter();
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        let styled = pieces.map(|piece| Span::styled(piece, style));
        lines.extend(
            styled
                .zip(labels)
                .map(|(piece, label)| labelled(label, LABEL, piece, &app.theme)),
        );
    }
    let meaning = catalogue::meaning(&event.source, event.base_name(), event.is_write());
    let technique = match meaning.technique {
        "" => String::new(),
        technique => format!(" ({technique})"),
    };
    let said = match meaning.why {
        Some(why) => format!("{why}{technique}"),
        None => format!("{}, judged by its verb alone", meaning.category.replace('_', " ")),
    };
    lines.extend(field(app, "meaning", &said, width));
    lines
}

fn state(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut lines = now(app, node, width);
    if let Some(ended) = &node.ended {
        let said = format!("{} by {}", app.zone.full(ended.time), ended.by);
        lines.extend(field(app, "deleted", &said, width));
    } else if lines.is_empty() && node.may_still_work(app.moment()) {
        let said = Span::styled("yes, as far as the records say", theme.danger);
        lines.push(labelled("still works", LABEL, said, theme));
    }
    if let Some(expires) = node.expires {
        lines.extend(field(app, "expires", &app.zone.full(expires), width));
    }
    if lines.is_empty() {
        lines.push(labelled(
            "ended",
            LABEL,
            Span::styled("no record of that", theme.dim),
            theme,
        ));
    }
    lines
}

/// What the account says, and when it did.
fn now(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let investigation = app.investigation();
    let Some(live) = investigation.live(node) else {
        return Vec::new();
    };
    let said = format!("{}, asked {}", live.words(node), app.zone.minute(live.at));
    let mut lines = field(app, "AWS says", &said, width);
    if live.contradicts(node) || node.is_credential() && live.state.works() {
        let loud = lines.iter_mut().flat_map(|line| line.spans.iter_mut().skip(1));
        loud.for_each(|span| span.style = app.theme.danger);
    }
    let used = investigation.live_seen().and_then(|(_, seen)| seen.last_use(&node.id));
    if let Some(used) = used {
        let words = owner::last_use_words(used, &|time| app.zone.minute(time));
        lines.extend(field(app, "last used", &words, width));
    }
    lines
}

fn activity(app: &App, activity: &crate::investigation::Activity, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut lines = vec![Line::styled("What it did", theme.accent)];
    let (Some(first), Some(last)) = (activity.first, activity.last) else {
        lines.push(Line::styled("No call by it was found in what was read.", theme.dim));
        return lines;
    };
    let calls = format!(
        "{}, {} failed, over {}",
        counted(activity.events, "call", "calls"),
        number(activity.failed),
        clock::span(last - first)
    );
    lines.extend(field(app, "made", &calls, width));
    lines.extend(field(app, "first", &app.zone.full(first), width));
    lines.extend(field(app, "last", &app.zone.full(last), width));
    lines.extend(field(app, "regions", &overview::regions(activity), width));
    lines
}

fn deeds(app: &App, at: usize, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let deeds = app.index.deeds(at);
    let mut lines: Vec<Line<'_>> = deeds
        .iter()
        .take(MOST_CALLS)
        .map(|(call, tally)| {
            let mut line = Line::from(vec![
                Span::styled(format!("{:>8}  ", number(tally.calls)), theme.strong),
                Span::raw(text::cut(&safe(call), width.saturating_sub(24)).into_owned()),
            ]);
            if tally.failed > 0 {
                line.push_span(Span::styled(
                    format!("  x {} failed", number(tally.failed)),
                    theme.danger,
                ));
            }
            line
        })
        .collect();
    if deeds.len() > MOST_CALLS {
        let more = format!(
            "          and {} other calls; {} lists the events",
            deeds.len() - MOST_CALLS,
            app.key_of(Action::NodeEvents)
        );
        lines.push(Line::styled(more, theme.dim));
    }
    lines
}

/// The findings in which it has a part.
fn findings(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let all = app.investigation().findings().iter();
    let concerned = all.filter(|finding| finding.nodes.contains(&node.node));
    let rows = concerned.map(|finding| (finding.severity.as_str().to_owned(), finding.title()));
    list(app, "What stands out", rows, width)
}

/// What it changed, what it tried in vain, and for a seed the keys to look at next.
fn consequences(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let investigation = app.investigation();
    let chain = investigation.chain();
    let changes = chain.changes.iter().filter(|c| c.by == node.node).map(|change| {
        let detail = if change.detail.is_empty() {
            String::new()
        } else {
            format!(" ({})", change.detail)
        };
        (
            app.zone.brief(change.event.time),
            format!("{} {}{detail}", change.name, change.target),
        )
    });
    let attempts = chain.attempts.iter().filter(|a| a.by == node.node).map(|attempt| {
        let hint = if attempt.hint.is_empty() {
            String::new()
        } else {
            format!(": {}", attempt.hint)
        };
        (
            app.zone.brief(attempt.event.time),
            format!("{} {}{hint}", attempt.name, attempt.error),
        )
    });
    let further = investigation.further_seeds();
    let seeds = further.iter().filter(|_| node.link == Link::Seed).map(|seed| {
        (
            counted(seed.events, "call", "calls"),
            format!("{}: it {}", seed.key, seed.why),
        )
    });
    let how_far = (!further.is_empty() && node.link == Link::Seed)
        .then(|| ("how far".to_owned(), further::how_far(investigation).to_owned()));
    let mut lines = list(app, "What it changed", changes, width);
    lines.extend(list(app, "What it tried in vain", attempts, width));
    lines.extend(list(app, "Keys to look at next", seeds.chain(how_far), width));
    lines
}

fn list(app: &App, title: &str, rows: impl Iterator<Item = (String, String)>, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = rows
        .flat_map(|(label, value)| field(app, &label, &value, width))
        .collect();
    if !lines.is_empty() {
        lines.splice(
            0..0,
            [Line::default(), Line::styled(title.to_owned(), app.theme.accent)],
        );
    }
    lines
}

fn leads(app: &App, node: &Node, width: usize) -> Vec<Line<'static>> {
    let leads = chain::leads_of(node);
    if leads.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        Line::default(),
        Line::styled("What was looked up because of it", app.theme.accent),
    ];
    let each = leads
        .iter()
        .flat_map(|lead| field(app, lead.attribute.as_str(), &lead.value, width));
    lines.extend(each);
    lines
}

/// A label and a value that may take several lines.
fn field(app: &App, label: &str, value: &str, width: usize) -> Vec<Line<'static>> {
    // A long label still needs a blank after it.
    let column = LABEL.max(label.len() + 1);
    let pieces = wrap(&safe(value), width.saturating_sub(column));
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    pieces
        .into_iter()
        .zip(labels)
        .map(|(piece, label)| labelled(label, column, Line::from(piece), &app.theme))
        .collect()
}
