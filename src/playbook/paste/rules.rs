//! What a command must be so that its output may be pasted: it only reads, prints JSON and no secret, and is the same
//! whenever it is printed.

use super::super::template::{Filler, Values};

/// How operations begin that only read.
const READS: [&str; 4] = ["describe-", "get-", "list-", "lookup-"];
/// What the operations hold in their names that read something secret, or write it into a file.
const SECRET: [&str; 8] = [
    "get-secret-value",
    "get-parameter",
    "-token",
    "-credentials",
    "-password-data",
    "login-password",
    "random-password",
    "get-object",
];
/// What joins commands of a shell.
const JOINTS: [&str; 7] = ["|", "||", "&", "&&", ";", ">", ">>"];

/// What is wrong with a command that is filled in well.
pub(in super::super) fn mistake(run: &str, filler: &Filler) -> Option<String> {
    let fill = |values: &Values<'_>| filler.fill(run, values).unwrap_or_default();
    let line = fill(&Values::new());
    if line != fill(&Values::from([("now", "1"), ("start", "1")])) {
        return Some("the output is known again by its command: `now` and `start` would change it".to_owned());
    }
    let words = shlex::split(&line).unwrap_or_default();
    let [aws, _, operation, rest @ ..] = &*words else {
        return Some("write `aws SERVICE OPERATION ... --output json`".to_owned());
    };
    if aws != "aws" || !READS.iter().any(|verb| operation.starts_with(verb)) {
        let verbs: Vec<String> = READS.iter().map(|verb| format!("`{verb}`")).collect();
        return Some(format!(
            "write `aws SERVICE OPERATION`; the operation begins with {}",
            verbs.join(", ")
        ));
    }
    if operation.starts_with("get-") && SECRET.iter().any(|secret| operation.contains(secret)) {
        return Some("what this prints is secret, and must not be pasted".to_owned());
    }
    if rest.iter().any(|word| JOINTS.contains(&&**word) || word.ends_with(';')) {
        return Some("a command to paste from is one command".to_owned());
    }
    let is_json = rest.windows(2).any(|pair| pair == ["--output", "json"]);
    (!is_json).then(|| "a command to paste from says `--output json`".to_owned())
}
