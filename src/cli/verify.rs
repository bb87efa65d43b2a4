//! `keytrail verify PLACE`: are the logs of a trail as CloudTrail delivered them?

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::failure::{Exit, Failure};
use super::from::Place;
use super::settings::Settings;
use super::{investigate, print, session, show};
use crate::account::{self, add_public_keys};
use crate::cloudtrail::digest::{self, Checked, Keys, Kind, Outcome, Seen, Worst};
use crate::cloudtrail::time;
use crate::collect::bucket;
use crate::collect::trail::{self, Folder};
use crate::export::text::{plural, safe};
use crate::export::{self, Format};
use crate::investigation::account::Reply;
use crate::investigation::{Verified, What};
use crate::store::CaseFile;

/// How many files are named one by one under each outcome; the table has them all.
const MOST: usize = 200;

/// What to verify, and with which keys.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder that the trail's bucket was copied to, or a part of it; or the bucket itself (s3://BUCKET/FOLDER)
    ///
    /// In a folder, signatures of digests are read from object_metadata.json in it or beside it: the metadata of the objects in S3, by
    /// their keys. Without it the newest digest of each region cannot be checked: of all others, the next one holds it.
    #[arg(value_name = "PLACE")]
    place: Place,
    /// With a bucket whose owner does not pay for requests: you do
    #[arg(long)]
    requester_pays: bool,
    /// Public keys, as `aws cloudtrail list-public-keys` prints them, of several regions one after the other; else those of
    /// public_keys.json in the folder or beside it, else AWS is asked (cloudtrail:ListPublicKeys)
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Do not ask AWS for the public keys
    #[arg(long)]
    offline: bool,
    /// The profile of the AWS settings to read the bucket and ask for the public keys with
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Leave out what is older, such as 2026-03-04T00:00:00Z: where only the last part of a bucket was copied, the digest
    /// before it is not here
    #[arg(long, value_name = "TIME", value_parser = investigate::moment)]
    since: Option<DateTime<Utc>>,
    /// Write what was found into this saved investigation: coverage, export and report then say it
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = show::FormatArg::Text)]
    format: show::FormatArg,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<Exit, Failure> {
    // What cannot be saved is known before the work.
    let case = args.save.as_deref().map(CaseFile::open).transpose()?;
    if let Some(case) = &case {
        session::warn_if_broken(case);
    }
    let profile = settings.profile(args.profile.as_ref());
    let (seen, saved) = match &args.place {
        Place::Files(folder) => {
            let folder = Folder::new(folder)?;
            (trail::read(&folder, &progress)?, folder.public_keys()?)
        }
        Place::Bucket { bucket, prefix } => {
            let objects = bucket::Objects::new(bucket, prefix, profile.clone(), args.requester_pays)?;
            (trail::read(&objects, &progress)?, None)
        }
        Place::History | Place::Athena(..) | Place::Lake(..) => {
            return Err(Failure::usage(
                "only log files have digests",
                "Give the trail's bucket, or a copy of it.",
            ));
        }
    };
    let (keys, origin) = keys(args, saved, &seen, profile.as_deref())?;
    let mut found = digest::verify(&seen, &keys);
    if let Some(since) = args.since {
        found.leave_out_before(since);
    }
    let verified = Verified {
        place: args.place.full(),
        keys: origin,
        since: args.since,
        by: session::responder(),
        found,
    };
    match args.format.into() {
        Format::Text => print(&text(&verified))?,
        format => show::print_table(export::verification(&verified.found), format)?,
    }
    let exit = match verified.found.worst() {
        Worst::Whole => Exit::Done,
        Worst::NotProved => Exit::Partial,
        Worst::NotWhole => Exit::Failed,
    };
    if let Some(mut case) = case {
        case.commit(Utc::now(), What::Verified(verified))?;
    }
    Ok(exit)
}

/// Tells somebody who waits how far it is.
fn progress(done: usize, all: usize) {
    const STEP: usize = 1000;
    if done.is_multiple_of(STEP) && std::io::stderr().is_terminal() {
        eprintln!("{done} of {all} files read");
    }
}

