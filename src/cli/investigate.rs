//! `keytrail investigate KEY...`: the main job.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args as _, FromArgMatches as _};

use super::case_file::{case_file, earlier};
use super::failure::{Exit, Failure};
use super::from::{self, Place};
use super::pass::{self, Reader};
use super::session::{self, Manner, Screens};
use super::settings::Settings;
use super::{history, notice};
use crate::cloudtrail::ids::{AccessKeyId, AccessKeyIdError};
use crate::cloudtrail::notice::Notice;
use crate::cloudtrail::time;
use crate::collect::athena::Location;
use crate::collect::history::REACH;
use crate::investigation::fact::{AskedAws, AskedBucket, AskedTables, PassBegan};

/// What to investigate, and from what.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Access key ids, such as AKIAIOSFODNN7EXAMPLE; those of --notice are added
    #[arg(required_unless_present = "notice", value_name = "KEY")]
    keys: Vec<String>,
    /// The notice that says the key leaked (`-` for standard input): AWS Health, GuardDuty, Security Hub, support case,
    /// mail or any text. It is kept as evidence; the address it names is taken for the attacker's
    #[arg(long, value_name = "FILE")]
    notice: Option<PathBuf>,
    /// Read CloudTrail files or folders (JSON, gzip, zip, console CSV), or a trail's bucket (s3://BUCKET or
    /// s3://BUCKET/FOLDER), instead of AWS's event history, or ask a table of a trail's logs (athena:DATABASE.TABLE) or an
    /// event data store (lake:ID-OR-ARN); may be given several times, `history` for the event history beside them
    #[arg(long, value_name = "PLACE")]
    from: Vec<Place>,
    /// With a bucket: keep what was fetched in this folder, as CloudTrail wrote it, so that nothing is fetched twice
    #[arg(long, value_name = "DIR", requires = "from")]
    cache: Option<PathBuf>,
    /// With a bucket whose owner does not pay for requests: you do
    #[arg(long, requires = "from")]
    requester_pays: bool,
    /// The AWS profile to ask with
    #[arg(long)]
    profile: Option<String>,
    /// Only these regions of AWS, separated by commas; `all` for every enabled one
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    regions: Option<Vec<String>>,
    #[command(flatten)]
    accounts: history::Flags,
    /// Accept key ids of any form (archives whose ids were masked)
    #[arg(long)]
    any_key: bool,
    /// Only events at or after this time (RFC 3339, or a date)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// Only events before this time (RFC 3339, or a date)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<DateTime<Utc>>,
    /// Allow changes to the account, each shown and confirmed first; without it keytrail only reads
    #[arg(long, conflicts_with_all = ["batch", "plain"])]
    allow_changes: bool,
    /// The playbook that leads through the steps: a built-in id, a file, or the name of one in your folder; without it,
    /// the one that fits the key
    #[arg(long, value_name = "ID-OR-FILE")]
    playbook: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    tables: Tables,
}

/// How tables are asked.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "With --from athena or lake")]
struct Tables {
    /// Ask nothing that would make the bytes scanned more than this; what is missing is said
    #[arg(long, value_name = "GB", value_parser = gigabytes)]
    max_scan_gb: Option<u64>,
    /// The workgroup of Athena
    #[arg(long, value_name = "NAME")]
    athena_workgroup: Option<String>,
    /// Where Athena puts results (s3://BUCKET/PREFIX/), if the workgroup does not say
    #[arg(long, value_name = "S3-PLACE")]
    athena_output: Option<String>,
    /// Where the logs lie, if the table has yet to be made (s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail); else a trail is asked
    #[arg(long, value_name = "S3-PLACE")]
    athena_location: Option<Location>,
}

/// Reads a number of gigabytes, as bytes.
fn gigabytes(text: &str) -> Result<u64, String> {
    let number: Option<f64> = text.parse().ok().filter(|number| *number >= 0.0 && *number < 1e9);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and far from the limits"
    )]
    let bytes = number.map(|number| (number * 1e9) as u64);
    bytes.ok_or_else(|| "write a number of gigabytes".to_owned())
}

/// Where results go, and whether there are screens.
#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// Save the investigation here; an existing file with the same keys is continued
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Write the evidence folder when the first pass is done
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<PathBuf>,
    /// No screens: progress on standard error, summary on standard output
    #[arg(long)]
    pub(super) batch: bool,
    /// No screens: lines of text with questions, for screen readers and terminals that cannot draw
    #[arg(long, conflicts_with = "batch")]
    pub(super) plain: bool,
    /// Close the screens after the first pass
    #[arg(long)]
    pub(super) exit_when_done: bool,
}

