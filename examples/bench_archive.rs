//! Measures the reading of archives against `gzip -dc` of the same files, on two corpora of 540,000 records: 40 big files,
//! and 77,000 small ones, of 830 MB of JSON each:
//! `cargo run --release --example bench_archive`.
//!
//! Prints the medians of five alternating runs, their ratio, and the highest memory use; and how long DuckDB and jq, where
//! they are installed, take for one filter on the same files. The corpora are made in `target/corpus` if they are not
//! there.
//!
//! With `sizes` behind it, three sizes of each shape instead, and what they let expect of 100,000,000 records. That takes
//! 4 GB of disk.

#[path = "corpus/generate.rs"]
mod generate;
#[path = "corpus/incident.rs"]
mod incident;
#[path = "corpus/records.rs"]
mod records;

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use generate::{Corpus, LEAKED_KEY, Shape};
use keytrail::cloudtrail::{Record, json};
use keytrail::collect::archive::{Archive, CandidateCalls};
use keytrail::collect::source::Found;
use keytrail::investigation::lead::{Attribute, Lead};

const RECORDS: u64 = 540_000;
const RUNS: usize = 5;
/// Millions of records, more than are remembered one by one.
const SIZES: [(&str, Shape, [u64; 3]); 2] = [("few", Shape::Big, [1, 2, 4]), ("many", Shape::Small, [1, 2, 4])];
const EXTRAPOLATED: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("sizes") => return sizes(),
        // Memory is measured in a process of its own: this program runs itself.
        Some(folder) => return read(Path::new(folder)),
        None => {}
    }
    for (name, shape) in [("few", Shape::Big), ("many", Shape::Small)] {
        compare(name, &corpus(name, RECORDS, shape)?)?;
    }
    Ok(())
}

/// The folder of a corpus, which is made if it is not there.
fn corpus(name: &str, records: u64, shape: Shape) -> Result<PathBuf, Box<dyn Error>> {
    let folder = PathBuf::from("target/corpus").join(name);
    if !folder.exists() {
        println!("making {}", folder.display());
        Corpus { records, shape }.write(&folder)?;
    }
    Ok(folder)
}

/// Time and memory of the whole program for three sizes, and along the line through the smallest and the biggest.
fn sizes() -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("../keytrail");
    for (name, shape, millions) in SIZES {
        let mut measured = Vec::new();
        for million in millions {
            let folder = corpus(&format!("{name}-{million}m"), million * 1_000_000, shape)?;
            let mut runs = Vec::new();
            for _ in 0..3 {
                runs.push(investigate(&program, &folder)?);
            }
            runs.sort_unstable();
            let (time, memory) = runs[1];
            println!(
                "{name}, {million},000,000 records: {:.2} s, {} MB",
                time.as_secs_f64(),
                memory >> 10
            );
            #[expect(clippy::cast_precision_loss, reason = "megabytes need no exact numbers")]
            measured.push((million as f64, time.as_secs_f64(), (memory >> 10) as f64));
        }
        let (small, big) = (measured[0], measured[2]);
        let line = |at: f64, of: f64| of + (of - at) / (big.0 - small.0) * (EXTRAPOLATED - big.0);
        println!(
            "{name}, {EXTRAPOLATED},000,000 records by these: {:.0} s, {:.0} MB",
            line(small.1, big.1),
            line(small.2, big.2)
        );
    }
    Ok(())
}

/// Runs the whole program, evidence and all: how long it took, and the most memory it had in kB.
fn investigate(program: &Path, folder: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("keytrail-bench-{}.keytrail", std::process::id()));
    let evidence = file.with_extension("evidence");
    let mut investigate = Command::new(program);
    investigate
        .args(["investigate", LEAKED_KEY, "--batch", "--from"])
        .arg(folder)
        .arg("--save")
        .arg(&file)
        .arg("--export")
        .arg(&evidence);
    let measured = run(&mut investigate)?;
    std::fs::remove_file(&file)?;
    std::fs::remove_dir_all(&evidence)?;
    Ok(measured)
}

