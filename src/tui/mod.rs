//! The screens.
//!
//! One state ([`App`]), one table from keys to actions, one function from an action to the next state, and views that
//! only read. The event loop feeds it: keys, what the hunt found, time.
//!
//! | file | one idea |
//! |---|---|
//! | `start/` | the screen of `keytrail` alone: paste a notice, or open what is saved |
//! | `terminal` | the guard that gives the terminal back, whatever happens |
//! | `event_loop`, `signals` | keys, updates, time and signals, in turn |
//! | `app` | the state, and what can be asked of it |
//! | `action`, `keys` | every intent, and the keys that express it |
//! | `palette` | every action by name |
//! | `places` | where one has been |
//! | `keymap`, `preferences` | what the responder's settings change: keys, looks, copies |
//! | `update/` | from an action to the next state |
//! | `desk` | the case on the screens: worked on, or played back |
//! | `replay` | a saved case, built up to a moment |
//! | `tree`, `events`, `steps`, `popup`, `change` | what each screen remembers |
//! | `explain` | what a call, a node or a finding means |
//! | `index` | what views look up, made once per state of the data |
//! | `views/` | one file per screen |
//! | `widgets/` | panes, scrolling, text that fits, the density bar |
//! | `theme`, `clock` | how things look, and how times are written |
//! | `picture/` | what is done to every finished frame: ids masked, plain signs |

mod action;
mod app;
mod change;
mod clipboard;
mod clock;
mod desk;
mod event_loop;
mod events;
mod explain;
mod index;
mod inventory;
mod keymap;
mod keys;
mod palette;
mod paste;
mod picture;
mod places;
mod popup;
mod preferences;
mod replay;
mod signals;
mod start;
mod steps;
mod terminal;
mod theme;
mod tree;
mod update;
mod views;
mod whose;
mod widgets;

use chrono::Utc;

pub use action::{Action, Screen};
pub use app::{App, Reading, Settings};
pub use clock::Zone;
pub use keymap::{Bindable, Keymap, Rebinding, Refused};
pub use preferences::{Clipboard, Preferences};
pub use start::{Recent, Start, Wanted, draw as draw_start};
pub use theme::ThemeName;
pub use update::Effect;
pub use views::draw;

use crate::collect::work::Work;
use crate::playbook::Playbook;
use crate::store::{CaseFile, StoreError};

/// What the screens are to show.
#[derive(Debug)]
pub struct Options {
    /// The investigation.
    pub case: CaseFile,
    /// What goes on behind the screens.
    pub work: Work,
    /// The steps to work through.
    pub playbook: Playbook,
    /// Who is sitting here: it goes with every mark and judgement.
    pub by: String,
    /// How the screens look, what keys mean, where copies go.
    pub preferences: Preferences,
    /// Leave after the first pass over the sources.
    pub exit_when_done: bool,
    /// What to say first, until a key is pressed.
    pub greeting: Option<String>,
    /// Whether the program is used for the first time: then three lines say how to find one's way.
    pub is_first_run: bool,
    /// Play the investigation back instead of working on it.
    pub replay: bool,
    /// Asks the sources of the last pass again for what was not read.
    pub again: Again,
}

/// Begins another pass like the last one, or says why not.
pub type Again = fn(&mut CaseFile) -> Result<Work, String>;

/// How the screens were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By the user.
    Quit,
    /// By the user, the last screen left behind.
    Shown,
    /// By Ctrl-C or a signal.
    Interrupted,
    /// After the first pass over the sources, as asked.
    Done,
}

/// Why there are no screens, or no more.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] std::io::Error),
    /// The file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Shows the start screen until something is wanted that lies outside of it. The terminal is restored on every way out.
pub async fn start(start: &mut Start) -> Result<Wanted, TuiError> {
    let mut guard = terminal::Guard::take()?;
    match start::run(&mut guard, start).await {
        // Drawing may fail before the hangup is heard.
        Err(_) if terminal::is_gone() => Ok(Wanted::Interrupt),
        wanted => Ok(wanted?),
    }
}

/// Shows the screens until they are left, and gives the investigation back. The terminal is restored on every way out.
pub async fn run(options: Options) -> Result<(Exit, CaseFile), TuiError> {
    options.preferences.theme.tell_terminal();
    let settings = Settings {
        playbook: options.playbook,
        by: options.by,
        preferences: options.preferences,
    };
    let mut app = if options.replay {
        App::replay(options.case, settings, Utc::now())?
    } else {
        App::new(options.case, settings, Utc::now())
    };
    app.is_new_here = options.is_first_run;
    if let Some(greeting) = options.greeting {
        app.say(greeting);
    }
    let exit = {
        let mut guard = terminal::Guard::take()?;
        match event_loop::run(
            &mut guard,
            &mut app,
            options.work,
            options.again,
            options.exit_when_done,
        )
        .await
        {
            // Drawing may fail before the hangup is heard.
            Err(_) if terminal::is_gone() => Exit::Interrupted,
            left => left?,
        }
    };
    Ok((exit, app.into_case()))
}
