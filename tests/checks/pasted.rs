//! What becomes of an item by what was pasted.

use crate::support::incident::*;
use keytrail::investigation::account::Reply;
use keytrail::investigation::fact::ItemState;
use keytrail::playbook::{Found, Names, State, asks};
use serde_json::json;

use crate::story::*;

/// Each of two trails has to log.
const TRAILS: &str = "for_each = 'trail'\nevidence = ['cloudtrail:StopLogging']\n[[step.item.paste]]\n\
    run = 'aws cloudtrail get-trail-status --name={{ trail }} --output json'\ndone_if = 'IsLogging'\n\
    yes = 'it is logging'\nno = 'it is not logging'";
const YES: &str = r#"{"IsLogging": true}"#;
const NO: &str = r#"{"IsLogging": false}"#;

fn stop(seconds: i64, trail: &str) -> Call {
    call(&seed(), seconds, "cloudtrail", "StopLogging").request(json!({"name": trail}))
}

fn stopped() -> Story {
    Story::of(&[stop(50, "main"), stop(51, "audit")])
}

fn line(story: &Story, fields: &str, name: &str) -> Option<Found> {
    let lines = story.standing(fields).lines;
    lines
        .into_iter()
        .find(|line| line.subject.contains(name))
        .expect("a line")
        .found
}

#[test]
fn an_item_is_proved_when_every_name_of_it_is_shown() {
    stopped().is(TRAILS, State::Open, "");
    let one = stopped().paste(100, TRAILS, "main", YES);
    one.is(TRAILS, State::Open, "1 of 2 outputs are pasted");
    assert!(matches!(line(&one, TRAILS, "main"), Some(Found::Proved { .. })));
    assert_eq!(line(&one, TRAILS, "audit"), None);
    let both = one.paste(200, TRAILS, "audit", YES);
    both.is(
        TRAILS,
        State::Proved,
        "it is logging: `aws cloudtrail get-trail-status --name=audit --output json` pasted by alex, and 1 more",
    );
    // It is as old as its oldest part.
    assert_eq!(both.standing(TRAILS).at, Some(at(100)));
    // Whatever was marked before or after.
    both.mark(300, ItemState::Open).is(TRAILS, State::Proved, "");
}

#[test]
fn the_last_answer_counts_and_one_that_shows_the_opposite_leaves_it_open() {
    let not = stopped()
        .paste(100, TRAILS, "audit", YES)
        .paste(110, TRAILS, "main", NO);
    not.is(
        TRAILS,
        State::Open,
        "it is not logging: `aws cloudtrail get-trail-status --name=main",
    );
    assert_eq!(not.standing(TRAILS).at, Some(at(110)));
    let then = not.paste(120, TRAILS, "main", YES);
    then.is(TRAILS, State::Proved, "it is logging");
    then.paste(130, TRAILS, "main", NO)
        .is(TRAILS, State::Open, "it is not logging");
}

#[test]
fn an_older_tick_is_contradicted_and_a_later_one_is_not() {
    let ticked = stopped().mark(100, ItemState::Done);
    let not = ticked.paste(200, TRAILS, "main", NO);
    not.is(TRAILS, State::Contradicted, "it is not logging");
    assert_eq!(not.standing(TRAILS).at, Some(at(200)));
    not.mark(300, ItemState::Done)
        .is(TRAILS, State::DoneByHand, "it is not logging");
    stopped()
        .paste(200, TRAILS, "main", NO)
        .mark(300, ItemState::NotApplicable)
        .is(TRAILS, State::NotApplicable, "a note");
}

#[test]
fn what_the_chain_does_afterwards_contradicts_what_was_pasted() {
    let shown = |calls: &[Call]| Story::of(calls).paste(100, TRAILS, "main", YES);
    shown(&[stop(50, "main")]).is(TRAILS, State::Proved, "");
    let again = shown(&[stop(50, "main"), stop(150, "main")]);
    again.is(
        TRAILS,
        State::Contradicted,
        "the chain called cloudtrail:StopLogging after `aws cloudtrail",
    );
    assert_eq!(again.standing(TRAILS).at, Some(at(150)));
    assert!(!again.standing(TRAILS).is_marked);
    // It is pasted again, or ticked by somebody who knows.
    again.paste(200, TRAILS, "main", YES).is(TRAILS, State::Proved, "");
    shown(&[stop(50, "main"), stop(150, "main")])
        .mark(200, ItemState::Done)
        .is(TRAILS, State::DoneByHand, "the chain called");
}

const KEYS: &str = "for_each = 'other_key'\ncheck = 'inactive'\n[[step.item.paste]]\n\
    run = 'aws iam list-access-keys --user-name={{ user }} --output json'\n\
    done_if = \"length(AccessKeyMetadata[?Status != 'Inactive']) == `0`\"\nyes = 'switched off'\nno = 'on'";
