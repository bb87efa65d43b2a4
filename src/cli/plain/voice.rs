//! What is said, and what is answered. Every line goes out through here, so nothing in a record steers the terminal.

use std::io::{BufRead as _, IsTerminal};
use std::pin::Pin;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::super::failure::Failure;
use super::super::{drive, print};
use crate::export::text::safe;

/// So many entries are said before it is asked whether to go on.
const PAGE: usize = 20;

/// Why a conversation ends before its time.
#[derive(Debug)]
pub(super) enum Over {
    /// Nobody answers any more.
    End,
    /// By Ctrl-C or a signal.
    Interrupted,
    /// Nothing can be said or written any more.
    Failed(Failure),
}

impl From<Failure> for Over {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Says one line, whatever is in it.
pub(super) fn say(line: &str) -> Result<(), Failure> {
    print(&format!("{}\n", safe(line)))
}

/// Says the lines of a text.
pub(super) fn say_all(text: &str) -> Result<(), Failure> {
    text.lines().try_for_each(say)
}

/// Asks, and hears what is answered.
pub(super) struct Voice<'r> {
    runtime: &'r Runtime,
    lines: mpsc::UnboundedReceiver<String>,
    /// Kept from question to question: a signal that comes in between counts at the next.
    interrupt: Pin<Box<dyn Future<Output = ()>>>,
    /// Somebody sits at a terminal: what they type is seen there, and long texts wait for them.
    is_watched: bool,
}

impl<'r> Voice<'r> {
    /// Listens to standard input from now on. A thread of its own reads it: a signal must not wait for a line.
    pub(super) fn new(runtime: &'r Runtime) -> Self {
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let mut stdin = std::io::stdin().lock();
            let mut line = Vec::new();
            while stdin.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self {
            runtime,
            lines,
            interrupt: Box::pin(drive::interrupted()),
            is_watched: std::io::stdin().is_terminal(),
        }
    }

    /// Asks; the answer without the blanks around it.
    pub(super) fn ask(&mut self, question: &str) -> Result<String, Over> {
        print(&safe(question))?;
        let answer = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = &mut self.interrupt => Err(Over::Interrupted),
                line = self.lines.recv() => line.ok_or(Over::End),
            }
        });
        if !self.is_watched || answer.is_err() {
            // Nobody's Enter ends this line.
            print("\n")?;
        }
        Ok(answer?.trim().to_owned())
    }

    /// Says entry after entry. Somebody who listens is asked now and then whether to go on.
    pub(super) fn pages(&mut self, entries: Vec<Vec<String>>) -> Result<(), Over> {
        let all = entries.len();
        for (n, entry) in entries.into_iter().enumerate() {
            if n > 0 && n % PAGE == 0 && self.is_watched {
                let question = format!("{n} of {all} so far. Enter goes on, q leaves: ");
                if !self.ask(&question)?.is_empty() {
                    return Ok(());
                }
            }
            entry.iter().try_for_each(|line| say(line))?;
        }
        Ok(())
    }
}
