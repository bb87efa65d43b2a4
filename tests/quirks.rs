//! The quirks of real CloudTrail data, each by its id and by what must come of it.
//!
//! The ids are those of the reference list of observed quirks; every one has a row here, or names the test that covers it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use keytrail::cloudtrail::event::Interner;
use keytrail::cloudtrail::{Event, IdentityType, Record, time};
use serde_json::{Value, json};
use support::incident::*;

/// A plain record with some members replaced; `null` removes one.
fn event_with(changes: &[(&str, Value)]) -> Event {
    parse(changes).expect("a record").event
}

fn parse(changes: &[(&str, Value)]) -> Result<Record, keytrail::cloudtrail::RecordError> {
    let mut record = use_of(&seed(), 0).json();
    for (path, value) in changes {
        let (parent, member) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = record
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("the parent exists");
        if value.is_null() {
            parent.remove(member);
        } else {
            parent.insert(member.to_owned(), value.clone());
        }
    }
    Record::parse(record.to_string().as_bytes(), &mut Interner::default())
}

type Check = fn() -> bool;

const ROWS: &[(&str, &str, Check)] = &[
    ("Q01", "a missing key is no key, and groups nothing", || {
        let event = event_with(&[("/userIdentity/accessKeyId", Value::Null)]);
        let case = investigate(&[use_of(&seed().without_key(), 1)]);
        event.identity.access_key.is_none() && case.chain().counts.seed == 0
    }),
    ("Q02", "an empty key is a missing key", || {
        event_with(&[("/userIdentity/accessKeyId", json!(""))])
            .identity
            .access_key
            .is_none()
    }),
    (
        "Q03",
        "an identity without a type, invoked by a service, is a service",
        || {
            let event = event_with(&[(
                "/userIdentity",
                json!({"accountId": ACCOUNT, "invokedBy": "ec2.amazonaws.com"}),
            )]);
            event.identity.kind == IdentityType::AwsService && event.identity.is_service()
        },
    ),
    ("Q04", "a record without an ARN is kept", || {
        let event = event_with(&[("/userIdentity/arn", Value::Null)]);
        event.identity.arn.is_none() && event.identity.label() == "app"
    }),
    ("Q05", "without accountId the receiving account stands in", || {
        event_with(&[("/userIdentity/accountId", Value::Null)])
            .identity
            .account
            .as_deref()
            == Some(ACCOUNT)
    }),
    ("Q06", "a record without an identity is kept and says so", || {
        let insight = json!({"eventTime": "2026-03-04T10:20:00Z", "eventType": "AwsCloudTrailInsight", "eventID": "x",
            "insightDetails": {"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances"}});
        let record = Record::parse(insight.to_string().as_bytes(), &mut Interner::default()).expect("kept");
        record.event.identity.label() == "no identity" && &*record.event.name == "RunInstances"
    }),
    ("Q07", "empty objects are absent", || {
        let context = json!({"sessionIssuer": {}, "webIdFederationData": {}, "attributes": {}});
        let event = event_with(&[("/userIdentity/sessionContext", context)]);
        event.identity.issuer_arn.is_none() && event.identity.session_created.is_none()
    }),
    ("Q08", "a temporary key needs no session context", || {
        let event = event_with(&[("/userIdentity/accessKeyId", json!("ASIAZZTEMP0000000001"))]);
        event.identity.access_key.as_deref() == Some("ASIAZZTEMP0000000001")
    }),
    ("Q09", "long-term or temporary is told by the prefix alone", || {
        let in_session = seed().since(at(0));
        let case = investigate(&[use_of(&in_session, 1)]);
        case.chain().nodes[0].kind.as_str() == "access_key"
    }),
    ("Q10", "the key of a forward access session is nobody's find", || {
        let forwarded = user("mallory", "ASIAZZTEMP0000000001").through("secretsmanager.amazonaws.com");
        let case = investigate(&[create_user(&seed(), 1, "mallory"), use_of(&forwarded, 2)]);
        core(&case).len() == 1
    }),
    ("Q11", "a source address may be any text, or missing", || {
        ["AWS Internal", "ec2.amazonaws.com", "255.090.254.5"]
            .iter()
            .all(|ip| event_with(&[("/sourceIPAddress", json!(ip))]).source_ip.as_deref() == Some(*ip))
            && event_with(&[("/sourceIPAddress", Value::Null)]).source_ip.is_none()
    }),
    ("Q12", "without eventTime the exporter's timestamp counts", || {
        let event = event_with(&[
            ("/eventTime", Value::Null),
            ("/@timestamp", json!("2020-09-14T00:48:30.000Z")),
        ]);
        Some(event.time()) == time::parse_text("2020-09-14T00:48:30Z")
    }),
    ("Q13", "readOnly has three states", || {
        let read_only = |value: Value| event_with(&[("/readOnly", value)]).read_only;
        read_only(json!(true)) == Some(true)
            && read_only(json!("false")) == Some(false)
            && read_only(Value::Null).is_none()
    }),
    ("Q14", "eventCategory, requestID and eventVersion are optional", || {
        parse(&[
            ("/eventVersion", Value::Null),
            ("/requestID", Value::Null),
            ("/eventCategory", Value::Null),
        ])
        .is_ok()
    }),
    (
        "Q15",
        "a denied call keeps its message as a hint, and makes nothing",
        || {
            let denied = assume_role(&seed(), 1, "x", "y", "ASIAZZTEMP0000000001")
                .denied()
                .with("responseElements", Value::Null)
                .with(
                    "errorMessage",
                    json!("not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/x"),
                );
            let case = investigate(&[denied]);
            core(&case).is_empty() && case.chain().attempts[0].hint.contains("role/x")
        },
    ),
    ("Q16", "a null request on success means oneself", || {
        let create = call(&seed(), 1, "iam", "CreateAccessKey")
            .request(Value::Null)
            .answer(json!({"accessKey": {"accessKeyId": "AKIAZZCHILD000000002"}}));
        node(&investigate(&[create]), "AKIAZZCHILD000000002").owner.as_deref() == Some("app")
    }),
    (
        "Q17",
        "without an answer a creation is still a node, and weaker",
        || {
            let create = call(&seed(), 1, "iam", "CreateUser").request(json!({"userName": "mallory"}));
            let case = investigate(&[create]);
            node(&case, &user_arn("mallory")).strength.as_str() == "inferred"
        },
    ),
    ("Q18", "an error code wins over an answer", || {
        let case = investigate(&[create_user(&seed(), 1, "mallory").with("errorCode", json!("LimitExceeded"))]);
        core(&case).is_empty() && case.chain().attempts.len() == 1
    }),
    ("Q19", "a sign-in may fail without an error code", || {
        let login = console_login("app", 1)
            .answer(json!({"ConsoleLogin": "Failure"}))
            .with("errorMessage", json!("Failed authentication"));
        !login.record().event.outcome.succeeded()
    }),
    (
        "Q20",
        "any error code or message is a failure; a dry run is told apart",
        || {
            let failed = |member: &str, text: &str| !event_with(&[(member, json!(text))]).outcome.succeeded();
            let dry_run = event_with(&[("/errorCode", json!("Client.DryRunOperation"))]);
            failed("/errorCode", "BucketNotEmpty") && failed("/errorMessage", "No") && dry_run.outcome.is_dry_run()
        },
    ),
    (
        "Q21",
        "copies are one event; the same id at another time is another event",
        || {
            let once = use_of(&seed(), 1);
            let later = use_of(&seed(), 2).with("eventID", json!(once.id()));
            let case = investigate(&[once.clone(), once, later]);
            case.chain().counts.seed == 2 && case.chain().counts.duplicates == 1
        },
    ),
    ("Q22", "two events of one request are two events", || {
        let mint = |key: &str| assume_role(&seed(), 1, "r", "s", key).with("requestID", json!("one"));
        core(&investigate(&[
            mint("ASIAZZTEMP0000000001"),
            mint("ASIAZZTEMP0000000002"),
        ]))
        .len()
            == 2
    }),
    (
        "Q23",
        "the order inside a second means nothing (tests/order.rs)",
        || {
            let (make, key) = (
                create_user(&seed(), 1, "m"),
                create_key(&seed(), 1, "m", "AKIAZZCHILD000000002"),
            );
            core(&investigate(&[make.clone(), key.clone()])) == core(&investigate(&[key, make]))
        },
    ),
    ("Q24", "an API date in the name folds away", || {
        let create = call(&seed(), 1, "lambda", "CreateFunction20150331")
            .answer(json!({"functionArn": "arn:aws:lambda:us-east-1:1:function:f", "role": role_arn("r")}));
        beyond(&investigate(&[create])).len() == 1
    }),
    ("Q25", "CreateUser of another service makes no IAM user", || {
        let transfer = call(&seed(), 1, "transfer", "CreateUser")
            .request(json!({"userName": "sftp"}))
            .answer(json!({"user": {"userName": "sftp", "arn": user_arn("sftp")}}));
        core(&investigate(&[transfer])).is_empty()
    }),
    ("Q26", "a region is any text", || {
        &*event_with(&[("/awsRegion", json!("ap-isob-central-3r"))]).region == "ap-isob-central-3r"
    }),
    ("Q27", "a key that mints itself is not its own child", || {
        let own = assume_role(&seed(), 1, "r", "s", SEED);
        core(&investigate(&[own])).is_empty()
    }),
    ("Q28", "session tokens do not survive reading", || {
        let record = assume_role(&seed(), 1, "r", "s", "ASIAZZTEMP0000000001").record();
        !record.body.to_string().contains("EXAMPLETOKEN") && record.body.to_string().contains("[redacted:sha256:")
    }),
    ("Q29", "dates in answers are read in all three forms", || {
        [
            "Mar 4, 2026 11:00:00 AM",
            "Mar 4, 2026, 11:00:00 AM",
            "Mar 4, 2026, 11:00:00\u{202f}AM",
        ]
        .iter()
        .all(|date| {
            let mut mint = assume_role(&seed(), 1, "r", "s", "ASIAZZTEMP0000000001").json();
            mint["responseElements"]["credentials"]["expiration"] = json!(date);
            let record = Record::parse(mint.to_string().as_bytes(), &mut Interner::default()).expect("a record");
            node(&feed(&[SEED], vec![vec![record]]), "ASIAZZTEMP0000000001").expires == Some(at(3600))
        })
    }),
    ("Q30", "policy documents are read plain and URL-encoded", || {
        let policy = format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{OUTSIDE}"}}}}]}}"#);
        let encoded = policy.replace('{', "%7B").replace('"', "%22").replace('}', "%7D");
        [policy, encoded].iter().all(|document| {
            let mut role = create_role(&seed(), 1, "door").json();
            role["responseElements"]["role"]["assumeRolePolicyDocument"] = json!(document);
            let record = Record::parse(role.to_string().as_bytes(), &mut Interner::default()).expect("a record");
            beyond(&feed(&[SEED], vec![vec![record]]))
                == [format!("aws_account trusts {OUTSIDE} < {}", role_arn("door"))]
        })
    }),
    (
        "Q31",
        "the many keys of one sign-in are found by principal and creation date (tests/chain/)",
        || {
            let console = |key: &str| user("victim", key).since(at(10));
            let case = investigate(&[
                on_user(&seed(), 1, "UpdateLoginProfile", "victim"),
                console_login("victim", 10),
                use_of(&console("ASIAZZTEMP0000000001"), 11),
                use_of(&console("ASIAZZTEMP0000000002"), 12),
                use_of(&user("victim", "ASIAZZTEMP0000000003").since(at(-500)), 12),
            ]);
            core(&case).iter().filter(|line| line.starts_with("session")).count() == 2
        },
    ),
    ("Q32", "the console mark may be text or missing", || {
        [json!("true"), json!(true), Value::Null]
            .into_iter()
            .all(|mark| parse(&[("/sessionCredentialFromConsole", mark)]).is_ok())
    }),
    (
        "Q33",
        "a session without assumedRoleUser is named by the request",
        || {
            let thin = call(&seed(), 1, "sts", "AssumeRole")
                .request(json!({"roleArn": role_arn("r"), "roleSessionName": "i-1"}))
                .answer(json!({"credentials": {"accessKeyId": "ASIAZZTEMP0000000001"}}));
            let case = investigate(&[thin]);
            let session = node(&case, "ASIAZZTEMP0000000001");
            session.name == "i-1" && session.owner.as_deref() == Some(&*role_arn("r"))
        },
    ),
    ("Q34", "a key that is never used is a node", || {
        let case = investigate(&[create_key(&seed(), 1, "m", "AKIAZZCHILD000000002")]);
        node(&case, "AKIAZZCHILD000000002").activity.events == 0
    }),
    ("Q35", "a hidden name makes no user", || {
        let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
        let case = investigate(&[
            on_user(&seed(), 1, "UpdateLoginProfile", hidden),
            create_user(&seed(), 2, hidden),
        ]);
        core(&case).is_empty()
    }),
    (
        "Q36",
        "the caller's account and the receiving account are both kept",
        || {
            let event = event_with(&[("/recipientAccountId", json!(OUTSIDE))]);
            &*event.key.account == OUTSIDE && event.identity.account.as_deref() == Some(ACCOUNT)
        },
    ),
    ("Q37", "a link by key id does not need equal accounts", || {
        let mut child = user("m", "AKIAZZCHILD000000002");
        child.0["accountId"] = json!("999988887777");
        let make = create_user(&child, 2, "n").with("recipientAccountId", json!("999988887777"));
        core(&investigate(&[
            create_key(&seed(), 1, "m", "AKIAZZCHILD000000002"),
            make,
        ]))
        .len()
            == 2
    }),
    ("Q38", "a record may be large", || {
        parse(&[("/requestParameters", json!({"blob": "x".repeat(300_000)}))]).is_ok()
    }),
    (
        "Q39",
        "a broken record says why (the reader's tests: among good files)",
        || Record::parse(b"{\"eventVersion\": ", &mut Interner::default()).is_err(),
    ),
    ("Q40", "a user named like a service is a user", || {
        let event = event_with(&[("/userIdentity/userName", json!("CloudTrail"))]);
        event.identity.kind == IdentityType::IamUser && !event.identity.is_service()
    }),
    ("Q41", "a deletion that failed ends nothing", || {
        let failed = on_user(&seed(), 2, "DeleteUser", "m").with("errorCode", json!("NoSuchEntityException"));
        let case = investigate(&[create_user(&seed(), 1, "m"), failed]);
        node(&case, &user_arn("m")).ended.is_none()
    }),
];

#[test]
fn every_quirk_is_honoured() {
    let broken: Vec<String> = ROWS
        .iter()
        .filter(|(_, _, check)| !check())
        .map(|(id, what, _)| format!("{id}: {what}"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_quirk_has_its_row() {
    let ids: Vec<String> = ROWS.iter().map(|(id, _, _)| (*id).to_owned()).collect();
    let expected: Vec<String> = (1..=41).map(|n| format!("Q{n:02}")).collect();
    assert_eq!(ids, expected);
}
