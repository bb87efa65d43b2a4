//! A mistake in this program must not cost the responder the terminal, nor hide what went wrong.
//!
//! No key and no file is known that makes the program panic. So these tests run themselves again inside a
//! pseudo-terminal, show the screens there, and panic beside them or in a source.

use std::sync::mpsc::{Receiver, channel};

use keytrail::collect::hunt::{Feed, Hunt, Window};
use keytrail::collect::source::{Out, Source, SourceError};
use keytrail::collect::work::Work;
use keytrail::investigation::lead::Lead;
use keytrail::tui::{self, Options, Preferences};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

use crate::support::screens;
use crate::terminal::Terminal;

/// Set where a test runs inside the pseudo-terminal.
const INSIDE: &str = "KEYTRAIL_TEST_INSIDE";
/// What is said by whatever panics.
const MISTAKE: &str = "the mistake was here";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs a test of this file inside a pseudo-terminal, until its screens are shown.
fn inside(test: &str) -> Terminal {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("panics::{test}"), "--nocapture"]);
    command.env(INSIDE, "yes");
    command.env("RUST_BACKTRACE", "0");
    let mut terminal = Terminal::run(24, 80, command);
    terminal.shows("READ-ONLY");
    terminal.is_taken();
    terminal
}

/// Shows the screens until they are left; `on_signal` is called when the test outside sends SIGUSR1.
fn show_screens(hunt: impl FnOnce(&mut keytrail::store::CaseFile) -> Option<Hunt>, on_signal: impl FnOnce()) {
    let mut case = screens::begun();
    let hunt = hunt(&mut case);
    let options = Options {
        preferences: Preferences::default(),
        case,
        work: Work {
            hunt,
            ..Work::default()
        },
        playbook: screens::builtin(),
        by: "alex".to_owned(),
        exit_when_done: false,
        greeting: None,
        is_first_run: false,
        replay: false,
        again: |_| Err("nothing to ask".to_owned()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut asked = signal(SignalKind::user_defined1()).expect("heard");
        let signalled = async {
            asked.recv().await;
            on_signal();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            left = tui::run(options) => assert!(left.is_ok()),
            () = signalled => {}
        }
    });
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_on_the_normal_screen() {
    if is_inside() {
        return show_screens(|_| None, || panic!("{MISTAKE}"));
    }
    let mut terminal = inside("a_panic_gives_the_terminal_back_and_is_told_on_the_normal_screen");
    terminal.send(Signal::USR1);
    assert_ne!(terminal.ends(), 0);
    terminal.is_given_back();
    let contents = terminal.contents();
    assert!(contents.lines().any(|line| line == MISTAKE), "{contents}");
    assert!(contents.contains("panics.rs"), "it says where: {contents}");
}

/// A source with a mistake in it, which shows when it is told to.
struct Broken(Receiver<()>);

impl Source for Broken {
    fn ask(&mut self, _: &[Lead], _: &mut Out<'_>) -> Result<(), SourceError> {
        self.0.recv().expect("told");
        panic!("{MISTAKE}");
    }

    fn settle(&mut self, _: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

#[test]
fn a_panic_of_the_reading_leaves_the_screens_alone_and_is_told_afterwards() {
    if is_inside() {
        let (tell, told) = channel();
        let hunt = |case: &mut _| {
            Some(Hunt::start(Feed::in_turn(vec![Box::new(Broken(told))]), Window::default(), case).expect("started"))
        };
        return show_screens(hunt, move || tell.send(()).expect("waiting"));
    }
    let mut terminal = inside("a_panic_of_the_reading_leaves_the_screens_alone_and_is_told_afterwards");
    terminal.send(Signal::USR1);
    terminal.shows("Reading stopped");
    terminal.is_taken();
    assert!(!terminal.contents().contains(MISTAKE));
    // The screens still obey.
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
    let contents = terminal.contents();
    assert!(contents.lines().any(|line| line == MISTAKE), "{contents}");
}
