//! Where no keys were saved, AWS is asked for them.

use std::fs;

use crate::aws::{Aws, Denial};
use crate::bucket::{ACCOUNT, Bucket, FINGERPRINT, trails_key};
use crate::support::desk::{code, err, out};
use crate::support::program::keytrail;

#[test]
fn the_public_keys_come_from_aws_where_none_were_saved() {
    let mut bucket = Bucket::of_three_hours();
    bucket.delivers("eu-west-1", 0, 1);
    fs::remove_file(bucket.keys()).expect("removed");
    let aws = ["us-east-1", "eu-west-1"]
        .into_iter()
        .fold(Aws::new(ACCOUNT), |aws, region| {
            aws.public_key(region, FINGERPRINT, &trails_key())
        })
        .start();
    let mut command = keytrail();
    let run = aws.credentials(&mut command).arg("verify").arg(bucket.top()).output();
    let run = run.expect("the program runs");
    assert_eq!(code(&run), 0, "{}{}", out(&run), err(&run));
    assert!(out(&run).contains("the public keys that AWS gave"));
    assert!(aws.log().writes().is_empty());

    let mut offline = keytrail();
    let asked = aws.log().0.len();
    let run = aws
        .credentials(&mut offline)
        .arg("verify")
        .arg(bucket.top())
        .arg("--offline")
        .output();
    assert_eq!(
        (code(&run.expect("the program runs")), aws.log().0.len()),
        (3, asked),
        "nothing was asked"
    );
}

#[test]
fn where_aws_may_not_be_asked_it_is_said_and_the_hashes_are_compared_all_the_same() {
    let bucket = Bucket::of_three_hours();
    fs::remove_file(bucket.keys()).expect("removed");
    let aws = Aws::new(ACCOUNT).deny(Denial::of("cloudtrail:ListPublicKeys")).start();
    let mut command = keytrail();
    let run = aws.credentials(&mut command).arg("verify").arg(bucket.top()).output();
    let run = run.expect("the program runs");
    assert_eq!(code(&run), 3, "{}", err(&run));
    assert!(out(&run).contains("not authorized to perform"), "{}", out(&run));
}
