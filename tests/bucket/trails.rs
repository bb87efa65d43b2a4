//! `keytrail trails`.

use serde_json::Value;

use crate::support::desk::{code, err, out};
use crate::trail::Trail;

#[test]
fn trails_are_listed_with_what_they_log_and_the_best_source_is_named() {
    let Some(trail) = Trail::new("trails_are_listed_with_what_they_log_and_the_best_source_is_named") else {
        return;
    };
    let wire = trail.wire();
    let run = wire.program().arg("trails").output().expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("No trail"), "{}", out(&run));

    let bucket = trail.name().to_owned();
    let create = |name: &str, all_regions: bool| {
        let body = serde_json::json!({
            "Name": name, "S3BucketName": bucket, "S3KeyPrefix": "logs", "IsMultiRegionTrail": all_regions,
        });
        trail.call("CreateTrail", &body);
    };
    create("stopped", false);
    create("whole", true);
    trail.call("StartLogging", &serde_json::json!({"Name": "whole"}));
    let selectors = serde_json::json!([{
        "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
    }]);
    trail.call(
        "PutEventSelectors",
        &serde_json::json!({"TrailName": "stopped", "EventSelectors": selectors}),
    );
    let run = wire.program().arg("trails").output().expect("runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    let best = format!("keytrail investigate KEY --from s3://{bucket}/logs");
    assert!(out(&run).contains(&best), "{}", out(&run));
    let run = wire
        .program()
        .args(["trails", "--format", "json"])
        .output()
        .expect("runs");
    let listed: Value = serde_json::from_str(&out(&run)).expect("JSON");
    let told = |name: &str| {
        let row = listed.as_array().expect("rows").iter().find(|row| row["Name"] == name);
        let row = row.unwrap_or_else(|| panic!("no {name} in {listed}"));
        ["Logs", "Scope", "Events"].map(|column| row[column].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(
        told("whole"),
        ["yes", "account, all regions", "management, no data events"]
    );
    let only_writes = "management (writes only), data of S3::Object";
    assert_eq!(told("stopped"), ["NO", "account, us-east-1 only", only_writes]);
}
