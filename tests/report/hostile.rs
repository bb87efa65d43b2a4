//! Whatever an attacker writes into a record stays text.

use std::sync::LazyLock;

use keytrail::export::text::{hides, safe};
use keytrail::investigation::What;
use keytrail::investigation::fact::{FileOutcome, FileReport, ItemMarked, ItemState, Problem};
use keytrail::playbook::Playbook;
use proptest::prelude::*;
use serde_json::json;

use crate::markup::{of_markdown, texts_of_page};
use crate::story::*;
use crate::support::incident::*;
use crate::support::screens::builtin;
use crate::{FORMATS, in_forms};

/// What breaks out of one kind of markup or another.
pub(crate) const PIECES: [&str; 48] = [
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "<svg/onload=document.title='ran'>",
    "</style><script>document.title='ran'</script>",
    "</title><h1>",
    "</td></tr></table>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<b>",
    "&lt;&#x3c;&amp;",
    "' onmouseover='",
    "\" style=\"x",
    "javascript:x",
    "[a](http://a.example/)",
    "![a](http://a.example/b.png)",
    "[a]: http://a.example/",
    "[[a]]",
    "[^1]",
    "<http://a.example/>",
    "http://a.example/",
    "www.a.example",
    "a@b.example",
    "`",
    "```",
    "~~~",
    "~~a~~",
    "**a**",
    "_a_",
    "$a$",
    "$$a$$",
    "||a||",
    "^a^",
    "==a==",
    "{#a .b}",
    ": a",
    "|",
    "\\",
    "\n\n# a\n",
    "\r\n---\r\n",
    "\n=====\n",
    "# ",
    "- [ ] ",
    "1. ",
    "> ",
    "    ",
    "\u{202e}\u{2066}\u{200b}",
    "\0\u{1b}[2J",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        1 => "[ -~]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// An incident in which everything that can be written is this text.
pub(crate) fn incident(text: &str) -> Story {
    let named = |call: Call| {
        call.with("userAgent", json!(text))
            .with("sourceIPAddress", json!(format!("203.0.113.66{text}")))
    };
    let calls = [
        create_user(&seed(), 1, text),
        create_key(&seed(), 2, text, CHILD),
        create_role(&seed(), 3, text),
        call(&seed(), 4, "iam", "AttachUserPolicy").request(json!({"userName": text, "policyArn": text})),
        create_user(&seed(), 5, text)
            .with("errorCode", json!(text))
            .with("errorMessage", json!(text)),
        call(&seed(), 6, "ec2", "RunInstances")
            .region(text)
            .with("resources", json!([{"ARN": text}]))
            .with("readOnly", json!(false)),
        call(&seed(), 7, "cloudtrail", "StopLogging").with("resources", json!([{"ARN": text}])),
    ];
    let calls: Vec<Call> = calls.into_iter().map(named).collect();
    let noted = What::ItemMarked(ItemMarked {
        item: "S1-05".to_owned(),
        state: ItemState::Done,
        note: text.to_owned(),
        by: text.to_owned(),
    });
    let file = FileReport {
        path: text.into(),
        sha256: String::new(),
        bytes: 0,
        outcome: FileOutcome::Failed,
        records: 0,
        problems: vec![Problem {
            place: "byte 1".to_owned(),
            reason: text.to_owned(),
        }],
        broken: 1,
        regions: Vec::new(),
    };
    Story::of(&calls)
        .then(700, noted)
        .then(700, What::FilesRead { files: vec![file] })
}

/// The built-in playbook, and how many headings a report by it has on an incident in which nobody is hostile.
static PLAIN: LazyLock<(Playbook, usize)> = LazyLock::new(|| {
    let playbook = builtin();
    let [_, markdown, _] = forms(&playbook, "plain");
    (playbook, of_markdown(&markdown).0.len())
});

fn forms(playbook: &Playbook, text: &str) -> [String; 3] {
    in_forms(playbook, &incident(text).investigation, "whole", at(1800), FORMATS)
}

/// Holds the three forms of one incident to what they may be.
fn holds(text: &str) {
    let (playbook, plain_headings) = &*PLAIN;
    let [reply, markdown, page] = forms(playbook, text);
    for form in [&reply, &markdown, &page] {
        assert!(!form.chars().any(|c| c != '\n' && hides(c)), "{form}");
    }
    // All of it is there to be read, as it is, in one piece.
    let shown = safe(text);
    let shown = shown.trim();
    let is_there = |texts: &[String]| texts.iter().any(|found| found.contains(shown));
    assert!(reply.lines().any(|line| line.contains(shown)), "no {shown} in\n{reply}");
    let (headings, texts) = of_markdown(&markdown);
    assert!(is_there(&texts), "no {shown} in\n{markdown}");
    assert_eq!(headings.len(), *plain_headings, "{headings:?}");
    assert!(is_there(&texts_of_page(&page)), "no {shown} in\n{page}");
}

#[test]
fn every_known_trick_stays_text() {
    for piece in PIECES.iter().filter(|piece| !piece.trim().is_empty()) {
        holds(piece);
        holds(&format!("a{piece}b"));
    }
}

#[test]
fn a_very_long_text_is_cut_and_that_is_said() {
    for form in forms(&PLAIN.0, &"x<".repeat(5000)) {
        assert!(form.contains("cut: ") && form.lines().all(|line| line.len() < 40_000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn nothing_hostile_becomes_markup(text in hostile()) {
        prop_assume!(text.trim().len() > 2);
        holds(&text);
    }
}
