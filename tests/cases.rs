//! Real CloudTrail cases with known right answers, through the real program.
//!
//! They lie in the folder that `KEYTRAIL_CASES` names (by default `../shared/data`), one folder each with an
//! `expected.json`. Where there is none, the test says so and passes: the project's own stories cover the same rules.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod support;

use serde_json::Value;
use support::cases::{cases, is_as_expected};
use support::program::keytrail;

#[test]
fn every_real_case_gives_the_expected_chain() {
    for case in cases() {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(case.join("expected.json")).expect("readable"))
                .expect("JSON");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("case.keytrail");
        let key = expected["start_key"].as_str().expect("a key");
        let input = case.join(expected["input"].as_str().expect("an input"));
        let run = keytrail()
            .args(["investigate", key, "--batch", "--from"])
            .arg(&input)
            .arg("--save")
            .arg(&file)
            .output();
        let run = run.expect("the program runs");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));

        let printed = keytrail()
            .arg("chain")
            .arg(&file)
            .args(["--format", "json"])
            .output()
            .expect("the program runs");
        let chain: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
        is_as_expected(&chain, &expected, &name);
    }
}
