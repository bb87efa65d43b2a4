//! What was found goes into the investigation.

use std::fs;

use serde_json::Value;

use crate::bucket::{Bucket, gzip, log};
use crate::support::desk::{Desk, code, err, out, rows};
use crate::support::incident::SEED;
use crate::support::program::keytrail;

fn save(desk: &Desk, bucket: &Bucket) -> i32 {
    let run = keytrail()
        .arg("verify")
        .arg(bucket.top())
        .args(["--offline", "--save"])
        .arg(desk.path("case.keytrail"))
        .output()
        .expect("the program runs");
    assert_eq!(err(&run), "");
    code(&run)
}

fn export(desk: &Desk) -> std::path::PathBuf {
    let dir = desk.path("evidence");
    let run = keytrail()
        .arg("export")
        .arg(desk.path("case.keytrail"))
        .arg("--dir")
        .arg(&dir)
        .output();
    let run = run.expect("the program runs");
    assert!(run.status.success(), "{}", err(&run));
    dir
}

fn report(desk: &Desk) -> String {
    let run = keytrail().arg("report").arg(desk.path("case.keytrail")).output();
    out(&run.expect("the program runs"))
}

#[test]
fn coverage_evidence_and_report_say_that_the_logs_are_whole() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    assert!(
        !export(&desk).join("integrity.csv").exists(),
        "nothing was verified yet"
    );
    let bucket = Bucket::of_three_hours();
    assert_eq!(save(&desk, &bucket), 0);

    let whole = "whole: 3 digests and 3 log files are valid";
    assert!(
        desk.show("coverage", "csv").contains(whole),
        "{}",
        desk.show("coverage", "csv")
    );
    assert!(report(&desk).contains(whole), "{}", report(&desk));
    let dir = export(&desk);
    let rows = rows(&fs::read_to_string(dir.join("integrity.csv")).expect("integrity.csv"));
    assert_eq!(rows.len(), 6);
    assert!(
        rows.iter().all(|row| &row[2] == "valid" && &row[8] == "us-east-1"),
        "{rows:?}"
    );
    let manifest: Value =
        serde_json::from_slice(&fs::read(dir.join("manifest.json")).expect("a manifest")).expect("JSON");
    let files = manifest["files"].as_array().expect("files");
    assert!(files.iter().any(|file| file["name"] == "integrity.csv"), "{manifest}");
}

#[test]
fn the_last_verification_of_a_place_is_the_one_that_holds() {
    let desk = Desk::with_story();
    desk.investigate(SEED, &[]);
    let bucket = Bucket::of_three_hours();
    save(&desk, &bucket);
    fs::write(bucket.path(&log(1)), gzip(b"{}")).expect("written");
    assert_eq!(save(&desk, &bucket), 1);
    let coverage = desk.show("coverage", "csv");
    assert!(
        coverage.contains("not whole: of 3 digests and 3 log files 5 valid, 1 changed"),
        "{coverage}"
    );
    assert!(!coverage.contains("are valid"), "{coverage}");
    let dir = export(&desk);
    assert_eq!(
        rows(&fs::read_to_string(dir.join("integrity.csv")).expect("integrity.csv")).len(),
        6
    );
}
