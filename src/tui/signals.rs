//! What the system says to the program while it has the terminal.

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The program is to end.
    End,
    /// The program is to stop until it is continued: somebody else than its own Ctrl-Z wants that.
    Stop,
    /// The program was continued. It may have been stopped without being asked, and another may have drawn meanwhile.
    Continued,
}

/// The signals that are listened to. SIGHUP is heard even where the parent ignored it, so a lost terminal never leaves
/// the program behind.
pub(super) struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    stop: Signal,
    continued: Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let numbered = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: numbered(Number::TSTP)?,
            continued: numbered(Number::CONT)?,
        })
    }

    pub(super) async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.terminate.recv() => Heard::End,
            _ = self.hangup.recv() => Heard::End,
            _ = self.interrupt.recv() => Heard::End,
            _ = self.stop.recv() => Heard::Stop,
            _ = self.continued.recv() => Heard::Continued,
        }
    }
}
