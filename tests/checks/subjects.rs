//! Checks that look at one thing of the chain.

use std::collections::BTreeMap;

use crate::support::incident::*;
use keytrail::investigation::What;
use keytrail::investigation::account::{KeyStatus, Reply};
use keytrail::investigation::fact::{ItemState, Verdict};
use keytrail::investigation::live::{Held, LiveRole, LiveUser};
use keytrail::playbook::State;
use serde_json::json;

use crate::story::*;

#[test]
fn a_key_is_switched_off_when_iam_or_a_later_record_says_so() {
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
    let story = || Story::of(&child());
    story()
        .then(600, asked(true))
        .is(INACTIVE, State::Open, "iam:ListAccessKeys: Active");
    story()
        .then(600, asked(false))
        .is(INACTIVE, State::Proved, "iam:ListAccessKeys: Inactive");
    story().is(
        INACTIVE,
        State::Open,
        "cannot be verified: access key AKIAZZCHILD000000002 of mallory: the account was not asked",
    );

    let with = |calls: &[Call]| Story::of(&[child(), calls.to_vec()].concat());
    let off = with(&[switch(300, CHILD, "Inactive")]);
    off.is(INACTIVE, State::Proved, "switched off: UpdateAccessKey in event");
    let on_again = with(&[switch(300, CHILD, "Inactive"), switch(700, CHILD, "Active")]);
    on_again.is(INACTIVE, State::Open, "switched on again");
    // The later witness counts, whichever it is.
    on_again
        .then(800, asked(false))
        .is(INACTIVE, State::Proved, "ListAccessKeys: Inactive");
    with(&[switch(700, CHILD, "Active")])
        .then(600, asked(false))
        .is(INACTIVE, State::Open, "switched on again");
}

#[test]
fn what_was_denied_is_named_and_keeps_no_other_check_from_looking() {
    let seen = live(vec![live_user("mallory", denied(), Reply::Known(at(30)))], vec![]);
    let calls = [child(), vec![create_password(&seed(), 30, "mallory")]].concat();
    let story = Story::of(&calls).then(600, seen);
    story.is(INACTIVE, State::Open, "access denied to iam:ListAccessKeys");
    let password = "check = { is = 'cut_off', for_each = 'login_profile' }";
    story.is(password, State::Open, "iam:GetLoginProfile: it is still there");
    // And it can be ticked by hand.
    let story = story.mark(700, ItemState::Done);
    story.is(INACTIVE, State::DoneByHand, "access denied to iam:ListAccessKeys");
}

#[test]
fn what_is_deleted_is_gone_from_the_account_or_the_records_end_it() {
    let users = "for_each = 'created_user'\ncheck = 'deleted'";
    let there = live(vec![live_user("mallory", Reply::Known(vec![]), absent())], vec![]);
    Story::of(&child())
        .then(600, there)
        .is(users, State::Open, "iam:GetUser: it is still there");
    Story::of(&child()).then(600, live(vec![gone("mallory")], vec![])).is(
        users,
        State::Proved,
        "iam:GetUser: not there",
    );
    let deleted = [child(), vec![on_user(&admin(), 60, "DeleteUser", "mallory")]].concat();
    Story::of(&deleted).is(users, State::Proved, "user mallory: removed by AKIAADMIN00000000001");

    // Other credentials are gone by a record, or from what IAM lists of the user.
    let enable = call(&seed(), 40, "iam", "UploadSSHPublicKey")
        .request(json!({"userName": "mallory"}))
        .answer(json!({"sSHPublicKey": {"userName": "mallory", "sSHPublicKeyId": "APKAEXAMPLE0000000001"}}));
    let remove = call(&admin(), 90, "iam", "DeleteSSHPublicKey")
        .request(json!({"userName": "mallory", "sSHPublicKeyId": "APKAEXAMPLE0000000001"}));
    let other = "for_each = 'other_credential'\ncheck = 'deleted'";
    let mut calls = [child(), vec![enable]].concat();
    Story::of(&calls).is(other, State::Open, "no record shows that it was removed");
    let keys = |keys: Reply<Vec<String>>| {
        let user = live_user("mallory", Reply::Known(vec![]), absent());
        live(
            vec![LiveUser {
                held: BTreeMap::from([(Held::SshKeys, keys)]),
                ..user
            }],
            vec![],
        )
    };
    let listed = |keys: &[&str]| Reply::Known(keys.iter().map(|key| (*key).to_owned()).collect());
    let asked = |reply| Story::of(&calls).then(600, keys(reply));
    asked(listed(&["APKAEXAMPLE0000000001"])).is(other, State::Open, "iam:ListSSHPublicKeys: it is still there");
    asked(listed(&["APKAOTHER000000000001"])).is(other, State::Proved, "iam:ListSSHPublicKeys: not there");
    asked(denied()).is(other, State::Open, "access denied to iam:ListSSHPublicKeys");
    calls.push(remove);
    Story::of(&calls).is(other, State::Proved, "removed by AKIAADMIN00000000001");
}

