//! What lies over a screen while a node is acted on.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::popups::input;
use crate::account::change::{NewKey, command};
use crate::investigation::account::Reply;
use crate::investigation::change::{Deed, Fate, Step, Undo};
use crate::tui::app::{App, Hands};
use crate::tui::change::{Offers, Outcome, Proposal, Stage};
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cut, fold_command, safe, width, wrap};

/// As wide as a popup with text in it is at most.
const WIDTH: u16 = 110;

pub(super) fn offers(app: &App, offers: &Offers, frame: &mut Frame<'_>, body: Rect) {
    let titles: Vec<String> = offers
        .list
        .iter()
        .map(|offer| safe(&offer.title()).into_owned())
        .collect();
    let title = safe(&offers.title).into_owned();
    let widest = titles.iter().map(|line| width(line)).chain([width(&title) + 2]).max();
    let columns = u16::try_from(widest.unwrap_or(0) + 4).unwrap_or(WIDTH).min(WIDTH);
    let height = u16::try_from(titles.len() + 2).unwrap_or(body.height);
    let area = pane::popup(frame, body, columns, height);
    let inner = pane::pane(frame, area, &title, true, &app.theme);
    let rows = offers.scroll.list(titles.len(), usize::from(inner.height));
    let lines = titles[rows.clone()].iter();
    let room = usize::from(inner.width);
    pane::lines(frame, inner, lines.map(|line| Line::raw(cut(line, room).into_owned())));
    offers.scroll.put(inner);
    pane::select_row(frame, inner, offers.scroll.at() - rows.start, true, &app.theme);
}

pub(super) fn proposal(app: &App, proposal: &Proposal, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let area = pane::popup(frame, body, WIDTH, body.height);
    let title = safe(&proposal.plan.change.title()).into_owned();
    let inner = pane::pane(frame, area, &title, true, theme);
    let foot = foot(app, proposal, usize::from(inner.width));
    let asked = u16::try_from(foot.len()).unwrap_or(0);
    let field = if proposal.is_read_only() { 0 } else { 2 };
    let [text, _, below] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(asked + field),
    ])
    .areas(inner);
    let lines = proposal_lines(app, proposal, usize::from(inner.width));
    pane::scrolled(frame, text, lines, &proposal.scroll);
    pane::corner(frame, area, &proposal.scroll.read(), theme);
    pane::lines(frame, below, foot);
    if proposal.is_read_only() {
        return;
    }
    let row = |down: u16| Rect::new(below.x, below.y + asked + down, below.width, 1).intersection(below);
    input(&proposal.input, frame, row(0));
    if let Some(complaint) = &proposal.complaint {
        frame.render_widget(Line::styled(format!("! {}", safe(complaint)), theme.danger), row(1));
    }
}

/// What is asked, or what can be done instead.
fn foot(app: &App, proposal: &Proposal, columns: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let (said, style) = match proposal.stage {
        Stage::ReadOnly if app.hands == Hands::Away => (
            "keytrail does not talk to AWS here: y copies these commands. With --allow-changes it can do this itself."
                .to_owned(),
            theme.dim,
        ),
        Stage::ReadOnly => (
            "keytrail was started read-only: y copies these commands. With --allow-changes it can do this itself."
                .to_owned(),
            theme.dim,
        ),
        Stage::Name => (
            format!(
                "To do this, type {} and press Enter. Esc leaves everything as it is.",
                proposal.wanted()
            ),
            theme.strong,
        ),
        Stage::Doubts => {
            let doubts = proposal.plan.doubts.join(" ");
            (
                format!("{doubts} To do it all the same, type {}.", proposal.wanted()),
                theme.danger,
            )
        }
    };
    styled(&said, style, columns)
}

fn styled(said: &str, style: Style, columns: usize) -> Vec<Line<'static>> {
    let lines = wrap(&safe(said), columns).into_iter();
    lines.map(|line| Line::styled(line, style)).collect()
}

