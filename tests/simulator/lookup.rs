//! LookupEvents: what it finds, its pages and its tokens, what it refuses.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::aws::{Aws, Fault, Kind, recent};
use crate::client::{Client, ids};
use crate::support::incident::*;
use crate::{account, attribute, calls};

fn error(client: &Client, question: &Value) -> (u16, String) {
    client.lookup(question).error()
}

fn refused(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[test]
fn pages_come_newest_first_until_there_is_no_token() {
    let (calls, newest_first) = calls(120);
    let aws = account(&calls).start();
    let client = Client::new(&aws);
    let first = client.lookup(&attribute("AccessKeyId", SEED)).json();
    assert_eq!(ids(&first), newest_first[..50], "50 events unless fewer are asked for");
    assert_eq!(client.all("AccessKeyId", SEED), newest_first);
    assert_eq!(
        aws.log().0.iter().map(|entry| entry.events).collect::<Vec<_>>(),
        [50, 50, 50, 20]
    );
}

#[test]
fn without_attributes_everything_in_the_region_is_found() {
    let here = call(&seed(), 1, "s3", "ListBuckets");
    let there = call(&seed(), 2, "s3", "ListBuckets").region("eu-west-1");
    // Read from two trails, perhaps: event history has it once.
    let aws = account(&[here.clone(), here.clone(), there.clone()]).start();
    let found = |region| ids(&Client::new(&aws).region(region).lookup(&json!({})).json());
    assert_eq!(found("us-east-1"), [here.id()]);
    assert_eq!(found("eu-west-1"), [there.id()]);
    assert!(found("eu-west-2").is_empty());
}

#[test]
fn of_several_attributes_the_first_is_honoured() {
    let aws = account(&[use_of(&seed(), 1), use_of(&user("other", "AKIAZZOTHER000000001"), 2)]).start();
    let question = json!({"LookupAttributes": [
        {"AttributeKey": "Username", "AttributeValue": "app"},
        {"AttributeKey": "EventName", "AttributeValue": "Nothing"},
    ]});
    assert_eq!(
        ids(&Client::new(&aws).lookup(&question).json()),
        [use_of(&seed(), 1).id()]
    );
}

#[test]
fn a_token_is_good_for_the_same_question_only() {
    let aws = account(&calls(9).0).start();
    let client = Client::new(&aws);
    let end = Utc::now().timestamp();
    let mut question = attribute("AccessKeyId", SEED);
    question["MaxResults"] = json!(4);
    question["StartTime"] = json!(end - 86_400);
    question["EndTime"] = json!(end);
    question["NextToken"] = client.lookup(&question).json()["NextToken"].take();
    assert_eq!(ids(&client.lookup(&question).json()).len(), 4);

    let differing = [
        ("MaxResults", json!(5)),
        ("StartTime", json!(end - 86_401)),
        ("EndTime", json!(end + 1)),
        ("EndTime", Value::Null),
        (
            "LookupAttributes",
            attribute("Username", "app")["LookupAttributes"].take(),
        ),
        ("EventCategory", json!("insight")),
        ("NextToken", json!("made-up")),
    ];
    for (member, value) in differing {
        let mut other = question.clone();
        other[member] = value;
        assert_eq!(error(&client, &other), refused("InvalidNextTokenException"), "{member}");
    }
    let elsewhere = Client::new(&aws).region("eu-west-1");
    assert_eq!(error(&elsewhere, &question), refused("InvalidNextTokenException"));
}

#[test]
fn tokens_can_grow_old() {
    let (calls, _) = calls(9);
    let struck = account(&calls).fault(Fault::calls(Kind::TokenExpired, 1..2)).start();
    let aged = account(&calls).token_lifetime(0.0).start();
    for (aws, again) in [(struck, 200), (aged, 400)] {
        let client = Client::new(&aws);
        let mut question = json!({"MaxResults": 4});
        question["NextToken"] = client.lookup(&question).json()["NextToken"].take();
        assert_eq!(error(&client, &question), refused("InvalidNextTokenException"));
        assert_eq!(client.lookup(&question).status, again);
    }
}

#[test]
fn questions_out_of_range_are_refused_by_name() {
    let aws = account(&[]).start();
    let client = Client::new(&aws);
    let wrong = [
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (
            attribute("SourceIPAddress", "203.0.113.66"),
            "InvalidLookupAttributesException",
        ),
        (attribute("AccessKeyId", ""), "InvalidLookupAttributesException"),
        (json!({"StartTime": 20, "EndTime": 10}), "InvalidTimeRangeException"),
        (json!({"StartTime": "2026-03-04T10:00:00Z"}), "SerializationException"),
        (json!({"EventCategory": "data"}), "InvalidEventCategoryException"),
    ];
    for (question, code) in wrong {
        assert_eq!(error(&client, &question), refused(code), "{question}");
    }
}

#[test]
fn both_ends_of_a_range_belong_to_it_and_90_days_are_the_end_of_it() {
    let start = Utc::now() - TimeDelta::days(2);
    let at = |time: DateTime<Utc>| {
        let time = time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        call(&seed(), 0, "s3", "ListBuckets").with("eventTime", json!(time))
    };
    let inside: Vec<Call> = (0..4).map(|n| at(start + TimeDelta::seconds(n))).collect();
    let old = at(Utc::now() - TimeDelta::days(91));
    let records = inside.iter().chain([&old]).map(Call::json);
    let aws = Aws::new(ACCOUNT).rate(1e6, 1e6).events(records).start();
    let client = Client::new(&aws);
    let range = json!({"StartTime": start.timestamp() + 1, "EndTime": start.timestamp() + 2});
    assert_eq!(ids(&client.lookup(&range).json()), [inside[2].id(), inside[1].id()]);
    let since_ever = json!({"StartTime": 0});
    assert_eq!(ids(&client.lookup(&since_ever).json()).len(), 4, "without the old one");
}

#[test]
fn every_attribute_finds_what_has_exactly_that_value() {
    let minted = assume_role(&seed(), 1, "audit", "night", "ASIAZZTEMP0000000001");
    let aws = account(&[minted.clone(), use_of(&user("else", "AKIAZZOTHER000000001"), 2)]).start();
    let client = Client::new(&aws);
    let found_by = [
        ("EventId", minted.id()),
        ("EventName", "AssumeRole".to_owned()),
        ("EventSource", "sts.amazonaws.com".to_owned()),
        ("Username", "app".to_owned()),
        ("AccessKeyId", SEED.to_owned()),
        ("ResourceType", "AWS::IAM::Role".to_owned()),
        ("ResourceName", role_arn("audit")),
    ];
    for (key, value) in found_by {
        assert_eq!(client.all(key, &value), [minted.id()], "{key}={value}");
        let other_case = value.to_lowercase();
        if other_case != value {
            assert!(client.all(key, &other_case).is_empty(), "{key}={other_case}");
        }
        assert!(
            client.all(key, &value[..value.len() - 1]).is_empty(),
            "the beginning of a value is not the value"
        );
    }
    assert_eq!(
        client.all("ReadOnly", "true"),
        [use_of(&user("else", "AKIAZZOTHER000000001"), 2).id()]
    );
}

#[test]
fn callers_are_filed_as_the_console_shows_them() {
    let root = Caller(json!({"type": "Root", "principalId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root")}));
    let guest = Caller(json!({"type": "FederatedUser", "principalId": format!("{ACCOUNT}:guest")}));
    let under = [
        (use_of(&seed(), 1), Some("app")),
        (
            use_of(&session("audit", "night", "ASIAZZTEMP0000000001"), 2),
            Some("night"),
        ),
        (use_of(&root, 3), Some("root")),
        (console_login("mallory", 4), Some("mallory")),
        (use_of(&guest, 5), Some("guest")),
        (use_of(&service("ec2.amazonaws.com"), 6), None),
        (use_of(&outside(), 7), None),
    ];
    let calls: Vec<Call> = under.iter().map(|(call, _)| call.clone()).collect();
    let aws = account(&calls).start();
    let client = Client::new(&aws);
    for (call, name) in under {
        let page = client.lookup(&attribute("EventId", &call.id())).json();
        assert_eq!(page["Events"][0]["Username"].as_str(), name);
        if let Some(name) = name {
            assert_eq!(client.all("Username", name), [call.id()]);
        }
    }
}

