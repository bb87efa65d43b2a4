//! The notice's address is the attacker's until the responder says something else, whatever arrives first.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::investigation::fact::{Judged, Page};
use keytrail::investigation::{Fact, Investigation, Verdict, What};
use serde_json::json;
use support::incident::*;

const V6: &str = "2001:DB8:0::7";

fn page() -> What {
    let calls = ["203.0.113.66", "198.51.100.7", "2001:db8::7", "sns.amazonaws.com"];
    let calls = (0..).zip(calls).map(|(second, address)| {
        let call = call(&seed(), second, "sts", "GetCallerIdentity");
        call.with("sourceIPAddress", json!(address)).record()
    });
    What::Page(Page {
        origin: "test".into(),
        records: calls.collect(),
    })
}

fn judged(verdict: Verdict) -> What {
    What::Judged(Judged {
        subject: "203.0.113.66 aws-cli".to_owned(),
        verdict,
        by: "alex".to_owned(),
    })
}

fn verdicts(facts: Vec<What>) -> Vec<(String, Verdict, bool)> {
    let mut investigation = Investigation::default();
    for what in facts {
        investigation.apply(&Fact { at: at(0), what });
    }
    investigation.settle();
    let verdict = |id: &String| {
        (
            id.clone(),
            investigation.verdict(id),
            investigation.why_judged(id).is_some(),
        )
    };
    let mut verdicts: Vec<_> = investigation.actors().iter().map(|actor| verdict(&actor.id)).collect();
    verdicts.sort_by(|a, b| a.0.cmp(&b.0));
    verdicts
}

#[test]
fn an_address_is_named_by_the_notice_in_whatever_order_and_form() {
    let text = format!("Access Key: {SEED}\nIP: 203.0.113.66\n\nAccess Key: AKIAI44QH8DHBEXAMPLE\nIP: {V6}\n");
    let expected = [
        ("198.51.100.7 aws-cli", Verdict::Unknown, false),
        ("2001:db8::7 aws-cli", Verdict::Malicious, true),
        ("203.0.113.66 aws-cli", Verdict::Malicious, true),
        ("sns.amazonaws.com aws-cli", Verdict::Unknown, false),
    ]
    .map(|(id, verdict, named)| (id.to_owned(), verdict, named));
    assert_eq!(verdicts(vec![started(&[SEED], Some(&text)), page()]), expected);
    assert_eq!(verdicts(vec![page(), started(&[SEED], Some(&text))]), expected);
}

#[test]
fn the_responder_has_the_last_word() {
    let text = format!("Access Key: {SEED}\nIP: 203.0.113.66\n");
    for said in [Verdict::Expected, Verdict::Unknown, Verdict::Malicious] {
        for facts in [
            vec![started(&[SEED], Some(&text)), judged(said), page()],
            vec![started(&[SEED], Some(&text)), page(), judged(said)],
        ] {
            let all = verdicts(facts);
            let named = all.iter().find(|(id, ..)| id.starts_with("203.0.113.66"));
            assert_eq!(
                named.map(|(_, verdict, by_notice)| (*verdict, *by_notice)),
                Some((said, false))
            );
        }
    }
}
