//! Every format, and text that tries to harm.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
const CASE: &str =
    "Subject: [CASE 170000000012345] [Action Required] Unexpected Activity Detected on your AWS Account 111122223333";
const BLOCK: &str = "Access Key: AKIAIOSFODNN7EXAMPLE\nIAMUser: foo.user\nEvent Name: GetCallerIdentity\n\
                     Event Time: January 1, 2026 00:00:00 (UTC+00:00)\nIP: 203.0.113.39\nIP Country/Region: US\n";
const EMAIL: &str = "Irregular Activity Detected for Your AWS Access Key\n\nAccess key: AKIAI44QH8DHBEXAMPLE. User: \
                     app-integration-user. Event: GetCallerIdentity.\nTime: 2026-05-21 12:11:58 UTC. IP: 198.51.100.50.\n";

fn health() -> Value {
    json!({
        "version": "0", "detail-type": "AWS Health Event", "source": "aws.health", "account": "111122223333",
        "time": "2026-05-21T12:30:00Z", "resources": [OTHER],
        "detail": {
            "eventArn": "arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/1", "service": "RISK",
            "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "startTime": "Thu, 21 May 2026 12:29:00 GMT",
            "eventMetadata": {"publicKey": OTHER, "userName": "app", "exposedUrl": "https://code.example.com/org/repo"},
            "affectedEntities": [{"entityValue": OTHER}, {"entityValue": KEY}], "affectedAccount": "444455556666",
        },
    })
}

fn guardduty() -> Value {
    json!({
        "detail-type": "GuardDuty Finding", "source": "aws.guardduty", "account": "111122223333",
        "detail": {
            "schemaVersion": "2.0", "accountId": "111122223333", "region": "us-east-1", "id": "finding1",
            "type": "Recon:IAMUser/MaliciousIPCaller", "title": "A title",
            "resource": {"resourceType": "AccessKey", "accessKeyDetails": {
                "accessKeyId": OTHER, "principalId": "AIDAJ45Q7YFFAREXAMPLE", "userName": "app"}},
            "service": {"eventFirstSeen": "2026-05-21T12:11:58.000Z", "action": {"awsApiCallAction": {
                "api": "ListUsers", "remoteIpDetails": {
                    "ipAddressV4": "198.51.100.50", "country": {"countryName": "Exampleland"}}}}},
        },
    })
}

fn asff() -> Value {
    json!({
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [{
            "SchemaVersion": "2018-10-08", "Id": "finding2", "AwsAccountId": "111122223333", "Title": "A title",
            "CreatedAt": "2026-05-21T12:38:00.000Z",
            "Action": {"AwsApiCallAction": {"Api": "ListUsers", "RemoteIpDetails": {"IpAddressV4": "198.51.100.50"}}},
            "Resources": [
                {"Type": "AwsIamAccessKey", "Id": format!("AWS::IAM::AccessKey:{OTHER}"),
                 "Details": {"AwsIamAccessKey": {"PrincipalName": "app", "PrincipalId": "AIDAJ45Q7YFFAREXAMPLE"}}},
                {"Type": "AwsIamAccessKey", "Details": {"AwsIamAccessKey": {"AccessKeyId": KEY, "UserName": "old"}}},
            ],
        }]},
    })
}

/// The same document as the command line prints it: names begin with a capital.
fn capitals(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let capital = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
            members
                .iter()
                .map(|(name, inner)| (capital(name), capitals(inner)))
                .collect()
        }
        Value::Array(items) => items.iter().map(capitals).collect(),
        other => other.clone(),
    }
}

/// Keys, then of the first mention: user, event, time in UTC, address.
fn said(notice: &Notice) -> (Vec<&str>, [String; 4]) {
    let first = notice.mentions.first().cloned().unwrap_or_default();
    let time = first
        .time
        .map(|t| t.utc.map_or(format!("? {}", t.text), crate::cloudtrail::time::format));
    let address = first.address.map(|a| a.to_string());
    let words = [first.user, first.event, time, address].map(Option::unwrap_or_default);
    (notice.keys().collect(), words)
}

