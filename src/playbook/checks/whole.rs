//! Checks that look at the investigation as a whole.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::deeds::{Deed, evidence_words};
use super::subjects::switched_off;
use super::{Facts, Found};
use crate::catalogue::Kind;
use crate::cloudtrail::{ids, time};
use crate::investigation::account::Reply;
use crate::investigation::accounts;
use crate::investigation::alive::alive;
use crate::investigation::change::Change;
use crate::investigation::coverage::{HistoryCoverage, HistoryState, place};
use crate::investigation::{Link, Node, Verdict};

/// So long nothing may have happened, and so late CloudTrail may deliver.
const QUIET: TimeDelta = TimeDelta::minutes(30);
const DELIVERY: TimeDelta = TimeDelta::minutes(5);

pub(super) fn clean_identity(facts: &Facts<'_>) -> Found {
    let Some((at, seen)) = facts.investigation.account_seen() else {
        return Found::unknown("AWS was not asked who you are");
    };
    let caller = match &seen.caller {
        Reply::Known(caller) => caller,
        Reply::Denied(_) => return Found::unknown("access denied to sts:GetCallerIdentity"),
        Reply::Absent(why) | Reply::Failed(why) => return Found::unknown(format!("sts:GetCallerIdentity: {why}")),
    };
    let chain = facts.investigation.chain();
    let signs = caller.key.as_deref();
    let name = ids::user_name(&caller.arn).or_else(|| ids::role_name(&caller.arn));
    let is_reached = chain.nodes.iter().any(|node| {
        // A key, a password or another credential of the chain belongs to the responder.
        let has_one = node.is_credential() && node.kind != Kind::Session;
        let owner = node.owner.as_deref().filter(|_| node.link == Link::Seed || has_one);
        signs == Some(&*node.id) || node.id == caller.arn || owner == Some(&*caller.arn)
    });
    if is_reached {
        let by = format!(
            "sts:GetCallerIdentity: you work as {}, which the chain reached",
            caller.arn
        );
        return Found::not_yet(by, *at);
    }
    if caller.arn.ends_with(":root") {
        return Found::not_yet("sts:GetCallerIdentity: you work as root", *at);
    }
    let role = name.is_some_and(|name| {
        let reached = chain.nodes.iter().filter_map(|node| match node.kind {
            Kind::Role => Some(node.name.as_str()),
            _ if node.is_key() => node.owner.as_deref().and_then(ids::role_name),
            _ => None,
        });
        ids::role_name(&caller.arn).is_some() && reached.into_iter().any(|role| role == name)
    });
    if role {
        let by = format!(
            "sts:GetCallerIdentity: you work as {}, a role that the chain assumed, made or changed",
            caller.arn
        );
        return Found::not_yet(by, *at);
    }
    let history = facts.investigation.coverage().history();
    if !history.is_empty() && history.values().all(|region| region.state() == HistoryState::Denied) {
        return Found::not_yet("you may not read event history (cloudtrail:LookupEvents)", *at);
    }
    Found::proved(format!("sts:GetCallerIdentity: {}", caller.arn), *at)
}

pub(super) fn maker_known(facts: &Facts<'_>) -> Found {
    match &facts.investigation.chain().seed_minted_by {
        Some(proof) => Found::proved(format!("{} in event {}", proof.name, proof.key.id), proof.key.time),
        None => Found::not_yet("no record shows the call that made it", None),
    }
}