#[test]
fn what_the_chain_put_on_a_user_is_gone_when_it_is_taken_off_or_the_user_is_deleted() {
    let grants = "for_each = 'grant'\ncheck = 'deleted'";
    let policy = json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let attach = call(&seed(), 30, "iam", "AttachUserPolicy").request(policy.clone());
    let detach = call(&admin(), 300, "iam", "DetachUserPolicy").request(policy);
    let mut calls = [child(), vec![attach]].concat();
    Story::of(&calls).is(
        grants,
        State::Open,
        "policy AdministratorAccess of mallory: no record shows",
    );
    let attached = |policies: &[&str]| {
        let policies = Reply::Known(policies.iter().map(|policy| (*policy).to_owned()).collect());
        let user = live_user("mallory", Reply::Known(vec![]), absent());
        live(
            vec![LiveUser {
                held: BTreeMap::from([(Held::Attached, policies)]),
                ..user
            }],
            vec![],
        )
    };
    let asked = Story::of(&calls).then(600, attached(&["arn:aws:iam::aws:policy/AdministratorAccess"]));
    asked.is(grants, State::Open, "iam:ListAttachedUserPolicies: it is still there");
    let asked = Story::of(&calls).then(600, attached(&[]));
    asked.is(grants, State::Proved, "iam:ListAttachedUserPolicies: not there");
    let asked = Story::of(&calls).then(600, live(vec![gone("mallory")], vec![]));
    asked.is(grants, State::Proved, "mallory is gone");
    calls.push(detach);
    Story::of(&calls).is(grants, State::Proved, "removed by");
    Story::of(&child()).is(grants, State::NothingFound, "there is none in all that was read");
    Story::of(&child())
        .then(5, ended(false))
        .is(grants, State::Open, "not everything was read");
}

#[test]
fn a_session_is_over_when_it_is_denied_everything_or_its_time_is_up() {
    let sessions = "for_each = 'role_session'\ncheck = 'cut_off'";
    let story = || Story::of(&[use_of(&seed(), 1), assume_role(&seed(), 100, "door", "own", TEMP)]);
    let asked = |before| live(vec![], vec![door(the_door(), before)]);
    story()
        .then(600, asked(absent()))
        .is(sessions, State::Open, "no policy denies sessions of this age");
    story()
        .then(600, asked(denied()))
        .is(sessions, State::Open, "access denied to iam:GetRolePolicy");
    story()
        .then(600, asked(Reply::Known(at(500))))
        .is(sessions, State::Proved, "a deny policy on its role");
    let mut later = story();
    later.now = at(3600);
    later.is(sessions, State::Proved, "it has expired");
}

