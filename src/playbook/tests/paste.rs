//! Outputs that are pasted: what a playbook may ask for, what is taken, and what is kept of it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const RUN: &str = "run = 'aws iam get-account-summary --output json'";

fn entry(fields: &str) -> String {
    file(&format!(
        "time_box = '2 h'\n[[step.item.paste]]\n{fields}\nyes = 'y'\nno = 'n'"
    ))
}

fn mistake(fields: &str) -> String {
    let mistakes = parse(&entry(fields)).expect_err(fields);
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    mistakes[0].to_string()
}

#[test]
fn a_mistake_in_a_condition_is_shown_at_its_place() {
    let condition = |text: &str| mistake(&format!("{RUN}\ndone_if = {text}"));
    for (text, column, says) in [
        ("'a ||'", 16, "cannot be read"),
        ("'a = b'", 14, "Did you mean '=='"),
        ("\"a == 'x\"", 17, "Unclosed"),
        ("'é == 1'", 12, "Invalid character"),
        ("'length(a, b)'", 18, "`length` takes 1 arguments"),
        ("'a.shout(b)'", 19, "unknown function `shout`; known are contains"),
        ("'[a, b]'", 12, "a list of one's own is not understood"),
        ("'{a: b}'", 12, "an object of one's own is not understood"),
        ("'a[0:2]'", 17, "a slice is not understood"),
        ("'contains(`[1]`, a)'", 21, "a literal list or object is not understood"),
        ("''", 11, "cannot be read"),
    ] {
        let found = condition(text);
        assert!(found.starts_with(&format!("18:{column}: ")), "{text}: {found}");
        assert!(found.contains(says), "{text}: {found}");
    }
    assert!(condition(&format!("'{}a'", "!".repeat(60))).contains("too deep"));
    assert!(condition(&format!("'a{}'", ".a".repeat(300))).contains("at most 500 bytes"));
    let about = mistake(&format!("{RUN}\nfor_each = 'user'\ndone_if = 'a'\nabout = 'b['"));
    assert!(about.starts_with("20:"), "{about}");
    let alone = mistake(&format!("{RUN}\ndone_if = 'a'\nabout = 'b'"));
    assert!(
        alone.starts_with("19:9: ") && alone.contains("needs a `for_each`"),
        "{alone}"
    );
}

#[test]
fn a_command_to_paste_from_only_reads_prints_json_and_no_secret_and_stays_the_same() {
    for (run, says) in [
        ("aws iam list-users", "says `--output json`"),
        ("aws iam list-users --output text", "says `--output json`"),
        ("aws iam delete-user --output json", "the operation begins with"),
        ("curl x --output json", "the operation begins with"),
        ("aws iam", "write `aws SERVICE OPERATION"),
        ("aws sts get-session-token --output json", "is secret"),
        ("aws sts get-federation-token --output json", "is secret"),
        ("aws secretsmanager get-secret-value --output json", "is secret"),
        ("aws ssm get-parameters-by-path --output json", "is secret"),
        ("aws ec2 get-password-data --output json", "is secret"),
        ("aws sso get-role-credentials --output json", "is secret"),
        ("aws iam list-users --output json | sh", "is one command"),
        ("aws iam list-users --output json; sh", "is one command"),
        ("aws iam get-user --end={{ now }} --output json", "`now` and `start`"),
        (
            "aws iam get-user --user-name {{ user }} --output json",
            "write `--option={{ name }}`",
        ),
    ] {
        let found = mistake(&format!("run = '{run}'\ndone_if = 'a'"));
        assert!(found.starts_with("17:") && found.contains(says), "{run}: {found}");
    }
    assert!(mistake(&format!("{RUN}\ndone_if = 'a'\nwhen = 'b'")).contains("unknown field `when`"));
    assert!(mistake(RUN).contains("missing field `done_if`"));
}

