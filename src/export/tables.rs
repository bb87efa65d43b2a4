//! The tables of the evidence folder and of the commands that print one view: which columns, which rows.
//!
//! Columns are a contract: programs read them by name and by place. New ones go to the end.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::table::Table;
use crate::catalogue;
use crate::cloudtrail::{Event, IdentityType, time};
use crate::investigation::fact::FileOutcome;
use crate::investigation::timeline::{self, Filter};
use crate::investigation::{Investigation, Node, accounts, actor, unseen};
use crate::playbook::{Playbook, Standings, evidence_words};

const EVENTS: [&str; 24] = [
    "EventTime",
    "EventName",
    "Username",
    "SourceIPAddress",
    "UserAgent",
    "errorCode",
    "errorMessage",
    "Region",
    "EventId",
    "EventSource",
    "AccessKeyId",
    "PrincipalId",
    "PrincipalArn",
    "IdentityType",
    "AccountId",
    "ReadOnly",
    "Resources",
    "Category",
    "Severity",
    "Technique",
    "Node",
    "Actor",
    "RawSha256",
    "ClassifiedBy",
];

/// The events that pass a filter (the default one: all events of the chain), earliest first.
pub fn events<'a>(investigation: &'a Investigation, filter: &Filter) -> Table<'a> {
    const BRIEF: [&str; 8] = [
        "EventTime",
        "Region",
        "EventSource",
        "EventName",
        "errorCode",
        "Username",
        "AccessKeyId",
        "SourceIPAddress",
    ];
    let (evidence, chain) = (investigation.evidence(), investigation.chain());
    let chosen = timeline::select(investigation, filter);
    let rows = chosen.into_iter().map(move |at| {
        let event = &evidence.events()[at as usize];
        let identity = &event.identity;
        let meaning = catalogue::meaning(&event.source, event.base_name(), event.is_write());
        let node = chain.node_of(event).map(|node| &*chain.nodes[node].node);
        [
            text(&time::format(event.time())),
            text(&event.name),
            optional(user_name(event)),
            optional(event.source_ip.as_deref()),
            optional(event.user_agent.as_deref()),
            optional(event.outcome.error_code()),
            optional(event.outcome.error_message()),
            text(&event.region),
            text(event.id()),
            text(&event.source),
            optional(identity.access_key.as_deref()),
            optional(identity.principal_id.as_deref()),
            optional(identity.arn.as_deref()),
            text(identity.kind.as_str()),
            text(event.account()),
            event.read_only.into(),
            joined(event.resources.iter().map(ToString::to_string)),
            text(meaning.category),
            text(meaning.severity),
            text(meaning.technique),
            optional(node),
            text(&actor::actor_id(event)),
            text(&hex::encode(evidence.hashes()[at as usize])),
            text(if meaning.is_by_verb() { "verb" } else { "catalogue" }),
        ]
    });
    Table::new(&EVENTS, &BRIEF, rows)
}

/// The name LookupEvents gives the caller: the user's, or the session's of a role.
fn user_name(event: &Event) -> Option<&str> {
    let identity = &event.identity;
    match identity.kind {
        IdentityType::Root => Some("root"),
        IdentityType::AssumedRole => identity.arn.as_deref().and_then(|arn| Some(arn.rsplit_once('/')?.1)),
        _ => None,
    }
    .or(identity.user_name.as_deref())
}

const CHAIN: [&str; 27] = [
    "Node",
    "ParentNode",
    "Kind",
    "Id",
    "Name",
    "Link",
    "Strength",
    "Account",
    "PrincipalId",
    "Owner",
    "EventId",
    "EventName",
    "EventSource",
    "EventTime",
    "Region",
    "Events",
    "Failed",
    "FirstSeen",
    "LastSeen",
    "Deleted",
    "DeletedBy",
    "Expires",
    "Actor",
    "Verdict",
    "Reason",
    "Live",
    "Evidence",
];

