//! The terminal guard: whatever way the program leaves, the terminal is as it was.
//!
//! Not `ratatui::restore`: that knows nothing of bracketed paste or mouse capture, and is skipped by an early return.
//! The guard restores when it is dropped, and its panic hook restores before the message is written.

use std::io::{self, IsTerminal, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::style::{Print, ResetColor};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::picture;
use crate::export::text::safe;

/// The terminal while it is ours. The panic hook and the guard agree through it, so it is restored once.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

/// Clicks and the wheel. Not crossterm's command for it: that asks for every movement of the mouse, too.
const MOUSE: &str = "\u{1b}[?1000h\u{1b}[?1006h";

/// The exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

struct Taken {
    /// The thread that draws.
    by: ThreadId,
    /// The messages of panics on other threads. The screens stay, so these wait for the normal screen.
    unsaid: Vec<String>,
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub(super) struct Guard {
    /// Where frames go. Never dropped: its own clean-up complains on standard error when the terminal is gone, and
    /// panics where that is gone too.
    pub terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    /// Whether clicks and the wheel come here. Then the terminal selects no text.
    has_mouse: bool,
    /// What is to stay on the normal screen.
    last: Option<String>,
    /// Held while the terminal is ours.
    _watched: Arc<()>,
}

/// Between two looks whether the terminal is still there.
const LOOK: Duration = Duration::from_millis(500);
/// So many looks in a row find it gone before the program is ended from outside.
const PATIENCE: u32 = 4;

/// Ends the program when the terminal is gone and the screens have not noticed. Reading keys from a terminal that was
/// closed gives nothing, again and again, and crossterm 0.29 goes on reading: nobody on that thread can end it any more.
/// What was shown is in the file already.
fn watch() -> Arc<()> {
    let held = Arc::new(());
    let taken = Arc::downgrade(&held);
    thread::spawn(move || {
        let mut gone = 0;
        while taken.strong_count() > 0 && gone < PATIENCE {
            thread::sleep(LOOK);
            gone = if is_gone() { gone + 1 } else { 0 };
        }
        if taken.strong_count() > 0 {
            std::process::exit(INTERRUPTED);
        }
    });
    held
}

impl Guard {
    /// Takes the terminal: raw mode, the other screen, bracketed paste.
    pub(super) fn take() -> io::Result<Self> {
        restore_on_panic();
        let taken = take().and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match taken {
            Ok(terminal) => Ok(Self {
                terminal: ManuallyDrop::new(terminal),
                has_mouse: false,
                last: None,
                _watched: watch(),
            }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Asks the terminal to put a text on the clipboard. It gives no answer: whether it did cannot be known.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Rings the bell.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print('\u{7}'))
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub(super) fn mouse(&mut self, wanted: bool) -> io::Result<()> {
        self.has_mouse = wanted;
        if wanted {
            execute!(self.terminal.backend_mut(), Print(MOUSE))
        } else {
            execute!(self.terminal.backend_mut(), DisableMouseCapture)
        }
    }

    /// Keeps a last frame: it is written on the normal screen when the terminal is given back.
    pub(super) fn keep(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.last = Some(picture::text(self.terminal.draw(draw)?.buffer));
        Ok(())
    }

    /// Gives the terminal back, stops until somebody continues the program (`fg`), and takes it again.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        // The whole foreground group, as if the terminal itself had seen Ctrl-Z. Not with SIGTSTP, which is listened to and
        // so stops nothing any more. Where no shell could continue the group, the kernel ignores this signal, too, and the
        // screens simply come back.
        let stopped = rustix::process::kill_current_process_group(rustix::process::Signal::TTOU);
        take()?;
        self.set_up()?;
        stopped.map_err(io::Error::from)
    }

    /// Takes the terminal once more, after the program was stopped without a chance to give it back.
    pub(super) fn retake(&mut self) -> io::Result<()> {
        // crossterm remembers that it set raw mode, and would not do it again.
        disable_raw_mode()?;
        enable_raw_mode()?;
        enter(&mut io::stdout())?;
        self.set_up()
    }

    fn set_up(&mut self) -> io::Result<()> {
        if self.has_mouse {
            self.mouse(true)?;
        }
        self.clear()
    }

    /// Empties the screen; the next frame is drawn in full. Not with `Terminal::clear`: that asks the terminal where its
    /// cursor is, and fails where no answer comes.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

/// Whether the terminal went away: its window was closed, or the connection was lost.
pub(super) fn is_gone() -> bool {
    !io::stdout().is_terminal()
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
        if let Some(last) = &self.last {
            let _ = io::stdout().write_all(last.as_bytes());
        }
    }
}

fn take() -> io::Result<()> {
    *lock() = Some(Taken {
        by: thread::current().id(),
        unsaid: Vec::new(),
    });
    enable_raw_mode()?;
    enter(&mut io::stdout())
}

/// Gives the terminal back if it is taken. Errors have nowhere to go: the terminal itself is failing.
fn give_back() {
    if let Some(taken) = lock().take() {
        let _ = leave(&mut io::stdout());
        let _ = disable_raw_mode();
        for line in taken.unsaid.iter().flat_map(|message| message.lines()) {
            let _ = writeln!(io::stderr(), "{}", safe(line));
        }
    }
}

fn lock() -> MutexGuard<'static, Option<Taken>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enter(out: &mut impl Write) -> io::Result<()> {
    execute!(out, EnterAlternateScreen, EnableBracketedPaste)
}

/// Undoes everything the program may have asked of the terminal, mouse capture included, in the reverse order.
fn leave(out: &mut impl Write) -> io::Result<()> {
    queue!(
        out,
        DisableMouseCapture,
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        Show
    )?;
    out.flush()
}

/// The message of a panic belongs on the normal screen, where it stays. When what panics is not the screens, they go on,
/// and it is kept until they are left.
fn restore_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let mut taken = lock();
            if let Some(taken) = taken.as_mut().filter(|taken| taken.by != thread::current().id()) {
                taken.unsaid.push(panic.to_string());
                return;
            }
            drop(taken);
            give_back();
            previous(panic);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_undoes_all_that_entering_did_and_more() {
        let (mut entered, mut left) = (Vec::new(), Vec::new());
        enter(&mut entered).unwrap();
        leave(&mut left).unwrap();
        let (entered, left) = (String::from_utf8(entered).unwrap(), String::from_utf8(left).unwrap());
        // Alternate screen and bracketed paste; then those, the mouse in all its modes, and the cursor.
        for mode in ["?1049", "?2004"] {
            assert!(entered.contains(&format!("\x1b[{mode}h")), "{entered:?}");
            assert!(left.contains(&format!("\x1b[{mode}l")), "{left:?}");
        }
        for mode in ["?1000l", "?1002l", "?1003l", "?1006l", "?25h"] {
            assert!(left.contains(&format!("\x1b[{mode}")), "{left:?}");
        }
        // The cursor is shown on the normal screen, after the other one was left.
        assert!(left.find("?25h") > left.find("?1049l"));
    }
}
