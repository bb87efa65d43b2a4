//! `keytrail trails`: where the account's calls are logged, and what to investigate from.

use serde_json::Value;

use super::failure::{Exit, Failure};
use super::settings::Settings;
use super::show::{FormatArg, print_table};
use super::{print, session};
use crate::account;
use crate::account::trails::{self, EventDataStore, Logs, Trail, Trails};
use crate::cloudtrail::time;
use crate::export::text::safe;
use crate::export::{Format, Table};
use crate::investigation::account::Reply;

/// As whom, and how to print it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The profile of the AWS settings to use
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    format: FormatArg,
}

const COLUMNS: [&str; 11] = [
    "Name",
    "Kind",
    "Logs",
    "Since",
    "Stopped",
    "Delivered",
    "Scope",
    "Place",
    "Events",
    "Note",
    "Arn",
];
/// What people are shown.
const BRIEF: [&str; 7] = ["Name", "Logs", "Since", "Scope", "Place", "Events", "Note"];

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    let seen = session::runtime()?.block_on(async {
        let profile = settings.profile(args.profile.as_ref());
        trails::look(&account::settings(profile.as_deref()).await).await
    });
    let seen = match seen {
        Reply::Known(seen) => seen,
        Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => {
            return Err(Failure::refused(
                format!("the trails could not be listed: {why}"),
                "It needs cloudtrail:DescribeTrails, cloudtrail:ListTrails, cloudtrail:GetTrailStatus and \
                 cloudtrail:GetEventSelectors (`keytrail doctor` looks at the credentials).",
            ));
        }
    };
    let format = args.format.into();
    let rows = seen.trails.iter().map(row);
    let stores = seen.stores.known().into_iter().flatten().map(store);
    print_table(Table::new(&COLUMNS, &BRIEF, rows.chain(stores)), format)?;
    if format == Format::Text {
        print(&format!("\n{}\n", safe(&advice(&seen))))?;
    }
    Ok(Exit::Done)
}

fn row(trail: &Trail) -> [Value; 11] {
    let status = trail.status.known();
    let moment = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or(Value::Null, |at| time::format(at).into());
    let scope = match (trail.organisation, trail.all_regions) {
        (true, true) => "organisation, all regions".to_owned(),
        (false, true) => "account, all regions".to_owned(),
        (true, false) => format!("organisation, {} only", trail.home),
        (false, false) => format!("account, {} only", trail.home),
    };
    let not_known = [trail.status.why_not(), trail.logs.why_not()].into_iter().flatten();
    let mut notes: Vec<String> = not_known.map(str::to_owned).collect();
    notes.extend(status.and_then(|status| Some(format!("cannot write: {}", status.error.as_ref()?))));
    notes.extend(
        trail
            .key
            .as_ref()
            .map(|key| format!("encrypted by {key}: kms:Decrypt is needed")),
    );
    [
        trail.name.clone().into(),
        "trail".into(),
        status
            .map_or("not known", |status| if status.is_logging { "yes" } else { "NO" })
            .into(),
        moment(status.and_then(|status| status.since)),
        moment(status.and_then(|status| status.stopped)),
        moment(status.and_then(|status| status.delivered)),
        scope.into(),
        trail.place.clone().into(),
        trail.logs.known().map_or(Value::Null, |logs| events(logs).into()),
        notes.join("; ").into(),
        trail.arn.clone().into(),
    ]
}

fn events(logs: &Logs) -> String {
    let management = match (logs.reads, logs.writes) {
        (true, true) => "management",
        (true, false) => "management (reads only)",
        (false, true) => "management (writes only)",
        (false, false) => "no management",
    };
    let data: Vec<&str> = logs.data.iter().map(|kind| kind.trim_start_matches("AWS::")).collect();
    if data.is_empty() {
        format!("{management}, no data events")
    } else {
        format!("{management}, data of {}", data.join(", "))
    }
}

fn store(store: &EventDataStore) -> [Value; 11] {
    let mut row: [Value; 11] = std::array::from_fn(|_| Value::Null);
    row[0] = store.name.clone().into();
    row[1] = "event data store".into();
    row[7] = "CloudTrail Lake".into();
    row[10] = store.arn.clone().into();
    row
}

/// Which source is best.
fn advice(seen: &Trails) -> String {
    let history = "event history (keytrail investigate KEY): the last 90 days, no data events";
    let Some(best) = seen.best() else {
        return format!("No trail holds the calls that make chains. What is left is {history}.");
    };
    let stopped = best.status.known().filter(|status| !status.is_logging);
    let until = stopped.map(|status| match status.stopped {
        Some(at) => format!(
            " (until {}, when logging was stopped; what came later is in {history})",
            time::format(at)
        ),
        None => format!(" (it does not log now; what came later is in {history})"),
    });
    let command = match shlex::try_quote(&best.place) {
        Ok(place) => format!("keytrail investigate KEY --from {place}"),
        Err(_) => "keytrail investigate KEY --from s3://BUCKET".to_owned(),
    };
    format!(
        "Best for an incident: {command}{}. Without access to the bucket: {history}.",
        until.unwrap_or_default()
    )
}
