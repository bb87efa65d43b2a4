//! What becomes of the items that have checks.

use crate::support::incident::*;
use chrono::TimeDelta;
use keytrail::investigation::account::Reply;
use keytrail::investigation::fact::{ItemState, Verdict};
use keytrail::playbook::{self, Names, Standings, State};
use serde_json::json;

use crate::story::*;

#[test]
fn a_tick_is_contradicted_only_by_what_was_said_later() {
    let asked = |active| {
        live(
            vec![live_user(
                "mallory",
                Reply::Known(vec![status(CHILD, active, 20)]),
                absent(),
            )],
            vec![],
        )
    };
    let ticked = || Story::of(&child()).then(600, asked(true)).mark(700, ItemState::Done);
    // Asked before the tick: the responder may have switched it off in between.
    ticked().is(INACTIVE, State::DoneByHand, "iam:ListAccessKeys: Active");
    let contradicted = ticked().then(800, asked(true));
    contradicted.is(
        INACTIVE,
        State::Contradicted,
        "access key AKIAZZCHILD000000002 of mallory: iam:ListAccessKeys: Active",
    );
    assert_eq!(contradicted.standing(INACTIVE).at, Some(at(800)));
    ticked().then(800, asked(false)).is(INACTIVE, State::Proved, "Inactive");

    // A later call of the chain does it as well.
    let evidence = "evidence = ['iam:CreateUser']";
    Story::of(&child()).mark(5, ItemState::Done).is(
        evidence,
        State::Contradicted,
        "the chain called iam:CreateUser later",
    );
    Story::of(&child())
        .mark(30, ItemState::Done)
        .is(evidence, State::DoneByHand, "");
}

#[test]
fn an_item_that_does_not_apply_says_why_once_everything_was_read() {
    let when = "when = 'trail or seen'\notherwise = 'no trail was touched'\nevidence = ['cloudtrail:StopLogging']";
    let quiet = || Story::of(&child());
    quiet().is(when, State::NotApplicable, "no trail was touched");
    quiet().then(5, ended(false)).is(
        when,
        State::Open,
        "no trail was touched, so far: not everything was read",
    );
    let stopped = call(&seed(), 50, "cloudtrail", "StopLogging").request(json!({"name": "main"}));
    Story::of(&[stopped]).is(when, State::Open, "");
    // What is known of the key needs no records.
    let root = "when = 'root_key'\notherwise = 'it is a user\\'s'".replace("\\'", "&");
    quiet()
        .then(5, ended(false))
        .is(&root, State::NotApplicable, "it is a user&s");
    // What a person marks counts more.
    quiet().mark(5, ItemState::Blocked).is(when, State::Blocked, "a note");
    quiet()
        .mark(5, ItemState::NotApplicable)
        .is("", State::NotApplicable, "a note");
}

#[test]
fn not_applicable_is_contradicted_like_a_tick() {
    let keys = |active| {
        let user = live_user("mallory", Reply::Known(vec![status(CHILD, active, 20)]), absent());
        live(vec![user], vec![])
    };
    let marked = || {
        Story::of(&child())
            .then(600, keys(true))
            .mark(700, ItemState::NotApplicable)
    };
    marked().is(INACTIVE, State::NotApplicable, "a note");
    marked()
        .then(800, keys(true))
        .is(INACTIVE, State::Contradicted, "iam:ListAccessKeys: Active");
}

#[test]
fn what_is_contradicted_comes_first_then_what_is_over_first() {
    let text = |id: &str, time_box: &str, more: &str| {
        format!("[[step.item]]\nid = '{id}'\ntitle = ''\nwhy = ''\ntime_box = '{time_box}'\n{more}\n")
    };
    let text = format!(
        "format = 'keytrail-playbook/1'\nid = 'own'\ntitle = ''\ndescription = ''\n[[step]]\nnumber = 1\ntitle = ''\n\
         intro = ''\n{}{}{}",
        text("B-1", "4 h", ""),
        text("B-2", "30 min", "check = 'none_seen'\nevidence = ['iam:CreateUser']"),
        text("A-1", "later", "evidence = ['iam:CreateUser']")
    );
    let playbook = playbook::parse(&text).unwrap();
    let next = |story: &Story| {
        let names = Names::of(&story.investigation, story.now);
        let standings = Standings::of(&playbook, &story.investigation, &names, story.now);
        let clock = playbook::Clock::of(&story.investigation);
        let next = standings.next(&playbook, &clock, story.now).expect("something");
        (next.item.id.clone(), next.why)
    };
    let mut story = Story::of(&child());
    story.now = at(0) + TimeDelta::minutes(18);
    let expected = "Within 30 min: 12 min left; the chain called iam:CreateUser 1.";
    assert_eq!(next(&story), ("B-2".to_owned(), expected.to_owned()));
    let story = story.mark(5, ItemState::Done);
    let expected = "It was settled by hand, but the chain called iam:CreateUser later.";
    assert_eq!(next(&story), ("A-1".to_owned(), expected.to_owned()));
}