/// Reads a time given on the command line.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let date = || {
        text.parse::<chrono::NaiveDate>()
            .ok()?
            .and_hms_opt(0, 0, 0)
            .map(|t| t.and_utc())
    };
    time::parse_text(text)
        .or_else(date)
        .ok_or_else(|| "write it as 2026-05-21T13:00:00Z or 2026-05-21 (UTC)".to_owned())
}

/// An investigation about to start.
pub(super) struct Plan {
    pub(super) seeds: Vec<String>,
    pub(super) pass: PassBegan,
    pub(super) notice: Option<Notice>,
    /// Without one, the playbook that fits.
    pub(super) playbook: Option<String>,
    /// Where the responder's own are.
    pub(super) own_playbooks: Option<PathBuf>,
    pub(super) save: Option<PathBuf>,
    /// Without `save`: keep it in the data folder, or only in memory.
    pub(super) keep_by_default: bool,
    /// Whether the account may be changed.
    pub(super) may_change: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    investigate(args, args.notice.as_deref().map(notice::read).transpose()?, settings)
}

/// Investigates the keys of a pasted text as `keytrail investigate KEY...` does. A text that is more than keys is a notice.
pub(super) fn pasted(text: Notice, settings: &Settings) -> Result<Exit, Failure> {
    let typed = std::iter::once("investigate").chain(text.keys());
    let command = Args::augment_args(clap::Command::new("investigate"));
    let matches = command.try_get_matches_from(typed);
    let args = matches.and_then(|matches| Args::from_arg_matches(&matches));
    let args = args.map_err(|error| Failure::usage(error.to_string(), ""))?;
    investigate(&args, (!text.is_only_keys()).then_some(text), settings)
}

fn investigate(args: &Args, notice: Option<Notice>, settings: &Settings) -> Result<Exit, Failure> {
    let seeds = seeds(args, notice.as_ref())?;
    check_window(args)?;
    let places = match &args.from[..] {
        [] => vec![Place::History],
        given => given.to_vec(),
    };
    check_flags(args, &places)?;
    let regions = settings.regions(args.regions.as_deref());
    check_regions(regions.as_deref().unwrap_or_default())?;
    let profile = settings.profile(args.profile.as_ref());
    let tables = places.iter().any(Place::is_table).then(|| AskedTables {
        profile: profile.clone(),
        regions: regions.clone(),
        workgroup: args.tables.athena_workgroup.clone(),
        output: args.tables.athena_output.clone(),
        most_scanned: args.tables.max_scan_gb,
    });
    let aws = AskedAws {
        profile,
        regions,
        ..AskedAws::default()
    };
    let aws = args.accounts.add_to(aws)?;
    let pass = PassBegan {
        sources: places.iter().map(Place::full).collect(),
        since: from::since(&places, args.since),
        until: args.until,
        aws: places.contains(&Place::History).then_some(aws),
        tables,
        bucket: bucket(args, settings),
    };
    let manner = from::Manner {
        seeds: &seeds,
        pass: &pass,
        location: args.tables.athena_location.as_ref(),
        may_change: args.allow_changes,
    };
    let reader = pass::reader(&places, &manner)?;
    let plan = Plan {
        seeds,
        notice,
        pass,
        playbook: args.playbook.clone(),
        own_playbooks: settings.playbooks(),
        save: args.output.save.clone(),
        keep_by_default: true,
        may_change: args.allow_changes,
    };
    start(plan, reader, &args.output, settings)
}

/// What is read from AWS.
const AWS_PLACES: &str = "AWS: its event history (--from history), a bucket, a table";

/// What is only for some places means nothing to others.
fn check_flags(args: &Args, places: &[Place]) -> Result<(), Failure> {
    let is_history = places.contains(&Place::History);
    let is_bucket = places.iter().any(Place::is_bucket);
    let is_of_aws = is_history || is_bucket || places.iter().any(Place::is_table);
    let flags = [
        ("--profile", args.profile.is_some() && !is_of_aws, AWS_PLACES),
        ("--regions", args.regions.is_some() && !is_of_aws, AWS_PLACES),
        (
            "--account-role and --profile-for",
            !args.accounts.is_empty() && !is_history,
            "AWS's event history (--from history)",
        ),
        (
            "--cache",
            args.cache.is_some() && !is_bucket,
            "a bucket (--from s3://BUCKET)",
        ),
        (
            "--requester-pays",
            args.requester_pays && !is_bucket,
            "a bucket (--from s3://BUCKET)",
        ),
    ];
    match flags.into_iter().find(|(_, is_idle, _)| *is_idle) {
        Some((flag, _, place)) => Err(Failure::usage(
            format!("{flag} means nothing here"),
            format!("It is for {place}. Leave it out."),
        )),
        None => Ok(()),
    }
}

