//! The real program in a real pseudo-terminal: it draws, it obeys, and whatever ends it, the terminal is given back.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
}

fn lines(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a size")
}

impl Terminal {
    fn open(rows: u16, cols: u16, arguments: &[&str]) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("HOME", std::env::temp_dir());
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(lines(rows), lines(cols), 0);
        Self {
            child,
            master: pair.master,
            keyboard,
            output,
            screen,
            raw: Vec::new(),
        }
    }

    fn take_in(&mut self) {
        if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    /// Waits until the screen shows a text.
    fn shows(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.screen.screen().contents().contains(text) {
            assert!(
                begun.elapsed() < PATIENCE,
                "no `{text}` on:\n{}",
                self.screen.screen().contents()
            );
            self.take_in();
        }
    }

    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
        self.keyboard.flush().expect("typed");
    }

    /// Waits for the end and gives the exit code.
    fn ends(&mut self) -> u32 {
        let begun = Instant::now();
        let status = loop {
            self.take_in();
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "still running:\n{}",
                self.screen.screen().contents()
            );
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        status.exit_code()
    }

    /// Row 1 of the expectations: restored on every way out.
    fn is_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pasting is plain again");
        let ends = String::from_utf8_lossy(&self.raw).into_owned();
        assert!(ends.contains("\u{1b}[?1049l"), "the program says so to the terminal");
    }
}

#[test]
fn the_demo_can_be_walked_with_the_keys_on_its_screens() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.shows("READ-ONLY");
    terminal.shows("UTC");
    terminal.types("2");
    terminal.shows("billing-sync");
    terminal.types("3");
    terminal.shows("GetQueueAttrib");
    terminal.types("4");
    terminal.shows("S1-01");
    terminal.types("?");
    terminal.shows("Everywhere");
    // Esc goes back and never quits.
    terminal.types("\u{1b}");
    terminal.shows("S1-02");
    // Once everything is read, q leaves without a question.
    terminal.types("2");
    terminal.shows("every lead followed");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
    assert!(terminal.screen.screen().contents().contains("Nothing was saved"));
}

#[test]
fn what_is_copied_is_handed_to_the_terminal() {
    let mut terminal = Terminal::open(40, 120, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("4");
    terminal.shows("get-access-key-info");
    terminal.types("y");
    terminal.shows("Copied");
    // OSC 52 to the clipboard: `aws sts get-access-key-info` in base64.
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(
        raw.contains("\u{1b}]52;c;YXdzIHN0cyBnZXQtYWNjZXNzLWtleS1pbmZv"),
        "no OSC 52"
    );
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn ctrl_c_always_leaves_also_from_a_text_field() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    terminal.types("3");
    terminal.shows("Timeline");
    terminal.types("/");
    terminal.types("GetCaller");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn a_signal_ends_it_and_the_terminal_is_given_back() {
    let mut terminal = Terminal::open(24, 80, &["demo"]);
    terminal.shows("Do this next");
    let id = terminal.child.process_id().expect("a process").to_string();
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .expect("kill");
    assert!(sent.success());
    assert_eq!(terminal.ends(), 130);
    terminal.is_given_back();
}

#[test]
fn a_window_too_small_says_so_and_comes_back() {
    let mut terminal = Terminal::open(12, 40, &["demo"]);
    terminal.shows("60");
    let size = PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    };
    terminal.master.resize(size).expect("resized");
    terminal.screen.screen_mut().set_size(lines(24), lines(80));
    terminal.shows("Do this next");
    terminal.types("\u{3}");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn what_was_done_on_the_screens_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("demo.keytrail");
    let file = file.to_str().expect("UTF-8");
    let mut terminal = Terminal::open(40, 120, &["demo", "--save", file]);
    terminal.shows("every lead followed");
    // The first node is the seed: it is malicious.
    terminal.types("2");
    terminal.shows("billing-sync");
    terminal.types("m");
    terminal.shows("malicious");
    // Killed without a chance to say goodbye.
    terminal.child.kill().expect("killed");
    terminal.ends();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_keytrail"))
        .args(["chain", file, "--format", "json"])
        .output()
        .expect("runs");
    let chain: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(chain["nodes"][0]["verdict"], "malicious");
    let mut terminal = Terminal::open(40, 120, &["demo", "--save", file]);
    terminal.shows("Goes on with");
    terminal.types("\u{3}");
    terminal.ends();
    let mut terminal = Terminal::open(40, 120, &["replay", file]);
    terminal.shows("attack");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}
