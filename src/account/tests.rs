//! What the answers mean, case by case.

use chrono::{DateTime, TimeZone, Utc};

use super::advice::{About, Advice, advice};
use super::owner::rows;
use crate::cloudtrail::{EventKey, time};
use crate::investigation::Chain;
use crate::investigation::account::{
    AboutUser, AccountSeen, Caller, GroupSeen, KeyAccount, KeySeen, KeyStatus, LastUse, Reply, UserSeen,
};
use crate::investigation::chain::Proof;

const KEY: &str = "AKIAZZSEED0000000001";
const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const ARN: &str = "arn:aws:iam::111122223333:user/alex";

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 21, 13, 0, 0).unwrap()
}

fn texts(texts: &[&str]) -> Reply<Vec<String>> {
    Reply::Known(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn denied<T>() -> Reply<T> {
    Reply::Denied("not authorized".to_owned())
}

fn policy(name: &str) -> String {
    format!("arn:aws:iam::aws:policy/{name}")
}

fn caller() -> Caller {
    Caller {
        arn: ARN.to_owned(),
        account: OWN.to_owned(),
        key: Some("AKIAZZRESPONDER00001".to_owned()),
        attached: Some(texts(&[])),
    }
}

/// An administrator with an active key.
fn user() -> UserSeen {
    UserSeen {
        name: "app".to_owned(),
        about: Reply::Known(AboutUser {
            arn: "arn:aws:iam::111122223333:user/app".to_owned(),
            id: "AIDAZZZZZZZZZZZZZZAPP".to_owned(),
            created: at(),
            boundary: None,
        }),
        keys: Reply::Known(vec![KeyStatus {
            id: KEY.to_owned(),
            active: true,
            created: Some(at()),
        }]),
        attached: texts(&[&policy("AdministratorAccess")]),
        inline: texts(&[]),
        groups: Reply::Known(Vec::new()),
        permissions: None,
    }
}

fn key_of(user: UserSeen) -> KeySeen {
    KeySeen {
        key: KEY.to_owned(),
        account: Reply::Known(KeyAccount {
            id: OWN.to_owned(),
            told_by_aws: true,
        }),
        last_use: Some(Reply::Known(LastUse {
            user: Some(user.name.clone()),
            at: Some(at()),
            service: "s3".to_owned(),
            region: "us-east-1".to_owned(),
        })),
        user: Some(user),
    }
}

fn unknown_key() -> KeySeen {
    KeySeen {
        last_use: Some(denied()),
        user: None,
        ..key_of(user())
    }
}

fn heard(caller: Reply<Caller>, key: KeySeen, chain: &Chain) -> Vec<Advice> {
    let seen = AccountSeen {
        caller,
        keys: vec![key],
    };
    advice(&seen, chain)
}

/// What an ordinary responder hears of a key.
fn about(key: KeySeen) -> Vec<About> {
    let all = heard(Reply::Known(caller()), key, &Chain::default());
    all.into_iter().map(|advice| advice.about).collect()
}

#[test]
fn an_ordinary_key_needs_no_advice() {
    assert_eq!(about(key_of(user())), []);
}

#[test]
fn a_key_of_another_account_is_said_and_nothing_else() {
    let mut key = unknown_key();
    key.account = Reply::Known(KeyAccount {
        id: OTHER.to_owned(),
        told_by_aws: true,
    });
    let all = heard(Reply::Known(caller()), key.clone(), &Chain::default());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].about, About::OtherAccount);
    assert!(
        all[0].said.contains(OTHER) && all[0].to_do.contains(OTHER),
        "{:?}",
        all[0]
    );
    assert!(!all[0].said.contains("seems"));

    // A decoded account is a hint, and said to be one.
    let hint = Reply::Known(KeyAccount {
        id: OTHER.to_owned(),
        told_by_aws: false,
    });
    key.account = hint.clone();
    let all = heard(Reply::Known(caller()), key, &Chain::default());
    assert!(all[0].said.contains("seems to belong"), "{}", all[0].said);

    // IAM knows the key, so the hint is wrong.
    let known = KeySeen {
        account: hint,
        ..key_of(user())
    };
    assert_eq!(about(known), []);
}

#[test]
fn a_responder_who_uses_the_leaked_key_hears_it() {
    let mine = Caller {
        key: Some(KEY.to_owned()),
        ..caller()
    };
    let all = heard(Reply::Known(mine), key_of(user()), &Chain::default());
    assert_eq!(all[0].about, About::LeakedKeyInUse);
}

#[test]
fn a_responder_in_quarantine_hears_what_aws_denies() {
    for (name, denies) in [
        ("AWSCompromisedKeyQuarantine", false),
        ("AWSCompromisedKeyQuarantineV2", true),
        ("AWSCompromisedKeyQuarantineV3", true),
    ] {
        let caller = Caller {
            attached: Some(texts(&[&policy(name)])),
            ..caller()
        };
        let all = heard(Reply::Known(caller), key_of(user()), &Chain::default());
        assert_eq!(all[0].about, About::Quarantined);
        assert_eq!(all[0].said.contains("cloudtrail:LookupEvents"), denies, "{name}");
    }
}

