//! The signed chain among the recorded cases. Where it is not there, the tests say so and pass: the others make their own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{text, verify};
use crate::support::cases::folder;
use crate::support::program::skipped;

const FIRST: &str = "111122223333_CloudTrail-Digest_us-east-1_example-trail_us-east-1_20260304T110500Z.json.gz";
const LOG: &str = "111122223333_CloudTrail_us-east-1_20260304T1020Z_ExampleUniqueA10.json.gz";

fn chain(test: &str) -> Option<PathBuf> {
    let folder = folder().join("shapes/digest-chain");
    if folder.is_dir() {
        return Some(folder);
    }
    skipped(test, "no shapes/digest-chain among the cases");
    None
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}

#[test]
fn the_sample_is_whole() {
    let Some(folder) = chain("the_sample_is_whole") else {
        return;
    };
    let run = verify(&folder);
    assert_eq!((run.code, run.said.len()), (0, 4), "{run:?}");
    run.else_valid(&[]);
    assert!(
        text(&folder).contains("2026-03-04T10:05:00Z to 2026-03-04T12:05:00Z  111122223333 us-east-1 example-trail")
    );
}

#[test]
fn the_bucket_itself_is_found_and_what_was_saved_beside_it() {
    let Some(folder) = chain("the_bucket_itself") else {
        return;
    };
    assert_eq!(verify(&folder.join("example-trail-bucket")).code, 0);
}

#[test]
fn of_the_sample_a_changed_byte_and_the_first_digest_are_missed() {
    let Some(folder) = chain("of_the_sample_a_changed_byte") else {
        return;
    };
    let own = tempfile::tempdir().expect("a folder");
    copy(&folder, own.path());
    let account = own.path().join("example-trail-bucket/AWSLogs/111122223333");
    let log = account.join("CloudTrail/us-east-1/2026/03/04").join(LOG);
    let mut bytes = fs::read(&log).expect("a log file");
    bytes[200] ^= 1;
    fs::write(&log, bytes).expect("written");
    let run = verify(own.path());
    assert_eq!((run.code, run.of(LOG)), (1, "changed"), "{run:?}");
    fs::remove_file(account.join("CloudTrail-Digest/us-east-1/2026/03/04").join(FIRST)).expect("removed");
    let run = verify(own.path());
    assert_eq!(
        (run.code, run.of(FIRST), run.of(LOG)),
        (1, "missing", "not covered"),
        "{run:?}"
    );
}
