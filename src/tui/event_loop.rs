//! Keys, what the hunt found, time and signals, in turn.
//!
//! Whatever can change the state comes through here, one thing at a time, so nothing is shared and nothing is locked.
//! A frame is drawn only when something changed, at most thirty times a second. Keys go before data: however fast
//! records arrive, the screens answer.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::Utc;
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::action::Action;
use super::app::{Account, App, Hands, Reading};
use super::clipboard;
use super::desk::Desk;
use super::preferences::Clipboard;
use super::signals::{Heard, Signals};
use super::terminal::{self, Guard};
use super::update::Effect;
use super::widgets::text::{counted, safe};
use super::{Again, Exit, views};
use crate::account::change::Acting;
use crate::collect::hunt::Hunt;
use crate::collect::source::SourceError;
use crate::collect::work::{News, Work};
use crate::export::write_evidence;

/// Between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// Between two looks at the clock, for messages that have been there long enough.
const TICK: Duration = Duration::from_millis(500);
/// So long data may be taken in before keys are looked at again.
const SLICE: Duration = Duration::from_millis(10);

/// Runs the screens until they are left.
pub(super) async fn run(
    guard: &mut Guard,
    app: &mut App,
    mut work: Work,
    again: Again,
    exit_when_done: bool,
) -> io::Result<Exit> {
    let mut keys = EventStream::new();
    let mut signals = Signals::listen()?;
    let mut pace = Pace::new();
    let mut tick = tokio::time::interval(TICK);
    show_progress(app, &work);
    loop {
        let now = Instant::now();
        if pace.due().is_some_and(|due| due <= now) {
            pace.draw(now, guard, app)?;
        }
        let effect = tokio::select! {
            biased;
            heard = signals.next() => {
                pace.changed = true;
                match heard {
                    Heard::End => return Ok(Exit::Interrupted),
                    Heard::Stop => Some(Effect::Suspend),
                    Heard::Continued => {
                        guard.retake()?;
                        None
                    }
                }
            }
            event = next_key(&mut keys) => match event {
                Some(Ok(event)) => {
                    pace.changed = true;
                    match take(app, event) {
                        None => drain(app, &mut keys).await,
                        effect => effect,
                    }
                }
                // The terminal is gone: nobody is there to see anything any more.
                Some(Err(_)) | None => return Ok(Exit::Interrupted),
            },
            () = sleep_until(pace.due().unwrap_or(now)), if pace.due().is_some() => None,
            () = sleep_until(pace.next_frame), if app.is_playing() => {
                pace.changed |= app.pass(pace.since_frame());
                None
            }
            Some(news) = work.next() => {
                let was_reading = work.is_reading();
                if take_in(app, &mut work, news) {
                    guard.ring()?;
                    pace.changed = true;
                }
                pace.fresh_data = true;
                if was_reading && !work.is_reading() && !exit_when_done {
                    work.watch(true);
                }
                show_progress(app, &work);
                if exit_when_done && work.is_over() {
                    app.touch();
                    pace.draw(Instant::now(), guard, app)?;
                    return Ok(Exit::Done);
                }
                None
            }
            _ = tick.tick() => {
                pace.changed |= app.tick(Utc::now());
                None
            }
        };
        match effect {
            Some(Effect::Leave(exit)) => {
                if exit == Exit::Shown {
                    guard.keep(|frame| views::draw(app, frame))?;
                }
                return Ok(exit);
            }
            Some(Effect::Mouse(wanted)) => guard.mouse(wanted)?,
            Some(Effect::Redraw) => guard.clear()?,
            Some(Effect::Suspend) => guard.suspend()?,
            Some(Effect::Copy(text)) => copy(guard, app, &text)?,
            Some(Effect::Export(folder)) => export(app, &folder),
            Some(Effect::StopReading) => {
                stop(app, &mut work);
                show_progress(app, &work);
            }
            Some(Effect::Prepare(change)) => act(app, &mut work, |acting| acting.prepare(change)),
            Some(Effect::KeepEvidence(holder)) => act(app, &mut work, |acting| acting.keep_evidence(holder)),
            Some(Effect::Perform(approved)) => act(app, &mut work, |acting| acting.perform(*approved)),
            Some(Effect::AskAccount) => {
                work.ask_again(app.investigation(), Utc::now());
                show_progress(app, &work);
            }
            Some(Effect::Watch) if app.is_watching => {
                work.watch(false);
                show_progress(app, &work);
                let key = app.key_of(Action::Watch);
                app.say(format!("No longer watching for new calls; {key} watches again"));
            }
            Some(Effect::Watch) if work.watch(true) => show_progress(app, &work),
            // Where nothing was read since the file was opened, that comes first; the watch begins at its end.
            Some(Effect::Watch | Effect::AskAgain) => {
                ask_again(app, &mut work, again);
                show_progress(app, &work);
            }
            None => {}
        }
    }
}