const OFF: &str = r#"{"AccessKeyMetadata": [{"Status": "Inactive"}]}"#;
const ON: &str = r#"{"AccessKeyMetadata": [{"Status": "Active"}]}"#;

#[test]
fn beside_a_check_the_later_witness_counts() {
    let asked = |active| {
        let keys = Reply::Known(vec![status(CHILD, active, 20)]);
        live(vec![live_user("mallory", keys, absent())], vec![])
    };
    let story = || Story::of(&child());
    // Nothing was asked: what is pasted verifies what could not be.
    let unasked = story().paste(100, KEYS, "mallory", OFF);
    unasked.is(KEYS, State::Proved, "switched off: `aws iam list-access-keys");
    assert_eq!(unasked.standing(KEYS).unverified, "");
    story()
        .then(100, asked(true))
        .paste(200, KEYS, "mallory", OFF)
        .is(KEYS, State::Proved, "switched off");
    story().paste(100, KEYS, "mallory", OFF).then(200, asked(true)).is(
        KEYS,
        State::Contradicted,
        "iam:ListAccessKeys: Active",
    );
    story()
        .then(100, asked(false))
        .paste(200, KEYS, "mallory", ON)
        .is(KEYS, State::Open, "on: `aws iam");
    story()
        .paste(100, KEYS, "mallory", ON)
        .then(200, asked(false))
        .is(KEYS, State::Proved, "iam:ListAccessKeys");
    story()
        .then(100, asked(false))
        .mark(150, ItemState::Done)
        .paste(200, KEYS, "mallory", ON)
        .is(KEYS, State::Contradicted, "on: `aws iam");
}

#[test]
fn what_shows_a_part_proves_nothing_and_can_still_contradict() {
    let part = format!("{TRAILS}\npart = true");
    let all = stopped().paste(100, &part, "main", YES).paste(100, &part, "audit", YES);
    all.is(&part, State::Open, "the rest is ticked by hand");
    assert!(matches!(line(&all, &part, "main"), Some(Found::Proved { .. })));
    let ticked = all.mark(200, ItemState::Done);
    ticked.is(&part, State::DoneByHand, "");
    ticked
        .paste(300, &part, "main", NO)
        .is(&part, State::Contradicted, "it is not logging");
}

#[test]
fn names_that_no_output_is_about_are_still_to_be_shown() {
    let fields = TRAILS.replace("for_each = 'trail'", "for_each = 'resource'");
    let fields = fields.replace("\ndone_if", "\nfor_each = 'trail'\ndone_if");
    let bucket = call(&seed(), 52, "s3", "CreateBucket").request(json!({"bucketName": "loot"}));
    let story = Story::of(&[stop(50, "main"), bucket]).paste(100, &fields, "main", YES);
    story.is(&fields, State::Open, "nothing pasted shows it of S3 bucket loot");
    let story = Story::of(&[stop(50, "main")]).paste(100, &fields, "main", YES);
    story.is(&fields, State::Proved, "it is logging");
}

#[test]
fn an_answer_about_the_account_does_not_outweigh_what_the_account_says_of_a_name() {
    let fields = "for_each = 'other_key'\ncheck = 'deleted'\n[[step.item.paste]]\n\
        run = 'aws iam get-account-summary --output json'\ndone_if = 'SummaryMap.Keys <= `0`'\nyes = 'none'\nno = 'some'";
    let none = r#"{"SummaryMap": {"Keys": 0}}"#;
    let keys = Reply::Known(vec![status(CHILD, true, 20)]);
    let there = live(vec![live_user("mallory", keys, absent())], vec![]);
    let story = Story::of(&child()).then(100, there);
    story
        .paste(200, fields, "summary", none)
        .is(fields, State::Open, "it is still there");
    Story::of(&child())
        .paste(200, fields, "summary", none)
        .is(fields, State::Proved, "none");
}

#[test]
fn a_name_of_the_attackers_choice_that_cannot_stand_in_a_command_is_never_shown_by_another() {
    let story = Story::of(&[stop(50, "main"), stop(51, "x\u{202e}y")]);
    let playbook = playbook_of(TRAILS);
    let names = Names::of(&story.investigation, story.now);
    let asked = asks(playbook.items().next().unwrap(), &names);
    assert_eq!(asked.len(), 1);
    let story = story.paste(100, TRAILS, "main", YES);
    story.is(TRAILS, State::Open, "nothing pasted shows it of logging stopped x");
}

#[test]
fn an_answer_to_another_condition_or_command_says_nothing() {
    let story = stopped()
        .paste(100, TRAILS, "main", YES)
        .paste(100, TRAILS, "audit", YES);
    story.is(TRAILS, State::Proved, "");
    story.is(
        &TRAILS.replace("done_if = 'IsLogging'", "done_if = 'IsLogging && Late'"),
        State::Open,
        "",
    );
    story.is(
        &TRAILS.replace("--output json", "--output json --no-cli-pager"),
        State::Open,
        "",
    );
}