pub(super) fn everything_read(facts: &Facts<'_>) -> Found {
    let coverage = facts.investigation.coverage();
    let ended = facts.investigation.last_pass().map(|(at, pass)| (*at, pass));
    let Some((at, pass)) = ended else {
        return Found::not_yet("nothing was read yet", None);
    };
    if let Some(why) = &pass.cut_short {
        return Found::not_yet(format!("the reading is not complete: {why}"), None);
    }
    if let Some(left_out) = facts.investigation.narrowed().first() {
        return Found::not_yet(left_out.clone(), None);
    }
    let in_state = |state: HistoryState| {
        let regions = coverage.history().iter().filter(|(_, region)| region.state() == state);
        regions
            .map(|((account, region), _)| place(account, region))
            .collect::<Vec<_>>()
    };
    let denied = in_state(HistoryState::Denied);
    if !denied.is_empty() {
        return Found::unknown(format!(
            "access denied to cloudtrail:LookupEvents in {}",
            denied.join(", ")
        ));
    }
    let unread: Vec<String> = [HistoryState::Partial, HistoryState::Failed]
        .into_iter()
        .flat_map(in_state)
        .collect();
    if !unread.is_empty() {
        return Found::not_yet(format!("not read to the end: {}", unread.join(", ")), None);
    }
    let mut entered = accounts::entered(facts.investigation).into_iter();
    if let Some(closed) = entered.find(|entered| !entered.is_read) {
        return Found::unknown(closed.words());
    }
    if coverage.is_partial() {
        return Found::not_yet("some files or records could not be read: see 5 Coverage", None);
    }
    if coverage.history().is_empty() {
        return Found::unknown("all files were read, but an archive does not say what it lacks: compare 5 Coverage");
    }
    let complete = in_state(HistoryState::Complete).len();
    Found::proved(
        format!("cloudtrail:LookupEvents: {complete} regions read to the end"),
        at,
    )
}

pub(super) fn fixed_point(facts: &Facts<'_>) -> Found {
    match facts.investigation.last_pass() {
        None => Found::not_yet("nothing was read yet", None),
        Some((_, pass)) if !pass.fixed_point => {
            let why = pass.cut_short.as_deref().unwrap_or("leads are left");
            Found::not_yet(format!("the chain is not followed to its end: {why}"), None)
        }
        Some((at, _)) if facts.is_read => Found::proved(
            "the last round brought no new node, and everything asked for was read",
            *at,
        ),
        Some(_) => everything_read(facts),
    }
}

pub(super) fn sources_judged(facts: &Facts<'_>) -> Found {
    let actors = facts.investigation.actors();
    let open: Vec<&str> = actors
        .iter()
        .map(|actor| &*actor.id)
        .filter(|id| facts.investigation.verdict(id) == Verdict::Unknown)
        .collect();
    match open.first() {
        _ if actors.is_empty() => Found::not_yet("no call of the chain was read yet", None),
        Some(first) => {
            let more = match open.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            Found::not_yet(format!("not judged: {first}{more} (m or e in 3 Timeline)"), None)
        }
        None => {
            let judged = actors
                .iter()
                .filter_map(|actor| facts.investigation.judged_at(&actor.id));
            Found::proved(format!("all {} sources are judged", actors.len()), judged.max())
        }
    }
}

pub(super) fn none_seen(facts: &Facts<'_>, seen: &[Deed]) -> Found {
    let made: Vec<Deed> = seen
        .iter()
        .filter(|deed| deed.times > 0)
        .map(|deed| Deed {
            failed: 0,
            ..deed.clone()
        })
        .collect();
    if !made.is_empty() {
        let last = made.iter().filter_map(|deed| deed.last_success).max();
        return Found::not_yet(format!("the chain called {}", evidence_words(&made)), last);
    }
    match facts.investigation.last_pass() {
        Some((at, _)) if facts.is_read => Found::Nothing {
            looked: "the chain made no such call, in all that was read".to_owned(),
            at: Some(*at),
        },
        _ => Found::not_yet("none so far, but not everything was read", None),
    }
}

