//! How far a user could reach: by AWS's simulator, by the texts of its policies, by what the records show.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::investigation::account::{Permissions, PolicyText, Reply, Simulated, UserSeen};
use keytrail::investigation::reach::{self, Basis, Reach, telling_actions};
use serde_json::{Value, json};
use support::incident::*;

fn text(name: &str, statements: &Value) -> PolicyText {
    PolicyText {
        name: name.to_owned(),
        is_boundary: false,
        text: Reply::Known(json!({"Version": "2012-10-17", "Statement": statements}).to_string()),
    }
}

fn allow(action: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*"})
}

fn user_with(texts: Vec<PolicyText>, simulated: Reply<Vec<Simulated>>) -> UserSeen {
    UserSeen {
        name: "app".to_owned(),
        about: denied(),
        keys: denied(),
        attached: denied(),
        inline: denied(),
        groups: denied(),
        permissions: Some(Permissions { texts, simulated }),
    }
}

fn denied<T>() -> Reply<T> {
    Reply::Denied("not authorized".to_owned())
}

fn by_texts(texts: Vec<PolicyText>) -> Reach {
    let reach = reach::of_user(&user_with(texts, denied())).expect("an estimate");
    assert_eq!(reach.basis, Basis::Texts);
    assert!(
        reach.line().contains("an estimate from the policies' texts"),
        "{}",
        reach.line()
    );
    reach
}

#[test]
fn an_administrator_is_told_from_a_power_user() {
    let admin = by_texts(vec![text("AdministratorAccess", &allow(&json!("*")))]);
    assert!(admin.is_administrator && admin.services == ["*"]);
    assert!(
        admin.line().starts_with("administrator: every service"),
        "{}",
        admin.line()
    );

    let but_iam = json!([
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["iam:CreateServiceLinkedRole", "iam:ListRoles"], "Resource": "*"},
    ]);
    let power = by_texts(vec![text("PowerUserAccess", &but_iam)]);
    assert!(!power.is_administrator && power.services == ["*"], "{power:?}");
    let ways = power.escalations.join("\n");
    assert!(
        ways.contains("lambda:UpdateFunctionCode") && !ways.contains("iam:"),
        "{ways}"
    );
}

#[test]
fn who_may_only_read_a_bucket_reaches_nothing_else() {
    let reach = by_texts(vec![text("read", &allow(&json!(["s3:Get*", "s3:ListBucket"])))]);
    assert_eq!(
        (reach.is_administrator, &*reach.services),
        (false, &["s3".to_owned()][..])
    );
    assert!(reach.escalations.is_empty(), "{reach:?}");
    assert!(reach.line().contains("no known way to more rights"));
}

#[test]
fn a_boundary_and_a_denial_take_away() {
    let boundary = PolicyText {
        is_boundary: true,
        ..text("limits", &allow(&json!("s3:*")))
    };
    let bounded = by_texts(vec![text("all", &allow(&json!("*"))), boundary]);
    assert!(
        !bounded.is_administrator && bounded.escalations.is_empty(),
        "{bounded:?}"
    );
    assert_eq!(bounded.services, ["s3"]);

    let denied = json!([allow(&json!("*")), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]);
    let reach = by_texts(vec![text("all but iam", &denied)]);
    assert!(
        !reach.is_administrator && !reach.escalations.join("\n").contains("iam:"),
        "{reach:?}"
    );
    // A boundary that could not be read is said, and does not count.
    let unread = PolicyText {
        text: Reply::Denied("no".to_owned()),
        is_boundary: true,
        name: "arn:aws:iam::111122223333:policy/limits".to_owned(),
    };
    let reach = by_texts(vec![text("all", &allow(&json!("*"))), unread]);
    assert!(
        reach.is_administrator && reach.unsure == ["limits (could not be read)"],
        "{reach:?}"
    );
}