#[test]
fn a_quarantine_does_not_stop_the_key() {
    let mut user = user();
    user.attached = texts(&[&policy("AWSCompromisedKeyQuarantineV3")]);
    let all = heard(Reply::Known(caller()), key_of(user), &Chain::default());
    assert_eq!(all[0].about, About::OwnerQuarantined);
    assert!(all[0].to_do.contains("deactivate it"), "{}", all[0].to_do);
}

#[test]
fn a_root_key_is_known_by_its_use() {
    let root = Caller {
        arn: "arn:aws:iam::111122223333:root".to_owned(),
        key: Some(KEY.to_owned()),
        attached: None,
        ..caller()
    };
    let all = heard(Reply::Known(root), unknown_key(), &Chain::default());
    let about: Vec<About> = all.iter().map(|advice| advice.about).collect();
    assert_eq!(about, [About::LeakedKeyInUse, About::Root]);
}

#[test]
fn a_user_that_only_sends_mail_is_recognised_by_its_policies() {
    let mut ses = user();
    ses.attached = texts(&[]);
    ses.inline = texts(&["AmazonSesSendingAccess"]);
    assert_eq!(about(key_of(ses.clone())), [About::SesOnly]);
    ses.attached = texts(&[&policy("AWSCompromisedKeyQuarantineV3")]);
    assert!(ses.is_ses_only(), "a quarantine allows nothing");
    ses.attached = texts(&[&policy("AmazonS3FullAccess")]);
    assert!(!ses.is_ses_only());
    ses.attached = denied();
    assert!(!ses.is_ses_only(), "not known is not recognised");
    "ses-smtp-user.20240506".clone_into(&mut ses.name);
    assert!(ses.is_ses_only(), "the console's name for such users tells it");
    let mut nothing = user();
    nothing.attached = texts(&[]);
    assert!(!nothing.is_ses_only(), "no policy at all is not mail");
}

#[test]
fn a_temporary_key_leads_to_what_made_it() {
    let key = KeySeen {
        key: "ASIAZZSEED0000000001".to_owned(),
        last_use: None,
        user: None,
        ..key_of(user())
    };
    let mut chain = Chain::default();
    let all = heard(Reply::Known(caller()), key.clone(), &chain);
    assert_eq!(all[0].about, About::Temporary);
    assert!(all[0].to_do.starts_with("Look for the call that made it"));
    chain.seed_minted_by = Some(Proof {
        key: EventKey {
            id: "event-1".into(),
            time: at(),
            account: OWN.into(),
        },
        name: "AssumeRole".to_owned(),
        source: "sts.amazonaws.com".to_owned(),
        region: "us-east-1".to_owned(),
    });
    let all = heard(Reply::Known(caller()), key, &chain);
    assert!(
        all[0]
            .to_do
            .contains("AssumeRole at 2026-05-21T13:00:00Z (event event-1)"),
        "{}",
        all[0].to_do
    );
}

#[test]
fn a_key_that_is_off_or_gone_is_said() {
    let mut user = user();
    user.keys = Reply::Known(vec![KeyStatus {
        id: KEY.to_owned(),
        active: false,
        created: None,
    }]);
    assert_eq!(about(key_of(user.clone())), [About::Ended]);
    user.keys = texts(&[]).map(|_| Vec::new());
    let all = heard(Reply::Known(caller()), key_of(user.clone()), &Chain::default());
    assert!(all[0].said.contains("deleted already"), "{}", all[0].said);
    user.keys = denied();
    assert_eq!(about(key_of(user)), [], "not known is not deleted");
}

#[test]
fn what_is_denied_stays_unknown_and_is_said() {
    assert_eq!(about(unknown_key()), [About::OwnerUnknown]);
    let nobody = Reply::Failed("no credentials".to_owned());
    let all = heard(nobody, unknown_key(), &Chain::default());
    let about: Vec<About> = all.iter().map(|advice| advice.about).collect();
    assert_eq!(about, [About::Nobody, About::OwnerUnknown]);
}

#[test]
fn rows_say_what_is_known_and_what_was_denied() {
    let mut user = user();
    user.inline = denied();
    user.groups = Reply::Known(vec![
        GroupSeen {
            name: "ops".to_owned(),
            attached: texts(&[&policy("ReadOnlyAccess")]),
        },
        GroupSeen {
            name: "closed".to_owned(),
            attached: denied(),
        },
    ]);
    if let Reply::Known(about) = &mut user.about {
        about.boundary = Some(policy("PowerUserAccess"));
    }
    let row = |label: &str, text: &str| (label.to_owned(), text.to_owned());
    let shown = |key: &KeySeen| -> Vec<(String, String)> {
        let rows = rows(key, &time::format).into_iter();
        rows.map(|(label, text)| (label.to_owned(), text)).collect()
    };
    assert_eq!(
        shown(&key_of(user)),
        [
            row("owner", "app (IAM user)"),
            row("status", "active, created 2026-05-21T13:00:00Z"),
            row("last used", "2026-05-21T13:00:00Z, s3 in us-east-1"),
            row(
                "policies",
                "AdministratorAccess; inline: not known: denied; group ops: ReadOnlyAccess; group closed: not known: \
                 denied; limited by PowerUserAccess"
            ),
            row("quarantine", "none"),
        ]
    );
    assert_eq!(
        shown(&unknown_key()),
        [row("owner", "not known: denied"), row("last used", "not known: denied")]
    );
}
