//! What the account said, in the summary of a batch run.

use super::batch::{MOST_LISTED, line};
use crate::account::advice::{About, advice};
use crate::account::owner;
use crate::cloudtrail::time;
use crate::investigation::Investigation;
use crate::investigation::account::Reply;
use crate::investigation::reach;

/// What AWS said of the responder and of the keys, and what follows from it.
pub(super) fn summary(out: &mut String, investigation: &Investigation) {
    let Some((at, seen)) = investigation.account_seen() else {
        for (holder, reach) in reach::all(investigation).iter().take(MOST_LISTED) {
            line(
                out,
                "Could do",
                &format!("{} {}: {}", holder.kind(), holder.name(), reach.line()),
            );
        }
        return;
    };
    match &seen.caller {
        Reply::Known(caller) => line(out, "You are", &caller.arn),
        unknown => line(out, "You are", unknown.why_not().unwrap_or_default()),
    }
    for key in &seen.keys {
        if seen.keys.len() > 1 {
            line(out, "Of key", &key.key);
        }
        let account = match &key.account {
            Reply::Known(account) if account.told_by_aws => account.id.clone(),
            Reply::Known(account) => format!("{} (decoded from the key id)", account.id),
            unknown => unknown.why_not().unwrap_or_default().to_owned(),
        };
        line(out, "Account", &account);
        for (label, words) in owner::rows(key, &time::format) {
            let (first, rest) = label.split_at(1);
            line(out, &format!("{}{rest}", first.to_uppercase()), &words);
        }
    }
    line(out, "Asked at", &time::format(*at));
    for advice in advice(seen, investigation.chain()) {
        line(out, "Careful", &advice.line());
    }
}

/// What the records say was deleted, and is there.
pub(super) fn contradicted(out: &mut String, investigation: &Investigation) {
    for node in investigation.contradicted().take(MOST_LISTED) {
        let text = format!(
            "{} {} exists, though the records say it was deleted",
            node.kind.label(),
            node.id
        );
        line(out, "Careful", &text);
    }
}

/// What to do where nothing could be read: what the account said of the responder tells it best.
pub(super) fn why_refused(investigation: &Investigation, otherwise: &str) -> String {
    let heard = investigation.account_seen().into_iter();
    let heard = heard.flat_map(|(_, seen)| advice(seen, investigation.chain()));
    let causes = [About::OtherAccount, About::LeakedKeyInUse, About::Quarantined];
    let heard = heard.filter(|advice| causes.contains(&advice.about));
    let lines: Vec<String> = heard.map(|advice| advice.line()).collect();
    if lines.is_empty() {
        otherwise.to_owned()
    } else {
        lines.join("\n")
    }
}
