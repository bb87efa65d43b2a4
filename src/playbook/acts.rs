//! What of an item keytrail itself can do.

use chrono::{DateTime, Utc};

use super::format::Item;
use super::subject::{Names, Subject, SubjectKind};
use crate::investigation::Investigation;
use crate::investigation::change::{Change, Holder, offers, offers_for};

/// The changes an item offers, for every name it is about that is still there.
pub fn acts(item: &Item, names: &Names, investigation: &Investigation, now: DateTime<Utc>) -> Vec<Change> {
    let each = item.for_each.or(item.check.and_then(|check| check.for_each));
    let Some(each) = each.filter(|_| !item.acts.is_empty()) else {
        return Vec::new();
    };
    let mut changes: Vec<Change> = Vec::new();
    for subject in names
        .subjects
        .iter()
        .filter(|subject| each.takes(subject) && !subject.is_gone && !subject.is_ours)
    {
        for change in of_subject(subject, investigation, now) {
            // Several sessions may hang on one role.
            if item.acts.contains(&change.kind()) && !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    changes
}

fn of_subject(subject: &Subject, investigation: &Investigation, now: DateTime<Utc>) -> Vec<Change> {
    let nodes = &investigation.chain().nodes;
    let node = nodes.iter().find(|node| Some(&node.node) == subject.node.as_ref());
    let holder = match subject.kind {
        SubjectKind::User => subject.user.clone().map(Holder::User),
        SubjectKind::Role => subject.role.clone().map(Holder::Role),
        _ => None,
    };
    match (node, holder) {
        (Some(node), _) => offers(investigation, node, now),
        // The owner of a seed, and a role that was only assumed, are no nodes.
        (None, Some(holder)) => offers_for(investigation, holder, now),
        (None, None) => Vec::new(),
    }
}
