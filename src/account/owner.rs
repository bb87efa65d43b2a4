//! What AWS's answers say of a key and its owner, in words.

use chrono::{DateTime, Utc};

use crate::investigation::account::{
    KeySeen, KeyStatus, LastUse, QUARANTINE, Reply, UserSeen, policy_name, quarantine,
};
use crate::investigation::reach;

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status<'a> {
    /// It works.
    Active(&'a KeyStatus),
    /// It was switched off.
    Inactive(&'a KeyStatus),
    /// Its user does not have it any more.
    Gone,
}

/// The state of a key in the list of its owner's keys; `None` where that list is not known.
pub fn status(key: &KeySeen) -> Option<Status<'_>> {
    let keys = key.user.as_ref()?.keys.known()?;
    Some(match keys.iter().find(|listed| listed.id == key.key) {
        Some(listed) if listed.active => Status::Active(listed),
        Some(listed) => Status::Inactive(listed),
        None => Status::Gone,
    })
}

/// Whether a quarantine policy denies event history: all versions but the first do.
pub(super) fn denies_event_history(quarantine: &str) -> bool {
    quarantine != QUARANTINE
}

/// What is known of a key, a line each: a label and its words. Times are written by the caller's clock.
pub fn rows(key: &KeySeen, when: &dyn Fn(DateTime<Utc>) -> String) -> Vec<(&'static str, String)> {
    let Some(last_use) = &key.last_use else {
        return vec![(
            "status",
            "temporary: it cannot be deactivated, it ends by itself".to_owned(),
        )];
    };
    let owner = match (&key.user, last_use) {
        (Some(user), _) => format!("{} (IAM user)", user.name),
        (None, Reply::Known(_)) => "no IAM user: AWS names none".to_owned(),
        (None, unknown) => why_not(unknown),
    };
    let last_used = match last_use {
        Reply::Known(last) => last_use_words(last, when),
        unknown => why_not(unknown),
    };
    let mut rows = vec![("owner", owner)];
    if let Some(user) = &key.user {
        rows.push(("status", status_words(key, user, when)));
        rows.push(("last used", last_used));
        rows.push(("policies", policies(user)));
        rows.extend(reach::of_user(user).map(|reach| ("could do", reach.line())));
        rows.push(("quarantine", quarantine_words(user)));
    } else {
        rows.push(("last used", last_used));
    }
    rows
}

/// When and where a key was used last, by AWS's own account. Times are written by the caller's clock.
pub fn last_use_words(last: &LastUse, when: &dyn Fn(DateTime<Utc>) -> String) -> String {
    last.at.map_or_else(
        || "never".to_owned(),
        |at| format!("{}, {} in {}", when(at), last.service, last.region),
    )
}

fn why_not<T>(unknown: &Reply<T>) -> String {
    unknown.why_not().unwrap_or_default().to_owned()
}

fn status_words(key: &KeySeen, user: &UserSeen, when: &dyn Fn(DateTime<Utc>) -> String) -> String {
    let made = |listed: &KeyStatus| {
        let made = listed.created.map(|at| format!(", created {}", when(at)));
        made.unwrap_or_default()
    };
    match status(key) {
        Some(Status::Active(listed)) => format!("active{}", made(listed)),
        Some(Status::Inactive(listed)) => format!("inactive{}", made(listed)),
        Some(Status::Gone) => "deleted: its user does not have it any more".to_owned(),
        None => why_not(&user.keys),
    }
}

/// The policies by where they come from: the user, inline, each group, and the boundary that limits them.
fn policies(user: &UserSeen) -> String {
    let mut parts = Vec::new();
    let mut list = |from: &str, names: &Reply<Vec<String>>| match names.known() {
        Some(names) if names.is_empty() => {}
        Some(names) => {
            let names: Vec<&str> = names.iter().map(|name| policy_name(name)).collect();
            parts.push(format!("{from}{}", names.join(", ")));
        }
        None => parts.push(format!("{from}{}", why_not(names))),
    };
    list("", &user.attached);
    list("inline: ", &user.inline);
    match user.groups.known() {
        Some(groups) => {
            for group in groups {
                match group.attached.known() {
                    Some(names) if names.is_empty() => list("group ", &Reply::Known(vec![group.name.clone()])),
                    _ => list(&format!("group {}: ", group.name), &group.attached),
                }
            }
        }
        None => parts.push(format!("groups: {}", why_not(&user.groups))),
    }
    let boundary = user.about.known().and_then(|about| about.boundary.as_deref());
    if let Some(boundary) = boundary {
        parts.push(format!("limited by {}", policy_name(boundary)));
    } else if user.about.known().is_none() {
        parts.push(format!("boundary: {}", why_not(&user.about)));
    }
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join("; ")
    }
}

fn quarantine_words(user: &UserSeen) -> String {
    match user.attached.known() {
        Some(attached) => quarantine(attached).unwrap_or("none").to_owned(),
        None => why_not(&user.attached),
    }
}
