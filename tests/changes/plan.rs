//! What a change calls, what it breaks, and when it is refused or asked about twice.

use keytrail::account::change::{command, commands};
use keytrail::investigation::account::Reply;
use keytrail::investigation::change::{Change, Holder, Object, Parts, Plan, Refusal, offers, plan, recorded};
use keytrail::investigation::{Investigation, Node};
use serde_json::json;

use crate::support::incident::*;
use crate::{now, parts, role, user};

const CHILD: &str = "AKIAZZCHILD000000002";
const QUARANTINE: &str = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";

/// The key was used by the application and by somebody who made a user with a key.
fn case() -> Investigation {
    let application = use_of(&seed(), 0)
        .with("sourceIPAddress", json!("198.51.100.7"))
        .with("userAgent", json!("Boto3/1.40"));
    let attach = call(&seed(), 12, "iam", "AttachUserPolicy")
        .request(json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    let door = create_role(&seed(), 30, "door");
    let session = use_of(&session("door", "own", "ASIAZZTEMP0000000005"), 45);
    let other = use_of(
        &crate::support::incident::session("door", "nightly", "ASIAZZOTHER000000006"),
        50,
    );
    investigate(&[
        application,
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 11, "mallory", CHILD),
        attach,
        door,
        assume_role(&seed(), 40, "door", "own", "ASIAZZTEMP0000000005"),
        session,
        other,
    ])
}

fn of(change: &Change, object: &Object) -> Result<Plan, Refusal> {
    plan(change, object, &case(), None, now())
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(|step| command(&step.call)).collect()
}

fn delete_key(user: &str, key: &str) -> Change {
    Change::DeleteKey {
        user: user.to_owned(),
        key: key.to_owned(),
    }
}

fn deactivate() -> Change {
    Change::DeactivateKey {
        user: "app".to_owned(),
        key: SEED.to_owned(),
    }
}

#[test]
fn deactivating_names_who_uses_the_key_and_can_be_undone() {
    let plan = of(&deactivate(), &user("app", &[(SEED, true)])).unwrap();
    assert_eq!(
        lines(&plan),
        [format!(
            "aws iam update-access-key --user-name=app --access-key-id={SEED} --status=Inactive"
        )]
    );
    assert_eq!(plan.name, SEED);
    assert!(plan.doubts.is_empty(), "{:?}", plan.doubts);
    let said = plan.breaks.join("\n");
    assert!(
        said.contains("1 call, last 2026-03-04T10:00:00Z by 198.51.100.7 Boto3, not judged"),
        "{said}"
    );
    assert!(
        said.contains("last used 2026-03-04T10:00:00Z, s3 in eu-west-1 (IAM)"),
        "{said}"
    );
    let back = plan.steps[0].reverse.as_ref().map(command).unwrap();
    assert!(back.ends_with("--status=Active"), "{back}");
}

#[test]
fn deleting_the_only_active_key_of_an_application_is_asked_about_twice() {
    let only = of(&delete_key("app", SEED), &user("app", &[(SEED, true)])).unwrap();
    assert_eq!(only.doubts.len(), 1, "{:?}", only.doubts);
    assert!(only.doubts[0].contains("is the only active key of user app, and it is in use"));
    let spare = user("app", &[(SEED, true), ("AKIAZZSPARE000000009", true)]);
    assert!(of(&delete_key("app", SEED), &spare).unwrap().doubts.is_empty());
    let off = user("app", &[(SEED, false)]);
    assert!(of(&delete_key("app", SEED), &off).unwrap().doubts.is_empty());
    let attackers = user("mallory", &[(CHILD, true)]);
    assert!(of(&delete_key("mallory", CHILD), &attackers).unwrap().doubts.is_empty());
    // A second key that the chain made is the attacker's: no application has it.
    let calls = [
        use_of(&seed(), 0),
        create_key(&seed(), 5, "app", "AKIAZZSPARE000000009"),
    ];
    let planted =
        keytrail::investigation::change::plan(&delete_key("app", SEED), &spare, &investigate(&calls), None, now());
    assert_eq!(planted.unwrap().doubts.len(), 1);
    // IAM is late: what the records show counts as well.
    let mut never = user("app", &[(SEED, true)]);
    if let Some(Reply::Known(used)) = parts(&mut never).last_use.get_mut(SEED) {
        used.at = None;
    }
    assert_eq!(of(&delete_key("app", SEED), &never).unwrap().doubts.len(), 1);
    // Where IAM does not tell, it may be in use.
    let mut unknown = user("app", &[(SEED, true)]);
    parts(&mut unknown).last_use.clear();
    assert_eq!(of(&delete_key("app", SEED), &unknown).unwrap().doubts.len(), 1);
}

