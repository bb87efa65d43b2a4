//! What a source's own calls say against it: calls that attackers make, and applications do not or only as a habit.

use std::collections::BTreeSet;

use super::rhythm::{bursts, is_habit};
use super::suspicion::{Reason, Sign};
use crate::catalogue::{Telltale, telltale};
use crate::cloudtrail::{Event, ids, json};
use crate::investigation::Evidence;
use crate::investigation::account::quarantine_name;

/// So many different questions about the account, after the one whose key this is, are more than a program needs.
const MANY_QUESTIONS: usize = 3;
/// So many are, even if each was answered.
const VERY_MANY_QUESTIONS: usize = 6;

/// The signs in the calls of one source, in order of time.
pub(super) fn of(calls: &[&Event], evidence: &Evidence) -> Vec<Reason> {
    let told: Vec<(Telltale, &Event)> = calls
        .iter()
        .filter_map(|call| Some((telltale(&call.source, call.base_name())?, *call)))
        .collect();
    let all = |kind| -> Vec<&Event> { told.iter().filter(|(k, _)| *k == kind).map(|(_, call)| *call).collect() };
    let removed = all(Telltale::Quarantine);
    let removed = removed.into_iter().filter(|call| names_quarantine(call, evidence));
    let ways_in = all(Telltale::Foothold).into_iter();
    let ways_in: Vec<&Event> = ways_in.filter(|call| is_way_in(call, evidence)).collect();
    let foothold = |call: &Event| Sign::Foothold(call.name.to_string());
    let mut reasons = Vec::new();
    reasons.extend(deed(&removed.collect::<Vec<_>>(), |_| Sign::Quarantine));
    reasons.extend(
        deed(&all(Telltale::Blinding), |call| Sign::Blinding(call.name.to_string())).map(|r| r.unless_settled(calls)),
    );
    // A build that makes users was there before, or does it again and again.
    let is_habit_of_it = is_habit(&ways_in);
    reasons.extend(deed(&ways_in, foothold).map(|reason| {
        let reason = reason.unless_settled(calls);
        Reason {
            is_telling: reason.is_telling && !is_habit_of_it,
            ..reason
        }
    }));
    let probes = [Telltale::Enumeration, Telltale::Mail, Telltale::Models];
    let probes = probes.into_iter().filter_map(|kind| probe(&told, kind));
    reasons.extend(probes.map(|reason| reason.unless_settled(calls)));
    reasons
}

/// One reason for all calls of a kind. The first that worked stands for them.
fn deed(calls: &[&Event], sign: impl Fn(&Event) -> Sign) -> Option<Reason> {
    let worked = calls.iter().find(|call| call.outcome.succeeded());
    let shown = worked.or(calls.first())?;
    Some(Reason {
        sign: sign(shown),
        is_telling: true,
        worked: worked.is_some(),
        event: shown.key.clone(),
        times: calls.len() as u64,
    })
}

fn names_quarantine(call: &Event, evidence: &Evidence) -> bool {
    let record = evidence.lineage_record(&call.key);
    let policy = record.and_then(|record| json::first(record, "requestParameters.policyArn"));
    policy.is_some_and(|policy| quarantine_name(&policy).is_some())
}

/// Whether a call gives somebody a way in, signed with a long-term key: people do that from the console or a role.
fn is_way_in(call: &Event, evidence: &Evidence) -> bool {
    let long_term = call
        .identity
        .access_key
        .as_deref()
        .is_some_and(|key| !ids::is_temporary(key));
    // Whoever changes an own key or password rotates it. A call that was denied does not say whose it was for.
    let for_others = || {
        let record = evidence.lineage_record(&call.key);
        let user = record.and_then(|record| json::first(record, "requestParameters.userName"));
        user.is_some_and(|user| Some(&*user) != call.identity.user_name.as_deref())
    };
    long_term
        && match call.base_name() {
            "CreateAccessKey" | "UpdateLoginProfile" => for_others(),
            // AWS does this on the owner's behalf.
            "AttachUserPolicy" => !names_quarantine(call, evidence),
            _ => true,
        }
}

/// Whether somebody tries what the key is good for: several different questions of one kind in one go.
fn probe(told: &[(Telltale, &Event)], kind: Telltale) -> Option<Reason> {
    let of_kind = |call: &&&(Telltale, &Event)| call.0 == kind;
    let asked: Vec<&Event> = told.iter().filter(|c| of_kind(&c)).map(|(_, call)| *call).collect();
    if is_habit(&asked) {
        return None;
    }
    let relevant: Vec<&Event> = told
        .iter()
        .filter(|(k, _)| *k == kind || *k == Telltale::Opening)
        .map(|(_, call)| *call)
        .collect();
    let is_asked = |call: &&Event| telltale(&call.source, call.base_name()) == Some(kind);
    let mut found: Option<Reason> = None;
    for burst in bursts(&relevant) {
        let Some(first) = burst.iter().copied().find(is_asked) else {
            continue;
        };
        let reason = |sign, is_telling| Reason {
            sign,
            is_telling,
            worked: true,
            event: first.key.clone(),
            times: asked.len() as u64,
        };
        let next = match kind {
            Telltale::Enumeration => {
                enumeration(burst).map(|(denied, tells)| reason(Sign::Enumeration { denied }, tells))
            }
            kind => several_questions(burst, is_asked).map(|tells| {
                let call = first.name.to_string();
                let sign = if kind == Telltale::Mail {
                    Sign::Mail(call)
                } else {
                    Sign::Models(call)
                };
                reason(sign, tells)
            }),
        };
        // The first burst stands for all, unless a later one tells more.
        found = match (found, next) {
            (Some(known), Some(next)) if next.is_telling && !known.is_telling => Some(next),
            (None, next) => next,
            (known, _) => known,
        };
    }
    found
}

/// Several different questions in one go, and whether that tells: a program that sends mail asks for quota and statistics
/// too, but knows whose key it has, asks in one region, and may.
fn several_questions(burst: &[&Event], is_asked: impl Fn(&&Event) -> bool) -> Option<bool> {
    let regions: BTreeSet<_> = burst.iter().map(|call| &call.region).collect();
    let names: BTreeSet<_> = burst.iter().map(|call| &call.name).collect();
    let opened = !burst.iter().all(&is_asked);
    let denied = burst.iter().any(|call| call.outcome.is_denied());
    (names.len() > 1 || regions.len() > 1).then_some(opened || regions.len() > 1 || denied)
}

/// Whose key is this, and then for the account's users, roles and policies: how many of these were denied, and whether
/// that tells. Who may ask everything is not stopped anywhere, but nor is an administrator's own program.
fn enumeration(burst: &[&Event]) -> Option<(u64, bool)> {
    let is = |call: &&&Event, kind| telltale(&call.source, call.base_name()) == Some(kind);
    let opened = burst.iter().position(|call| is(&call, Telltale::Opening))?;
    let asked = || burst[opened..].iter().filter(|call| is(call, Telltale::Enumeration));
    let different: BTreeSet<_> = asked().map(|call| &call.name).collect();
    let denied = asked().filter(|call| call.outcome.is_denied()).count() as u64;
    let many = different.len() >= MANY_QUESTIONS && denied > 0 || different.len() >= VERY_MANY_QUESTIONS;
    many.then_some((denied, denied > 0))
}
