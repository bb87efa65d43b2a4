//! A pseudo-terminal with a program in it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process, test_kill_process_group};

use crate::support::program::{PATIENCE, patiently};

pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    /// How the terminal handled lines, echo and signals before the program came.
    modes: String,
}

fn lines(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a size")
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// What is set of the terminal's line discipline: canonical lines, echo, keys that send signals.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal"))
}

/// Row 22 of the expectations: no process is left behind.
fn is_empty(group: Pid) {
    assert!(
        patiently(|| test_kill_process_group(group).is_err()),
        "something is still running"
    );
}

impl Terminal {
    /// The program in a window of this size.
    pub(crate) fn open(rows: u16, cols: u16, arguments: &[impl AsRef<OsStr>]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
        command.args(arguments);
        Self::run(rows, cols, command)
    }

    /// The program on a terminal that says it can show lines only.
    pub(crate) fn dumb(arguments: &[impl AsRef<OsStr>]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keytrail"));
        command.args(arguments);
        command.env("TERM", "dumb");
        Self::start(50, 120, command)
    }

    pub(crate) fn run(rows: u16, cols: u16, mut command: CommandBuilder) -> Self {
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        Self::start(rows, cols, command)
    }

    /// The same, with the settings of the command alone.
    pub(crate) fn run_as_set(rows: u16, cols: u16, mut command: CommandBuilder) -> Self {
        command.env("TERM", "xterm-256color");
        Self::start(rows, cols, command)
    }

    fn start(rows: u16, cols: u16, mut command: CommandBuilder) -> Self {
        // Between being opened and being marked as not to be inherited, a terminal is inherited by whatever another test
        // starts; then nobody can close it any more.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = native_pty_system()
            .openpty(size(rows, cols))
            .expect("a pseudo-terminal");
        let modes = modes(&*pair.master);
        command.env("HOME", std::env::temp_dir());
        // Not for the first time, unless the test gives a folder of its own.
        let data = std::env::temp_dir().join(".local/share/keytrail");
        std::fs::create_dir_all(&data).expect("a folder");
        std::fs::write(data.join(".oriented"), "").expect("written");
        command.env_remove("XDG_CONFIG_HOME");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(alone);
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
        Self {
            child,
            master: pair.master,
            keyboard,
            output,
            screen: vt100::Parser::new(lines(rows), lines(cols), 0),
            raw: Vec::new(),
            modes,
        }
    }

    fn process(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.raw.extend(bytes);
    }

    fn take_in(&mut self) {
        if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
            self.process(&bytes);
        }
    }

    /// Waits until the program has nothing more to draw: what was typed so far is taken.
    pub(crate) fn settles(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
            self.process(&bytes);
        }
    }

    /// What is on the screen now.
    pub(crate) fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// All that the program sent so far.
    pub(crate) fn received(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// Waits until the screen shows a text.
    pub(crate) fn shows(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.contents().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "no `{text}` on:\n{}", self.contents());
            self.take_in();
        }
    }

    /// Waits until a text is gone from the screen.
    pub(crate) fn no_longer_shows(&mut self, text: &str) {
        let begun = Instant::now();
        while self.contents().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "still `{text}` on:\n{}", self.contents());
            self.take_in();
        }
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
        self.keyboard.flush().expect("typed");
    }

    pub(crate) fn resize(&mut self, rows: u16, cols: u16) {
        self.master.resize(size(rows, cols)).expect("resized");
        self.screen.screen_mut().set_size(lines(rows), lines(cols));
    }

    /// Resizes so often that nobody can keep up; the window of the test stays as it is.
    pub(crate) fn resize_storm(&mut self, sizes: impl Iterator<Item = (u16, u16)>) {
        for (rows, cols) in sizes {
            self.master.resize(size(rows, cols)).expect("resized");
        }
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(self.process_id(), signal).expect("still running");
    }

    /// The process that was started. It leads the group of all that it starts itself.
    fn process_id(&self) -> Pid {
        let id = self.child.process_id().expect("a process");
        Pid::from_raw(id.cast_signed()).expect("a process")
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn ends(&mut self) -> u32 {
        let begun = Instant::now();
        let group = self.process_id();
        let status = loop {
            self.take_in();
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                self.child.kill().expect("killed");
                panic!("still running:\n{}", self.contents());
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.process(&bytes);
        }
        is_empty(group);
        status.exit_code()
    }

    /// Closes the window: nobody reads and nobody types any more. Waits for the end and gives the exit code.
    pub(crate) fn close(self) -> u32 {
        let group = self.process_id();
        let Self {
            mut child,
            master,
            mut keyboard,
            output,
            ..
        } = self;
        drop(output);
        // The next thing drawn finds nobody who listens, and the last hold on the terminal is let go.
        keyboard.write_all(b"?").expect("typed");
        drop((keyboard, master));
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                is_empty(group);
                return status.exit_code();
            }
            if begun.elapsed() > PATIENCE {
                child.kill().expect("killed");
                panic!("still running without a terminal");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether clicks go to the program.
    pub(crate) fn has_mouse(&self) -> bool {
        self.screen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Whether a cell is drawn in reverse.
    pub(crate) fn is_reversed(&self, row: u16, column: u16) -> bool {
        self.screen.screen().cell(row, column).is_some_and(vt100::Cell::inverse)
    }

    /// Whether any cell has a colour of its own.
    pub(crate) fn has_colours(&self) -> bool {
        let screen = self.screen.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let mut cells = (0..rows).flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column)));
        cells.any(|cell| {
            [cell.fgcolor(), cell.bgcolor()]
                .iter()
                .any(|colour| *colour != vt100::Color::Default)
        })
    }

    /// The screens have the terminal to themselves.
    pub(crate) fn is_taken(&self) {
        let screen = self.screen.screen();
        assert!(screen.alternate_screen(), "the alternate screen is shown");
        assert!(screen.bracketed_paste(), "pasting is announced");
        assert_ne!(modes(&*self.master), self.modes, "keys come as they are typed");
    }

    /// Row 1 of the expectations: restored on every way out.
    pub(crate) fn is_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pasting is plain again");
        assert!(!self.has_mouse(), "the mouse selects text again");
        assert_eq!(
            modes(&*self.master),
            self.modes,
            "lines, echo and signals are as before"
        );
        let said = self.received();
        assert!(said.contains("\u{1b}[?1049l"), "the program says so to the terminal");
    }
}