/// The nodes of the chain, parents before their children.
pub fn chain(investigation: &Investigation) -> Table<'_> {
    const BRIEF: [&str; 8] = [
        "Kind",
        "Id",
        "Link",
        "EventTime",
        "EventName",
        "Events",
        "Deleted",
        "Verdict",
    ];
    let nodes = &investigation.chain().nodes;
    let rows = nodes.iter().map(move |node| {
        let proof = node.proof.as_ref();
        [
            text(&node.node),
            optional(node.parent.map(|parent| &*nodes[parent].node)),
            text(node.kind.as_str()),
            text(&node.id),
            text(&node.name),
            text(node.link.as_str()),
            text(node.strength.as_str()),
            optional(node.account.as_deref()),
            optional(node.principal_id.as_deref()),
            optional(node.owner.as_deref()),
            optional(proof.map(|p| &*p.key.id)),
            optional(proof.map(|p| &*p.name)),
            optional(proof.map(|p| &*p.source)),
            moment(proof.map(|p| p.key.time)),
            optional(proof.map(|p| &*p.region)),
            node.activity.events.into(),
            node.activity.failed.into(),
            moment(node.activity.first),
            moment(node.activity.last),
            moment(node.ended.as_ref().map(|e| e.time)),
            optional(node.ended.as_ref().map(|e| &*e.by)),
            moment(node.expires),
            maker(investigation, node).into(),
            text(investigation.verdict(&node.node).as_str()),
            text(&node.reason),
            optional(investigation.live(node).map(|live| live.state.as_str())),
            optional(node.basis.map(catalogue::Basis::as_str)),
        ]
    });
    Table::new(&CHAIN, &BRIEF, rows)
}

/// The actor behind the call that made a node.
pub(super) fn maker(investigation: &Investigation, node: &Node) -> Option<String> {
    let evidence = investigation.evidence();
    let at = evidence.find(&node.proof.as_ref()?.key)?;
    Some(actor::actor_id(&evidence.events()[at]))
}

const COVERAGE: [&str; 9] = [
    "Source", "Account", "Region", "From", "To", "Records", "Files", "Status", "Note",
];

/// What was read of each account's regions; then one row for each file that was not read whole.
pub fn coverage(investigation: &Investigation) -> Table<'_> {
    let coverage = investigation.coverage();
    let regions = coverage.regions().iter().map(|((account, region), read)| {
        [
            text("archive"),
            text(account),
            text(region),
            moment(read.first),
            moment(read.last),
            read.records.into(),
            read.files.into(),
            text("read"),
            text("From and To are the first and last event; an archive does not say what it lacks"),
        ]
    });
    let own = investigation.asked_account().unwrap_or_default();
    let not_shown = investigation.not_shown();
    let history = coverage.history().iter().map(move |((account, region), history)| {
        let at = |second| moment(DateTime::from_timestamp(second, 0));
        let (from, until) = history
            .window()
            .map_or((Value::Null, Value::Null), |(from, until)| (at(from), at(until)));
        let mut notes = vec![format!(
            "{} questions, {} pages, {} refused for their rate",
            history.questions.len(),
            history.pages,
            history.throttled
        )];
        notes.extend(history.why().map(str::to_owned));
        notes.push("event history shows no data events, and nothing older than 90 days".to_owned());
        if !not_shown.is_empty() {
            notes.push(format!("{}: {}", unseen::WHY, not_shown.join(", ")));
        }
        [
            text("event history"),
            text(if account.is_empty() { own } else { account }),
            text(region),
            from,
            until,
            history.events.into(),
            Value::Null,
            text(history.state().as_str()),
            joined(notes.into_iter()),
        ]
    });
    let unread = coverage.unread().iter().map(|file| {
        let mut notes: Vec<String> = file
            .problems
            .iter()
            .map(|p| format!("{}: {}", p.place, p.reason))
            .collect();
        if file.broken > 0 {
            notes.push(format!("{} records lost", file.broken));
        }
        [
            text(&file.path),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            1.into(),
            text(outcome(file.outcome)),
            joined(notes.into_iter()),
        ]
    });
    let source = if coverage.history().is_empty() {
        "archive"
    } else {
        "event history"
    };
    let closed = accounts::entered(investigation)
        .into_iter()
        .filter(|entered| !entered.is_read);
    let closed = closed.map(move |entered| {
        [
            text(source),
            text(entered.account),
            Value::Null,
            Value::Null,
            Value::Null,
            0.into(),
            Value::Null,
            text("not read"),
            text(&format!("the chain entered it by {}; {}", entered.by, entered.how)),
        ]
    });
    Table::new(&COVERAGE, &COVERAGE, regions.chain(history).chain(closed).chain(unread))
}