#[test]
fn resources_are_what_a_call_made_or_touched() {
    let key = "ASIAZZTEMP0000000001";
    let started = call(&seed(), 4, "ec2", "RunInstances")
        .answer(json!({"instancesSet": {"items": [{"instanceId": "i-0abc"}, {"instanceId": "i-0def"}]}}));
    let assumed = assume_role(&seed(), 1, "audit", "night", key);
    let made = create_key(&seed(), 2, "mallory", "AKIAZZCHILD000000002");
    let changed = on_user(&seed(), 3, "UpdateLoginProfile", "victim");
    let denied = create_user(&seed(), 5, "denied").answer(Value::Null).denied();
    let aws = account(&[started.clone(), assumed.clone(), made.clone(), changed.clone(), denied]).start();
    let client = Client::new(&aws);
    let by = |name: &str| client.all("ResourceName", name);
    assert_eq!(by(key), [assumed.id()], "who minted it");
    assert_eq!(by(&role_arn("audit")), [assumed.id()]);
    assert_eq!(by("AKIAZZCHILD000000002"), [made.id()]);
    assert_eq!(by("mallory"), [made.id()]);
    assert_eq!(by("victim"), [changed.id()]);
    assert_eq!(by("i-0def"), [started.id()]);
    assert!(by("denied").is_empty(), "a denied call logs no request");
}