#[test]
fn the_quarantine_policy_is_never_touched() {
    let mut app = user("app", &[(SEED, false)]);
    app.attached = Reply::Known(vec![QUARANTINE.to_owned()]);
    let detach = Change::DetachPolicy {
        holder: Holder::User("app".to_owned()),
        arn: QUARANTINE.to_owned(),
    };
    let delete = Change::DeleteUser { user: "app".to_owned() };
    for change in [detach, delete] {
        let refused = of(&change, &app).unwrap_err();
        assert!(matches!(refused, Refusal::Quarantine { .. }), "{refused}");
    }
    assert!(of(&delete_key("app", SEED), &app).is_ok(), "the key itself may go");
    // One of the attacker's own that has its name is no quarantine.
    let own = QUARANTINE.replace("iam::aws:", &format!("iam::{ACCOUNT}:"));
    app.attached = Reply::Known(vec![own.clone()]);
    let detach = Change::DetachPolicy {
        holder: Holder::User("app".to_owned()),
        arn: own,
    };
    assert!(of(&detach, &app).is_ok());
}

#[test]
fn a_user_goes_with_everything_in_the_order_aws_wants() {
    let mut mallory = user("mallory", &[(CHILD, true), ("AKIAZZCHILD000000003", false)]);
    mallory.attached = Reply::Known(vec!["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()]);
    mallory.inline = Reply::Known([("extra".to_owned(), "{}".to_owned())].into());
    if let Reply::Known(about) = &mut mallory.about {
        about.boundary = Some("arn:aws:iam::aws:policy/PowerUserAccess".to_owned());
    }
    let all = parts(&mut mallory);
    all.password = Reply::Known(at(20));
    all.groups = Reply::Known(vec!["staff".to_owned()]);
    all.mfa_devices = Reply::Known(vec![
        format!("arn:aws:iam::{ACCOUNT}:mfa/mallory"),
        "GAHT12345678".to_owned(),
    ]);
    all.ssh_keys = Reply::Known(vec!["APKAZZ".to_owned()]);
    all.certificates = Reply::Known(vec!["CERT".to_owned()]);
    all.service_credentials = Reply::Known(vec!["ACCAZZ".to_owned()]);
    let plan = of(
        &Change::DeleteUser {
            user: "mallory".to_owned(),
        },
        &mallory,
    )
    .unwrap();
    let actions: Vec<&str> = plan.steps.iter().map(|step| step.call.action()).collect();
    assert_eq!(
        actions,
        [
            "AttachUserPolicy",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "DeleteAccessKey",
            "DeleteLoginProfile",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
            "DeactivateMFADevice",
            "DeleteSSHPublicKey",
            "DeleteSigningCertificate",
            "DeleteServiceSpecificCredential",
            "DetachUserPolicy",
            "DeleteUserPolicy",
            "RemoveUserFromGroup",
            "DeleteUserPermissionsBoundary",
            "DetachUserPolicy",
            "DeleteUser",
        ]
    );
    assert!(plan.doubts.is_empty(), "the chain made it: {:?}", plan.doubts);
    assert!(
        commands(&plan)[0].contains("generate-credential-report"),
        "evidence comes first"
    );
    // A user who was there before is another matter.
    let app = of(&Change::DeleteUser { user: "app".to_owned() }, &user("app", &[])).unwrap();
    assert!(app.doubts[0].contains("was there before"), "{:?}", app.doubts);
}

#[test]
fn what_may_not_be_listed_is_said_and_left_to_aws() {
    let mut mallory = user("mallory", &[]);
    parts(&mut mallory).service_credentials = Reply::Denied("not authorized".to_owned());
    let plan = of(
        &Change::DeleteUser {
            user: "mallory".to_owned(),
        },
        &mallory,
    )
    .unwrap();
    let said = plan.breaks.join("\n");
    assert!(
        said.contains("Could not be read: service credentials. Where there are any, AWS refuses"),
        "{said}"
    );
}

#[test]
fn a_role_goes_with_its_profiles_and_policies_and_others_who_use_it_are_named() {
    let mut door = role("door", "{}");
    door.attached = Reply::Known(vec!["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()]);
    door.inline = Reply::Known([("extra".to_owned(), "{}".to_owned())].into());
    let Parts::Role(own) = &mut door.parts else {
        panic!("a role")
    };
    own.profiles = Reply::Known(vec!["web".to_owned()]);
    let plan = of(
        &Change::DeleteRole {
            role: "door".to_owned(),
        },
        &door,
    )
    .unwrap();
    let actions: Vec<&str> = plan.steps.iter().map(|step| step.call.action()).collect();
    assert_eq!(
        actions,
        [
            "RemoveRoleFromInstanceProfile",
            "DetachRolePolicy",
            "DeleteRolePolicy",
            "DeleteRole"
        ]
    );
    let said = plan.breaks.join("\n");
    assert!(said.contains("Instance profile web"), "{said}");
    let shared = Change::RevokeSessions {
        holder: Holder::Role("audit".to_owned()),
        before: now(),
    };
    let calls = [
        assume_role(&seed(), 40, "audit", "own", "ASIAZZTEMP0000000005"),
        use_of(&session("audit", "own", "ASIAZZTEMP0000000005"), 45),
        use_of(&session("audit", "nightly", "ASIAZZOTHER000000006"), 50),
    ];
    let plan = keytrail::investigation::change::plan(&shared, &role("audit", "{}"), &investigate(&calls), None, now());
    let said = plan.unwrap().breaks.join("\n");
    assert!(said.contains("Session nightly, not of the chain: 1 call"), "{said}");
    assert!(!said.contains("Session own"), "{said}");
}

#[test]
fn another_of_the_same_name_and_another_account_are_refused() {
    let mut mallory = user("mallory", &[(CHILD, true)]);
    if let Reply::Known(about) = &mut mallory.about {
        about.id = "AIDAZZSOMEBODYELSE001".to_owned();
    }
    let change = Change::DeleteUser {
        user: "mallory".to_owned(),
    };
    let refused = of(&change, &mallory).unwrap_err();
    assert!(matches!(refused, Refusal::Another { .. }), "{refused}");
    if let Reply::Known(about) = &mut mallory.about {
        about.arn = format!("arn:aws:iam::{OUTSIDE}:user/mallory");
    }
    let refused = of(&change, &mallory).unwrap_err();
    assert!(matches!(refused, Refusal::OtherAccount { .. }), "{refused}");
    mallory.about = Reply::Absent("no such user".to_owned());
    assert!(matches!(of(&change, &mallory).unwrap_err(), Refusal::Gone(_)));
    mallory.about = Reply::Denied("not authorized".to_owned());
    assert!(matches!(of(&change, &mallory).unwrap_err(), Refusal::NotSeen { .. }));
}

#[test]
fn nothing_is_done_that_is_so_already_and_no_third_key_is_made() {
    let off = user("app", &[(SEED, false), ("AKIAZZSPARE000000009", true)]);
    assert!(matches!(of(&deactivate(), &off).unwrap_err(), Refusal::AlreadySo(_)));
    let replace = Change::ReplaceKey { user: "app".to_owned() };
    assert!(matches!(of(&replace, &off).unwrap_err(), Refusal::TwoKeys { .. }));
    assert!(matches!(
        of(&deactivate(), &user("app", &[])).unwrap_err(),
        Refusal::NoSuchKey { .. }
    ));
    let mut linked = role("door", "{}");
    if let Reply::Known(about) = &mut linked.about {
        about.arn = format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/door");
    }
    let delete = Change::DeleteRole {
        role: "door".to_owned(),
    };
    assert!(matches!(of(&delete, &linked).unwrap_err(), Refusal::ServiceLinked(_)));
}

#[test]
fn who_would_cut_off_themselves_is_asked_twice() {
    let app = user("app", &[(SEED, true)]);
    let own = user_arn("app");
    let plan = |caller| keytrail::investigation::change::plan(&deactivate(), &app, &case(), caller, now()).unwrap();
    assert_eq!(plan(Some(own.as_str())).doubts.len(), 1);
    assert!(
        plan(Some("arn:aws:sts::111122223333:assumed-role/Responder/alex"))
            .doubts
            .is_empty()
    );
}

fn titles(investigation: &Investigation, node: &Node) -> Vec<String> {
    let offered = offers(investigation, node, now());
    offered.iter().map(Change::title).collect()
}

#[test]
fn each_node_is_offered_what_fits_it() {
    let case = case();
    assert_eq!(
        titles(&case, node(&case, SEED)),
        [
            format!("Deactivate key {SEED}"),
            "Create a replacement key for user app".to_owned(),
            "Deny user app everything".to_owned(),
            "End the sessions of user app until now".to_owned(),
            format!("Delete key {SEED}"),
        ]
    );
    let mallory = titles(&case, node(&case, &user_arn("mallory")));
    assert_eq!(mallory.last().unwrap(), "Delete user mallory");
    let session = titles(&case, node(&case, "ASIAZZTEMP0000000005"));
    assert_eq!(session, ["End the sessions of role door until now"]);
    let policy = titles(&case, node(&case, "arn:aws:iam::aws:policy/AdministratorAccess"));
    assert_eq!(policy, ["Detach AdministratorAccess from user mallory"]);
}

#[test]
fn without_aws_the_records_tell_what_to_delete() {
    let case = case();
    let object = recorded(&case, &Holder::User("mallory".to_owned()));
    let change = Change::DeleteUser {
        user: "mallory".to_owned(),
    };
    let plan = plan(&change, &object, &case, None, now()).unwrap();
    let actions: Vec<&str> = plan.steps.iter().map(|step| step.call.action()).collect();
    assert_eq!(
        actions,
        [
            "AttachUserPolicy",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "DetachUserPolicy",
            "DetachUserPolicy",
            "DeleteUser"
        ]
    );
}