/// How buckets are read, where one is among the places.
fn bucket(args: &Args, settings: &Settings) -> Option<AskedBucket> {
    let full = |folder: &Path| std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let cache = args.cache.as_deref().map(full);
    args.from.iter().any(Place::is_bucket).then(|| AskedBucket {
        profile: settings.profile(args.profile.as_ref()),
        regions: settings.regions(args.regions.as_deref()),
        cache: cache.map(|folder| folder.display().to_string()),
        requester_pays: args.requester_pays,
    })
}

/// A name that cannot be a region would only look like one that is off.
fn check_regions(regions: &[String]) -> Result<(), Failure> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_region = |name: &str| {
        name.rsplit_once('-')
            .is_some_and(|(place, n)| place.contains('-') && is_number(n))
    };
    match regions.iter().find(|name| !is_region(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::usage(
            format!("`{name}` is no name of a region"),
            "Regions have names such as us-east-1 and eu-central-1.",
        )),
    }
}

/// A window in which nothing can be found is a mistake, and must not look like an account in which nothing happened.
fn check_window(args: &Args) -> Result<(), Failure> {
    if args.since.is_some_and(|since| since > Utc::now()) {
        return Err(Failure::usage("--since lies in the future", ""));
    }
    let Some(until) = args.until else { return Ok(()) };
    if args.since.is_some_and(|since| since >= until) {
        return Err(Failure::usage("--since must be before --until", ""));
    }
    let usual = from::since(&args.from, args.since);
    if args.since.is_none() && usual.is_some_and(|since| since >= until) {
        return Err(Failure::usage(
            "tables are asked for the last 90 days, and --until lies before that",
            "Say with --since from when on.",
        ));
    }
    let only_history = args.from.iter().all(|place| *place == Place::History);
    if only_history && until <= Utc::now() - REACH {
        return Err(Failure::usage(
            "AWS event history reaches back 90 days, and --until lies before that",
            "Older events are in a trail's bucket: read it with --from s3://BUCKET (`keytrail trails` names it).",
        ));
    }
    Ok(())
}

/// The keys to start from: those typed, then those of the notice.
fn seeds(args: &Args, notice: Option<&Notice>) -> Result<Vec<String>, Failure> {
    let mut seeds = Vec::new();
    for key in &args.keys {
        let parsed = if args.any_key {
            AccessKeyId::parse_any(key)
        } else {
            AccessKeyId::parse(key)
        };
        let key = parsed.map_err(|error| {
            let hint = match error {
                AccessKeyIdError::Misspelt { .. } => "",
                _ => "For archives with masked ids, add --any-key.",
            };
            Failure::usage(error.to_string(), hint)
        })?;
        if !seeds.contains(&key.to_string()) {
            seeds.push(key.to_string());
        }
    }
    for key in notice.into_iter().flat_map(Notice::keys) {
        if !seeds.iter().any(|seed| seed == key) {
            seeds.push(key.to_owned());
        }
    }
    match notice {
        Some(notice) if seeds.is_empty() => Err(notice::without_key(notice)),
        _ => Ok(seeds),
    }
}

/// Opens or makes the file, starts the hunt, and shows it.
pub(super) fn start(plan: Plan, reader: Reader, output: &Output, settings: &Settings) -> Result<Exit, Failure> {
    let began = plan.pass.clone();
    let profile = pass::profile(Some(&began), settings);
    let may_change = plan.may_change;
    let mut case = case_file(plan)?;
    session::warn_if_broken(&case);
    let earlier = earlier(&case);
    let runtime = session::runtime()?;
    let work = {
        let _on = runtime.enter();
        let mut work = pass::begin(began, reader, &mut case)?;
        pass::let_act(&mut work, profile, may_change);
        work
    };
    let screens = Screens {
        case,
        work,
        exit_when_done: output.exit_when_done,
        replay: false,
        greeting: earlier,
        preferences: settings.preferences(),
    };
    let manner = Manner::of(output.batch, output.plain);
    session::show(&runtime, manner, screens, output.export.as_deref())
}
