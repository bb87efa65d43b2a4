//! Checks that look at one thing of the chain.
//!
//! The account and the records are two witnesses. The later one counts: a key that IAM listed as inactive may have been
//! switched on since.

use chrono::{DateTime, Utc};

use super::super::subject::{Subject, SubjectKind};
use super::{Facts, Found};
use crate::catalogue::Kind;
use crate::cloudtrail::ids::user_name;
use crate::cloudtrail::{json, time};
use crate::investigation::account::{KeyStatus, Reply, UserSeen, quarantine, quarantine_name};
use crate::investigation::change::{Change, Fate};
use crate::investigation::live::{Live, LiveState, On, holder};
use crate::investigation::{Link, Node, Verdict};

const NOT_ASKED: &str = "the account was not asked";

pub(super) fn inactive(facts: &Facts<'_>, subject: &Subject) -> Found {
    match facts.node(subject.node.as_deref()) {
        Some(node) => switched_off(facts, node),
        None => Found::unknown(NOT_ASKED),
    }
}

/// Whether a long-term key is off or gone.
pub(super) fn switched_off(facts: &Facts<'_>, node: &Node) -> Found {
    let live = facts.investigation.live(node);
    let ended = node.ended.as_ref();
    let switched = node.switched.as_ref();
    let asked = live.map(|live| live.at);
    // What the records say of a later time counts more.
    if let Some(switched) = switched.filter(|switched| asked.is_none_or(|asked| switched.time > asked)) {
        let record = format!("UpdateAccessKey in event {}", switched.event_id);
        return match (switched.is_on, ended) {
            (true, None) => Found::not_yet(format!("switched on again: {record}"), switched.time),
            (true, Some(ended)) => Found::proved(format!("DeleteAccessKey in event {}", ended.event_id), ended.time),
            (false, _) => Found::proved(format!("switched off: {record}"), switched.time),
        };
    }
    match live.map(|live| (live.state, live.at)) {
        Some((LiveState::Inactive, at)) => Found::proved("iam:ListAccessKeys: Inactive", at),
        Some((LiveState::Gone, at)) => Found::proved("iam:ListAccessKeys does not list it any more", at),
        Some((LiveState::Active, at)) => Found::not_yet("iam:ListAccessKeys: Active", at),
        Some((LiveState::CutOff, at)) => {
            Found::not_yet("its user is denied everything, but the key itself is active", at)
        }
        other => match ended {
            Some(ended) => Found::proved(format!("DeleteAccessKey in event {}", ended.event_id), ended.time),
            None => unknown(facts, node, other.map(|(state, _)| state)),
        },
    }
}

pub(super) fn deleted(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some(node) = facts.node(subject.node.as_deref()) else {
        return Found::unknown(NOT_ASKED);
    };
    let live = facts.investigation.live(node);
    if let Some(ended) = &node.ended
        && !live.is_some_and(|live| live.contradicts(node))
    {
        return Found::proved(
            format!("removed by {} in event {}", ended.by, ended.event_id),
            ended.time,
        );
    }
    if let Some(holder) = holder_gone(facts, node) {
        return holder;
    }
    match live.map(|live| (live.state, live.at)) {
        Some((LiveState::Gone, at)) => Found::proved(format!("{}: not there any more", call_of(facts, node)), at),
        Some((LiveState::Inactive, at)) => Found::not_yet("inactive, but not deleted", at),
        Some((LiveState::Exists | LiveState::Active | LiveState::CutOff, at)) => {
            Found::not_yet(format!("{}: it is still there", call_of(facts, node)), at)
        }
        // Of these IAM is not asked: the printed commands show them.
        None if matches!(node.kind, Kind::Other(_)) => Found::not_yet("no record shows that it was removed", None),
        other => unknown(facts, node, other.map(|(state, _)| state)),
    }
}

