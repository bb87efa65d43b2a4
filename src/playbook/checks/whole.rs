//! Checks that look at the investigation as a whole.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::deeds::{Deed, evidence_words};
use super::{Facts, Found};
use crate::cloudtrail::ids;
use crate::cloudtrail::time;
use crate::investigation::account::Reply;
use crate::investigation::alive::alive;
use crate::investigation::coverage::{HistoryCoverage, HistoryState};
use crate::investigation::{Link, Verdict};

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
        let owner = node.owner.as_deref().filter(|_| node.link == Link::Seed);
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
        let assumed = chain.nodes.iter().filter(|node| node.is_key());
        let mut roles = assumed.filter_map(|node| node.owner.as_deref().and_then(ids::role_name));
        ids::role_name(&caller.arn).is_some() && roles.any(|role| role == name)
    });
    if role {
        let by = format!(
            "sts:GetCallerIdentity: you work as {}, a role that the chain assumed",
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
    let in_state = |state: HistoryState| {
        let regions = coverage.history().iter().filter(|(_, region)| region.state() == state);
        regions.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    let denied = in_state(HistoryState::Denied);
    if !denied.is_empty() {
        return Found::unknown(format!(
            "access denied to cloudtrail:LookupEvents in {}",
            denied.join(", ")
        ));
    }
    let unread: Vec<&str> = [HistoryState::Partial, HistoryState::Failed]
        .into_iter()
        .flat_map(in_state)
        .collect();
    if !unread.is_empty() {
        return Found::not_yet(format!("not read to the end: {}", unread.join(", ")), None);
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
        Some((at, _)) if facts.is_read => Found::proved("the chain made no such call, in all that was read", *at),
        _ => Found::not_yet("none so far, but not everything was read", None),
    }
}

pub(super) fn quiet(facts: &Facts<'_>) -> Found {
    let until = match looked_until(facts) {
        Ok(until) => until,
        Err(found) => return found,
    };
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
    let watched = facts
        .investigation
        .watched()
        .filter(|watched| watched.missed.is_empty());
    if let Some(watched) = watched {
        return Ok(watched.until);
    }
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
    let read = history
        .values()
        .filter(|region| region.state() == HistoryState::Complete);
    let until = read.filter_map(HistoryCoverage::window).map(|(_, until)| until).min();
    until
        .and_then(|second| DateTime::from_timestamp(second, 0))
        .ok_or_else(|| Found::unknown("event history was not asked"))
}
