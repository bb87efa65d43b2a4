//! `keytrail doctor`: can an investigation run from here?

use std::fmt::Write as _;

use super::failure::{Exit, Failure};
use super::settings::Settings;
use super::{print, session};
use crate::account::doctor::{self, Check, Checkup};
use crate::account::{self, policy};
use crate::export::text::safe;

/// As whom, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The profile of the AWS settings to use
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Regions in which event history is tried, such as us-east-1,eu-west-1; else the home region and one other
    #[arg(long, value_name = "REGIONS", value_delimiter = ',')]
    regions: Option<Vec<String>>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let checkup = session::runtime()?.block_on(async {
        let profile = settings.profile(args.profile.as_ref());
        let regions = settings.regions(args.regions.as_deref()).unwrap_or_default();
        let config = account::settings(profile.as_deref()).await;
        doctor::check(&config, &regions).await
    });
    print(&said(&checkup))?;
    Ok(if checkup.can_run { Exit::Done } else { Exit::Refused })
}

fn said(checkup: &Checkup) -> String {
    // The checks come last: they are what is to be seen in a small window.
    let mut out = format!(
        "The smallest policy for keytrail (it only reads):\n{:#}\n\nWhat reading a trail's bucket needs besides (narrow it to \
         the bucket and its key):\n{:#}\n\nWhat acting on a node needs besides (D; it changes \
         something only with --allow-changes):\n{:#}\n\n",
        policy::smallest(),
        policy::for_trails(),
        policy::for_changes()
    );
    for check in &checkup.checks {
        line(&mut out, check);
    }
    let verdict = if checkup.can_run {
        "An investigation can run."
    } else {
        "An investigation cannot run yet: see what is missing above."
    };
    // Writing to a String cannot fail.
    let _ = write!(out, "\n{verdict}\n");
    out
}

fn line(out: &mut String, check: &Check) {
    let state = check.state.as_str();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{state:<9}{}: {}", safe(&check.name), safe(&check.means));
    if let Some(why) = &check.why {
        let _ = writeln!(out, "{:<9}{}", "", safe(why));
    }
}