fn compare(name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let this = std::env::current_exe()?;
    // The whole program, where it was built beside this one.
    let program = this.with_file_name("../keytrail");
    let (mut gzip, mut reader, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    let (mut reader_memory, mut whole_memory) = (0, 0);
    for _ in 0..RUNS {
        let inflate = format!("find '{}' -name '*.gz' -print0 | xargs -0 gzip -dc", folder.display());
        gzip.push(run(Command::new("sh").args(["-c", &inflate]))?.0);
        let (time, memory) = run(Command::new(&this).arg(folder))?;
        reader.push(time);
        reader_memory = reader_memory.max(memory);
        if can_investigate(&program) {
            let (time, memory) = investigate(&program, folder)?;
            whole.push(time);
            whole_memory = whole_memory.max(memory);
        }
    }
    let gzip = median(&mut gzip);
    println!("{name}: gzip -dc {:.2} s", gzip.as_secs_f64());
    for (what, mut times, memory) in [("the reader", reader, reader_memory), ("keytrail", whole, whole_memory)] {
        if !times.is_empty() {
            let time = median(&mut times).as_secs_f64();
            let ratio = time / gzip.as_secs_f64();
            println!("  {what}: {time:.2} s, {ratio:.2} of gzip, at most {} MB", memory >> 10);
        }
    }
    for (tool, filter) in filters(folder) {
        let is_there = Command::new(tool).arg("--version").stdout(Stdio::null()).status();
        if is_there.is_ok_and(|status| status.success()) {
            let (time, memory) = run(Command::new("sh").args(["-c", &filter]))?;
            let ratio = time.as_secs_f64() / gzip.as_secs_f64();
            println!(
                "  {tool}, one filter: {:.2} s, {ratio:.2} of gzip, at most {} MB",
                time.as_secs_f64(),
                memory >> 10
            );
        }
    }
    Ok(())
}

/// The calls that one key signed, with other tools.
fn filters(folder: &Path) -> [(&'static str, String); 2] {
    let files = folder.display();
    [
        (
            "duckdb",
            format!(
                "exec duckdb -c \"SELECT count(*) FROM (SELECT unnest(Records) AS r FROM read_json('{files}/**/*.json.gz', \
                 columns = {{Records: 'JSON[]'}}, maximum_object_size = 1000000000)) \
                 WHERE r ->> '$.userIdentity.accessKeyId' = '{LEAKED_KEY}'\""
            ),
        ),
        (
            "jq",
            format!(
                "find '{files}' -name '*.gz' -print0 | xargs -0 gzip -dc | \
                 jq -c '.Records[] | select(.userIdentity.accessKeyId == \"{LEAKED_KEY}\")'"
            ),
        ),
    ]
}

/// Whether the program is there and knows the command.
fn can_investigate(program: &Path) -> bool {
    let help = Command::new(program)
        .args(["investigate", "--help"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    program.exists() && help.is_ok_and(|status| status.success())
}

/// Runs a command to its end: how long it took, and the most memory it had in kB (where the system tells).
fn run(command: &mut Command) -> Result<(Duration, u64), Box<dyn Error>> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut memory = 0;
    while child.try_wait()?.is_none() {
        memory = memory.max(peak_memory(&status));
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok((start.elapsed(), memory))
}

fn peak_memory(status: &Path) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Follows the corpus's incident as an investigation does: what a call made is looked up in turn, until nothing is left.
fn read(folder: &Path) -> Result<(), Box<dyn Error>> {
    let calls = CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        [
            ("ec2.amazonaws.com", "RunInstances"),
            ("lambda.amazonaws.com", "CreateFunction"),
        ],
    );
    let mut archive = Archive::new(&[folder.to_owned()], calls)?;
    let mut known = vec![LEAKED_KEY.to_owned()];
    let mut leads = vec![Lead::new(Attribute::AccessKeyId, LEAKED_KEY)];
    let (mut records, mut files, mut rounds) = (Vec::new(), 0, 0);
    loop {
        let mut out = |found: Found| {
            match found {
                Found::Page(page) => records.extend(page.records),
                Found::Files(reports) => files += reports.len(),
                _ => {}
            }
            ControlFlow::Continue(())
        };
        if !leads.is_empty() {
            archive.ask(&leads, &mut out)?;
            rounds += 1;
        } else if archive.is_settled() {
            break;
        } else {
            archive.settle(&mut out)?;
        }
        leads = next_leads(&records, &mut known);
    }
    eprintln!(
        "{} records given from {files} files in {rounds} rounds, {} identities",
        records.len(),
        known.len()
    );
    Ok(())
}

/// What the calls of known keys made and was not known before, whatever the order of the records.
fn next_leads(records: &[Record], known: &mut Vec<String>) -> Vec<Lead> {
    let before = known.len();
    loop {
        let count = known.len();
        for record in records {
            follow(record, known);
        }
        if known.len() == count {
            break;
        }
    }
    let new = known.iter().skip(before);
    new.map(|value| Lead::new(Attribute::ResourceName, value)).collect()
}

fn follow(record: &Record, known: &mut Vec<String>) {
    const MADE: [&str; 6] = [
        "responseElements.user.userId",
        "responseElements.user.userName",
        "responseElements.accessKey.accessKeyId",
        "responseElements.role.roleId",
        "responseElements.role.arn",
        "responseElements.credentials.accessKeyId",
    ];
    let key = record.event.identity.access_key.as_deref();
    if !key.is_some_and(|key| known.iter().any(|known| known == key)) {
        return;
    }
    for value in MADE.iter().filter_map(|path| json::first(&record.body, path)) {
        if !known.iter().any(|known| *known == value) {
            known.push(value.into_owned());
        }
    }
}
