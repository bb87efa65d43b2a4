//! A bucket is verified by its digests where it lies: signatures come from the metadata of its objects.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::cases::folder;
use crate::support::desk::{code, err, out};
use crate::support::program::skipped;
use crate::trail::{Trail, gzip};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let found = entries.map(|entry| entry.path());
    found
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

#[test]
fn a_bucket_is_whole_until_one_of_its_files_is_changed() {
    let name = "a_bucket_is_whole_until_one_of_its_files_is_changed";
    let chain = folder().join("shapes/digest-chain");
    if !chain.is_dir() {
        skipped(name, "no shapes/digest-chain among the cases");
        return;
    }
    let Some(trail) = Trail::new(name) else { return };
    let saved = fs::read(chain.join("object_metadata.json")).expect("readable");
    let saved: Value = serde_json::from_slice(&saved).expect("JSON");
    let bucket = chain.join("example-trail-bucket");
    let mut logs = Vec::new();
    for file in files(&bucket) {
        let key = file.strip_prefix(&bucket).expect("inside").display().to_string();
        let signature = saved[&key]["signature"].as_str();
        let header = signature.map(|signature| format!("x-amz-meta-signature: {signature}\r\n"));
        trail.put(&key, &header.unwrap_or_default(), &fs::read(&file).expect("readable"));
        logs.extend(signature.is_none().then_some(key));
    }
    let wire = trail.wire();
    let verify = || {
        let mut command = wire.program();
        command.arg("verify").arg(format!("s3://{}/AWSLogs", trail.name()));
        command.arg("--keys").arg(chain.join("public_keys.json"));
        command.output().expect("the program runs")
    };
    let whole = verify();
    assert_eq!(code(&whole), 0, "{}{}", out(&whole), err(&whole));
    assert!(
        out(&whole).contains("2026-03-04T10:05:00Z to 2026-03-04T12:05:00Z"),
        "{}",
        out(&whole)
    );
    trail.put(&logs[0], "", &gzip(&serde_json::json!({"Records": []})));
    let changed = verify();
    assert_eq!(code(&changed), 1, "{}", out(&changed));
    assert!(out(&changed).contains(&logs[0]), "{}", out(&changed));
}
