//! The official command line, pointed at a simulated account or at moto.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::aws::Running;
use crate::support::program::skipped;
use crate::tools::programs;

/// The command line in a process of its own, which stays: starting Python takes longer than most calls.
pub(crate) struct Cli {
    python: Child,
    calls: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cli {
    /// The command line for an account, or a word that the test is skipped.
    pub(crate) fn new(test: &str, aws: &Running) -> Option<Self> {
        match programs() {
            Ok(_) => Some(Self::at(&aws.url(), aws)),
            Err(why) => {
                skipped(test, why);
                None
            }
        }
    }

    /// The command line with the account's credentials, at any endpoint.
    pub(crate) fn at(endpoint: &str, aws: &Running) -> Self {
        let programs = programs().expect("checked before");
        let mut python = Command::new(programs.join("python"));
        let mut python = aws
            .credentials(&mut python)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_MAX_ATTEMPTS", "1")
            .args(["-c", include_str!("command_line.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python");
        let calls = python.stdin.take();
        let answers = BufReader::new(python.stdout.take().expect("its output"));
        Self { python, calls, answers }
    }

    /// What a call prints, or what it complains about.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Result<Value, String> {
        let calls = self.calls.as_mut().expect("its input");
        // Always said, since the process remembers what the call before said.
        let region = if arguments.contains(&"--region") {
            &[][..]
        } else {
            &["--region", "us-east-1"]
        };
        writeln!(calls, "{}", json!([arguments, region].concat())).expect("a call");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        let (status, output, complaint): (i32, String, String) = serde_json::from_str(&answer).expect("an answer");
        match status {
            0 => Ok(serde_json::from_str(&output).unwrap_or_default()),
            _ => Err(complaint.trim().to_owned()),
        }
    }

    /// The same for a line of words.
    pub(crate) fn line(&mut self, line: &str) -> Result<Value, String> {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// The ids of the events that a lookup prints, and its token.
    pub(crate) fn ids(&mut self, line: &str) -> (Vec<String>, Value) {
        let mut page = self.line(line).expect("a page");
        let ids = crate::client::ids(&page);
        (ids, page["NextToken"].take())
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.calls.take());
        let _ = self.python.wait();
    }
}

/// `An error occurred (CODE) when calling the ... operation: ...`
pub(crate) fn code(answer: Result<Value, String>) -> String {
    let complaint = answer.expect_err("an error");
    let code = complaint.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    code.map_or(complaint.clone(), |(code, _)| code.to_owned())
}
