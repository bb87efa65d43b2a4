//! What stands before moto on the wire: it writes down what is asked, and lets things go wrong.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::support::program::keytrail;

/// What goes wrong with an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Another answer in its place: a status and S3's code.
    Instead(u16, &'static str),
    /// The connection ends in the middle of the body.
    Cut,
}

/// What goes wrong with the request that is asked for the nth time, counted from 0.
type Faults = dyn Fn(&Asked, usize) -> Option<Fault> + Send + Sync;

/// A request: `GET`, the path with its query, the range, and the access key that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) range: String,
    pub(crate) key: String,
}

impl Asked {
    /// Whether an object is asked for, not a list.
    pub(crate) fn is_object(&self) -> bool {
        self.method == "GET" && !self.path.contains("list-type=2")
    }
}

/// A server before another one, until the test ends.
pub(crate) struct Front {
    endpoint: String,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Front {
    pub(crate) fn new(behind: &str, faults: impl Fn(&Asked, usize) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let behind = behind.trim_start_matches("http://").to_owned();
        let faults: Arc<Faults> = Arc::new(faults);
        let log: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let asked = log.clone();
        // It ends with the test program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (behind, faults, log) = (behind.clone(), faults.clone(), asked.clone());
                // Whoever hangs up is told nothing.
                std::thread::spawn(move || drop(pass_on(client, &behind, &*faults, &log)));
            }
        });
        Self { endpoint, log }
    }

    /// The program, with credentials for this wire and no others.
    pub(crate) fn program(&self) -> Command {
        let mut command = keytrail();
        let variables = std::env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|name| name.to_string_lossy().starts_with("AWS_")) {
            command.env_remove(name);
        }
        command
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "AKIAZZRESPONDER00001")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().expect("the log").clone()
    }

    /// The paths of the objects that were asked for.
    pub(crate) fn objects(&self) -> Vec<String> {
        let asked = self.asked().into_iter().filter(Asked::is_object);
        asked.map(|asked| asked.path).collect()
    }

    /// Forgets what was asked.
    pub(crate) fn forget(&self) {
        self.log.lock().expect("the log").clear();
    }
}

fn pass_on(mut client: TcpStream, behind: &str, faults: &Faults, log: &Mutex<Vec<Asked>>) -> io::Result<()> {
    let head = head(&mut client)?;
    let asked = asked(&head);
    let nth = {
        let mut log = log.lock().expect("the log");
        log.push(asked.clone());
        log.iter().filter(|before| **before == asked).count() - 1
    };
    let fault = faults(&asked, nth);
    if let Some(Fault::Instead(status, code)) = fault {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as arranged</Message></Error>");
        let length = body.len();
        return write!(
            client,
            "HTTP/1.1 {status} Arranged\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
    }
    let mut server = TcpStream::connect(behind)?;
    let lines = head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    write!(server, "{}\r\nconnection: close\r\n\r\n", lines.join("\r\n"))?;
    let mut body = vec![0; header(&head, "content-length").parse().unwrap_or_default()];
    client.read_exact(&mut body)?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if matches!(fault, Some(Fault::Cut)) {
        let body = answer
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .map_or(0, |end| end + 4);
        answer.truncate(body + (answer.len() - body) / 2);
    }
    client.write_all(&answer)
}

/// Everything up to the empty line.
fn head(client: &mut TcpStream) -> io::Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

fn header(head: &str, name: &str) -> String {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let line = lines.find(|(header, _)| header.eq_ignore_ascii_case(name));
    line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn asked(head: &str) -> Asked {
    let mut first = head.lines().next().unwrap_or_default().split(' ').map(str::to_owned);
    let signed = header(head, "authorization");
    let key = signed
        .split("Credential=")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    Asked {
        method: first.next().unwrap_or_default(),
        path: first.next().unwrap_or_default(),
        range: header(head, "range"),
        key: key.unwrap_or_default().to_owned(),
    }
}
