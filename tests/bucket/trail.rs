//! A trail's bucket in moto, and the program run on it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, Weak};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::front::{Asked, Fault, Front};
use crate::support::desk::{Desk, out};
use crate::support::program::{keytrail, skipped};
use crate::tools::{Moto, programs};

/// moto takes any key, but not everything without one.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1";

/// One moto for all tests that run at the same time.
fn moto() -> Arc<Moto> {
    static RUNNING: Mutex<Weak<Moto>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().expect("moto");
    running.upgrade().unwrap_or_else(|| {
        let moto = Arc::new(Moto::start("111122223333"));
        *running = Arc::downgrade(&moto);
        moto
    })
}

/// A bucket, with a desk at which it is read.
pub(crate) struct Trail {
    moto: Arc<Moto>,
    bucket: String,
    pub(crate) desk: Desk,
}

impl Trail {
    /// An empty bucket, or a word that the test is skipped. Its name is the test's.
    pub(crate) fn new(test: &str) -> Option<Self> {
        if let Err(why) = programs() {
            skipped(test, why);
            return None;
        }
        let moto = moto();
        let bucket = test.replace('_', "-").chars().take(60).collect();
        let trail = Self {
            moto,
            bucket,
            desk: Desk::new(),
        };
        trail.send("PUT", "", "", b"");
        Some(trail)
    }

    pub(crate) fn name(&self) -> &str {
        &self.bucket
    }

    /// Writes an object; further headers end with a line break.
    pub(crate) fn put(&self, key: &str, headers: &str, body: &[u8]) {
        self.send("PUT", &format!("/{key}"), headers, body);
    }

    /// Writes a log file with these records.
    pub(crate) fn log(&self, key: &str, records: &[Value]) {
        self.put(key, "", &gzip(&json!({ "Records": records })));
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) {
        let signed = format!("authorization: {SIGNED}/s3/aws4_request\r\n{headers}");
        self.request(method, &format!("/{}{path}", self.bucket), &signed, body);
    }

    /// Calls CloudTrail.
    pub(crate) fn call(&self, action: &str, body: &Value) {
        let headers = format!(
            "content-type: application/x-amz-json-1.1\r\nx-amz-target: CloudTrail_20131101.{action}\r\n\
             authorization: {SIGNED}/cloudtrail/aws4_request\r\n"
        );
        self.request("POST", "/", &headers, body.to_string().as_bytes());
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &[u8]) {
        let address = self.moto.endpoint.trim_start_matches("http://");
        let mut server = TcpStream::connect(address).expect("moto");
        let length = body.len();
        write!(
            server,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
        )
        .expect("sent");
        server.write_all(body).expect("sent");
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).expect("an answer");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
    }

    /// The wire to it, on which things go wrong.
    pub(crate) fn front(&self, faults: impl Fn(&Asked, usize) -> Option<Fault> + Send + Sync + 'static) -> Front {
        Front::new(&self.moto.endpoint, faults)
    }

    /// The wire to it, on which all goes well.
    pub(crate) fn wire(&self) -> Front {
        self.front(|_, _| None)
    }

    pub(crate) fn case(&self) -> PathBuf {
        self.desk.path("case.keytrail")
    }

    /// Investigates a key in the bucket. Arguments may name another prefix by a `--from` of their own.
    pub(crate) fn command(&self, front: &Front, key: &str, more: &[&str]) -> Command {
        let mut command = front.program();
        command.args(["investigate", key, "--batch", "--save"]).arg(self.case());
        if !more.contains(&"--from") {
            command.args(["--from", &format!("s3://{}", self.bucket)]);
        }
        command.args(more);
        command
    }

    pub(crate) fn investigate(&self, front: &Front, key: &str, more: &[&str]) -> Output {
        self.command(front, key, more).output().expect("the program runs")
    }

    /// The chain that was found.
    pub(crate) fn chain(&self) -> Value {
        chain_in(&self.case())
    }
}

/// The chain in a saved investigation.
pub(crate) fn chain_in(file: &Path) -> Value {
    let shown = keytrail().arg("chain").arg(file).args(["--format", "json"]).output();
    serde_json::from_str(&out(&shown.expect("the program runs"))).expect("JSON")
}

pub(crate) fn gzip(document: &Value) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(document.to_string().as_bytes()).expect("packed");
    gzip.finish().expect("packed")
}

/// The key of a log file of an account, a region and a day, such as `2026/03/04`.
pub(crate) fn key(account: &str, region: &str, day: &str) -> String {
    let date = day.replace('/', "");
    format!(
        "AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{date}T1005Z_a1B2c3D4e5F6g7H8.json.gz"
    )
}