#[test]
fn an_outsider_is_shut_out_by_a_later_trust_policy() {
    let outsiders = "for_each = 'outsider'\ncheck = 'trust_closed'";
    let trust = |by: &Caller, seconds, account: &str| {
        let document = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}}]});
        call(by, seconds, "iam", "UpdateAssumeRolePolicy")
            .request(json!({"roleName": "door", "policyDocument": document.to_string()}))
    };
    let mut calls = vec![use_of(&seed(), 1), trust(&seed(), 50, OUTSIDE)];
    Story::of(&calls).is(outsiders, State::Open, "UpdateAssumeRolePolicy in event");
    // The account says so too, whoever closed it.
    let trusts = |who: &[&str]| {
        let who = Reply::Known(who.iter().map(|who| (*who).to_owned()).collect());
        live(
            vec![],
            vec![LiveRole {
                held: BTreeMap::from([(Held::Outsiders, who)]),
                ..door(the_door(), absent())
            }],
        )
    };
    let asked = Story::of(&calls).then(600, trusts(&[OUTSIDE]));
    asked.is(
        outsiders,
        State::Open,
        "iam:GetRole: the trust policy of door lets it in",
    );
    let asked = Story::of(&calls).then(600, trusts(&[]));
    asked.is(
        outsiders,
        State::Proved,
        "iam:GetRole: the trust policy of door leaves it out",
    );
    // A role of that name in another account is another role.
    let elsewhere = trust(&admin(), 800, "222233334444").with("recipientAccountId", json!("222233334444"));
    let elsewhere = [calls.clone(), vec![elsewhere]].concat();
    Story::of(&elsewhere).is(outsiders, State::Open, "UpdateAssumeRolePolicy in event");
    // What a record says of a later time counts more.
    let again = [calls.clone(), vec![trust(&seed(), 700, OUTSIDE)]].concat();
    Story::of(&again)
        .then(600, trusts(&[]))
        .is(outsiders, State::Open, "lets it in");
    calls.push(trust(&admin(), 500, ACCOUNT));
    Story::of(&calls).is(outsiders, State::Proved, "leaves it out");
}

#[test]
fn a_decision_is_proved_by_the_judgement() {
    let users = "for_each = 'created_user'\ncheck = 'judged'";
    let story = Story::of(&child());
    story.is(users, State::Open, "user mallory: not judged");
    let node = node(&story.investigation, &user_arn("mallory")).node.clone();
    let story = story.judge(&node, Verdict::Malicious);
    story.is(users, State::Proved, "judged malicious");
    assert_eq!(story.standing(users).at, Some(at(900)));

    let sources = "check = 'sources_judged'";
    story.is(sources, State::Open, "not judged: 203.0.113.66 aws-cli");
    story
        .judge("203.0.113.66 aws-cli", Verdict::Expected)
        .is(sources, State::Proved, "all 1 sources");
}

#[test]
fn a_key_is_ours_when_aws_says_so() {
    let ours = "for_each = 'seed_key'\ncheck = 'key_is_ours'";
    let story = || Story::of(&child());
    story().is(ours, State::Open, "the account was not asked");
    story().then(5, seen(told(ACCOUNT), &[])).is(
        ours,
        State::Proved,
        "sts:GetAccessKeyInfo: account 111122223333, of user app",
    );
    let mut other = account(&user_arn("alex"), told(OUTSIDE), Reply::Known(vec![]));
    other.keys[0].user = None;
    story()
        .then(5, What::Account(other.clone()))
        .is(ours, State::Open, "it is of account 444455556666");
    other.keys[0].account = denied();
    story()
        .then(5, What::Account(other))
        .is(ours, State::Open, "access denied to sts:GetAccessKeyInfo");
}