#[test]
fn an_event_holds_the_record_as_text_and_an_index_beside_it() {
    let records = recent(vec![
        assume_role(&seed(), 1, "audit", "night", "ASIAZZTEMP0000000001").json(),
    ]);
    let record = records[0].clone();
    let aws = Aws::new(ACCOUNT).events(records).start();
    let page = Client::new(&aws).lookup(&json!({})).json();
    let event = &page["Events"][0];
    let text = event["CloudTrailEvent"].as_str().expect("a text");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), record);
    assert!(event["EventTime"].is_number());
    assert_eq!(event["AccessKeyId"], SEED);
    assert_eq!(event["EventSource"], "sts.amazonaws.com");
    assert!(event.get("ReadOnly").is_none(), "the record does not say");
}

#[test]
fn data_events_are_not_kept_and_insights_have_to_be_asked_for() {
    let data = use_of(&seed(), 1).with("eventCategory", json!("Data"));
    let also_data = use_of(&seed(), 2).with("managementEvent", json!(false));
    let insight = call(&seed(), 3, "ec2", "RunInstances").with("eventCategory", json!("Insight"));
    let aws = account(&[data, also_data, insight.clone()]).start();
    let client = Client::new(&aws);
    assert!(ids(&client.lookup(&json!({})).json()).is_empty());
    assert_eq!(
        ids(&client.lookup(&json!({"EventCategory": "insight"})).json()),
        [insight.id()]
    );
}

#[test]
fn records_arrive_late_and_while_somebody_pages() {
    let (calls, newest_first) = calls(8);
    let late = recent(vec![call(&seed(), 99, "s3", "ListBuckets").json()]);
    let now = call(&seed(), 100, "s3", "ListBuckets");
    let aws = account(&calls).events_after(1e9, late).start();
    let client = Client::new(&aws);
    let mut question = json!({"MaxResults": 4});
    let first = client.lookup(&question).json();
    aws.happen(recent(vec![now.json()]));
    question["NextToken"] = first["NextToken"].clone();
    let second = client.lookup(&question).json();
    assert_eq!(
        [ids(&first), ids(&second)].concat(),
        newest_first,
        "a page chain does not move"
    );
    assert!(second.get("NextToken").is_none());
    assert!(ids(&client.lookup(&json!({})).json()).contains(&now.id()));
    assert_eq!(
        aws.ids("AccessKeyId", SEED).len(),
        10,
        "what there is to be found in the end"
    );
}