/// What hangs on a user or role goes with it.
fn holder_gone(facts: &Facts<'_>, node: &Node) -> Option<Found> {
    let nodes = &facts.investigation.chain().nodes;
    let hangs = matches!(node.link, Link::Attached | Link::Member | Link::Trusts);
    let holder = node.parent.and_then(|at| nodes.get(at)).filter(|_| hangs)?;
    let live = facts.investigation.live(holder);
    if let Some(Live {
        state: LiveState::Gone,
        at,
    }) = live
    {
        return Some(Found::proved(
            format!("{}: {} is gone", call_of(facts, holder), holder.name),
            at,
        ));
    }
    let ended = holder
        .ended
        .as_ref()
        .filter(|_| !live.is_some_and(|live| live.contradicts(holder)))?;
    let by = format!("{} was deleted in event {}", holder.name, ended.event_id);
    Some(Found::proved(by, ended.time))
}

pub(super) fn cut_off(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some(node) = facts.node(subject.node.as_deref()) else {
        return Found::unknown(NOT_ASKED);
    };
    let live = facts.investigation.live(node);
    if let (Kind::LoginProfile, Some((made, at))) = (node.kind, another_password(facts, node)) {
        let said = format!(
            "iam:GetLoginProfile: another password was made at {}",
            time::format(made)
        );
        return Found::not_yet(said, at);
    }
    if let Some(Live { state, at }) = live
        && matches!(state, LiveState::CutOff | LiveState::Gone)
    {
        let by = match (state, subject.kind) {
            (LiveState::Gone, _) => "iam:GetLoginProfile: there is none",
            (_, SubjectKind::RoleSession) => "a deny policy on its role, or the role is gone (iam:GetRolePolicy)",
            _ => "a deny policy on its user, or the user is gone (iam:ListAttachedUserPolicies, iam:GetUserPolicy)",
        };
        return Found::proved(by, at);
    }
    if let Some(ended) = &node.ended
        && !live.is_some_and(|live| live.contradicts(node))
    {
        return Found::proved(
            format!("removed by {} in event {}", ended.by, ended.event_id),
            ended.time,
        );
    }
    if node.kind == Kind::Session && !node.may_still_work(facts.now) {
        let by = match node.expires {
            Some(_) => "it has expired, as the record of its making says",
            None => "it is older than any session may live",
        };
        return Found::proved(by, node.expires);
    }
    match live.map(|live| (live.state, live.at)) {
        Some((LiveState::NotCutOff, at)) => Found::not_yet("no policy denies sessions of this age", at),
        Some((LiveState::Exists, at)) => Found::not_yet("iam:GetLoginProfile: it is still there", at),
        other => unknown(facts, node, other.map(|(state, _)| state)),
    }
}

/// When the password was made that its user has now, where that is not the one of the chain.
fn another_password(facts: &Facts<'_>, node: &Node) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let live = facts
        .investigation
        .live(node)
        .filter(|live| live.state == LiveState::Gone)?;
    let user = user_name(node.owner.as_deref()?)?;
    let (_, seen) = facts.investigation.live_seen()?;
    let mut users = seen.users.iter();
    let user = users.find(|known| known.name == user || known.renamed_from.as_deref() == Some(user))?;
    Some((*user.password.as_ref()?.known()?, live.at))
}

pub(super) fn trust_closed(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some(node) = facts.node(subject.node.as_deref()) else {
        return Found::unknown(NOT_ASKED);
    };
    if let Some(gone) = holder_gone(facts, node) {
        return gone;
    }
    let role = subject.role.as_deref().unwrap_or_default();
    let live = facts.investigation.live(node);
    let account = node.account.as_deref().or_else(|| facts.investigation.account());
    let place = (account.unwrap_or_default().to_owned(), role.to_owned());
    let written = facts.trusts.get(&place);
    match (written, live.map(|live| (live.state, live.at))) {
        (Some(written), live) if live.is_none_or(|(_, at)| written.at > at) => {
            let event = &written.event;
            if written.outsiders.contains(&node.id) {
                Found::not_yet(
                    format!("UpdateAssumeRolePolicy in event {event} lets it in"),
                    written.at,
                )
            } else {
                Found::proved(
                    format!("UpdateAssumeRolePolicy in event {event} leaves it out"),
                    written.at,
                )
            }
        }
        (_, Some((LiveState::Gone, at))) => {
            Found::proved(format!("iam:GetRole: the trust policy of {role} leaves it out"), at)
        }
        (_, Some((LiveState::Exists, at))) => {
            Found::not_yet(format!("iam:GetRole: the trust policy of {role} lets it in"), at)
        }
        (_, Some((state, _))) => unknown(facts, node, Some(state)),
        (_, None) => Found::not_yet(
            format!("no record shows that the trust policy of {role} was restored"),
            node.proof.as_ref().map(|proof| proof.key.time),
        ),
    }
}