/// Puts a text on the clipboard, as the responder prefers it.
fn copy(guard: &mut Guard, app: &mut App, text: &str) -> io::Result<()> {
    match app.settings.preferences.clipboard {
        Clipboard::Terminal => guard.copy(text)?,
        Clipboard::Native if !clipboard::copy(text) => {
            app.complain("Nothing is copied: none of pbcopy, wl-copy, xclip, xsel and clip.exe took it");
        }
        Clipboard::Native | Clipboard::Off => {}
    }
    Ok(())
}

/// Writes the evidence as it is now. The screens wait for it: what is shown and what is written are the same.
fn export(app: &mut App, folder: &str) {
    let case = app.desk.case();
    let path = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    let playbook = &app.settings.playbook;
    let written = case.while_reading(|case| write_evidence(&path, case, playbook, Utc::now()));
    match written {
        Ok(Ok(manifest)) => {
            let files = counted(manifest.files.len() as u64 + 1, "file", "files");
            app.say(format!(
                "{files} of evidence written to {}",
                safe(&path.to_string_lossy())
            ));
        }
        Ok(Err(error)) => app.complain(format!("Nothing is written: {error}; {}", error.hint())),
        Err(error) => app.complain(format!("Nothing is written: {error}; {}", error.hint())),
    }
}

/// When to draw.
#[derive(Debug)]
struct Pace {
    /// Something the user did shows.
    changed: bool,
    /// Facts arrived that the views do not show yet.
    fresh_data: bool,
    last_frame: Instant,
    next_frame: Instant,
    next_data: Instant,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            changed: true,
            fresh_data: false,
            last_frame: now,
            next_frame: now,
            next_data: now,
        }
    }

    /// When the next frame is to be drawn; `None` where nothing changed.
    fn due(&self) -> Option<Instant> {
        match (self.changed, self.fresh_data) {
            (true, _) => Some(self.next_frame),
            (false, true) => Some(self.next_data),
            (false, false) => None,
        }
    }

    fn since_frame(&self) -> Duration {
        // After a long pause time goes on from here; it does not jump.
        self.last_frame.elapsed().min(FRAME * 4)
    }

    fn draw(&mut self, now: Instant, guard: &mut Guard, app: &mut App) -> io::Result<()> {
        let with_data = self.fresh_data && now >= self.next_data;
        if with_data {
            app.touch();
        }
        app.refresh();
        guard.terminal.draw(|frame| views::draw(app, frame))?;
        // A choice of very many events goes on with the next frame.
        self.changed = app.is_sifting();
        self.last_frame = now;
        self.next_frame = now + FRAME;
        if with_data {
            // Deriving everything from a very large case takes long. Then new data is shown less often, so that most
            // of the time is left for taking it in, and for keys.
            self.fresh_data = false;
            self.next_data = Instant::now() + (now.elapsed() * 4).max(FRAME);
        }
        Ok(())
    }
}

fn take(app: &mut App, event: Event) -> Option<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => app.key(key),
        Event::Paste(text) => {
            app.paste(&text);
            None
        }
        Event::Mouse(event) => {
            app.mouse(event);
            None
        }
        _ => None,
    }
}

/// The next key; `None` where the terminal is gone.
async fn next_key(keys: &mut EventStream) -> Option<io::Result<Event>> {
    std::future::poll_fn(|context| poll_key(keys, context)).await
}

/// Looks whether the terminal is still there before each read: crossterm reads one that hung up again and again, without an
/// end.
fn poll_key(keys: &mut EventStream, context: &mut Context<'_>) -> Poll<Option<io::Result<Event>>> {
    if terminal::is_gone() {
        return Poll::Ready(None);
    }
    keys.poll_next_unpin(context)
}

/// Takes the keys that wait already, before anything is drawn: typing is never slower than drawing.
async fn drain(app: &mut App, keys: &mut EventStream) -> Option<Effect> {
    while let Poll::Ready(Some(Ok(event))) = waiting(keys).await {
        if let Some(effect) = take(app, event) {
            return Some(effect);
        }
    }
    None
}

/// The event that waits already, without waiting for one. Asked with the waker of the task: the stream keeps the one it
/// is first asked with, and with another nobody would be woken by the next key.
pub(super) async fn waiting(events: &mut EventStream) -> Poll<Option<io::Result<Event>>> {
    std::future::poll_fn(|context| Poll::Ready(poll_key(events, context))).await
}

