//! STS and IAM: sessions, MFA, whose key it is, and what calls change. What the command line reads is in `official`.

use crate::aws::{Aws, Denial, MFA_CODE, Role, User};
use crate::client::{Answer, Client};
use crate::support::incident::*;

const MFA: &str = "arn:aws:iam::111122223333:mfa/responder";

fn guarded() -> Aws {
    let responder = User::new("responder").key(crate::aws::RESPONDER).mfa(MFA);
    Aws::new(ACCOUNT)
        .user(responder)
        .role(Role::new("open"))
        .role(Role::new("guarded").wants_mfa())
}

fn assume(client: &Client, role: &str, mfa: &[(&str, &str)]) -> Answer {
    let arn = role_arn(role);
    let fields = [&[("RoleArn", arn.as_str()), ("RoleSessionName", "me")], mfa].concat();
    client.query("sts", "AssumeRole", &fields)
}

fn signed_with(answer: &Answer, aws: &crate::aws::Running) -> String {
    let text = |element| answer.xml(element).expect("credentials").to_owned();
    let client = Client::new(aws).key(&text("AccessKeyId")).token(&text("SessionToken"));
    let identity = client.query("sts", "GetCallerIdentity", &[]);
    identity.xml("Arn").expect("an identity").to_owned()
}

#[test]
fn an_assumed_role_gives_credentials_that_work() {
    let aws = guarded().start();
    let answer = assume(&Client::new(&aws), "open", &[]);
    assert_eq!(
        signed_with(&answer, &aws),
        "arn:aws:sts::111122223333:assumed-role/open/me"
    );
    let closed = assume(&Client::new(&aws), "nowhere", &[]);
    assert_eq!(closed.error(), (403, "AccessDenied".to_owned()));
    assert!(
        closed
            .body
            .contains("sts:AssumeRole on resource: arn:aws:iam::111122223333:role/nowhere")
    );
}

#[test]
fn a_role_of_another_account_gives_credentials_of_that_account() {
    let other = Aws::new("444455556666").role(Role::new("audit"));
    let closed = Aws::new("555566667777")
        .role(Role::new("audit"))
        .deny(Denial::of("sts:AssumeRole"));
    let aws = Aws::new(ACCOUNT).member(other).member(closed).start();
    let assume = |account: &str| {
        let arn = format!("arn:aws:iam::{account}:role/audit");
        let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "alex")];
        Client::new(&aws).query("sts", "AssumeRole", &parameters)
    };
    let arn = signed_with(&assume("444455556666"), &aws);
    assert_eq!(arn, "arn:aws:sts::444455556666:assumed-role/audit/alex");
    for account in ["555566667777", "666677778888"] {
        assert_eq!(assume(account).error().1, "AccessDenied", "{account}");
    }
}

#[test]
fn a_role_that_wants_mfa_is_assumed_with_the_right_code_only() {
    let aws = guarded().start();
    let client = Client::new(&aws);
    let with = |code| assume(&client, "guarded", &[("SerialNumber", MFA), ("TokenCode", code)]);
    assert_eq!(
        assume(&client, "guarded", &[]).error(),
        (403, "AccessDenied".to_owned())
    );
    assert!(with("000000").body.contains("invalid MFA one time pass code"));
    assert!(signed_with(&with(MFA_CODE), &aws).ends_with("assumed-role/guarded/me"));
}

#[test]
fn a_session_token_is_the_users_own() {
    let aws = guarded().start();
    let fields = [("SerialNumber", MFA), ("TokenCode", MFA_CODE)];
    let answer = Client::new(&aws).query("sts", "GetSessionToken", &fields);
    assert_eq!(signed_with(&answer, &aws), "arn:aws:iam::111122223333:user/responder");
}

#[test]
fn the_account_of_a_key_is_told_whoever_owns_it() {
    let aws = guarded().foreign_key("AKIAZZFOREIGN0000001", OUTSIDE).start();
    let account = |key| {
        let answer = Client::new(&aws).query("sts", "GetAccessKeyInfo", &[("AccessKeyId", key)]);
        answer.xml("Account").map(str::to_owned)
    };
    assert_eq!(account(crate::aws::RESPONDER).as_deref(), Some(ACCOUNT));
    assert_eq!(account("AKIAZZFOREIGN0000001").as_deref(), Some(OUTSIDE));
    assert_eq!(account("AKIAZZNOBODY00000001"), None);
}

#[test]
fn what_is_changed_stays_changed() {
    let aws = guarded().user(User::new("app").key(SEED)).start();
    let client = Client::new(&aws);
    let key = [("UserName", "app"), ("AccessKeyId", SEED)];
    let state = || {
        Client::new(&aws)
            .key(SEED)
            .query("sts", "GetCallerIdentity", &[])
            .status
    };
    assert_eq!(state(), 200);
    client.query("iam", "UpdateAccessKey", &[key[0], key[1], ("Status", "Inactive")]);
    assert_eq!(state(), 403, "a key that is off does not work");
    client.query("iam", "UpdateAccessKey", &[key[0], key[1], ("Status", "Active")]);
    assert_eq!(state(), 200);
    let delete_user = || client.query("iam", "DeleteUser", &[("UserName", "app")]).error();
    assert_eq!(delete_user(), (409, "DeleteConflict".to_owned()));
    client.query("iam", "DeleteAccessKey", &key);
    assert_eq!(state(), 403);
    assert_eq!(delete_user(), (200, String::new()));
    assert_eq!(
        client.query("iam", "GetUser", &[("UserName", "app")]).error(),
        (404, "NoSuchEntity".to_owned())
    );
}

#[test]
fn long_lists_come_in_pages() {
    let user = (0..5).fold(User::new("app"), |user, n| user.inline(&format!("p{n}"), "{}"));
    let aws = guarded().user(user).start();
    let client = Client::new(&aws);
    let mut fields = vec![("UserName", "app"), ("MaxItems", "3")];
    let first = client.query("iam", "ListUserPolicies", &fields);
    assert_eq!(first.xml("IsTruncated"), Some("true"));
    let marker = first.xml("Marker").expect("a marker");
    fields.push(("Marker", marker));
    let second = client.query("iam", "ListUserPolicies", &fields);
    let names = [first.body.as_str(), &second.body].map(|body| body.matches("<member>").count());
    assert_eq!((names, second.xml("IsTruncated")), ([3, 2], Some("false")));
}