/// The public keys, and where they came from.
fn keys(
    args: &Args,
    saved: Option<(PathBuf, Vec<u8>)>,
    seen: &Seen,
    profile: Option<&str>,
) -> Result<(Keys, String), Failure> {
    let parsed = |path: &Path, text: &[u8]| {
        let keys = Keys::parse(text).map_err(|error| Failure::new(format!("{}: {error}", path.display()), ""))?;
        Ok((keys, format!("the public keys in {}", path.display())))
    };
    if let Some(path) = &args.keys {
        let text = std::fs::read(path).map_err(|error| Failure::new(format!("{}: {error}", path.display()), ""))?;
        return parsed(path, &text);
    }
    if let Some((path, text)) = saved {
        return parsed(&path, &text);
    }
    if args.offline {
        return Ok((Keys::default(), "no public keys".to_owned()));
    }
    session::runtime()?.block_on(async {
        let config = account::settings(profile).await;
        let mut keys = Keys::default();
        let mut failed = Vec::new();
        for wanted in seen.wanted() {
            match add_public_keys(&config, &wanted, &mut keys).await {
                Reply::Known(()) => {}
                Reply::Denied(why) | Reply::Absent(why) | Reply::Failed(why) => {
                    failed.push(format!("{}: {why}", wanted.region));
                }
            }
        }
        let origin = match (keys.is_empty(), failed.is_empty()) {
            (false, true) => "the public keys that AWS gave".to_owned(),
            (false, false) => format!("the public keys that AWS gave (not of {})", failed.join("; ")),
            (true, true) => "no public keys: AWS gave none".to_owned(),
            (true, false) => format!("no public keys: AWS gave none ({})", failed.join("; ")),
        };
        Ok((keys, origin))
    })
}

/// What was found, for people.
fn text(verified: &Verified) -> String {
    let found = &verified.found;
    let mut out = String::new();
    let mut line = |text: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", safe(text));
    };
    line(&format!("{}, verified with {}", verified.place, verified.keys));
    line("");
    line(&format!("{:<18}{:>9}{:>11}", "", "digests", "log files"));
    for outcome in Outcome::ALL {
        let [digests, logs] = [Kind::Digest, Kind::Log].map(|kind| found.count(kind, outcome));
        if outcome == Outcome::Valid || digests + logs > 0 {
            line(&format!("{:<18}{digests:>9}{logs:>11}", outcome.as_str()));
        }
    }
    if found.others > 0 {
        let others = plural(found.others, "file");
        line(&format!(
            "{} other {others}: no part of a trail, and nothing that is read",
            found.others
        ));
    }
    for outcome in Outcome::ALL {
        let of_it = |file: &&Checked| file.outcome == outcome && outcome != Outcome::Valid;
        let files: Vec<&Checked> = found.files.iter().filter(of_it).collect();
        if files.is_empty() {
            continue;
        }
        line("");
        line(means(outcome));
        for file in files.iter().take(MOST) {
            line(&format!("  {} {}", file.kind.as_str(), file.file));
            line(&format!("    {}", file.reason));
        }
        if files.len() > MOST {
            line(&format!(
                "  ... and {} more: --format csv lists them all",
                files.len() - MOST
            ));
        }
    }
    let name = |trail: &digest::Trail| format!("{} {} {}", trail.account, trail.region, trail.trail);
    if found.gaps().next().is_some() {
        line("");
        line(
            "Gaps: calls in this time may be in no log file, and nothing would show it. See whether logging was stopped",
        );
        line("(StopLogging, UpdateTrail, DeleteTrail).");
        for (trail, gap) in found.gaps() {
            let (from, until) = (time::format(gap.from), time::format(gap.until));
            line(&format!("  {from} to {until}  {}", name(trail)));
            line(&format!("    {}", gap.reason));
        }
    }
    line("");
    line("Proved whole, every digest and log file of the time:");
    if found.whole().next().is_none() {
        line("  nothing");
    }
    for (trail, span) in found.whole() {
        let (from, until) = (time::format(span.from), time::format(span.until));
        line(&format!("  {from} to {until}  {}", name(trail)));
    }
    line(
        "What CloudTrail delivered before or after that, the digests here cannot tell. The public keys are believed: keys that",
    );
    line("lay where the logs lay are worth no more than the logs; those that AWS gives now are its own.");
    line("");
    line(&format!("{}.", verified.line()));
    out
}

/// What an outcome means for the responder.
fn means(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Valid => "Valid: as CloudTrail delivered it.",
        Outcome::Changed => {
            "Changed: this is not what CloudTrail delivered. Do not rely on it; an earlier version in the bucket may be whole."
        }
        Outcome::Missing => {
            "Missing: CloudTrail delivered it, and it is not here. It was deleted, or not copied (--since)."
        }
        Outcome::NotCovered => "Not covered: nothing proves that CloudTrail delivered it, or what it held then.",
        Outcome::Unchecked => "Cannot be checked: it may be whole, but what is needed to tell is not here.",
    }
}
