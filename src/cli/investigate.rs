//! `keytrail investigate KEY...`: the main job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args as _, FromArgMatches as _};

use super::failure::{Exit, Failure};
use super::from::{self, Place};
use super::session::{self, Manner, Screens};
use super::settings::Settings;
use super::{history, notice, playbooks};
use crate::account::Inquiries;
use crate::account::change::Acting;
use crate::cloudtrail::ids::{AccessKeyId, AccessKeyIdError};
use crate::cloudtrail::notice::Notice;
use crate::cloudtrail::time;
use crate::collect::demo::{self, Demo};
use crate::collect::history::REACH;
use crate::collect::hunt::{Feed, Hunt, Window};
use crate::collect::source::Source;
use crate::collect::work::Work;
use crate::investigation::What;
use crate::investigation::fact::{AskedAws, PassBegan, Started};
use crate::store::CaseFile;

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
    /// Read CloudTrail files or folders (JSON, gzip, zip, console CSV) instead of AWS; may be given several times. `history`
    /// stands for AWS's event history, to read it beside others
    #[arg(long, value_name = "PATH")]
    from: Vec<Place>,
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
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
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
    let aws = asked_aws(args, &places, settings)?;
    let reader = reader(&places)?;
    let plan = Plan {
        seeds,
        notice,
        pass: PassBegan {
            sources: places.iter().map(Place::full).collect(),
            since: args.since,
            until: args.until,
            aws,
        },
        playbook: args.playbook.clone(),
        own_playbooks: settings.playbooks(),
        save: args.output.save.clone(),
        keep_by_default: true,
        may_change: args.allow_changes,
    };
    start(plan, reader, &args.output, settings)
}

/// How AWS is asked, where it is.
fn asked_aws(args: &Args, places: &[Place], settings: &Settings) -> Result<Option<AskedAws>, Failure> {
    let is_about_aws = args.profile.is_some() || args.regions.is_some() || !args.accounts.is_empty();
    if !places.contains(&Place::History) {
        return if is_about_aws {
            Err(Failure::usage(
                "--profile, --regions, --account-role and --profile-for are about AWS, which is not asked",
                "Add --from history to ask it too.",
            ))
        } else {
            Ok(None)
        };
    }
    let regions = settings.regions(args.regions.as_deref());
    check_regions(regions.as_deref().unwrap_or_default())?;
    let aws = AskedAws {
        profile: settings.profile(args.profile.as_ref()),
        regions,
        ..AskedAws::default()
    };
    args.accounts.add_to(aws).map(Some)
}