/// Holds a text to its format, its keys, and the words of its first mention.
fn reads(text: &str, format: Format, keys: &[&str], words: [&str; 4]) {
    let notice = parse(text);
    assert_eq!(notice.format, format, "{text}: {notice:#?}");
    assert_eq!(
        said(&notice),
        (keys.to_vec(), words.map(str::to_owned)),
        "{text}: {notice:#?}"
    );
    assert_eq!(notice.text, text, "the text is kept");
}

#[test]
fn every_text_gives_its_keys_and_what_it_says_of_them() {
    let block = ["foo.user", "GetCallerIdentity", "2026-01-01T00:00:00Z", "203.0.113.39"];
    let nothing = [""; 4];
    reads(CASE, Format::SupportCase, &[], nothing);
    reads(
        &format!("{CASE}\n\nThe list:\n\n{BLOCK}"),
        Format::SupportCaseKeys,
        &[KEY],
        block,
    );
    let both = format!("{BLOCK}\n{}", BLOCK.replace(KEY, OTHER));
    reads(&both, Format::SupportCaseKeys, &[KEY, OTHER], block);
    let apart = BLOCK.replace('\n', "\r\n\r\n");
    reads(&apart, Format::SupportCaseKeys, &[KEY], block);
    let any_order =
        "ip： 2001:db8::1 (somewhere)\nIAM USER:   a+b=c,d.e@f-g_h \n\n  access key id : AKIAIOSFODNN7EXAMPLE\n";
    reads(
        any_order,
        Format::SupportCaseKeys,
        &[KEY],
        ["a+b=c,d.e@f-g_h", "", "", "2001:db8::1"],
    );
    let list = format!("- **Access Key:** {KEY}\n- **IP:** 203.0.113.39");
    reads(&list, Format::SupportCaseKeys, &[KEY], ["", "", "", "203.0.113.39"]);
    let mail = [
        "app-integration-user",
        "GetCallerIdentity",
        "2026-05-21T12:11:58Z",
        "198.51.100.50",
    ];
    reads(EMAIL, Format::EmailIrregular, &[OTHER], mail);
    let chat = format!("found {KEY}, and `{OTHER}`; again {KEY}!");
    reads(&chat, Format::Text, &[KEY, OTHER], nothing);
}