#[test]
fn conditions_and_resources_limit_and_are_named() {
    for statement in [
        json!({"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}),
        json!({"Effect": "Allow", "Action": "iam:CreateAccess?ey", "Resource": "arn:aws:iam::111122223333:user/app"}),
    ] {
        let reach = by_texts(vec![text("some", &statement)]);
        assert_eq!(
            reach.escalations,
            ["iam:CreateAccessKey (a key for any user, within limits)"]
        );
        assert_eq!(reach.unsure, ["conditions, and which resources are meant"]);
    }
    let deny = json!([allow(&json!("iam:CreateAccessKey")),
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}]);
    assert!(by_texts(vec![text("region", &deny)]).escalations[0].ends_with("within limits)"));
}

#[test]
fn a_role_can_be_passed_only_with_something_that_runs_as_it() {
    let pass = by_texts(vec![text("pass", &allow(&json!("iam:PassRole")))]);
    assert!(pass.escalations.is_empty(), "{pass:?}");
    let run = by_texts(vec![text("run", &allow(&json!(["iam:PassRole", "ec2:*"])))]);
    assert_eq!(
        run.escalations,
        ["iam:PassRole and ec2:RunInstances (a machine with any role)"]
    );
}

#[test]
fn the_simulator_goes_first_and_denied_leaves_the_texts() {
    let answers = |allowed: fn(&str) -> bool| {
        let answer = |action: &&str| Simulated {
            action: (*action).to_owned(),
            is_allowed: allowed(action),
        };
        Reply::Known(telling_actions().iter().map(answer).collect())
    };
    let all = || vec![text("all", &allow(&json!("*")))];
    let reach = reach::of_user(&user_with(all(), answers(|action| action.starts_with("ses:")))).unwrap();
    assert_eq!(
        (reach.basis, &*reach.services),
        (Basis::Simulator, &["ses".to_owned()][..])
    );
    assert!(reach.line().contains("AWS's simulator"));
    assert!(
        reach::of_user(&user_with(Vec::new(), answers(|_| true)))
            .unwrap()
            .is_administrator
    );
    assert!(by_texts(all()).is_administrator);
    // Nothing could be read: nothing is claimed.
    let unread = PolicyText {
        text: denied(),
        ..text("x", &json!([]))
    };
    assert_eq!(reach::of_user(&user_with(vec![unread], denied())), None);
}

#[test]
fn the_quarantine_says_nothing_of_what_was_possible_before() {
    let quarantine = text(
        "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
        &json!({"Effect": "Deny", "Action": "*", "Resource": "*"}),
    );
    let reach = by_texts(vec![text("all", &allow(&json!("*"))), quarantine]);
    assert!(
        reach.is_administrator && reach.unsure == ["what the quarantine denies now"],
        "{reach:?}"
    );
}

#[test]
fn what_the_chain_wrote_tells_of_its_users() {
    let seed = seed();
    let attach = |user: &str, arn: &str| {
        call(&seed, 20, "iam", "AttachUserPolicy").request(json!({"userName": user, "policyArn": arn}))
    };
    let own = "arn:aws:iam::111122223333:policy/own";
    let document = json!({"Statement": [allow(&json!("ec2:*"))]}).to_string();
    let case = investigate(&[
        create_user(&seed, 1, "one"),
        create_user(&seed, 2, "two"),
        create_user(&seed, 3, "three"),
        create_user(&seed, 4, "four"),
        attach("one", "arn:aws:iam::aws:policy/AdministratorAccess"),
        call(&seed, 10, "iam", "CreatePolicy")
            .request(json!({"policyName": "own", "policyDocument": document}))
            .answer(json!({"policy": {"arn": own, "policyName": "own"}})),
        attach("two", own),
        attach("three", "arn:aws:iam::111122223333:policy/unknown"),
        attach("four", "arn:aws:iam::aws:policy/AdministratorAccess").with("errorCode", json!("AccessDenied")),
    ]);
    let all = reach::all(&case);
    let users: Vec<&str> = all.iter().map(|(user, _)| user.name()).collect();
    assert_eq!(users, ["one", "two", "three"]);
    assert!(all[0].1.is_administrator && all[0].1.basis == Basis::Records);
    assert_eq!(all[1].1.services, ["ec2"]);
    assert_eq!(all[2].1.unsure, ["unknown (its text is in no record)"]);
}

#[test]
fn what_a_group_gives_counts_and_what_else_it_may_give_is_said() {
    let seed = seed();
    let case = investigate(&[
        create_user(&seed, 1, "one"),
        create_user(&seed, 2, "two"),
        call(&seed, 3, "iam", "AddUserToGroup").request(json!({"userName": "one", "groupName": "admins"})),
        call(&seed, 4, "iam", "AddUserToGroup").request(json!({"userName": "two", "groupName": "readers"})),
        call(&seed, 5, "iam", "PutGroupPolicy").request(json!({"groupName": "admins", "policyName": "all",
            "policyDocument": json!({"Statement": [allow(&json!("*"))]}).to_string()})),
    ]);
    let all = reach::all(&case);
    assert!(all[0].1.is_administrator && all[0].1.unsure == ["what else group admins allows"]);
    assert_eq!(
        all[1].1.line(),
        "not known (an estimate from the policies that the records show; not looked at: \
         what else group readers allows)"
    );
}

#[test]
fn a_role_reaches_as_far_as_what_was_written_to_it_in_any_version() {
    let seed = seed();
    let own = "arn:aws:iam::111122223333:policy/own";
    let text = |action: &str| json!({"Statement": [allow(&json!(action))]}).to_string();
    let role = |at: i64, name: &str| {
        call(&seed, at, "iam", "CreateRole")
            .request(json!({"roleName": name}))
            .answer(json!({"role": {
            "roleName": name, "roleId": format!("AROA{:0>16}", name.to_uppercase()),
            "arn": format!("arn:aws:iam::111122223333:role/{name}")}}))
    };
    let case = investigate(&[
        role(1, "ROLE"),
        call(&seed, 2, "iam", "CreatePolicy")
            .request(json!({"policyName": "own", "policyDocument": text("s3:GetObject")}))
            .answer(json!({"policy": {"arn": own, "policyName": "own"}})),
        call(&seed, 3, "iam", "AttachRolePolicy").request(json!({"roleName": "ROLE", "policyArn": own})),
        call(&seed, 4, "iam", "CreatePolicyVersion")
            .request(json!({"policyArn": own, "policyDocument": text("ec2:*"), "setAsDefault": true})),
        // The user of the same name holds none of it.
        create_user(&seed, 5, "ROLE"),
    ]);
    let all = reach::all(&case);
    let (holder, reach) = &all[0];
    assert_eq!((holder.kind(), holder.name(), all.len()), ("role", "ROLE", 1));
    assert_eq!(reach.services, ["ec2", "s3"]);
}

#[test]
fn each_of_many_holders_has_what_was_put_on_it_in_whatever_order() {
    let seed = seed();
    let own = |n: i64| format!("arn:aws:iam::111122223333:policy/own-{n}");
    let services = ["s3", "ec2", "ses", "sqs", "kms"];
    let mut calls = Vec::new();
    for (n, service) in (0..).zip(services) {
        let (at, user, group) = (10 * n, format!("user-{n}"), format!("group-{}", n / 2));
        let document = json!({"Statement": [allow(&json!(format!("{service}:*")))]}).to_string();
        calls.extend([
            call(&seed, at, "iam", "AttachUserPolicy").request(json!({"userName": user, "policyArn": own(n)})),
            call(&seed, at + 1, "iam", "AddUserToGroup").request(json!({"userName": user, "groupName": group})),
            create_user(&seed, at + 2, &user),
            call(&seed, at + 3, "iam", "CreatePolicy")
                .request(json!({"policyName": format!("own-{n}"), "policyDocument": document}))
                .answer(json!({"policy": {"arn": own(n)}})),
        ]);
    }
    let logs = json!({"Statement": [allow(&json!("logs:*"))]}).to_string();
    calls.push(
        call(&seed, 99, "iam", "PutGroupPolicy").request(json!({"groupName": "group-1", "policyDocument": logs})),
    );
    let all = reach::all(&investigate(&calls));
    let found: Vec<String> = all
        .iter()
        .map(|(holder, reach)| format!("{} {}", holder.name(), reach.services.join(" ")))
        .collect();
    assert_eq!(
        found,
        [
            "user-0 s3",
            "user-1 ec2",
            "user-2 logs ses",
            "user-3 logs sqs",
            "user-4 kms"
        ]
    );
}

#[test]
fn everything_is_told_however_it_is_written_and_what_is_left_out_is_not_everything() {
    let with = |statement: Value| by_texts(vec![text("some", &json!([statement]))]);
    for resource in [
        json!("**"),
        json!("arn:aws:*"),
        json!(["arn:aws:s3:::b", "arn:*:*:*:*:*"]),
    ] {
        let all = with(json!({"Effect": "Allow", "Action": "**", "Resource": resource}));
        assert!(all.is_administrator && all.services == ["*"], "{resource} {all:?}");
    }
    let iam = with(json!({"Effect": "Allow", "Action": "IAM:*", "Resource": "arn:aws:iam::111122223333:*"}));
    assert!(
        iam.escalations[0] == "iam:CreateAccessKey (a key for any user)",
        "{iam:?}"
    );
    let boss = "arn:aws:iam::111122223333:user/boss";
    let most = with(json!({"Effect": "Allow", "Action": "*", "NotResource": boss}));
    assert!(most.is_administrator, "{most:?}");
    let none = with(json!({"Effect": "Allow", "Action": "iam:*", "NotResource": "*"}));
    assert!(!none.is_administrator && none.escalations.is_empty(), "{none:?}");
    // What is denied on all but something is not denied.
    let denied = json!([allow(&json!("*")), {"Effect": "Deny", "Action": "*", "NotResource": boss}]);
    let reach = by_texts(vec![text("some", &denied)]);
    assert!(
        reach.escalations.iter().any(|way| way.contains("iam:CreateAccessKey")),
        "{reach:?}"
    );
}
