//! Each kind of tampering names the file.

use std::fs;

use serde_json::{Value, json};

use crate::bucket::{Bucket, FINGERPRINT, digest, gunzip, gzip, listed, log, new_key};
use crate::run::{text, verify, verify_with};

#[test]
fn what_nobody_touched_is_whole() {
    let bucket = Bucket::of_three_hours();
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.said.len()), (0, 6), "{run:?}");
    run.else_valid(&[]);
    assert!(
        text(&bucket.top()).contains("2026-03-04T10:00:00Z to 2026-03-04T13:00:00Z  111122223333 us-east-1 my_trail")
    );
}

#[test]
fn a_changed_log_file_is_named_and_takes_its_hour_from_what_is_whole() {
    let bucket = Bucket::of_three_hours();
    fs::write(bucket.path(&log(1)), gzip(b"{\"Records\":[]}")).expect("written");
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.of(&log(1))), (1, "changed"), "{run:?}");
    run.else_valid(&[&log(1)]);
    let said = text(&bucket.top());
    assert!(said.contains(log(1).rsplit('/').next().unwrap()), "{said}");
    for whole in ["10:00:00Z to 2026-03-04T11:00:00Z", "12:00:00Z to 2026-03-04T13:00:00Z"] {
        assert!(said.contains(whole), "{said}");
    }
    assert!(!said.contains("10:00:00Z to 2026-03-04T13:00:00Z  "), "{said}");
}

#[test]
fn a_file_beside_the_trail_that_an_investigation_would_believe_is_not_covered() {
    let bucket = Bucket::of_three_hours();
    fs::write(bucket.top().join("notes.txt"), "copied on Monday").expect("written");
    assert_eq!(verify(&bucket.top()).code, 0, "nobody reads records out of a note");
    for (name, content) in [
        (
            "extra.json",
            b"{\"Records\":[{\"eventName\":\"CreateAccessKey\"}]}".to_vec(),
        ),
        ("extra.gz", gzip(b"{\"Records\":[]}")),
        ("rows.csv", b"Event time,Event name,Event source,Event ID\n".to_vec()),
    ] {
        let path = bucket.top().join(name);
        fs::write(&path, content).expect("written");
        let run = verify(&bucket.top());
        assert_eq!((run.code, run.of(name)), (3, "not covered"), "{run:?}");
        run.else_valid(&[name]);
        let said = text(&bucket.top());
        let line = "not proved whole: of 3 digests, 3 log files and 1 other file 6 valid, 1 not covered";
        assert!(said.contains(name) && said.contains(line), "{said}");
        fs::remove_file(&path).expect("removed");
    }
}

#[test]
fn a_damaged_log_file_or_one_with_something_behind_it_is_changed() {
    let bucket = Bucket::of_three_hours();
    let whole = fs::read(bucket.path(&log(0))).expect("a log file");
    fs::write(bucket.path(&log(0)), &whole[..whole.len() - 5]).expect("written");
    // A second member: other programs read it, too.
    let whole = fs::read(bucket.path(&log(1))).expect("a log file");
    fs::write(bucket.path(&log(1)), [whole, gzip(b"more")].concat()).expect("written");
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&log(0)), run.of(&log(1))),
        (1, "changed", "changed"),
        "{run:?}"
    );
}

#[test]
fn a_packed_log_file_may_be_packed_anew() {
    let bucket = Bucket::of_three_hours();
    let text = gunzip(&bucket.path(&log(1)));
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut writer, &text).expect("packed");
    fs::write(bucket.path(&log(1)), writer.finish().expect("packed")).expect("written");
    fs::write(bucket.path(&log(2)), gunzip(&bucket.path(&log(2)))).expect("written");
    assert_eq!(verify(&bucket.top()).code, 0, "it is the text that was signed");
}

/// Changes the text of a digest.
fn rewrite(bucket: &Bucket, number: i64, change: impl FnOnce(&mut Value)) {
    let path = bucket.path(&digest(number));
    let mut value: Value = serde_json::from_slice(&gunzip(&path)).expect("JSON");
    change(&mut value);
    fs::write(path, gzip(value.to_string().as_bytes())).expect("written");
}

#[test]
fn a_changed_digest_is_named_and_proves_nothing_any_more() {
    for number in 0..3 {
        let bucket = Bucket::of_three_hours();
        rewrite(&bucket, number, |digest| {
            digest["newestEventTime"] = json!("2026-03-04T10:00:01Z");
        });
        let run = verify(&bucket.top());
        let outcomes = (run.code, run.of(&digest(number)), run.of(&log(number)));
        assert_eq!(outcomes, (1, "changed", "cannot be checked"), "{run:?}");
        run.else_valid(&[&digest(number), &log(number)]);
    }
}

#[test]
fn a_log_file_changed_together_with_its_digest_is_not_valid() {
    let bucket = Bucket::of_three_hours();
    let forged = b"{\"Records\":[]}";
    fs::write(bucket.path(&log(1)), gzip(forged)).expect("written");
    rewrite(&bucket, 1, |digest| {
        digest["logFiles"][0]["hashValue"] = json!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(forged)));
    });
    let run = verify(&bucket.top());
    let outcomes = (run.code, run.of(&digest(1)), run.of(&log(1)));
    assert_eq!(outcomes, (1, "changed", "cannot be checked"), "{run:?}");
}

#[test]
fn a_removed_log_file_is_named() {
    let bucket = Bucket::of_three_hours();
    fs::remove_file(bucket.path(&log(2))).expect("removed");
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.of(&log(2))), (1, "missing"), "{run:?}");
    assert!(
        run.said
            .iter()
            .any(|said| said.file == format!("s3://trail-bucket/{}", log(2)))
    );
}