#[test]
fn while_a_stranger_can_use_the_key_ending_that_comes_next() {
    let playbook = playbook::built_in(playbook::DEFAULT).expect("it is built in");
    let next = |story: &Story| {
        let names = Names::of(&story.investigation, story.now);
        let standings = Standings::of(&playbook, &story.investigation, &names, story.now);
        let clock = playbook::Clock::of(&story.investigation);
        let next = standings.next(&playbook, &clock, story.now).expect("something");
        (next.item.id.clone(), next.why)
    };
    let begin = playbook.items().next().expect("an item").id.clone();
    let actor = |story: &Story| story.investigation.actors()[0].id.clone();
    let read = || Story::of(&child()).then(100, ended(true));
    let of = |verdict| {
        let story = read();
        let actor = actor(&story);
        story.judge(&actor, verdict)
    };
    assert_eq!(next(&of(Verdict::Expected)).0, begin);
    let stranger = of(Verdict::Malicious);
    let (id, why) = next(&stranger);
    assert_eq!(id, "S1-10");
    assert!(
        why.ends_with("a stranger used the key, and it may still work."),
        "{why}"
    );
    // It was switched off: what is left goes in the order of the playbook.
    let off = vec![live_user("app", Reply::Known(vec![status(SEED, false, 0)]), absent())];
    assert_eq!(next(&stranger.then(1000, live(off, vec![]))).0, begin);
}

#[test]
fn the_playbook_fits_the_key_and_what_aws_and_the_notice_say_of_it() {
    use keytrail::cloudtrail::notice;
    use keytrail::investigation::What;
    use keytrail::investigation::fact::Started;
    use keytrail::playbook::fitting;

    let begun = |seed: &str, text: Option<&str>| {
        let started = Started {
            seeds: vec![seed.to_owned()],
            tool_version: "test".to_owned(),
            playbook: String::new(),
            playbook_text: None,
            notice: text.map(notice::parse).map(Box::new),
        };
        Story::of(&[]).then(1, What::Started(started))
    };
    let id = |story: &Story| fitting(&story.investigation).id;
    assert_eq!(id(&begun(SEED, None)), "compromised-access-key");
    assert_eq!(id(&begun(TEMP, None)), "leaked-session");
    let root = format!("Access Key: {SEED}\nIAMUser: root\nEvent Name: GetCallerIdentity\n");
    assert_eq!(id(&begun(SEED, Some(&root))), "root-access-key");
    assert_eq!(
        id(&begun(SEED, Some(&root.replace("root", "app")))),
        "compromised-access-key"
    );

    // Its calls tell it as well, once they are read.
    let by_root = call(&root_user(), 5, "iam", "ListUsers");
    assert_eq!(id(&Story::of(&[by_root])), "root-access-key");
    // And the policies of its owner.
    let ses = seen(told(ACCOUNT), &["AmazonSESFullAccess", "AWSCompromisedKeyQuarantineV3"]);
    assert_eq!(id(&Story::of(&child()).then(5, ses)), "ses-smtp-user");

    for fits in [
        "compromised-access-key",
        "leaked-session",
        "root-access-key",
        "ses-smtp-user",
    ] {
        assert!(playbook::built_in(fits).is_some(), "{fits}");
    }
}

fn root_user() -> Caller {
    Caller(json!({
        "type": "Root", "principalId": ACCOUNT, "accessKeyId": SEED, "accountId": ACCOUNT,
        "arn": format!("arn:aws:iam::{ACCOUNT}:root"),
    }))
}