pub(super) fn judged(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some(node) = facts.node(subject.node.as_deref()) else {
        return Found::unknown("it is not in the chain");
    };
    match facts.investigation.verdict(&node.node) {
        Verdict::Unknown => Found::not_yet("not judged (m or e in 2 Chain)", None),
        verdict => Found::proved(
            format!("judged {}", verdict.as_str()),
            facts.investigation.judged_at(&node.node),
        ),
    }
}

pub(super) fn key_is_ours(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some((at, seen)) = facts.investigation.account_seen() else {
        return Found::unknown(NOT_ASKED);
    };
    let own = match &seen.caller {
        Reply::Known(caller) => &caller.account,
        unknown => return denied("sts:GetCallerIdentity", unknown),
    };
    let Some(key) = seen.keys.iter().find(|key| key.key == subject.name) else {
        return Found::unknown(NOT_ASKED);
    };
    let user = key
        .user
        .as_ref()
        .map(|user| format!(", of user {}", user.name))
        .unwrap_or_default();
    match &key.account {
        // Only a hint, and IAM of this account knows the key: the hint counts for nothing.
        _ if key.user.is_some() && !matches!(&key.account, Reply::Known(a) if a.told_by_aws) => {
            Found::proved(format!("iam:GetAccessKeyLastUsed: account {own}{user}"), *at)
        }
        Reply::Known(account) if !account.told_by_aws => {
            Found::unknown("access denied to sts:GetAccessKeyInfo; the account decoded from the key id is only a hint")
        }
        Reply::Known(account) if &account.id == own => {
            Found::proved(format!("sts:GetAccessKeyInfo: account {own}{user}"), *at)
        }
        Reply::Known(account) => Found::not_yet(
            format!("sts:GetAccessKeyInfo: it is of account {}, not of {own}", account.id),
            *at,
        ),
        unknown => denied("sts:GetAccessKeyInfo", unknown),
    }
}

pub(super) fn quarantine_left(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some((at, user)) = seen_user(facts, &subject.name) else {
        return Found::unknown(NOT_ASKED);
    };
    let attached = match &user.attached {
        Reply::Known(attached) => attached,
        unknown => return denied("iam:ListAttachedUserPolicies", unknown),
    };
    if let Some(policy) = quarantine(attached) {
        return Found::proved(
            format!("iam:ListAttachedUserPolicies: {policy} is attached; leave it"),
            at,
        );
    }
    let nodes = &facts.investigation.chain().nodes;
    let detached = facts.investigation.evidence().lineage().filter(|(event, body)| {
        let text = |member: &str| json::first(body, &format!("requestParameters.{member}"));
        event.base_name() == "DetachUserPolicy"
            && Some(event.account()) == facts.investigation.account()
            && event.outcome.succeeded()
            && text("userName").is_some_and(|user| *user == *subject.name)
            && text("policyArn").is_some_and(|arn| quarantine_name(&arn).is_some())
    });
    let works = nodes.iter().any(|node| {
        let live = facts.investigation.live(node);
        node.link == Link::Seed && !live.is_some_and(|live| live.state.is_over()) && node.ended.is_none()
    });
    match detached.last() {
        Some((event, _)) if works => Found::not_yet(
            format!(
                "the quarantine was taken off in event {}, while the key works",
                event.id()
            ),
            event.time(),
        ),
        _ => Found::proved("iam:ListAttachedUserPolicies: AWS put no quarantine on the user", at),
    }
}