/// What reads these places.
fn reader(places: &[Place]) -> Result<Reader, Failure> {
    let sources = from::sources(places)?;
    Ok(if places.contains(&Place::History) {
        Reader::EventHistory(sources)
    } else {
        Reader::InTurn(sources)
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
    let only_history = args.from.iter().all(|place| *place == Place::History);
    if only_history && until <= Utc::now() - REACH {
        return Err(Failure::usage(
            "AWS event history reaches back 90 days, and --until lies before that",
            "Older events are in a trail's bucket: download its logs and read them with --from PATH.",
        ));
    }
    Ok(())
}

/// What reads the events.
pub(super) enum Reader {
    /// Sources that answer one after the other.
    InTurn(Vec<Box<dyn Source>>),
    /// AWS, and these beside it.
    EventHistory(Vec<Box<dyn Source>>),
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

/// Goes on with the last pass of a case if it was interrupted and its sources are still there.
pub(super) fn resume(case: &mut CaseFile) -> Result<Work, Failure> {
    let interrupted = case
        .investigation()
        .last_pass()
        .is_some_and(|(_, pass)| !pass.fixed_point);
    let Some((_, pass)) = case.investigation().passes().last().cloned() else {
        return Ok(Work::default());
    };
    if !interrupted {
        // What is saved is looked at without AWS. The account is asked when the responder wants it.
        let inquiries = pass.aws.map(|aws| Inquiries::new(aws.profile));
        return Ok(Work {
            inquiries,
            ..Work::default()
        });
    }
    let reader = if pass.sources == [demo::SOURCE] {
        Reader::InTurn(vec![Box::new(Demo::new(Duration::ZERO))])
    } else {
        let places = places(&pass);
        if !places.iter().all(Place::is_there) {
            return Ok(Work::default());
        }
        reader(&places)?
    };
    begin(pass, reader, case)
}

/// Where a pass read.
fn places(pass: &PassBegan) -> Vec<Place> {
    pass.sources.iter().flat_map(|source| source.parse()).collect()
}

/// The profile that AWS was asked with last; where it was not asked, the one of the settings.
pub(super) fn last_profile(case: &CaseFile, settings: &Settings) -> Option<String> {
    let last = case.investigation().passes().last();
    profile(last.and_then(|(_, pass)| pass.aws.as_ref()), settings)
}

fn profile(asked: Option<&AskedAws>, settings: &Settings) -> Option<String> {
    match asked {
        Some(asked) => asked.profile.clone(),
        None => settings.profile(None),
    }
}

/// Begins another pass like the last one: what was read already is not asked for again.
pub(super) fn again(case: &mut CaseFile) -> Result<Work, String> {
    let last = case.investigation().passes().last().cloned();
    let (_, pass) = last.ok_or("nothing was read yet")?;
    let reader = reader(&places(&pass)).map_err(|failure| failure.message)?;
    begin(pass, reader, case).map_err(|failure| failure.message)
}

/// Begins a pass. On the runtime: AWS is asked from there.
fn begin(pass: PassBegan, reader: Reader, case: &mut CaseFile) -> Result<Work, Failure> {
    let window = Window {
        since: pass.since,
        until: pass.until,
    };
    let (feed, inquiries) = match reader {
        Reader::InTurn(sources) => (Feed::in_turn(sources), None),
        Reader::EventHistory(beside) => {
            let profile = pass.aws.as_ref().and_then(|aws| aws.profile.clone());
            let mut inquiries = Inquiries::new(profile);
            inquiries.look(case.investigation().seeds().to_vec());
            (history::feed(&pass, beside, case), Some(inquiries))
        }
    };
    case.commit(Utc::now(), What::PassBegan(pass))?;
    let hunt = Some(Hunt::start(feed, window, case)?);
    Ok(Work {
        hunt,
        inquiries,
        acting: None,
    })
}

/// Where AWS is talked to, or the responder may change the account, a node can be acted on.
pub(super) fn let_act(work: &mut Work, profile: Option<String>, may_change: bool) {
    if may_change || work.inquiries.is_some() {
        work.inquiries.get_or_insert_with(|| Inquiries::new(profile.clone()));
        work.acting = Some(Acting::new(profile, may_change));
    }
}

/// Opens or makes the file, starts the hunt, and shows it.
pub(super) fn start(plan: Plan, reader: Reader, output: &Output, settings: &Settings) -> Result<Exit, Failure> {
    let pass = plan.pass.clone();
    let profile = profile(pass.aws.as_ref(), settings);
    let may_change = plan.may_change;
    let mut case = case_file(plan)?;
    session::warn_if_broken(&case);
    let earlier = earlier(&case);
    let runtime = session::runtime()?;
    let work = {
        let _on = runtime.enter();
        let mut work = begin(pass, reader, &mut case)?;
        let_act(&mut work, profile, may_change);
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

/// Says that a file was there already: what was marked and judged in it still holds.
fn earlier(case: &CaseFile) -> Option<String> {
    case.investigation().passes().first()?;
    Some(format!("Goes on with {}", session::at_home(case.path()?)))
}

fn case_file(plan: Plan) -> Result<CaseFile, Failure> {
    let path = match (&plan.save, plan.keep_by_default) {
        (Some(path), _) => Some(path.clone()),
        (None, true) => Some(default_file(&plan.seeds[0])?),
        (None, false) => None,
    };
    if let Some(path) = path.as_deref().filter(|p| p.exists()) {
        return continue_file(path, &plan);
    }
    let own_text = |id: &str| playbooks::own_text(id, plan.own_playbooks.as_deref());
    let playbook_text = plan.playbook.as_deref().map(own_text).transpose()?.flatten();
    let mut case = match &path {
        Some(path) => CaseFile::create(path)?,
        None => CaseFile::in_memory()?,
    };
    let started = Started {
        seeds: plan.seeds,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        playbook: plan.playbook.unwrap_or_default(),
        playbook_text,
        notice: plan.notice.map(Box::new),
    };
    case.commit(Utc::now(), What::Started(started))?;
    Ok(case)
}

fn continue_file(path: &Path, plan: &Plan) -> Result<CaseFile, Failure> {
    let mut case = CaseFile::open(path)?;
    let same = |a: &[String], b: &[String]| {
        let set = |keys: &[String]| keys.iter().cloned().collect::<std::collections::BTreeSet<_>>();
        set(a) == set(b)
    };
    if case.investigation().started().is_none() {
        return Err(Failure::new(
            format!("{} holds no investigation", path.display()),
            "Give another file with --save.",
        ));
    }
    if !same(case.investigation().seeds(), &plan.seeds) {
        return Err(Failure::new(
            format!(
                "{} holds an investigation of {}",
                path.display(),
                case.investigation().seeds().join(", ")
            ),
            "Give another file with --save, or open that one with `keytrail open`.",
        ));
    }
    // The notice stands at the beginning of the journal: it cannot be put there later.
    if plan.notice.is_some() && plan.notice.as_ref() != case.investigation().notice() {
        return Err(Failure::new(
            format!("{} was begun without this notice", path.display()),
            "Give another file with --save to begin with it, or go on without --notice.",
        ));
    }
    case.settle();
    Ok(case)
}

/// Makes a folder that only its owner may enter: the names of the files in it are key ids.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)?;
    }
    crate::export::create_private_folder(folder)
}

/// The data folder, by date and key: `~/.local/share/keytrail/2026-05-21-AKIA....keytrail`.
fn default_file(seed: &str) -> Result<PathBuf, Failure> {
    let folder = session::data_folder()?;
    private_folder(&folder).map_err(|error| {
        Failure::new(
            format!("{} cannot be made: {error}", folder.display()),
            "Say where to save with --save FILE.",
        )
    })?;
    Ok(folder.join(format!("{}-{seed}.keytrail", Utc::now().date_naive())))
}
