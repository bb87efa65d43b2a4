//! The simulated AWS of the tests, to point programs at by hand:
//! `cargo run --example aws_simulator -- [--records FILE|DIR]... [--port N] [--speed X] [--latency SECONDS]
//! [--faults SHARE]`.
//!
//! Without records it holds the built-in incident. What to set in another terminal is printed; every request is printed
//! as it comes.

#[path = "../tests/support/aws/mod.rs"]
mod aws;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use aws::{Aws, Entry, Fault, Kind, Role, Running, User, recent};
use clap::Parser;
use flate2::read::MultiGzDecoder;
use keytrail::cloudtrail::envelope::{self, Unwrapped};
use keytrail::collect::demo;
use serde_json::Value;

/// Runs a simulated AWS until it is interrupted.
#[derive(Parser)]
struct Arguments {
    /// Files or folders with CloudTrail records as JSON, gzipped or not.
    #[arg(long)]
    records: Vec<PathBuf>,
    /// Leaves the records at their times, although event history finds the last 90 days only.
    #[arg(long)]
    keep_times: bool,
    /// 0 takes a free port.
    #[arg(long, default_value_t = 8300)]
    port: u16,
    /// How many times faster than in reality rates and latencies run.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// How long a lookup takes in the mean, in seconds.
    #[arg(long, default_value_t = 0.3)]
    latency: f64,
    /// The share of calls that go wrong: throttled, failed, connection reset, answer cut off.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let records = match records(&arguments.records) {
        Ok(records) => records,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let records = if arguments.keep_times { records } else { recent(records) };
    let aws = running(&arguments, records);
    println!("export AWS_ENDPOINT_URL={}", aws.url());
    println!("export AWS_ACCESS_KEY_ID={}", aws::RESPONDER);
    println!("export AWS_SECRET_ACCESS_KEY={}", aws::SECRET);
    println!("export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
    let mut printed = 0;
    loop {
        std::thread::sleep(Duration::from_millis(200));
        let log = aws.log().0;
        let settled = |entry: &&Entry| entry.answered.is_some() || entry.fault.is_some();
        for entry in log[printed..].iter().take_while(settled) {
            println!("{}", line(entry));
            printed += 1;
        }
    }
}

/// An account that knows everybody who called in the records.
fn running(arguments: &Arguments, records: Vec<Value>) -> Running {
    let text = |record: &Value, path: &str| record.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let account = records
        .iter()
        .find_map(|record| text(record, "/recipientAccountId"))
        .unwrap_or_else(|| "111122223333".to_owned());
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut roles = BTreeSet::new();
    for record in &records {
        let name = text(record, "/userIdentity/userName");
        let key = text(record, "/userIdentity/accessKeyId").filter(|key| key.starts_with("AKIA"));
        if let (Some(name), Some(key)) = (name, key) {
            users.entry(name).or_default().insert(key);
        }
        roles.extend(text(record, "/userIdentity/sessionContext/sessionIssuer/userName"));
    }
    let mut aws = Aws::new(&account);
    for (name, keys) in users {
        let user = keys.iter().fold(User::new(&name), |user, key| user.key(key));
        aws = aws.user(user);
    }
    for name in roles {
        aws = aws.role(Role::new(&name));
    }
    println!("# account {account}, {} records", records.len());
    for kind in [Kind::Throttled, Kind::Internal, Kind::Reset, Kind::Truncated] {
        aws = aws.fault(Fault::chance(kind, arguments.faults / 4.0));
    }
    aws.latency_mean(arguments.latency)
        .speed(arguments.speed)
        .port(arguments.port)
        .events(records)
        .start()
}

fn records(paths: &[PathBuf]) -> io::Result<Vec<Value>> {
    if paths.is_empty() {
        let texts = demo::records();
        return texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect();
    }
    let mut records = Vec::new();
    for path in paths {
        read(path, &mut records)?;
    }
    Ok(records)
}

fn read(path: &Path, records: &mut Vec<Value>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            read(&entry?.path(), records)?;
        }
        return Ok(());
    }
    let mut bytes = fs::read(path)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inflated = Vec::new();
        MultiGzDecoder::new(&bytes[..]).read_to_end(&mut inflated)?;
        bytes = inflated;
    }
    for document in serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>() {
        match document {
            Ok(mut document) => {
                let members = envelope::members(&mut document).unwrap_or_else(|| vec![document]);
                let unwrapped = members.into_iter().map(envelope::unwrap);
                records.extend(unwrapped.filter_map(|record| match record.ok()? {
                    Unwrapped::Bare(record) | Unwrapped::Text(record, _) => Some(record),
                }));
            }
            Err(error) => {
                eprintln!("# {} is passed over: {error}", path.display());
                break;
            }
        }
    }
    Ok(())
}

fn line(entry: &Entry) -> String {
    let asked = entry
        .attribute()
        .map_or_else(String::new, |(key, value)| format!(" {key}={value}"));
    let answer = entry
        .error
        .clone()
        .or_else(|| entry.fault.clone())
        .unwrap_or_else(|| format!("{} events", entry.events));
    format!(
        "{:8.2} {:15} {}:{}{asked} {} {answer} ({:.2} s)",
        entry.at, entry.region, entry.service, entry.action, entry.status, entry.latency
    )
}
