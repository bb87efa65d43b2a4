//! Text and times as they stand in every form.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::cloudtrail::redact;
use crate::export::text::{plural, safe};

/// The longest text: no form is spoilt by somebody who writes a book into a user agent.
const LONGEST: usize = 2000;

/// A text on one line, of bounded length, with nothing in it that hides or steers. Each form escapes what comes out.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        None => safe(text),
        Some((end, _)) => Cow::Owned(format!(
            "{} [cut: {} characters in all]",
            safe(&text[..end]),
            text.chars().count()
        )),
    }
}

/// What a responder wrote, without what looks like a live secret.
pub(super) fn note(text: &str) -> String {
    redact::redact_prose(text).0
}

/// `2026-01-31 23:59:58 UTC`
pub(super) fn when(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `1 file`, `3 files`
pub(super) fn counted(n: usize, thing: &str) -> String {
    format!("{n} {}", plural(n as u64, thing))
}