#[test]
fn the_quarantine_is_left_until_somebody_takes_it_off() {
    let left = "for_each = 'seed_user'\ncheck = 'quarantine_left'";
    let take_off = call(&admin(), 60, "iam", "DetachUserPolicy")
        .request(json!({"userName": "app", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}));
    let calls = [child(), vec![take_off]].concat();
    let quarantined = seen(told(ACCOUNT), &["AWSCompromisedKeyQuarantineV3"]);
    Story::of(&child())
        .then(70, quarantined)
        .is(left, State::Proved, "AWSCompromisedKeyQuarantineV3 is attached");
    Story::of(&child())
        .then(70, seen(told(ACCOUNT), &[]))
        .is(left, State::Proved, "AWS put no quarantine");
    // Anybody may give a policy of their own that name.
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/AWSCompromisedKeyQuarantineV3");
    let own = account(&user_arn("alex"), told(ACCOUNT), Reply::Known(vec![own]));
    let asked = Story::of(&child()).then(70, What::Account(own));
    asked.is(left, State::Proved, "AWS put no quarantine");
    Story::of(&calls)
        .then(70, seen(told(ACCOUNT), &[]))
        .is(left, State::Open, "the quarantine was taken off");
    let hidden = account(&user_arn("alex"), told(ACCOUNT), denied());
    Story::of(&calls).then(70, What::Account(hidden)).is(
        left,
        State::Open,
        "access denied to iam:ListAttachedUserPolicies",
    );
}

#[test]
fn a_replacement_is_newer_active_and_not_the_chains() {
    let new = "for_each = 'seed_user'\ncheck = 'new_key'";
    let keys = |keys: Vec<KeyStatus>| {
        let keys = [vec![status(SEED, true, -1000)], keys].concat();
        live(vec![live_user("app", Reply::Known(keys), absent())], vec![])
    };
    let story = || Story::of(&[child(), vec![create_key(&seed(), 30, "app", "AKIAZZHIDDEN00000009")]].concat());
    story()
        .then(5, seen(told(ACCOUNT), &[]))
        .is(new, State::Open, "no newer active key");
    story()
        .then(600, keys(vec![status("AKIAZZHIDDEN00000009", true, 30)]))
        .is(new, State::Open, "that the chain did not make");
    story()
        .then(600, keys(vec![status(NEWER, false, 500)]))
        .is(new, State::Open, "no newer active key");
    story()
        .then(600, keys(vec![status(NEWER, true, 500)]))
        .is(new, State::Proved, "AKIAZZNEWER000000003 is active");
    // While records are missing, it may be one that the attacker made.
    story()
        .then(600, keys(vec![status(NEWER, true, 500)]))
        .then(601, ended(false))
        .is(new, State::Open, "not everything was read");
}

#[test]
fn a_password_that_was_made_since_is_not_gone() {
    let passwords = "for_each = 'login_profile'\ncheck = 'cut_off'";
    let calls = [child(), vec![create_password(&seed(), 30, "mallory")]].concat();
    let has = |password| live(vec![live_user("mallory", Reply::Known(vec![]), password)], vec![]);
    let asked = |password| Story::of(&calls).then(900, has(password));
    asked(absent()).is(passwords, State::Proved, "there is none");
    asked(Reply::Known(at(31))).is(passwords, State::Open, "it is still there");
    asked(Reply::Known(at(700))).is(
        passwords,
        State::Open,
        "another password was made at 2026-03-04T10:11:40Z",
    );
}

#[test]
fn what_was_judged_expected_is_nothing_to_be_ended() {
    let keys = "for_each = 'access_key'\ncheck = 'inactive'";
    let off = |id: &str, active| Reply::Known(vec![status(id, active, 20)]);
    let asked = live(
        vec![
            live_user("app", off(SEED, false), absent()),
            live_user("mallory", off(CHILD, true), absent()),
        ],
        vec![],
    );
    let story = || Story::of(&child()).then(600, asked.clone());
    story().is(keys, State::Open, "iam:ListAccessKeys: Active");
    let judged = |id: &str| {
        let story = story();
        let node = node(&story.investigation, id).node.clone();
        story.judge(&node, Verdict::Expected)
    };
    judged(CHILD).is(keys, State::Proved, "Inactive");
    // A leaked key stays one, whatever is thought of it.
    let seed = live(vec![live_user("app", off(SEED, true), absent())], vec![]);
    let node = node(&story().investigation, SEED).node.clone();
    let story = Story::of(&child()).then(600, seed).judge(&node, Verdict::Expected);
    story.is(keys, State::Open, "iam:ListAccessKeys: Active");
}
