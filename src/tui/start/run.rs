//! The start screen on a terminal: keys, pasted text and signals, in turn.

use std::io;
use std::mem::ManuallyDrop;
use std::task::Poll;

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt;

use super::{Start, Wanted, draw};
use crate::tui::event_loop::waiting;
use crate::tui::signals::{Heard, Signals};
use crate::tui::terminal::Guard;

/// Shows the screen until something is wanted that lies outside of it.
pub(in crate::tui) async fn run(guard: &mut Guard, start: &mut Start) -> io::Result<Wanted> {
    // Never dropped: crossterm's clean-up wakes its reader, which then passes over a key that comes at that moment, and the
    // screens that follow would wait for it. As it is, its thread hands the next key on to them.
    let mut events = ManuallyDrop::new(EventStream::new());
    let mut signals = Signals::listen()?;
    loop {
        guard.terminal.draw(|frame| draw(start, frame))?;
        let mut event = tokio::select! {
            biased;
            heard = signals.next() => match heard {
                Heard::End => return Ok(Wanted::Interrupt),
                Heard::Stop => {
                    guard.suspend()?;
                    continue;
                }
                Heard::Continued => {
                    guard.retake()?;
                    continue;
                }
            },
            event = events.next() => event,
        };
        // What waits already is taken before anything is drawn: typing is never slower than drawing.
        loop {
            match event {
                Some(Ok(event)) => match take(start, event) {
                    Some(Wanted::Redraw) => guard.clear()?,
                    Some(Wanted::Suspend) => guard.suspend()?,
                    Some(wanted) => return Ok(wanted),
                    None => {}
                },
                // The terminal is gone: nobody is there to see anything any more.
                Some(Err(_)) | None => return Ok(Wanted::Interrupt),
            }
            match waiting(&mut events).await {
                Poll::Ready(next) => event = next,
                Poll::Pending => break,
            }
        }
    }
}

fn take(start: &mut Start, event: Event) -> Option<Wanted> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => start.key(key),
        Event::Paste(text) => {
            start.paste(&text);
            None
        }
        _ => None,
    }
}