fn outcome(outcome: FileOutcome) -> &'static str {
    match outcome {
        FileOutcome::Read | FileOutcome::Partial => "partial",
        FileOutcome::PassedOver => "passed over",
        FileOutcome::NotCloudTrail => "not CloudTrail",
        FileOutcome::Failed => "failed",
    }
}

const FILES: [&str; 2] = ["Path", "Sha256"];

/// Every file that was read and its hash: ties the records to the archives they came from.
pub fn files(investigation: &Investigation) -> Table<'_> {
    let mut files: Vec<_> = investigation.coverage().files().iter().collect();
    files.sort_unstable();
    let rows = files.into_iter().map(|(path, sha256)| [text(path), text(sha256)]);
    Table::new(&FILES, &FILES, rows)
}

const CHECKLIST: [&str; 13] = [
    "Step",
    "Item",
    "Title",
    "TimeBox",
    "State",
    "By",
    "At",
    "Note",
    "Progress",
    "Proof",
    "ProofAt",
    "Unverified",
    "Seen",
];

/// The items of the playbook: what was marked by hand, then where they stand and what proves or contradicts it.
pub fn checklist<'a>(investigation: &'a Investigation, playbook: &'a Playbook, standings: &'a Standings) -> Table<'a> {
    const BRIEF: [&str; 7] = ["Item", "Progress", "TimeBox", "By", "Title", "Note", "Proof"];
    let items = playbook
        .steps
        .iter()
        .flat_map(|step| step.items.iter().map(move |item| (step, item)));
    let rows = items.map(|(step, item)| {
        let progress = investigation.checklist().progress(&item.id);
        let standing = standings.get(&item.id);
        [
            step.number.into(),
            text(&item.id),
            text(&item.title),
            text(item.time_box.as_str()),
            text(investigation.checklist().state(&item.id).as_str()),
            optional(progress.map(|p| &*p.by)),
            optional(progress.map(|p| time::format_seconds(p.at)).as_deref()),
            optional(progress.map(|p| &*p.note)),
            text(standings.state(&item.id).as_str()),
            optional(standing.map(|s| &*s.why)),
            optional(standing.and_then(|s| s.at).map(time::format_seconds).as_deref()),
            optional(standing.map(|s| &*s.unverified)),
            standing
                .map(|s| evidence_words(&s.seen))
                .filter(|seen| !seen.is_empty())
                .into(),
        ]
    });
    Table::new(&CHECKLIST, &BRIEF, rows)
}

/// A text; what CloudTrail leaves empty is missing.
pub(super) fn text(value: &str) -> Value {
    optional(Some(value))
}

pub(super) fn optional(value: Option<&str>) -> Value {
    value.filter(|value| !value.is_empty()).into()
}

pub(super) fn moment(value: Option<DateTime<Utc>>) -> Value {
    value.map(time::format).into()
}

pub(super) fn joined(values: impl Iterator<Item = String>) -> Value {
    text(&values.collect::<Vec<_>>().join("; "))
}
