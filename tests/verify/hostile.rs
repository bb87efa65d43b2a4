//! Whoever can write to the bucket writes digests, too.

use std::fs;

use serde_json::{Value, json};

use crate::bucket::{Bucket, digest, gunzip, gzip, log};
use crate::run::{text, verify};
use crate::support::desk::{code, err};
use crate::support::program::keytrail;

#[test]
fn a_path_in_a_digest_leads_nowhere() {
    let bucket = Bucket::of_three_hours();
    let secret = bucket.aside("secret.json.gz");
    let text = b"not for anybody";
    fs::write(&secret, gzip(text)).expect("written");
    let path = bucket.path(&digest(2));
    let mut forged: Value = serde_json::from_slice(&gunzip(&path)).expect("JSON");
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(text));
    let ways = [
        "../../../../../../../../secret.json.gz",
        secret.to_str().expect("UTF-8"),
        "..",
        "/",
        "",
    ];
    for way in ways {
        forged["logFiles"] = json!([{
            "s3Bucket": "..", "s3Object": way, "hashValue": hash, "hashAlgorithm": "SHA-256",
        }]);
        fs::write(&path, gzip(forged.to_string().as_bytes())).expect("written");
        let run = verify(&bucket.top());
        assert_eq!((run.code, run.of(&digest(2))), (1, "changed"), "{way}: {run:?}");
        let found = run.said.iter().filter(|said| said.file.contains("secret"));
        assert!(
            found.into_iter().all(|said| said.outcome == "missing"),
            "{way}: {run:?}"
        );
    }
}

#[test]
fn what_is_no_digest_is_changed_and_the_others_are_checked_all_the_same() {
    let whole: Value = {
        let bucket = Bucket::of_three_hours();
        serde_json::from_slice(&gunzip(&bucket.path(&digest(1)))).expect("JSON")
    };
    let with = |member: &str, value: Value| {
        let mut digest = whole.clone();
        digest[member] = value;
        digest.to_string().into_bytes()
    };
    let texts: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        vec![b'['; 1 << 20],
        vec![0xff; 100],
        with("logFiles", json!("none")),
        with("logFiles", json!([1, null, {}])),
        with("digestEndTime", json!(12)),
        with("digestEndTime", json!("+262142-12-31T23:59:59Z")),
        with("digestStartTime", json!("yesterday")),
        with("digestS3Object", json!("x".repeat(1 << 20))),
        with("digestPublicKeyFingerprint", Value::Null),
        with("previousDigestHashValue", json!("zz")),
        with("previousDigestSignature", json!("\n\n")),
        with("previousDigestS3Bucket", Value::Null),
        vec![b' '; 65 << 20],
    ];
    for text in texts {
        let bucket = Bucket::of_three_hours();
        fs::write(bucket.path(&digest(1)), gzip(&text)).expect("written");
        let run = verify(&bucket.top());
        let beginning = String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned();
        assert_eq!((run.code, run.of(&digest(1))), (1, "changed"), "{beginning}: {run:?}");
        assert_eq!(
            (run.of(&digest(0)), run.of(&digest(2))),
            ("valid", "valid"),
            "{beginning}"
        );
        assert!(run.said.iter().all(|said| said.reason.len() < 2000), "{beginning}");
    }
}

#[test]
fn digests_that_name_each_other_in_a_circle_prove_nothing() {
    let bucket = Bucket::of_three_hours();
    let path = bucket.path(&digest(0));
    let mut forged: Value = serde_json::from_slice(&gunzip(&path)).expect("JSON");
    forged["previousDigestS3Bucket"] = json!("trail-bucket");
    forged["previousDigestS3Object"] = json!(digest(2));
    fs::write(&path, gzip(forged.to_string().as_bytes())).expect("written");
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&digest(0)), run.of(&digest(2))),
        (1, "changed", "valid"),
        "{run:?}"
    );
}

#[test]
fn names_steer_no_terminal() {
    let bucket = Bucket::of_three_hours();
    let odd = "AWSLogs/111122223333/CloudTrail/us-east-1/\u{1b}[31mred\u{202e}.json";
    fs::write(bucket.path(odd), "{}").expect("written");
    let said = text(&bucket.top());
    assert!(said.contains("\\u{1b}[31mred\\u{202e}.json"), "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said}");
}

#[test]
fn what_cannot_be_used_is_said_and_nothing_is_called_whole() {
    let bucket = Bucket::of_three_hours();
    let run = |folder: &std::path::Path| {
        let run = keytrail()
            .arg("verify")
            .arg(folder)
            .arg("--offline")
            .output()
            .expect("the program runs");
        (code(&run), err(&run))
    };
    let empty = bucket.aside("empty");
    fs::create_dir(&empty).expect("made");
    for folder in [&empty, &bucket.aside("nothing")] {
        assert_eq!(run(folder).0, 1, "{}", folder.display());
    }
    for spoiled in [bucket.keys(), bucket.saved_metadata()] {
        let whole = fs::read(&spoiled).expect("a file");
        fs::write(&spoiled, "{\"x\": 1").expect("written");
        let (code, said) = run(&bucket.top());
        assert!(
            code == 1 && said.contains(spoiled.file_name().unwrap().to_str().unwrap()),
            "{said}"
        );
        fs::write(&spoiled, whole).expect("written");
    }
    for key in [digest(0), digest(1), digest(2)] {
        fs::remove_file(bucket.path(&key)).expect("removed");
    }
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.of(&log(0))), (3, "not covered"), "{run:?}");
}
