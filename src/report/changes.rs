//! What keytrail changed in the account: what was wanted, what AWS answered, the way back; and the evidence kept before.

use super::Given;
use super::document::{Cell, Document, Look};
use super::text::when;
use crate::investigation::account::Reply;
use crate::investigation::change::{Change, Deed, End, Undo};

/// What a change is about, in AWS's order of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Keys, passwords and sessions: step 1.
    Credentials,
    /// Users, roles and their policies: step 2.
    Identities,
}

fn about(change: &Change) -> About {
    match change {
        Change::DeactivateKey { .. }
        | Change::ReactivateKey { .. }
        | Change::DeleteKey { .. }
        | Change::ReplaceKey { .. }
        | Change::DeletePassword { .. }
        | Change::LockPassword { .. }
        | Change::DenyAll { .. }
        | Change::RevokeSessions { .. } => About::Credentials,
        Change::RestoreTrust { .. }
        | Change::DetachPolicy { .. }
        | Change::DeleteInlinePolicy { .. }
        | Change::DeleteUser { .. }
        | Change::DeleteRole { .. } => About::Identities,
    }
}

/// The changes that are about this, a sentence each.
pub(super) fn sentences(given: &Given<'_>, wanted: About) -> Vec<String> {
    let deeds = given.investigation.deeds().all().iter();
    let deeds = deeds.filter(|deed| about(&deed.approved.change) == wanted);
    deeds
        .map(|deed| {
            format!(
                "{}, {} by {}: {}",
                title(deed),
                when(moment(deed)),
                deed.approved.by,
                deed.words()
            )
        })
        .collect()
}

pub(super) fn title(deed: &Deed) -> String {
    let title = deed.approved.change.title();
    match deed.approved.undoes {
        Some(other) => format!("Undo change {other} ({title})"),
        None => title,
    }
}

/// When it was over, else when it was wanted.
fn moment(deed: &Deed) -> chrono::DateTime<chrono::Utc> {
    deed.end.map_or(deed.at, |(at, _)| at)
}

/// The section.
pub(super) fn write(document: &mut Document, given: &Given<'_>) {
    document.heading("What keytrail changed in the account");
    let deeds = given.investigation.deeds();
    if deeds.all().is_empty() {
        document.paragraph(
            "Nothing: keytrail made no call that writes. What was done by other means is told by the records.",
        );
    }
    let rows = deeds.all().iter().map(|deed| {
        let look = match deed.end {
            Some((_, End::Confirmed)) => Look::Good,
            Some((_, End::Stopped | End::Overtaken)) => Look::Bad,
            _ => Look::Open,
        };
        vec![
            Cell::from(deed.approved.id.to_string()),
            Cell::from(title(deed)),
            Cell::from(moment(deed)),
            Cell::from(deed.approved.by.as_str()),
            Cell::from(calls(deed)),
            Cell::new(look, deed.words()),
            Cell::from(way_back(given, deed)),
        ]
    });
    document.table(
        &["No.", "Change", "When (UTC)", "By", "Calls", "Outcome", "Way back"],
        rows.collect(),
        usize::MAX,
        "",
    );
    snapshots(document, given);
}

fn calls(deed: &Deed) -> String {
    let calls = deed.approved.steps.iter().zip(&deed.fates).map(|(step, fate)| {
        let answer = match (fate.called, fate.answered.as_ref()) {
            (None, _) => "not made".to_owned(),
            (Some(_), None) => "no answer".to_owned(),
            (Some(_), Some((at, Reply::Known(_)))) => when(*at),
            (Some(_), Some((_, Reply::Absent(_)))) if step.call.removes() => "gone already".to_owned(),
            (Some(_), Some((_, Reply::Denied(why)))) => format!("denied: {why}"),
            (Some(_), Some((_, Reply::Absent(why) | Reply::Failed(why)))) => format!("failed: {why}"),
        };
        format!("iam:{} ({answer})", step.call.action())
    });
    calls.collect::<Vec<_>>().join(", ")
}

fn way_back(given: &Given<'_>, deed: &Deed) -> String {
    match given.investigation.deeds().undo(deed) {
        Undo::By(calls) => {
            let calls: Vec<String> = calls.iter().map(|call| format!("iam:{}", call.action())).collect();
            format!("{}: `keytrail undo` prints it", calls.join(", "))
        }
        Undo::Undone(by) => format!("undone by change {by}"),
        Undo::Never(why) => why.to_owned(),
    }
}

fn snapshots(document: &mut Document, given: &Given<'_>) {
    let rows: Vec<Vec<Cell>> = given
        .investigation
        .snapshots()
        .iter()
        .map(|(at, snapshot)| {
            vec![
                Cell::from(snapshot.of.to_string()),
                Cell::from(*at),
                Cell::id(&snapshot.sha256),
            ]
        })
        .collect();
    document.subheading("Evidence kept before something was deleted");
    if rows.is_empty() {
        document.paragraph("None: keytrail deleted nothing and no snapshot was taken.");
    }
    document.table(&["Snapshot", "Taken (UTC)", "SHA-256"], rows, usize::MAX, "");
}