pub(super) fn quiet(facts: &Facts<'_>) -> Found {
    let until = match looked_until(facts) {
        Ok(until) => until,
        Err(found) => return found,
    };
    let off = match all_keys_off(facts) {
        Ok(off) => off,
        Err(found) => return found,
    };
    if let Some(off) = off.filter(|off| until - *off < QUIET + DELIVERY) {
        let said = format!(
            "the last key was switched off at {}: look again after {} (read up to {})",
            time::format_seconds(off),
            time::format_seconds(off + QUIET + DELIVERY),
            time::format_seconds(until)
        );
        return Found::not_yet(said, None);
    }
    let Some((last, key)) = facts.last_success else {
        return Found::proved(
            format!("no call of the chain succeeded up to {}", time::format(until)),
            until,
        );
    };
    if until - last >= QUIET + DELIVERY {
        let by = format!(
            "cloudtrail:LookupEvents: the last call that succeeded was at {}",
            time::format(last)
        );
        return Found::proved(by, until);
    }
    Found::not_yet(
        format!(
            "{key} made a call that succeeded at {} (read up to {})",
            time::format(last),
            time::format(until)
        ),
        last,
    )
}

/// When the last of the chain's long-term keys was switched off, as far as a record or keytrail itself tells; what is missing
/// while one works. Silence proves nothing before that.
fn all_keys_off(facts: &Facts<'_>) -> Result<Option<DateTime<Utc>>, Found> {
    let mut last = None;
    for (at, node) in facts.investigation.chain().nodes.iter().enumerate() {
        let is_ours = facts.investigation.is_ours(at) || facts.investigation.verdict(&node.node) == Verdict::Expected;
        if node.kind != Kind::AccessKey || !node.is_of_iam() || (is_ours && node.link != Link::Seed) {
            continue;
        }
        match switched_off(facts, node) {
            Found::Proved { .. } => last = last.max(since_off(facts, node)),
            Found::NotYet { why, .. } => {
                let said = format!("silence proves nothing while access key {} may work: {why}", node.id);
                return Err(Found::not_yet(said, None));
            }
            other @ (Found::Nothing { .. } | Found::Unknown { .. }) => return Err(other),
        }
    }
    Ok(last)
}

/// Since when a key is off, by the record or by what keytrail did.
fn since_off(facts: &Facts<'_>, node: &Node) -> Option<DateTime<Utc>> {
    let by_record = [
        node.switched
            .as_ref()
            .filter(|switched| !switched.is_on)
            .map(|switched| switched.time),
        node.ended.as_ref().map(|ended| ended.time),
    ];
    let deeds = facts.investigation.deeds().all().iter();
    let is_it = |change: &Change| matches!(change, Change::DeactivateKey { key, .. } | Change::DeleteKey { key, .. } if *key == node.id);
    let by_deed = deeds.filter(|deed| is_it(&deed.approved.change)).map(|deed| deed.at);
    by_record.into_iter().flatten().chain(by_deed).min()
}

pub(super) fn nothing_left(facts: &Facts<'_>) -> Found {
    let alive = alive(facts.investigation, facts.now);
    if let Some(first) = alive.ways.first() {
        let more = match alive.ways.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let (kind, id) = (first.node.kind.label(), &first.node.id);
        return Found::not_yet(
            format!("{kind} {id}{more} may still work"),
            first.live.map(|live| live.at),
        );
    }
    match fixed_point(facts) {
        Found::Proved { .. } => quiet(facts),
        other => other,
    }
}

/// Up to when new calls of the chain were looked for in every region.
fn looked_until(facts: &Facts<'_>) -> Result<DateTime<Utc>, Found> {
    let history = facts.investigation.coverage().history();
    if history.is_empty() {
        return Err(Found::unknown(
            "event history was not asked; an archive does not say how far it reaches",
        ));
    }
    match everything_read(facts) {
        Found::Proved { .. } => {}
        other => return Err(other),
    }
    let watched = facts
        .investigation
        .watched()
        .filter(|watched| watched.missed.is_empty());
    if let Some(watched) = watched {
        return Ok(watched.until);
    }
    let read = history
        .values()
        .filter(|region| region.state() == HistoryState::Complete);
    let until = read.filter_map(HistoryCoverage::window).map(|(_, until)| until).min();
    until
        .and_then(|second| DateTime::from_timestamp(second, 0))
        .ok_or_else(|| Found::unknown("event history was not asked"))
}