fn proposal_lines(app: &App, proposal: &Proposal, columns: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let heading = |text: &'static str| Line::styled(text, theme.accent.patch(theme.strong));
    let mut lines = vec![heading("What is called")];
    for line in &proposal.commands {
        lines.extend(fold_command(&safe(line), columns).into_iter().map(Line::raw));
    }
    let mut part = |title, texts: &[String], style| {
        if !texts.is_empty() {
            lines.extend([Line::default(), heading(title)]);
            for text in texts {
                lines.extend(styled(&format!("· {text}"), style, columns));
            }
        }
    };
    part("What it breaks", &proposal.plan.breaks, theme.notice);
    part("Think twice", &proposal.plan.doubts, theme.danger);
    part("How to undo it", &[proposal.plan.undo.to_owned()], Style::new());
    part("Good to know", &proposal.notes, Style::new());
    lines
}

pub(super) fn outcome(app: &App, outcome: &Outcome, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let deeds = app.investigation().deeds();
    let area = pane::popup(frame, body, WIDTH, body.height);
    let Some(deed) = deeds.find(outcome.id) else {
        let inner = pane::pane(frame, area, "The account is changed", true, theme);
        pane::sentence(frame, inner, "It is written down before anything is called.", theme.dim);
        return;
    };
    let title = safe(&deed.approved.change.title()).into_owned();
    let inner = pane::pane(frame, area, &title, true, theme);
    let columns = usize::from(inner.width);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (step, became) in deed.approved.steps.iter().zip(&deed.fates) {
        let (word, style, why) = fate(app, deed, step, became);
        lines.push(Line::from(Span::styled(word, style)));
        lines.extend(
            fold_command(&safe(&command(&step.call)), columns)
                .into_iter()
                .map(Line::raw),
        );
        lines.extend(why.into_iter().flat_map(|why| styled(why, theme.danger, columns)));
    }
    lines.push(Line::default());
    let (said, style) = match deed.end {
        None => (
            "Under way: IAM needs a moment, and is asked until it shows the change.",
            theme.dim,
        ),
        Some(_) => (deed.words(), theme.strong),
    };
    lines.extend(styled(said, style, columns));
    if deed.end.is_some() {
        let undo = match deeds.undo(deed) {
            Undo::By(_) => "To undo it: keytrail undo FILE --allow-changes".to_owned(),
            Undo::Undone(id) => format!("It was undone by change {id}"),
            Undo::Never(why) => format!("To undo it: {why}"),
        };
        lines.extend(styled(&undo, theme.dim, columns));
    }
    pane::scrolled(frame, inner, lines, &outcome.scroll);
    pane::corner(frame, area, &outcome.scroll.read(), theme);
}

/// What became of a call: a word for it, and what AWS said where it did not just do it.
fn fate<'d>(app: &App, deed: &Deed, step: &Step, became: &'d Fate) -> (&'static str, Style, Option<&'d str>) {
    let theme = &app.theme;
    match (&became.answered, became.called) {
        (Some((_, Reply::Known(_))), _) => ("done", theme.ok, None),
        (Some((_, Reply::Absent(_))), _) if step.call.removes() => ("gone already", theme.ok, None),
        (Some((_, Reply::Denied(why))), _) => ("denied", theme.danger, Some(why)),
        (Some((_, Reply::Absent(why) | Reply::Failed(why))), _) => ("failed", theme.danger, Some(why)),
        (None, Some(_)) => ("called", theme.accent, None),
        (None, None) if deed.end.is_some() => ("not made", theme.dim, None),
        (None, None) => ("to come", theme.dim, None),
    }
}

/// The secret of a new key: here, and nowhere else.
pub(super) fn new_key(app: &App, key: &NewKey, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let area = pane::popup(frame, body, 76, 9);
    let inner = pane::pane(frame, area, "The replacement key", true, theme);
    let [pair, _, said] =
        Layout::vertical([Constraint::Length(2), Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let lines = [
        pane::labelled(
            "key id",
            18,
            Span::styled(safe(&key.id).into_owned(), theme.strong),
            theme,
        ),
        pane::labelled(
            "secret access key",
            18,
            Span::styled(safe(key.secret.reveal()).into_owned(), theme.strong),
            theme,
        ),
    ];
    pane::lines(frame, pair, lines);
    pane::sentence(
        frame,
        said,
        "The secret is shown this once and kept nowhere: put it where the application reads it, not into a ticket or a \
         mail. Press y when it is there.",
        theme.notice,
    );
}
