//! The views: they read the state and draw it, nothing else.
//!
//! | file | one idea |
//! |---|---|
//! | `chrome` | the lines above and below every screen |
//! | `overview`, `chain`, `details`, `timeline`, `steps`, `coverage`, `resources` | the screens |
//! | `replay` | the bar under a replay |
//! | `popups` | what lies over a screen |
//! | `findings` | the list of findings, and explanations |
//! | `change` | what lies over it while a node is acted on |
//! | `paste` | what lies over it while an output is pasted |

mod chain;
mod change;
mod chrome;
mod coverage;
mod details;
mod findings;
mod heat;
mod overview;
mod paste;
mod popups;
mod replay;
mod resources;
mod steps;
mod timeline;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

pub(super) use chrome::ends;

use super::action::Screen;
use super::app::App;
use super::widgets::text;

/// Less than this shows nothing that helps.
const SMALLEST: (u16, u16) = (60, 16);

/// From this width on, details stand beside a list and not below or instead of it.
const WIDE: u16 = 110;

/// The line of the screen with the tabs.
const TABS: u16 = 1;
/// The columns that the frame of a pane takes, with the blanks inside.
const FRAME: usize = 4;

/// The screen whose tab is there.
pub(super) fn tab_at(app: &App, position: Position) -> Option<Screen> {
    (position.y == TABS)
        .then(|| chrome::tab_at(app, app.width.get(), position.x))
        .flatten()
}

/// The lines of the coverage, as they are drawn in a window of the present width.
pub(super) fn coverage_text(app: &App) -> Vec<String> {
    let width = usize::from(app.width.get()).saturating_sub(FRAME);
    coverage::all(app, width).iter().map(ToString::to_string).collect()
}

/// Draws the whole screen.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    lay_out(app, frame);
    app.picture.finish(frame.buffer_mut());
}

fn lay_out(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    app.width.set(area.width);
    if is_too_small(frame, area) {
        return;
    }
    let replay_bar = u16::from(app.is_replay()) * 2;
    let [title, tabs, body, bar, status, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(replay_bar),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    chrome::title(app, frame, title);
    chrome::tabs(app, frame, tabs);
    match app.screen {
        Screen::Overview => overview::draw(app, frame, body),
        Screen::Chain => chain::draw(app, frame, body),
        Screen::Timeline => timeline::draw(app, frame, body),
        Screen::Steps => steps::draw(app, frame, body),
        Screen::Coverage => coverage::draw(app, frame, body),
        Screen::Resources => resources::draw(app, frame, body),
    }
    if app.is_new_here {
        chrome::orientation(app, frame, body);
    }
    replay::draw(app, frame, bar);
    chrome::status(app, frame, status);
    chrome::hints(app, frame, hints);
    for popup in &app.popups {
        popups::draw(app, popup, frame, body, status);
    }
}

/// Whether the window is too small for anything that helps; then it says so.
pub(super) fn is_too_small(frame: &mut Frame<'_>, area: Rect) -> bool {
    if area.width >= SMALLEST.0 && area.height >= SMALLEST.1 {
        return false;
    }
    let said = format!(
        "keytrail needs a window of {} by {}; this one is {} by {}. Make it larger, or leave with Ctrl-C.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let lines = text::wrap(&said, usize::from(area.width)).into_iter().map(Line::from);
    super::widgets::pane::lines(frame, area, lines);
    true
}
