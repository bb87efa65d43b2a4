//! The reading, where there are no screens: taken in to its end, with how far it has come.

use std::io::{IsTerminal, Write as _};

use chrono::{TimeDelta, Utc};

use super::failure::Failure;
use super::{account, session};
use crate::collect::hunt::Hunt;
use crate::collect::source::SourceError;
use crate::collect::work::Work;
use crate::store::CaseFile;

/// What to do about credentials that expired half-way.
const EXPIRED: &str = "the AWS credentials have expired: renew them (aws sso login), and it goes on. Where they come from \
                       the environment, interrupt it and go on with `keytrail open FILE`";

/// Why nothing more could be read.
pub(super) fn failure(case: &CaseFile, work: &Work) -> Option<Failure> {
    Some(match work.hunt.as_ref().and_then(Hunt::failure)? {
        SourceError::Aws { text, hint } => {
            Failure::refused(text.clone(), account::why_refused(case.investigation(), hint))
        }
        other => Failure::new(other.to_string(), ""),
    })
}

/// How it is shown how far the reading has come.
pub(super) enum Progress<'a> {
    /// Nowhere.
    Hidden,
    /// On one line of standard error, written over again and again.
    OneLine,
    /// Line after line, said by this.
    Lines(&'a dyn Fn(&str) -> Result<(), Failure>),
}

impl Progress<'_> {
    pub(super) fn on_standard_error() -> Self {
        if std::io::stderr().is_terminal() && !session::is_dumb() {
            Self::OneLine
        } else {
            Self::Hidden
        }
    }

    /// Between two looks. Lines are read aloud: there should be few.
    fn pause(&self) -> TimeDelta {
        match self {
            Self::Hidden | Self::OneLine => TimeDelta::milliseconds(200),
            Self::Lines(_) => TimeDelta::seconds(3),
        }
    }

    fn show(&self, hunt: &Hunt) -> Result<(), Failure> {
        match self {
            Self::Hidden => {}
            Self::OneLine => write_over(&come_so_far(hunt)),
            Self::Lines(say) => say(&come_so_far(hunt))?,
        }
        Ok(())
    }

    /// Says what stays.
    fn say(&self, said: &str) -> Result<(), Failure> {
        self.clear();
        match self {
            Self::Hidden | Self::OneLine => eprintln!("{said}"),
            Self::Lines(say) => say(said)?,
        }
        Ok(())
    }

    fn clear(&self) {
        if matches!(self, Self::OneLine) {
            write_over("");
        }
    }
}

/// Progress that cannot be shown is no reason to stop.
fn write_over(line: &str) {
    let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
}

fn come_so_far(hunt: &Hunt) -> String {
    let progress = hunt.progress();
    match progress.files_total {
        0 => format!("asking AWS, {} events", progress.records),
        all => format!(
            "reading {} of {all} files, {} records",
            progress.files_done, progress.records
        ),
    }
}

/// Takes in what there is to read. Returns whether it was interrupted.
pub(super) async fn drive(case: &mut CaseFile, work: &mut Work, progress: &Progress<'_>) -> Result<bool, Failure> {
    let mut shown = Utc::now();
    let mut was_paused = false;
    let interrupt = interrupted();
    tokio::pin!(interrupt);
    loop {
        let news = tokio::select! {
            // Signals are listened to before anything is taken in, and go before it.
            biased;
            () = &mut interrupt => {
                if let Some(hunt) = &mut work.hunt {
                    hunt.cancel(case, Utc::now())?;
                }
                progress.clear();
                return Ok(true);
            }
            news = work.next() => news,
        };
        let Some(news) = news else { break };
        let now = Utc::now();
        work.handle(news, case, now)?;
        let is_paused = work.hunt.as_ref().is_some_and(|hunt| hunt.progress().paused);
        if is_paused && !was_paused {
            progress.say(EXPIRED)?;
        }
        was_paused = is_paused;
        if let Some(hunt) = &work.hunt
            && !is_paused
            && now - shown > progress.pause()
        {
            shown = now;
            progress.show(hunt)?;
        }
    }
    progress.clear();
    Ok(false)
}

/// Waits until somebody wants the program to end.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    // Without a handler the signal ends the program by itself; what was found is saved already.
    let _ = tokio::signal::ctrl_c().await;
}
