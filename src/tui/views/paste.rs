//! What lies over the steps while the output of a command is pasted.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::export::text::plural;
use crate::investigation::Pasted;
use crate::playbook::{Item, asks};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::paste::{Asked, PasteBox};
use crate::tui::widgets::pane;
use crate::tui::widgets::text::{cut, fold_command, safe, wrap};

const WIDTH: u16 = 110;
/// So many are listed beside an item; the choice has them all.
const MOST: usize = 8;

/// The outputs that an item asks for, below its commands.
pub(super) fn listed(app: &App, item: &Item, width: usize) -> Vec<Line<'static>> {
    let asks = asks(item, &app.names);
    let mut lines = Vec::new();
    if !asks.is_empty() {
        let heading = format!("Paste what these print ({})", app.key_of(Action::Paste));
        let heading = Line::styled(heading, app.theme.accent);
        lines.extend([Line::default(), heading]);
    }
    for ask in asks.iter().take(MOST) {
        let pieces = fold_command(&safe(&ask.command), width.saturating_sub(4)).into_iter();
        let marks = std::iter::once(sign(app, &item.id, &ask.command)).chain(std::iter::repeat("   "));
        lines.extend(
            pieces
                .zip(marks)
                .map(|(piece, mark)| Line::raw(format!("{mark} {piece}"))),
        );
    }
    if asks.len() > MOST {
        let more = format!("and {} more", asks.len() - MOST);
        lines.push(Line::styled(more, app.theme.dim));
    }
    lines
}

/// What stands before a command: what its output showed last, if it was pasted.
fn sign(app: &App, item: &str, command: &str) -> &'static str {
    let is = |pasted: &Pasted| pasted.item == item && pasted.command == command;
    match app.investigation().pasted().iter().rev().find(|(_, pasted)| is(pasted)) {
        Some((_, pasted)) if pasted.shows => "[+]",
        Some(_) => "[!]",
        None => "[ ]",
    }
}

pub(super) fn asked(app: &App, asked: &Asked, frame: &mut Frame<'_>, body: Rect) {
    let height = u16::try_from(asked.list.len() + 2).unwrap_or(body.height);
    let area = pane::popup(frame, body, WIDTH, height);
    let inner = pane::pane(frame, area, &format!("{}: whose output?", asked.item), true, &app.theme);
    let rows = asked.scroll.list(asked.list.len(), usize::from(inner.height));
    let room = usize::from(inner.width);
    let lines = asked.list[rows.clone()].iter().map(|(about, command)| {
        let line = format!("{} {about}: {command}", sign(app, &asked.item, command));
        Line::raw(cut(&safe(&line), room).into_owned())
    });
    pane::lines(frame, inner, lines);
    asked.scroll.put(inner);
    pane::select_row(frame, inner, asked.scroll.at() - rows.start, true, &app.theme);
}

pub(super) fn paste(app: &App, paste: &PasteBox, frame: &mut Frame<'_>, body: Rect) {
    let theme = &app.theme;
    let width = usize::from(WIDTH.min(body.width)).saturating_sub(2);
    let styled = |text: &str, style: Style| {
        let lines = wrap(&safe(text), width).into_iter();
        lines.map(move |line| Line::styled(line, style)).collect::<Vec<_>>()
    };
    let mut lines = styled(
        "Run this with your own credentials; it only reads, and is copied if the terminal allows it:",
        theme.dim,
    );
    lines.extend(fold_command(&safe(&paste.command), width).into_iter().map(Line::raw));
    lines.push(Line::default());
    let (said, style) = match (paste.lines, paste.is_open()) {
        (0, _) => (
            "Then paste all that it prints. It is not shown, and secrets in it are not kept.".to_owned(),
            theme.strong,
        ),
        (n, open) => {
            let size = paste.text().len().div_ceil(1000);
            let more = if open {
                "; its end is missing"
            } else {
                ": Enter checks it"
            };
            (
                format!("{n} {}, {size} kB{more}", plural(n, "line")),
                if open { theme.notice } else { theme.ok },
            )
        }
    };
    lines.extend(styled(&said, style));
    if let Some(complaint) = &paste.complaint {
        lines.extend(styled(complaint, theme.danger));
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(body.height);
    let area = pane::popup(frame, body, WIDTH, height);
    let title = format!("{}: {}", paste.item, safe(&paste.about));
    let inner = pane::pane(frame, area, &title, true, theme);
    pane::lines(frame, inner, lines);
}
