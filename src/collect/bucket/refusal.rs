//! Why something was not given, and what to do.

use crate::collect::history;
use crate::collect::refusal::{Meaning, Refusal};
use crate::collect::source::SourceError;

/// There is nothing to read in the bucket.
pub(super) fn empty(name: &str, is_narrowed: bool) -> SourceError {
    let asked_for = if is_narrowed {
        " of the time and the regions asked for"
    } else {
        ""
    };
    SourceError::Bucket(format!(
        "there are no CloudTrail log files{asked_for} under {name}; give the folder that holds AWSLogs/ (`keytrail \
         trails` lists them)"
    ))
}

/// Nothing at all of the bucket could be read.
pub(super) fn of_bucket(name: &str, error: &Refusal) -> SourceError {
    let said = &error.text;
    let (text, hint) = match error.meaning {
        Meaning::Denied => (
            format!("AWS does not let these credentials list {name}: {said}"),
            "They need s3:ListBucket on the bucket and s3:GetObject on what is in it; where its files are encrypted \
             by a key of KMS, kms:Decrypt; where the requester pays, add --requester-pays.",
        ),
        Meaning::NoCredentials | Meaning::Expired | Meaning::NotEnabled => (
            format!("there are no credentials that AWS takes: {said}"),
            history::SIGN_IN,
        ),
        Meaning::Final => return SourceError::Bucket(format!("{name} could not be read: {said}")),
        _ => (
            format!("AWS could not be asked: {said}"),
            "Check the network and go on with `keytrail open FILE`.",
        ),
    };
    SourceError::Aws { text, hint }
}

/// An object was not given.
pub(super) fn of_object(error: &Refusal) -> String {
    let said = &error.text;
    let is = |code: &str| said.starts_with(code);
    let advice = if is("InvalidObjectState") {
        "it is archived (Glacier): restore it (aws s3api restore-object), then read again"
    } else if said.contains("kms:") || said.contains("KMS") {
        "the trail encrypts its files: kms:Decrypt on its key is needed"
    } else if error.meaning == Meaning::Denied {
        "s3:GetObject is needed, for files encrypted by a key of KMS kms:Decrypt too, and where the requester pays \
         --requester-pays"
    } else if is("NoSuchKey") {
        "it was removed after it was listed"
    } else if is("PreconditionFailed") {
        "it was written anew after it was listed: read again"
    } else {
        "read again with `keytrail open`"
    };
    format!("{said}; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_permission_that_is_missing() {
        let denied = |text: &str| {
            of_object(&Refusal {
                meaning: Meaning::Denied,
                text: text.to_owned(),
            })
        };
        let of_key = denied("AccessDenied: alex is not authorized to perform: kms:Decrypt on the resource");
        assert!(of_key.ends_with("kms:Decrypt on its key is needed"), "{of_key}");
        let of_object = denied("AccessDenied: Access Denied");
        assert!(of_object.contains("s3:GetObject is needed"), "{of_object}");
    }
}
