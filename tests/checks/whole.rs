//! Checks that look at the investigation as a whole.

use crate::support::incident::*;
use keytrail::investigation::What;
use keytrail::investigation::account::Reply;
use keytrail::investigation::fact::{Answered, AskedAws, PassBegan, Verdict, Watched};
use keytrail::playbook::State;

use crate::story::*;

#[test]
fn a_responder_is_clean_who_is_nobody_of_the_chain() {
    let clean = "check = 'clean_identity'";
    let story = || Story::of(&[child(), vec![assume_role(&seed(), 100, "door", "own", TEMP)]].concat());
    let by = |arn: &str| story().then(5, What::Account(account(arn, told(ACCOUNT), Reply::Known(vec![]))));
    story().is(clean, State::Open, "AWS was not asked who you are");
    by(&user_arn("alex")).is(
        clean,
        State::Proved,
        "sts:GetCallerIdentity: arn:aws:iam::111122223333:user/alex",
    );
    by(&user_arn("app")).is(clean, State::Open, "which the chain reached");
    by(&user_arn("mallory")).is(clean, State::Open, "which the chain reached");
    let assumed = format!("arn:aws:sts::{ACCOUNT}:assumed-role/door/alex");
    by(&assumed).is(clean, State::Open, "a role that the chain assumed");
    by(&format!("arn:aws:iam::{ACCOUNT}:root")).is(clean, State::Open, "you work as root");
    let why = Answered::Denied { why: "no".to_owned() };
    with_history(by(&user_arn("alex")), "us-east-1", why).is(clean, State::Open, "may not read event history");
}

#[test]
fn everything_is_read_when_every_region_was_answered_to_its_end() {
    let read = "check = 'everything_read'";
    let followed = "check = 'fixed_point'";
    let story = || with_history(Story::of(&child()), "us-east-1", whole());
    story().is(
        read,
        State::Proved,
        "cloudtrail:LookupEvents: 1 regions read to the end",
    );
    story().is(followed, State::Proved, "the last round brought no new node");
    let refused = Answered::Denied { why: "no".to_owned() };
    let blind = with_history(story(), "eu-west-1", refused);
    blind.is(
        read,
        State::Open,
        "access denied to cloudtrail:LookupEvents in eu-west-1",
    );
    blind.is(
        followed,
        State::Open,
        "access denied to cloudtrail:LookupEvents in eu-west-1",
    );
    let broken = with_history(story(), "eu-west-1", Answered::Failed { why: "no".to_owned() });
    broken.is(read, State::Open, "not read to the end: eu-west-1");
    story()
        .then(5, ended(false))
        .is(followed, State::Open, "leads are left");
    // Files do not say what they lack.
    Story::of(&child()).is(read, State::Open, "an archive does not say what it lacks");
}

#[test]
fn calls_that_the_chain_did_not_make_are_proved_absent_only_when_all_was_read() {
    let none = "check = 'none_seen'\nevidence = ['iam:CreateUser', 'ec2:Run*']";
    let story = Story::of(&child());
    story.is(none, State::Open, "the chain called iam:CreateUser 1");
    let story = story.judge("203.0.113.66 aws-cli", Verdict::Expected);
    story.is(none, State::NothingFound, "the chain made no such call");
    Story::of(&[use_of(&seed(), 1)]).is(none, State::NothingFound, "the chain made no such call");
    Story::of(&[use_of(&seed(), 1)])
        .then(5, ended(false))
        .is(none, State::Open, "none so far");
    let tried = Story::of(&[create_user(&seed(), 10, "x").denied()]);
    tried.is(none, State::NothingFound, "the chain made no such call");
    assert_eq!(tried.standing(none).seen[0].failed, 1);
}

#[test]
fn it_is_quiet_when_nothing_succeeded_for_half_an_hour_and_delivery_was_waited_for() {
    let quiet = "check = 'quiet'";
    let watched = |story: Story, until| {
        story.then(
            until,
            What::Watched(Watched {
                until: at(until),
                missed: vec![],
            }),
        )
    };
    let listed = |id: &str, active| Reply::Known(vec![status(id, active, 20)]);
    let asked = |seed, mallorys| {
        live(
            vec![
                live_user("app", listed(SEED, seed), absent()),
                live_user("mallory", listed(CHILD, mallorys), absent()),
            ],
            vec![],
        )
    };
    let read = |calls: &[Call]| with_history(Story::of(calls), "us-east-1", whole());
    let off = |calls: &[Call]| read(calls).then(30, asked(false, false));
    Story::of(&child()).is(quiet, State::Open, "event history was not asked");
    watched(off(&child()), 20 + 34 * 60).is(quiet, State::Open, "made a call that succeeded at 2026-03-04T10:00:20Z");
    watched(off(&child()), 20 + 35 * 60).is(quiet, State::Proved, "the last call that succeeded was at");
    // What was refused shows that it works.
    let refused = [child(), vec![use_of(&user("mallory", CHILD), 2000).denied()]].concat();
    watched(off(&refused), 20 + 35 * 60).is(quiet, State::Proved, "the last call that succeeded was at");
    // The end of what was read counts as well.
    off(&child()).is(quiet, State::Proved, "the last call that succeeded");

    // Silence proves nothing while a key works, or before delivery can have come since it was switched off.
    let works = read(&child()).then(30, asked(false, true));
    works.is(
        quiet,
        State::Open,
        "silence proves nothing while access key AKIAZZCHILD000000002 may work",
    );
    read(&child()).is(quiet, State::Open, "the account was not asked");
    let by_record = [
        child(),
        vec![switch(1000, SEED, "Inactive"), switch(1200, CHILD, "Inactive")],
    ]
    .concat();
    watched(read(&by_record), 1200 + 34 * 60).is(quiet, State::Open, "look again after 2026-03-04T10:55:00Z");
    watched(read(&by_record), 1200 + 35 * 60).is(quiet, State::Proved, "the last call that succeeded");
    // A watch that looks at some regions says nothing of the others.
    let named = |story: Story| {
        let began = PassBegan {
            sources: vec![],
            since: None,
            until: None,
            bucket: None,
            aws: Some(AskedAws {
                regions: Some(vec!["us-east-1".to_owned()]),
                ..AskedAws::default()
            }),
            tables: None,
        };
        story.then(1, What::PassBegan(began)).then(2, ended(true))
    };
    let some = watched(named(off(&child())), 20 + 35 * 60);
    some.is(quiet, State::Open, "only these regions were asked for: us-east-1");
}

#[test]
fn nothing_is_left_when_no_way_in_is_and_it_is_quiet() {
    let clean = "check = 'nothing_left'";
    let story = with_history(Story::of(&child()), "us-east-1", whole());
    story.is(clean, State::Open, "may still work");
    let off = |id: &str| Reply::Known(vec![status(id, false, 20)]);
    let asked = live(
        vec![
            live_user("app", off(SEED), absent()),
            live_user("mallory", off(CHILD), absent()),
        ],
        vec![],
    );
    story
        .then(600, asked)
        .is(clean, State::Proved, "the last call that succeeded");
}
