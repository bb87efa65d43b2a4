//! Any bytes are a file of an archive: it is read and reported, whatever it holds.

#![no_main]

use std::ops::ControlFlow;

use keytrail::collect::archive::{Archive, CandidateCalls};
use keytrail::collect::source::Found;
use keytrail::investigation::lead::{Attribute, Lead};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("log"), bytes).expect("written");
    let calls = CandidateCalls::new(["iam.amazonaws.com"], keytrail::catalogue::found_by_name());
    let mut archive = Archive::new(&[folder.path().to_owned()], calls).expect("a folder with a file");
    let mut reported = false;
    let mut out = |found| {
        reported |= matches!(found, Found::Files(_));
        ControlFlow::Continue(())
    };
    for key in ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"] {
        // What is no archive is an error.
        let asked = archive.ask(&[Lead::new(Attribute::AccessKeyId, key)], &mut out);
        if asked.and_then(|()| archive.settle(&mut out)).is_err() {
            break;
        }
    }
    // An empty zip has no member to report.
    assert!(reported || bytes.starts_with(b"PK"));
});
