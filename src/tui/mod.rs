//! The screens.
//!
//! One state ([`App`]), one table from keys to actions, one function from an action to the next state, and views that
//! only read. The event loop feeds it: keys, what the hunt found, time.
//!
//! | file | one idea |
//! |---|---|
//! | `terminal` | the guard that gives the terminal back, whatever happens |
//! | `event_loop` | keys, updates, time and signals, in turn |
//! | `app` | the state, and what can be asked of it |
//! | `action`, `keys` | every intent, and the keys that express it |
//! | `update/` | from an action to the next state |
//! | `desk` | the case on the screens: worked on, or played back |
//! | `replay` | a saved case, built up to a moment |
//! | `tree`, `events`, `steps`, `popup` | what each screen remembers |
//! | `index`, `names` | what views and commands look up, made once per state of the data |
//! | `views/` | one file per screen |
//! | `widgets/` | panes, scrolling, text that fits, the density bar |
//! | `theme`, `clock` | how things look, and how times are written |

mod action;
mod app;
mod clock;
mod desk;
mod events;
mod index;
mod keys;
mod names;
mod popup;
mod replay;
mod steps;
mod terminal;
mod theme;
mod tree;
mod update;
mod views;
mod widgets;

pub use action::{Action, Screen};
pub use app::{App, Reading, Settings};
pub use update::Effect;
pub use views::draw;

/// How the screens were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By the user.
    Quit,
    /// By Ctrl-C or a signal.
    Interrupted,
    /// After the first pass over the sources, as asked.
    Done,
}
