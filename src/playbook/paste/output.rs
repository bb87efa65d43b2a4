//! What was pasted: read as the JSON that the AWS command line prints, or refused with what to do instead.

use serde_json::Value;
use thiserror::Error;

use crate::cloudtrail::redact::redact;

/// The longest output that is looked at, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Nothing but blanks.
    #[error("nothing was pasted")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("this is more than {} kB", LONGEST / 1000)]
    TooLong,
    /// The command line reported an error, with this code.
    #[error("this is an error of the command, {0}")]
    Failed(String),
    /// Something else than JSON.
    #[error("this is not JSON")]
    NotJson,
    /// JSON that goes on where this ends.
    #[error("this JSON has no end: a part is missing")]
    Unfinished,
    /// One page of several.
    #[error("this is one page of several")]
    OnePage,
    /// It holds a credential.
    #[error("this holds a secret: nothing of it was kept")]
    Secret,
    /// JSON of another shape.
    #[error("this is not what the command prints")]
    OtherShape,
    /// The output names nothing at all.
    #[error("nothing is in it")]
    NothingNamed,
    /// The output is about something else.
    #[error("this is about {0}")]
    OtherName(String),
}

impl Unusable {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "A command that fails prints nothing but its error: look at that.",
            Self::TooLong => "Narrow the command, or tick the item by hand.",
            Self::Failed(code) => about_error(code),
            Self::NotJson => {
                "Run the command as printed, with --output json, and paste all that it prints and nothing else."
            }
            Self::Unfinished => {
                "Paste from the first bracket to the last, or pipe it: keytrail checklist FILE --paste ITEM."
            }
            Self::OnePage => "Run the command without --max-items and --no-paginate.",
            Self::Secret => "It is on the clipboard still, and perhaps in the history of the terminal.",
            Self::OtherShape => "Run the command as printed: without another --query, and for this name.",
            Self::NothingNamed => {
                "It may be gone for long, or this is another account or region: check which one answered, or tick by hand."
            }
            Self::OtherName(_) => "Paste the output for this name.",
        }
    }
}

/// What the errors of AWS that come most often mean here.
fn about_error(code: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if is(&[
        "AccessDenied",
        "Unauthorized",
        "NotAuthorized",
        "AuthorizationError",
        "Forbidden",
    ]) {
        "The identity may not ask this: run it with one that may."
    } else if is(&[
        "Expired",
        "InvalidClientTokenId",
        "UnrecognizedClient",
        "credentials",
        "SignatureDoesNotMatch",
    ]) {
        "The credentials do not work: sign in again, and check the profile."
    } else if is(&["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown"]) {
        "AWS answers too many requests: run it again in a moment."
    } else if is(&["NoSuch", "NotFound", "DoesNotExist", "NoEntity"]) {
        "What it asks for is not there. If that is what you wanted, tick the item by hand and note the error."
    } else if is(&["SubscriptionRequired", "OptInRequired"]) {
        "The account has no right to this service, such as a support plan: use the console and tick by hand."
    } else {
        "Mend what it says and run the command again."
    }
}

/// The JSON of an output.
pub(super) fn read(text: &str) -> Result<Value, Unusable> {
    if text.len() > LONGEST {
        return Err(Unusable::TooLong);
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Unusable::Empty);
    }
    if let Some(code) = error_code(text) {
        return Err(Unusable::Failed(code));
    }
    let output: Value = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() && text.starts_with(['{', '[']) {
            Unusable::Unfinished
        } else {
            Unusable::NotJson
        }
    })?;
    // None of the commands that are asked for prints one.
    if redact(&mut output.clone()) {
        return Err(Unusable::Secret);
    }
    if is_one_page(&output) {
        return Err(Unusable::OnePage);
    }
    Ok(output)
}

/// The code of an error that the AWS command line printed instead of an output.
fn error_code(text: &str) -> Option<String> {
    if text.starts_with("Unable to locate credentials") {
        return Some("no credentials".to_owned());
    }
    let (_, rest) = text.split_once("An error occurred (")?;
    // Inside JSON, such as a message of a log, it is no error of the command.
    if text.starts_with(['{', '[']) {
        return None;
    }
    let (code, _) = rest.split_once(')')?;
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    (plain && (1..=80).contains(&code.len())).then(|| code.to_owned())
}

/// The command line asks for page after page by itself; a mark of more is left only where it was told not to.
fn is_one_page(output: &Value) -> bool {
    let marked = |name: &str| {
        output
            .get(name)
            .is_some_and(|mark| mark.as_str().is_some_and(|mark| !mark.is_empty()))
    };
    let truncated = output.get("IsTruncated").and_then(Value::as_bool) == Some(true);
    truncated || ["NextToken", "nextToken", "NextMarker"].into_iter().any(marked)
}