#[test]
fn a_time_is_utc_only_where_its_offset_is_given() {
    for (written, read) in [
        ("January 1, 2026 05:30:00 (UTC+05:30)", "2026-01-01T00:00:00Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01 00:00:00 UTC", "2026-01-01T00:00:00Z"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z"),
        ("2026-05-21 12:11:58", "? 2026-05-21 12:11:58"),
        ("yesterday", "? yesterday"),
    ] {
        let text = format!("Access Key: {KEY}\nEvent Time: {written}\n");
        reads(&text, Format::SupportCaseKeys, &[KEY], ["", "", read, ""]);
    }
}

#[test]
fn every_document_gives_its_keys_and_what_it_says_of_them() {
    let call = ["app", "ListUsers", "2026-05-21T12:11:58Z", "198.51.100.50"];
    let finding = guardduty();
    let listed = json!({"Findings": [capitals(&finding["detail"])]});
    let wrapped = json!([{"Type": "Notification", "Message": finding.to_string()}]);
    for document in [finding, listed, wrapped] {
        reads(&document.to_string(), Format::Guardduty, &[OTHER], call);
    }
    let exposed = ["app", "", "2026-05-21T12:29:00Z", ""];
    reads(&format!("{:#}", health()), Format::Health, &[OTHER, KEY], exposed);
    let imported = ["app", "ListUsers", "2026-05-21T12:38:00Z", "198.51.100.50"];
    reads(&asff().to_string(), Format::Asff, &[OTHER, KEY], imported);
    let another_schema = json!({"finding_info": {"uid": KEY}}).to_string();
    reads(&another_schema, Format::Text, &[KEY], [""; 4]);
}

#[test]
fn the_case_the_account_and_the_finding_are_taken_over() {
    let notice = parse(&format!("{CASE}\n{BLOCK}"));
    assert_eq!(notice.case_id.as_deref(), Some("170000000012345"));
    assert_eq!(notice.account.as_deref(), Some("111122223333"));
    assert_eq!(notice.mentions[0].country.as_deref(), Some("US"));
    assert!(notice.subject.is_some_and(|subject| subject.starts_with("[CASE")));
    let notice = parse(&health().to_string());
    assert_eq!(
        notice.account.as_deref(),
        Some("444455556666"),
        "not the account that received it"
    );
    assert!(notice.event_arn.is_some() && notice.notes == ["found at https://code.example.com/org/repo"]);
    let notice = parse(&asff().to_string());
    assert_eq!(notice.finding_id.as_deref(), Some("finding2"));
    assert_eq!(notice.mentions[1].user.as_deref(), Some("old"));
}

#[test]
fn a_quarantine_names_the_user_where_it_does_not_name_the_key() {
    let text = json!({"detail": {
        "eventTypeCode": "AWS_RISK_IAM_QUARANTINE", "affectedAccount": "111122223333",
        "affectedEntities": [{"entityValue": "arn:aws:iam::111122223333:user/team/app"}]}});
    let notice = parse(&text.to_string());
    assert_eq!(notice.keys().count(), 0);
    assert_eq!(notice.mentions[0].user.as_deref(), Some("app"));
}

#[test]
fn the_outputs_of_the_health_commands_are_read_too() {
    let details = json!({"successfulSet": [{
        "event": {"arn": "arn:1", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "startTime": 1_779_366_540.0},
        "eventMetadata": {"publicKey": KEY, "userName": "app"}}]});
    let notice = parse(&details.to_string());
    assert_eq!(
        said(&notice),
        (vec![KEY], ["app", "", "2026-05-21T12:29:00Z", ""].map(str::to_owned))
    );
    let entities = json!({"entities": [{"eventArn": "arn:1", "entityValue": KEY, "awsAccountId": "111122223333"}]});
    let notice = parse(&format!("{entities}\n{details}"));
    assert_eq!((notice.format, notice.mentions.len()), (Format::Health, 1));
    assert_eq!(
        notice.mentions[0].user.as_deref(),
        Some("app"),
        "one page completes the other"
    );
}

#[test]
fn keys_of_an_attack_sequence_are_found_wherever_they_stand() {
    let text = json!({"Type": "AttackSequence:IAM/CompromisedCredentials", "Title": "x", "Service": {"Detection": {
        "Sequence": {"Resources": [{"Data": {"AccessKey": {"Uid": KEY}}}, {"Uid": OTHER}]}}}});
    let notice = parse(&text.to_string());
    assert_eq!(notice.format, Format::Guardduty);
    assert_eq!(notice.keys().collect::<Vec<_>>(), [KEY, OTHER]);
}

#[test]
fn a_masked_id_is_asked_for_and_never_guessed() {
    for masked in [
        "AKIA****************",
        "AKIA...MPLE",
        "AKIAXXXXXXXXXXXXXXXX",
        "AKIAxxxxxxxxxxxxxxxx",
        "****************MPLE",
    ] {
        let notice = parse(&format!("Access Key: {masked}\nIAMUser: app\nIP: 203.0.113.39\n"));
        assert_eq!(notice.keys().count(), 0, "{masked}");
        assert_eq!(notice.masked().collect::<Vec<_>>(), [masked]);
        assert!(
            notice.names_address([203, 0, 113, 39].into()),
            "what else it says holds all the same"
        );
    }
    let both = parse(&format!("{BLOCK}\nAccess Key: AKIA****************\n"));
    assert!(both.question().is_some_and(|question| question.contains("AKIA****")));
    assert_eq!(parse("the key **AKIAIOSFODNN7EXAMPLE** leaked.").masked().count(), 0);
    for part in [
        "xAKIAIOSFODNN7EXAMPLE",
        "AKIAIOSFODNN7EXAMPLEX",
        "akiaiosfodnn7example",
        "AKIAIOSFODNN7EXAMPL",
    ] {
        assert_eq!(parse(part).keys().count(), 0, "{part}");
    }
}

#[test]
fn labels_that_are_not_known_are_kept_as_notes() {
    let notice = parse(&format!("{BLOCK}Severity: high\nhttps://example.com/a: b\n"));
    assert_eq!(notice.notes, ["Severity: high"]);
}

#[test]
fn the_date_of_a_mail_is_not_the_time_of_the_call() {
    let text = "From: a@example.com\nDate: Fri, 22 May 2026 08:00:00 +0000\nSubject: a key\n\nAccess Key: AKIAIOSFODNN7EXAMPLE\n";
    assert_eq!(parse(text).mentions[0].time, None);
}

#[test]
fn several_blocks_keep_what_is_said_of_each_apart() {
    let text = format!("Access Key: {KEY}\n\nIAMUser: b\nIP: 203.0.113.40\nAccess Key: {OTHER}\n");
    let notice = parse(&text);
    assert_eq!(
        (notice.mentions[0].user.as_deref(), notice.mentions[1].user.as_deref()),
        (None, Some("b"))
    );
}

#[test]
fn a_secret_beside_the_key_is_neither_kept_nor_said() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for text in [
        format!("Access Key: {KEY}\nUser: {secret}\nOther: {secret}\n"),
        json!({"accessKeyId": KEY, "secretAccessKey": secret}).to_string(),
        format!(
            "https://b.example.com/?X-Amz-Credential={KEY}/20260521/us-east-1&X-Amz-Signature={}",
            "0a".repeat(32)
        ),
    ] {
        let notice = parse(&text);
        let kept = serde_json::to_string(&notice).unwrap();
        assert!(!kept.contains("wJalr") && !kept.contains("0a0a"), "{kept}");
        assert_eq!(notice.keys().collect::<Vec<_>>(), [KEY]);
        assert!(notice.notes.iter().any(|note| note.contains("removed")), "{kept}");
    }
}