pub(super) fn new_key(facts: &Facts<'_>, subject: &Subject) -> Found {
    let Some((at, listed)) = keys_of(facts, &subject.name) else {
        return Found::unknown(NOT_ASKED);
    };
    let listed = match listed {
        Reply::Known(keys) => keys,
        unknown => return denied("iam:ListAccessKeys", unknown),
    };
    let mut deeds = facts.investigation.deeds().all().iter().rev();
    let is_made = |id: &str| listed.iter().any(|key| key.id == id && key.active);
    let made = deeds.find_map(|deed| match &deed.approved.change {
        Change::ReplaceKey { user } if *user == subject.name => {
            deed.fates.iter().find_map(Fate::made).filter(|id| is_made(id))
        }
        _ => None,
    });
    if let Some(made) = made {
        return Found::proved(format!("iam:ListAccessKeys: {made}, made here, is active"), at);
    }
    if !facts.is_read {
        let why = "not everything was read: a newer key may be the attacker's, too";
        return Found::not_yet(format!("iam:ListAccessKeys: {why}"), at);
    }
    let seeds = facts.investigation.seeds();
    // Where the leaked key is gone, what is newer than the response is newer than it.
    let started = facts.investigation.started().map(|(at, _)| *at);
    let leaked = listed
        .iter()
        .filter(|key| seeds.contains(&key.id))
        .filter_map(|key| key.created)
        .max()
        .or(started);
    let in_chain = |id: &str| facts.investigation.chain().nodes.iter().any(|node| node.id == id);
    let newer = |key: &&KeyStatus| key.active && !in_chain(&key.id) && (leaked.is_none() || key.created > leaked);
    match listed.iter().find(newer) {
        Some(key) => {
            let made = key
                .created
                .map(|at| format!(", created {}", time::format(at)))
                .unwrap_or_default();
            Found::proved(format!("iam:ListAccessKeys: {} is active{made}", key.id), at)
        }
        None => Found::not_yet(
            "iam:ListAccessKeys: no newer active key that the chain did not make",
            at,
        ),
    }
}

/// What AWS said last of a user's keys.
fn keys_of<'i>(facts: &Facts<'i>, user: &str) -> Option<(DateTime<Utc>, &'i Reply<Vec<KeyStatus>>)> {
    let live = facts.investigation.live_seen().and_then(|(at, seen)| {
        let user = seen.users.iter().find(|known| known.name == user)?;
        Some((*at, user.keys.as_ref()?))
    });
    let before = seen_user(facts, user).map(|(at, user)| (at, &user.keys));
    [live, before].into_iter().flatten().max_by_key(|(at, _)| *at)
}

fn seen_user<'i>(facts: &Facts<'i>, name: &str) -> Option<(DateTime<Utc>, &'i UserSeen)> {
    let (at, seen) = facts.investigation.account_seen()?;
    let mut users = seen.keys.iter().filter_map(|key| key.user.as_ref());
    Some((*at, users.find(|user| user.name == name)?))
}

/// The call that shows whether a node is there.
fn call_of(facts: &Facts<'_>, node: &Node) -> &'static str {
    match node.kind {
        Kind::User => "iam:GetUser",
        Kind::Role => "iam:GetRole",
        Kind::LoginProfile => "iam:GetLoginProfile",
        Kind::AccessKey if node.owner.as_deref().and_then(user_name).is_none() => "iam:GetAccessKeyLastUsed",
        Kind::AccessKey => "iam:ListAccessKeys",
        Kind::Other(_) => match holder(&facts.investigation.chain().nodes, node) {
            Some((on, held)) => held.call(matches!(on, On::Role(_))),
            None => "IAM",
        },
        _ => "IAM",
    }
}

/// Why the account does not tell.
fn unknown(facts: &Facts<'_>, node: &Node, state: Option<LiveState>) -> Found {
    match state {
        Some(LiveState::Unknown(why)) if why.ends_with("denied") => {
            let call = match node.kind {
                Kind::Session => "iam:GetRolePolicy, iam:GetUserPolicy",
                _ => call_of(facts, node),
            };
            Found::unknown(format!("access denied to {call}"))
        }
        Some(LiveState::Unknown(why)) => Found::unknown(format!("{}: {why}", call_of(facts, node))),
        _ => Found::unknown(NOT_ASKED),
    }
}

/// Why a call gave no answer.
fn denied<T>(call: &str, reply: &Reply<T>) -> Found {
    match reply {
        Reply::Denied(_) => Found::unknown(format!("access denied to {call}")),
        Reply::Absent(why) | Reply::Failed(why) => Found::unknown(format!("{call}: {why}")),
        Reply::Known(_) => Found::unknown(NOT_ASKED),
    }
}
