//! Which time is proved: several regions, gaps, chains begun anew, digests that were written later.

use std::fs;

use crate::bucket::{Bucket, digest, digest_in, late_digest, log, log_key};
use crate::run::{text, verify, verify_with};

#[test]
fn each_region_has_a_chain_of_its_own() {
    let mut bucket = Bucket::of_three_hours();
    for number in 0..2 {
        bucket.delivers("eu-west-1", number, 2);
    }
    assert_eq!(verify(&bucket.top()).code, 0);
    fs::remove_file(bucket.path(&log_key("eu-west-1", 1, 1))).expect("removed");
    let run = verify(&bucket.top());
    assert_eq!(run.code, 1);
    run.else_valid(&[&log_key("eu-west-1", 1, 1)]);
    let said = text(&bucket.top());
    for whole in [
        "2026-03-04T10:00:00Z to 2026-03-04T11:00:00Z  111122223333 eu-west-1 my_trail",
        "2026-03-04T10:00:00Z to 2026-03-04T13:00:00Z  111122223333 us-east-1 my_trail",
    ] {
        assert!(said.contains(whole), "{said}");
    }
    assert!(said.contains("not all of it in every region"), "{said}");
}

#[test]
fn a_trail_that_was_switched_off_for_a_time_has_a_gap() {
    let mut bucket = Bucket::of_three_hours();
    bucket.starts_anew("us-east-1");
    bucket.delivers("us-east-1", 5, 1);
    let run = verify(&bucket.top());
    let gaps = run.gaps();
    assert_eq!((run.code, gaps.len()), (3, 1), "{run:?}");
    assert_eq!(
        (gaps[0].from.as_str(), gaps[0].until.as_str()),
        ("2026-03-04T13:00:00Z", "2026-03-04T15:00:00Z")
    );
    assert!(gaps[0].reason.contains("logging"), "{gaps:?}");
    let said = text(&bucket.top());
    assert!(said.contains("StopLogging") && said.contains("1 gap"), "{said}");
}

#[test]
fn a_chain_begun_anew_without_a_pause_has_none() {
    let mut bucket = Bucket::of_three_hours();
    bucket.starts_anew("us-east-1");
    bucket.delivers("us-east-1", 3, 1);
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.gaps().len()), (0, 0), "{run:?}");
}

#[test]
fn a_log_file_that_came_late_is_named_by_a_digest_that_was_written_later() {
    let mut bucket = Bucket::of_three_hours();
    bucket.delivers_late("us-east-1", 1);
    let late = log_key("us-east-1", 1, 9);
    let run = verify(&bucket.top());
    assert_eq!(
        (run.code, run.of(&late), run.of(&late_digest("us-east-1", 1))),
        (0, "valid", "valid"),
        "{run:?}"
    );
    fs::remove_file(bucket.path(&late)).expect("removed");
    assert_eq!(verify(&bucket.top()).of(&late), "missing");
    assert!(
        !text(&bucket.top()).contains("10:00:00Z to 2026-03-04T13:00:00Z  "),
        "that hour is not whole"
    );
    fs::remove_file(bucket.path(&late_digest("us-east-1", 1))).expect("removed");
    assert_eq!(verify(&bucket.top()).code, 0, "nothing is known of it any more");
}

#[test]
fn an_hour_without_log_files_is_proved_to_have_none() {
    let mut bucket = Bucket::of_three_hours();
    bucket.delivers("us-east-1", 3, 0);
    assert!(text(&bucket.top()).contains("10:00:00Z to 2026-03-04T14:00:00Z"));
}

#[test]
fn a_part_of_a_bucket_is_enough_where_what_was_before_is_left_out() {
    let bucket = Bucket::of_three_hours();
    for key in [digest(0), log(0)] {
        fs::remove_file(bucket.path(&key)).expect("removed");
    }
    assert_eq!(
        (verify(&bucket.top()).code, verify(&bucket.top()).of(&digest(0))),
        (1, "missing")
    );
    let run = verify_with(&bucket.top(), &["--offline", "--since", "2026-03-04T11:00:00Z"]);
    assert_eq!((run.code, run.said.len()), (0, 4), "{run:?}");
    let account = bucket.path("AWSLogs/111122223333");
    let keys = bucket.keys();
    fs::copy(bucket.saved_metadata(), account.join("object_metadata.json")).expect("copied");
    let since = [
        "--keys",
        keys.to_str().expect("UTF-8"),
        "--since",
        "2026-03-04T11:00:00Z",
    ];
    assert_eq!(
        verify_with(&account, &since).code,
        0,
        "the folder need not hold the bucket's name"
    );
}

#[test]
fn log_files_newer_than_the_newest_digest_are_not_covered_yet() {
    let mut bucket = Bucket::of_three_hours();
    bucket.delivers("us-east-1", 3, 1);
    fs::remove_file(bucket.path(&digest_in("us-east-1", 3))).expect("removed");
    let run = verify(&bucket.top());
    assert_eq!((run.code, run.of(&log(3))), (3, "not covered"), "{run:?}");
    assert!(run.why(&log(3)).contains("newer"), "{run:?}");
}