#[test]
fn a_removed_digest_is_named_and_leaves_a_gap() {
    let bucket = Bucket::of_three_hours();
    fs::remove_file(bucket.path(&digest(1))).expect("removed");
    let run = verify(&bucket.top());
    let outcomes = (run.code, run.of(&digest(1)), run.of(&log(1)));
    assert_eq!(outcomes, (1, "missing", "not covered"), "{run:?}");
    let gaps = run.gaps();
    assert_eq!(
        (gaps[0].from.as_str(), gaps[0].until.as_str()),
        ("2026-03-04T11:00:00Z", "2026-03-04T12:00:00Z")
    );
    assert!(gaps[0].reason.contains("is missing"), "{gaps:?}");
    // The one before has its own signature still.
    assert_eq!(run.of(&digest(0)), "valid");
}

#[test]
fn an_added_log_file_is_named_whatever_its_name() {
    let bucket = Bucket::of_three_hours();
    let added = log(1).replace("Unique0", "Unique7");
    let odd = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/04/more.json";
    for key in [added.as_str(), odd] {
        fs::write(bucket.path(key), gzip(b"{\"Records\":[]}")).expect("written");
    }
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&added), run.of(odd)),
        (3, "not covered", "not covered"),
        "{run:?}"
    );
    assert!(run.why(&added).contains("it was added"), "{run:?}");
    run.else_valid(&[&added, odd]);
}

#[test]
fn files_that_took_each_others_place_are_named() {
    let bucket = Bucket::of_three_hours();
    let swap = |a: &str, b: &str| {
        let [first, second] = [a, b].map(|key| fs::read(bucket.path(key)).expect("a file"));
        fs::write(bucket.path(a), second).expect("written");
        fs::write(bucket.path(b), first).expect("written");
    };
    swap(&digest(0), &digest(1));
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&digest(0)), run.of(&digest(1))),
        (1, "changed", "changed"),
        "{run:?}"
    );
    assert!(run.why(&digest(0)).contains("another's place"), "{run:?}");
    swap(&digest(0), &digest(1));
    swap(&log(0), &log(1));
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&log(0)), run.of(&log(1))),
        (1, "changed", "changed"),
        "{run:?}"
    );
    swap(&log(0), &log(1));
    assert_eq!(verify(&bucket.top()).code, 0);
}

#[test]
fn what_was_signed_with_another_key_is_named() {
    let mut bucket = Bucket::of_three_hours();
    // Somebody who can write to the bucket, its metadata included, writes the newest digest anew.
    let mut forged: Value = serde_json::from_slice(&gunzip(&bucket.path(&digest(2)))).expect("JSON");
    forged["logFiles"] = json!([]);
    bucket.sign(&forged, &new_key(), false);
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.of(&digest(2))), (1, "changed"), "{run:?}");
    assert!(run.why(&digest(2)).contains(FINGERPRINT), "{run:?}");
    assert_eq!(run.of(&log(2)), "not covered");
    assert_eq!((run.of(&digest(0)), run.of(&digest(1))), ("valid", "valid"));
}

#[test]
fn with_a_key_that_is_not_cloudtrails_nothing_is_valid() {
    let bucket = Bucket::of_three_hours();
    fs::write(bucket.keys(), listed(FINGERPRINT, &new_key())).expect("written");
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&digest(0)), run.of(&digest(2))),
        (1, "changed", "changed"),
        "{run:?}"
    );
    assert!(run.said.iter().all(|said| said.outcome != "valid"), "{run:?}");
}

#[test]
fn without_the_key_nothing_can_be_checked_but_what_does_not_fit_is_told() {
    let bucket = Bucket::of_three_hours();
    let elsewhere = bucket.aside("keys.json");
    fs::rename(bucket.keys(), &elsewhere).expect("moved");
    let run = verify(&bucket.top());
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.said.iter().all(|said| said.outcome == "cannot be checked"),
        "{run:?}"
    );
    assert!(run.why(&digest(0)).contains(FINGERPRINT), "{run:?}");
    fs::write(bucket.path(&log(1)), gzip(b"{}")).expect("written");
    assert_eq!(verify(&bucket.top()).of(&log(1)), "changed");
    let run = verify_with(&bucket.top(), &["--keys", elsewhere.to_str().expect("UTF-8")]);
    assert_eq!((run.code, run.of(&digest(1))), (1, "valid"), "{run:?}");
}

#[test]
fn without_the_metadata_all_but_the_newest_digest_can_be_checked() {
    let bucket = Bucket::of_three_hours();
    fs::remove_file(bucket.saved_metadata()).expect("removed");
    let run = verify(&bucket.top());
    let outcomes = (run.code, run.of(&digest(2)), run.of(&log(2)));
    assert_eq!(outcomes, (3, "cannot be checked", "cannot be checked"), "{run:?}");
    run.else_valid(&[&digest(2), &log(2)]);
    assert!(run.why(&digest(2)).contains("metadata"), "{run:?}");
}

#[test]
fn a_false_word_of_the_digest_after_it_does_not_accuse_a_digest() {
    let bucket = Bucket::of_three_hours();
    fs::remove_file(bucket.saved_metadata()).expect("removed");
    rewrite(&bucket, 1, |digest| digest["previousDigestSignature"] = json!("00"));
    let run = verify(&bucket.top());
    assert_eq!(
        (run.of(&digest(1)), run.of(&digest(0))),
        ("changed", "cannot be checked"),
        "{run:?}"
    );
}
