//! AWS's event history: every region, as fast as the API allows.
//!
//! The API takes one attribute a request, gives 50 events an answer, newest first, and permits two requests a second for
//! each account and region, which other principals share.
//!
//! | part | one idea |
//! |---|---|
//! | `api` | one request and its answer; what errors mean |
//! | `question` | what is asked, where, and what comes first |
//! | `planner` | what to ask for the leads of the chain |
//! | `keys` | the keys of the chain, known to every region |
//! | `walk` | the reading of one question in one region, cut into slices |
//! | `task` | one question under way in one region |
//! | `desk` | one region: sends what waits, at the rate |
//! | `pace` | how fast requests go out, and how long answers take |
//! | `under_way` | the requests whose answers are awaited |
//! | `clerk` | shares questions out over the regions |
//! | `accounts` | the same in each other account that the chain enters |
//! | `gathered` | what comes back, as the hunt takes it |
//!
//! # Why it is fast
//!
//! Every region has a desk of its own with its own rate, so that slow ones hold up nobody. Within a region a request goes
//! out whenever the rate allows one: where no chain of tokens is ready for it, the slice with most left to read is cut in
//! two ([`walk`]). Where there is nothing else to send, a request whose answer is slow goes out a second time. New leads are asked while the seed's calls are still coming in.

mod accounts;
mod api;
mod clerk;
mod desk;
mod gathered;
mod keys;
mod pace;
mod planner;
mod question;
mod task;
mod under_way;
mod walk;

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::account::Access;

pub use accounts::{of_seeds, opener};
pub use clerk::start;

/// What an investigation calls this source.
pub const SOURCE: &str = "AWS event history";
/// What to do where AWS takes no credentials.
pub(super) const SIGN_IN: &str = "\
    Sign in (aws login, aws sso login, or the usual variables), then go on with `keytrail open FILE`. Where the \
    profile asks for an MFA code (mfa_serial), pass its session on first: \
    eval \"$(aws configure export-credentials --profile NAME --format env)\"";
/// Two requests a second, with a little room for the network's own pace.
pub const INTERVAL: Duration = Duration::from_millis(501);

/// How the event history is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The seeds: their calls come first.
    pub seeds: Vec<String>,
    /// With whose credentials.
    pub access: Access,
    /// The account, where it is not the one that the responder's own credentials are of.
    pub account: Option<String>,
    /// Only these regions; else all that are enabled.
    pub regions: Option<Vec<String>>,
    /// Only events at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Only events before this time.
    pub until: Option<DateTime<Utc>>,
    /// When the notice says that the key was used: of a busy key, the days around it come first.
    pub around: Option<DateTime<Utc>>,
    /// Between two requests in one region.
    pub interval: Duration,
    /// What an earlier pass read already, per region and question.
    pub read: HashMap<(String, String), Vec<(i64, i64)>>,
}

/// Delivery takes some five minutes, without guarantee: so many seconds at the end of a window are read once more.
pub const LATE: i64 = 20 * 60;
/// Event history reaches back so far.
pub const REACH: chrono::TimeDelta = chrono::TimeDelta::days(90);