#[test]
fn a_headline_says_the_call_the_address_the_time_and_the_case() {
    let when = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M UTC").to_string();
    let notice = parse(&format!("{CASE}\n{BLOCK}"));
    assert_eq!(
        notice.headline(when),
        "GetCallerIdentity from 203.0.113.39, 2026-01-01 00:00 UTC, case 170000000012345"
    );
    assert_eq!(parse(CASE).headline(when), "AWS support case, case 170000000012345");
}

#[test]
fn a_key_typed_alone_is_no_notice() {
    assert!(parse(" AKIAIOSFODNN7EXAMPLE\n").is_only_keys());
    assert!(!parse(BLOCK).is_only_keys());
}

#[test]
fn a_huge_text_is_cut_and_that_is_said() {
    for piece in [
        "AKIA*",
        "IP: 1.1.1.1. ",
        "X-Amz-Signature=&",
        "[",
        "AKIAIOSFODNN7EXAMPLE ",
        "a:",
        "é. ",
    ] {
        let notice = parse(&piece.repeat(2 * LONGEST / piece.len()));
        assert!(notice.mentions.len() <= MOST_KEYS && notice.notes.len() <= MOST_NOTES);
        assert!(notice.notes.iter().any(|note| note.contains("first megabyte")) || notice.notes.len() == MOST_NOTES);
    }
}

/// Pieces of notices, whole and broken, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(KEY.to_owned()),
        Just("AKIA********MPLE".to_owned()),
        Just("Access Key: ".to_owned()),
        Just(". IP: 203.0.113.39".to_owned()),
        Just("\n".to_owned()),
        Just("：".to_owned()),
        Just("[CASE 1700000000".to_owned()),
        Just(BLOCK.to_owned()),
        Just(EMAIL.to_owned()),
        Just("X-Amz-Signature=".to_owned()),
        Just("SecretAccessKey: ".to_owned()),
        Just("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        Just("\u{1b}[31m\u{202e}".to_owned()),
        Just(health().to_string()),
        Just(capitals(&asff()).to_string()),
        "[A-Z0-9]{1,24}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_understood_without_inventing_a_key(text in pieces()) {
        let notice = parse(&text);
        for key in notice.keys() {
            prop_assert!(text.contains(key) && crate::cloudtrail::AccessKeyId::parse(key).is_ok());
        }
        let again: Notice = serde_json::from_str(&serde_json::to_string(&notice).unwrap()).unwrap();
        prop_assert_eq!(&again, &notice, "it is the same when it is read from the file");
        prop_assert_eq!(redact::redact_prose(&notice.text), (notice.text.clone(), false), "no secret is left");
    }
}
