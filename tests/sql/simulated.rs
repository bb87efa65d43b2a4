//! The simulator, and the program pointed at it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::support::desk::{code, err, out};
use crate::support::program::{keytrail, skipped};
use crate::support::python::environment;

const PACKAGES: [&str; 2] = ["duckdb==2.0.0", "sqlglot==30.30.0"];

/// The table of the logs, as `--from` names it.
pub(crate) const ATHENA: &str = "athena:security.cloudtrail_logs";
/// An event data store with the same records.
pub(crate) const LAKE: &str = "lake:01234567-89ab-cdef-0123-456789abcdef";

/// Athena and CloudTrail Lake with the records of one case, until the test ends.
pub(crate) struct Simulated {
    python: Child,
    input: Option<ChildStdin>,
    port: u16,
    desk: tempfile::TempDir,
}

fn python() -> Result<&'static Path, &'static str> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(|| environment("duckdb", &PACKAGES)) {
        Ok(folder) => Ok(folder),
        Err(why) => Err(why),
    }
}

/// AWS's table of a trail's logs, partitioned by account, region and day.
pub(crate) fn table() -> Value {
    json!({
        "columns": crate::table::COLUMNS,
        "partitions": [["account", "string"], ["region", "string"], ["timestamp", "string"]],
        "parameters": {
            "projection.enabled": "true",
            "projection.account.type": "enum",
            "projection.region.type": "enum",
            "projection.timestamp.type": "date",
            "projection.timestamp.format": "yyyy/MM/dd",
        },
    })
}

impl Simulated {
    /// With the records of a file or folder, and settings that differ from the usual. A word that the test is skipped
    /// where there is no python.
    pub(crate) fn new(test: &str, records: &Path, settings: &Value) -> Option<Self> {
        let python = match python() {
            Ok(folder) => folder.join("python"),
            Err(why) => {
                skipped(test, why);
                return None;
            }
        };
        let mut all = json!({
            "records": records,
            "database": "security",
            "name": "cloudtrail_logs",
            "table": table(),
            "page": 50,
        });
        let members = all.as_object_mut().expect("an object");
        members.extend(settings.as_object().cloned().expect("an object"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/simulator.py");
        let mut python = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python");
        let mut input = python.stdin.take().expect("its input");
        writeln!(input, "{all}").expect("settings");
        let mut port = String::new();
        let mut output = BufReader::new(python.stdout.take().expect("its output"));
        output.read_line(&mut port).expect("a port");
        Some(Self {
            python,
            input: Some(input),
            port: port.trim().parse().expect("a port"),
            desk: tempfile::tempdir().expect("a folder"),
        })
    }

    /// The program with credentials for the simulator.
    pub(crate) fn keytrail(&self) -> Command {
        let mut command = keytrail();
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "AKIARESPONDER0000001")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN");
        command
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    /// Investigates a key from a place; from the beginning of time, unless something else is said.
    pub(crate) fn investigate(&self, key: &str, from: &str, more: &[&str]) -> Output {
        let since = ["--since", "2015-01-01"];
        let since = if more.contains(&since[0]) { &[][..] } else { &since };
        self.keytrail()
            .args(["investigate", key, "--batch", "--any-key", "--from", from])
            .args(since)
            .args(["--athena-workgroup", "responders", "--save"])
            .arg(self.file("case.keytrail"))
            .args(more)
            .output()
            .expect("the program runs")
    }

    /// A view of what was saved, as JSON.
    pub(crate) fn show(&self, view: &str) -> Value {
        shown(&self.file("case.keytrail"), view)
    }

    fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> T {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the simulator");
        let request = format!("GET {path} HTTP/1.0\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("JSON")
    }

    /// What was asked.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.get("/log")
    }

    /// The rows of a query.
    pub(crate) fn rows(&self, query: &str) -> Vec<Map<String, Value>> {
        self.get(&format!("/rows/{query}"))
    }

    /// The statements that were run. Every one is good SQL.
    pub(crate) fn statements(&self) -> Vec<String> {
        let log = self.log();
        let run = log.iter().filter(|entry| entry["statement"].is_string());
        run.map(|entry| {
            let statement = entry["statement"].as_str().expect("a text");
            assert_eq!(entry["error"], Value::Null, "{statement}");
            statement.to_owned()
        })
        .collect()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.input.take());
        let _ = self.python.wait();
    }
}

/// A view of a saved investigation, as JSON.
pub(crate) fn shown(file: &Path, view: &str) -> Value {
    let run = keytrail().arg(view).arg(file).args(["--format", "json"]).output();
    let run = run.expect("the program runs");
    assert_eq!(code(&run), 0, "{view}: {}", err(&run));
    serde_json::from_str(&out(&run)).expect("JSON")
}

/// The chain of the same records in files.
pub(crate) fn of_files(key: &str, records: &Path, view: &str) -> Value {
    let desk = tempfile::tempdir().expect("a folder");
    let file = desk.path().join("files.keytrail");
    let run = keytrail()
        .args(["investigate", key, "--batch", "--any-key", "--from"])
        .arg(records)
        .arg("--save")
        .arg(&file)
        .output()
        .expect("the program runs");
    assert_eq!(code(&run), 0, "{}", err(&run));
    shown(&file, view)
}