/// The item of an entry with this condition.
fn asking(done_if: &str) -> Item {
    let text = entry(&format!("{RUN}\ndone_if = \"{done_if}\""));
    let playbook = parse(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    playbook.items().next().unwrap().clone()
}

fn taken(done_if: &str, output: &str) -> Result<crate::investigation::Pasted, Unusable> {
    asks(&asking(done_if), &Names::default())[0].take(output, "alex")
}

#[test]
fn what_is_no_whole_output_of_the_command_is_refused_with_what_to_do() {
    let denied =
        "\nAn error occurred (AccessDenied) when calling the GetAccountSummary operation: User: arn:aws:iam::1:user/x";
    let failed = |code: &str| Unusable::Failed(code.to_owned());
    let nested = "[".repeat(100_000) + &"]".repeat(100_000);
    for (output, expected, hint) in [
        (" \r\n", Unusable::Empty, "prints nothing but its error"),
        (denied, failed("AccessDenied"), "may not ask this"),
        (
            "An error occurred (ExpiredToken) when",
            failed("ExpiredToken"),
            "sign in again",
        ),
        (
            "An error occurred (NoSuchEntity) when",
            failed("NoSuchEntity"),
            "tick the item by hand",
        ),
        (
            "An error occurred (Throttling) when",
            failed("Throttling"),
            "again in a moment",
        ),
        ("An error occurred (Odd) when", failed("Odd"), "Mend what it says"),
        ("An error occurred (\u{1b}[2J) when", Unusable::NotJson, "--output json"),
        (
            "Unable to locate credentials. You can",
            failed("no credentials"),
            "sign in again",
        ),
        ("SUMMARYMAP\t1\t2", Unusable::NotJson, "--output json"),
        ("A: 1\nB: 2\n", Unusable::NotJson, "--output json"),
        ("| A | B |", Unusable::NotJson, "--output json"),
        (
            "$ aws iam get-account-summary\n{\"A\": 1}",
            Unusable::NotJson,
            "nothing else",
        ),
        ("{\"A\": 1}{\"A\": 2}", Unusable::NotJson, "nothing else"),
        (&nested, Unusable::NotJson, "nothing else"),
        ("{\"A\": [1,", Unusable::Unfinished, "pipe it"),
        ("{\"A\": true, \"NextToken\": \"x\"}", Unusable::OnePage, "--max-items"),
        ("{\"A\": true, \"IsTruncated\": true}", Unusable::OnePage, "--max-items"),
        ("{\"B\": true}", Unusable::OtherShape, "as printed"),
        ("{\"A\": \"yes\"}", Unusable::OtherShape, "as printed"),
        ("null", Unusable::OtherShape, "as printed"),
        (&" ".repeat(LONGEST_PASTE + 1), Unusable::TooLong, "by hand"),
    ] {
        let refused = taken("A", output).expect_err(&output[..output.len().min(80)]);
        assert_eq!(refused, expected);
        assert!(refused.hint().contains(hint), "{refused}: {}", refused.hint());
    }
    for end in ["\n", "\r\n", ""] {
        assert!(
            taken("A", &format!("\u{feff}{{\r\n\"A\": true\r}}{end}"))
                .unwrap()
                .shows
        );
    }
}

#[test]
fn the_longest_and_deepest_condition_is_answered() {
    let deep = format!("{}true{}", "[".repeat(120), "]".repeat(120));
    for condition in [
        format!("a{}", ".a".repeat(240)),
        format!("a{}", "|a".repeat(240)),
        format!("a{}", "==a".repeat(160)),
        format!("{}@{}", "(".repeat(39), ")".repeat(39)),
        format!("{}@{}", "[?".repeat(39), "]".repeat(39)),
        format!("@{}", "[]".repeat(39)),
        "[*]".repeat(13),
        ".*".repeat(39)[1..].to_owned(),
    ] {
        for output in [&deep, "{}", "[]"] {
            let answer = taken(&condition, output);
            assert!(
                matches!(answer, Ok(_) | Err(Unusable::OtherShape)),
                "{condition}: {answer:?}"
            );
        }
    }
}

#[test]
fn an_output_about_another_name_is_refused() {
    let text = entry(
        "run = 'aws ec2 describe-instances --filters Name=instance-id,Values={{ id }} --output json'\n\
         for_each = 'instance'\nabout = 'I[*][0]'\ndone_if = 'length(I[?[1]]) == `0`'",
    );
    let playbook = parse(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let names = Names {
        subjects: vec![subject(SubjectKind::Instance, Origin::Created, "i-1", None)],
        ..Names::default()
    };
    let asked = asks(playbook.items().next().unwrap(), &names);
    let take = |output| asked[0].take(output, "alex").map(|pasted| pasted.shows);
    assert_eq!(take(r#"{"I": [["i-1", false]]}"#), Ok(true));
    // Another account, or another region, prints that as well.
    assert_eq!(take(r#"{"I": []}"#), Err(Unusable::NothingNamed));
    assert_eq!(
        take(r#"{"I": [["i-2", false]]}"#),
        Err(Unusable::OtherName("i-2".to_owned()))
    );
    assert_eq!(take(r#"{"I": [[7, false]]}"#), Err(Unusable::OtherShape));
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn outputs_with_credentials_are_refused_and_nothing_of_them_is_kept() {
    let token = format!("IQoJb3JpZ2luX2Vj{}", "Ab9/".repeat(40));
    for output in [
        json!({"A": true, "AccessKey": {"UserName": "x", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET}}),
        json!({"A": true, "Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SessionToken": token}}),
        json!({"A": true, "Name": "x", "SecretString": "{\"user\":\"admin\"}"}),
        json!({"A": true, "SecretBinary": "aGVsbG8="}),
        json!({"A": true, "Code": {"Location": "https://b.s3.amazonaws.com/x?X-Amz-Security-Token=abc&X-Amz-Date=1"}}),
        json!({"A": true, "deep": [[{"x": "{\"secretAccessKey\": \"short\"}"}]]}),
    ] {
        let refused = taken("A", &output.to_string()).expect_err("refused");
        assert_eq!(refused, Unusable::Secret);
        assert!(!format!("{refused:?} {refused} {}", refused.hint()).contains("wJalr"));
    }
}

#[test]
fn what_is_kept_is_cut_hashed_and_without_what_may_be_secret() {
    use sha2::{Digest, Sha256};
    let plain = "{\n    \"A\": true,\n    \"Name\": \"caf\u{e9}\"\n}\n";
    let kept = taken("A", &plain.replace('\n', "\r\n")).unwrap();
    assert_eq!((kept.text.as_str(), kept.redacted, kept.cut), (plain, false, false));
    assert_eq!(
        kept.sha256,
        hex::encode(Sha256::digest(plain)),
        "that of the file the command writes"
    );
    assert_eq!(kept.bytes, plain.len() as u64);

    // A secret by its form, in a place where none is expected, however it is escaped.
    for hidden in [
        SECRET.to_owned(),
        SECRET.replace('/', "\\/"),
        SECRET.replace('w', "\\u0077"),
    ] {
        let kept = taken("A", &format!("{{\"A\": true, \"Note {hidden}\": [\"x {hidden}\"]}}")).unwrap();
        assert!(
            kept.redacted && !kept.text.contains("wJalr") && !kept.text.contains("K7MDENG"),
            "{}",
            kept.text
        );
        assert_eq!(
            kept.sha256,
            hex::encode(Sha256::digest(&kept.text)),
            "no hash helps to guess it"
        );
    }
    let own = json!({"A": true, "Environment": {"Variables": {"DB": "hunter2"}}, "UserData": "hunter2",
        "MasterUserSecret": {"Arn": "hunter2"}, "dbPassword": "hunter2", "Tags": ["kept"]});
    let kept = taken("A", &own.to_string()).unwrap();
    assert!(
        kept.redacted && !kept.text.contains("hunter2") && kept.text.contains("kept"),
        "{}",
        kept.text
    );

    let long = json!({"A": true, "List": vec!["\u{e9}"; 50_000]}).to_string();
    let kept = taken("A", &long).unwrap();
    assert!(kept.cut && kept.text.len() <= 1 << 16 && kept.text.len() > 60_000);
    assert_eq!(kept.sha256, hex::encode(Sha256::digest(&long)));
    assert_eq!(kept.bytes, long.len() as u64);
}

/// Any document, with a secret in it.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!(SECRET)),
        Just(json!(format!("key={SECRET}&x"))),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        let name = prop_oneof![
            "[a-zA-Z]{1,12}",
            Just("Password".to_owned()),
            Just(format!("of {SECRET}"))
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_secret_key_is_kept_wherever_it_stands(document in documents()) {
        let output = json!({"A": true, "Any": document}).to_string();
        if let Ok(pasted) = taken("A", &output) {
            prop_assert!(!format!("{pasted:?}").contains("wJalr"), "{}", pasted.text);
        }
    }

    /// Neither panics nor hangs.
    #[test]
    fn no_condition_and_no_output_stops_the_program(
        condition in "[a-z@&|!<=>.,:*?'`\"\\[\\](){}0-9 -]{0,60}", output in documents()
    ) {
        let text = entry(&format!("{RUN}\ndone_if = '''{}'''", condition.replace('\'', "")));
        if let Ok(playbook) = parse(&text) {
            let asked = playbook.items().next().unwrap();
            let _ = asks(asked, &Names::default())[0].take(&output.to_string(), "alex");
        }
    }
}