/// Turns what came of the work into facts, as much as waits already, for a moment at most. Returns whether a watch found
/// new calls.
fn take_in(app: &mut App, work: &mut Work, first: News) -> bool {
    let known = app.investigation().evidence().events().len();
    let was_watching = work.is_watching();
    let until = Instant::now() + SLICE;
    let was_reading = work.is_reading();
    let mut next = Some(first);
    while let Some(mut news) = next.take() {
        if let News::Acted(said) = news {
            match app.hear(said) {
                Some(said) => news = News::Acted(said),
                None => continue,
            }
        }
        let Desk::Live(case) = &mut app.desk else {
            return false;
        };
        if let Err(error) = work.handle(news, case, Utc::now()) {
            // What cannot be saved must not be shown as if it were: stop, and say why.
            let stopped = if was_reading { "Reading stopped, not" } else { "Not" };
            app.complain(format!("{stopped} saved: {error}; {}", error.hint()));
            stop_quietly(app, work);
            return false;
        }
        if Instant::now() < until {
            next = work.next().now_or_never().flatten();
        }
    }
    let failure = work.hunt.as_ref().and_then(Hunt::failure);
    if let Some(failure) = failure.filter(|_| was_reading && !work.is_reading()) {
        app.complain(match failure {
            // What to do comes first: a line is short.
            SourceError::Aws { text, hint } => format!("Reading stopped. {hint} ({text})"),
            failure => format!("Reading stopped: {failure}. What was read is kept"),
        });
    }
    was_watching && say_new_calls(app, known)
}

/// Says what the chain's credentials did since so many events were known. Returns whether they did anything.
fn say_new_calls(app: &mut App, known: usize) -> bool {
    let calls = app.investigation().new_calls(known);
    let Some(last) = calls.iter().max_by_key(|event| event.time()) else {
        return false;
    };
    let said = format!(
        "{}, the last one {} by {} in {} at {}",
        counted(calls.len() as u64, "new call", "new calls"),
        last.name,
        last.identity.access_key.as_deref().unwrap_or_default(),
        last.region,
        app.zone.full(last.time())
    );
    app.complain(said);
    true
}

/// Begins another pass: what was read already is not asked for again.
fn ask_again(app: &mut App, work: &mut Work, again: Again) {
    let Desk::Live(case) = &mut app.desk else { return };
    match again(case) {
        Ok(mut begun) => {
            begun.acting = work.acting.take();
            *work = begun;
        }
        Err(why) => app.complain(why),
    }
    app.touch();
}

fn stop(app: &mut App, work: &mut Work) {
    stop_quietly(app, work);
    app.say("Reading stopped; what was read is kept");
}

fn stop_quietly(app: &mut App, work: &mut Work) {
    let (Desk::Live(case), Some(hunt)) = (&mut app.desk, &mut work.hunt) else {
        return;
    };
    // `cancel` ends the hunt before it writes that down, so a full disk cannot keep it running.
    if let Err(error) = hunt.cancel(case, Utc::now()) {
        app.complain(format!("Not saved: {error}; {}", error.hint()));
    }
    app.touch();
}

/// Looks at something to be changed, or changes it.
fn act(app: &mut App, work: &mut Work, act: impl FnOnce(&mut Acting)) {
    if let Some(acting) = &mut work.acting {
        act(acting);
    }
    show_progress(app, work);
}

fn show_progress(app: &mut App, work: &Work) {
    app.hands = match work.acting.as_ref().map(Acting::may_change) {
        None => Hands::Away,
        Some(false) => Hands::Tied,
        Some(true) => Hands::Free,
    };
    app.is_acting = work.acting.as_ref().is_some_and(Acting::is_busy);
    let hunt = work.hunt.as_ref();
    let regions = hunt.map(|hunt| hunt.regions().clone()).unwrap_or_default();
    let reading = hunt.filter(|hunt| hunt.is_running()).map(|hunt| {
        let progress = hunt.progress();
        Reading {
            files_done: progress.files_done,
            files_total: progress.files_total,
            records: progress.records,
            left: hunt.regions().values().map(|region| region.left).max(),
        }
    });
    app.is_paused = hunt.is_some_and(|hunt| hunt.progress().paused);
    app.set_reading(reading, regions, work.is_watching());
    app.account = match &work.inquiries {
        None => Account::OutOfReach,
        Some(inquiries) if inquiries.is_waiting() => Account::Asked,
        Some(_) => Account::InReach,
    };
}
