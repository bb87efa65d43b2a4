//! How fast AWS's event history is read, against a perfect schedule:
//! `cargo build && cargo run --example bench_history`.
//!
//! 17 regions; a key with 3,000 calls in us-east-1, where an answer takes 4 s in the mean, and 200 in each of five others,
//! where it takes 0.3 s. The perfect schedule sends the seed's pages at exactly two a second in each region, each taking
//! the latency that the simulator drew for it. Five runs, each with latencies of its own.
//!
//! `-- memory` reads 200,000 calls from 34 regions instead, and prints the most memory that took.

#[path = "../tests/support/aws/mod.rs"]
mod aws;

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Instant;

use aws::{Aws, Region};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

const KEY: &str = "AKIAZZSEED0000000001";
const MADE: &str = "AKIAZZMALLORY0000001";
const BUSY: [(&str, i64); 6] = [
    ("us-east-1", 2_998),
    ("us-east-2", 200),
    ("us-west-2", 200),
    ("eu-west-1", 200),
    ("eu-central-1", 200),
    ("ap-southeast-1", 200),
];

fn call(region: &str, number: i64, of: i64, (source, name): (&str, &str), response: &Value) -> Value {
    // Spread over eighty days, unevenly.
    let back = TimeDelta::seconds(3_600 + (80 * 86_400 / of) * number + number * number % 977);
    json!({
        "eventVersion": "1.11", "eventSource": source, "eventName": name, "awsRegion": region,
        "eventTime": (Utc::now() - back).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAZZSEEDUSER000001", "accessKeyId": KEY, "userName": "app",
            "arn": "arn:aws:iam::111122223333:user/app", "accountId": "111122223333"},
        "sourceIPAddress": "203.0.113.66", "userAgent": "aws-cli/2", "responseElements": response,
        "eventID": format!("{region}-{name}-{number}"), "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": "111122223333", "eventCategory": "Management",
    })
}

fn records() -> Vec<Value> {
    let mut records = Vec::new();
    for (region, count) in BUSY {
        let plain = ("s3.amazonaws.com", "ListBuckets");
        records.extend((0..count).map(|number| call(region, number, count, plain, &Value::Null)));
    }
    let user = json!({"user": {"userName": "mallory", "userId": "AIDAZZMALLORY0000001",
        "arn": "arn:aws:iam::111122223333:user/mallory"}});
    let key = json!({"accessKey": {"userName": "mallory", "accessKeyId": MADE, "status": "Active"}});
    for (number, name, response) in [(40, "CreateUser", user), (39, "CreateAccessKey", key)] {
        records.push(call("us-east-1", number, 100, ("iam.amazonaws.com", name), &response));
    }
    records
}

/// What came of one run.
struct Run {
    perfect: f64,
    measured: f64,
    first_branch: f64,
    requests: usize,
    refused: f64,
}

/// Reads very many calls: how much memory that takes.
fn memory() -> Result<(), Box<dyn Error>> {
    let regions = || aws::DEFAULT_REGIONS.iter().chain(&aws::OPT_IN_REGIONS);
    let each = 200_000 / 34 + 1;
    let plain = ("s3.amazonaws.com", "ListBuckets");
    let records = regions().flat_map(|region| (0..each).map(|number| call(region, number, each, plain, &Value::Null)));
    let mut aws = Aws::new("111122223333").events(records.collect::<Vec<_>>());
    for region in &aws::OPT_IN_REGIONS {
        aws = aws.region(region, Region::enabled());
    }
    let aws = aws.start();
    let save = std::env::temp_dir().join(format!("bench-history-{}.keytrail", std::process::id()));
    let mut command = Command::new(std::env::current_exe()?.with_file_name("../keytrail"));
    aws.credentials(&mut command);
    command.args(["investigate", KEY, "--batch", "--save"]).arg(&save);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", run.id());
    let mut most = String::new();
    while run.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:")) {
            line.clone_into(&mut most);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::fs::remove_file(&save)?;
    println!("at most{}", most.trim_start_matches("VmHWM:"));
    Ok(())
}

fn run(latencies: u64) -> Result<Run, Box<dyn Error>> {
    let aws = Aws::new("111122223333")
        .seed(latencies)
        .latency_mean(0.3)
        .region("us-east-1", Region::enabled().latency_mean(4.0))
        .events(records())
        .start();
    let save = std::env::temp_dir().join(format!("bench-history-{}.keytrail", std::process::id()));
    let program = std::env::current_exe()?.with_file_name("../keytrail");
    let mut command = Command::new(program);
    aws.credentials(&mut command);
    command.args(["investigate", KEY, "--batch", "--save"]).arg(&save);
    let begun = Instant::now();
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut first_branch = f64::NAN;
    while run.try_wait()?.is_none() {
        // What was made is asked for as soon as the call that made it was seen.
        let asks = |log: &aws::Log| {
            let lookups = log.lookups();
            lookups
                .iter()
                .any(|entry| entry.attribute() == Some(("AccessKeyId", MADE)))
        };
        if first_branch.is_nan() && asks(&aws.log()) {
            first_branch = begun.elapsed().as_secs_f64();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let measured = begun.elapsed().as_secs_f64();
    std::fs::remove_file(&save)?;
    let log = aws.log();
    Ok(Run {
        perfect: aws.perfect_schedule("AccessKeyId", KEY),
        measured,
        first_branch,
        requests: log.lookups().len(),
        refused: 100.0 * log.throttled_share(),
    })
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("memory") {
        return memory();
    }
    println!("   perfect  measured  ratio  first branch  requests  refused");
    let mut runs = Vec::new();
    for latencies in 1..=5 {
        let run = run(latencies)?;
        let ratio = run.measured / run.perfect;
        println!(
            "{:8.1} s {:7.1} s {ratio:6.2} {:11.1} s {:9} {:6.1} %",
            run.perfect, run.measured, run.first_branch, run.requests, run.refused
        );
        runs.push(run);
    }
    let ratio = median(runs.iter().map(|run| run.measured / run.perfect).collect());
    let first_branch = median(runs.iter().map(|run| run.first_branch).collect());
    println!("median: ratio {ratio:.2}, first branch {first_branch:.1} s");
    Ok(())
}
