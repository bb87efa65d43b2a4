//! The whole walk: an incident is carried out, investigated, ended from the steps, and proved to be over.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use keytrail::investigation::What;
use keytrail::investigation::fact::Watched;
use keytrail::playbook::{self, Names, Standings, State};
use keytrail::store::CaseFile;
use serde_json::{Value, json};

use crate::staged::Staged;
use crate::support::incident::ACCOUNT;
use crate::support::program::{keytrail, skipped};
use crate::terminal::Terminal;
use crate::tools::programs;

/// Goes to an item of the steps.
fn goes_to(terminal: &mut Terminal, id: &str) {
    let playbook = playbook::built_in(playbook::DEFAULT).expect("it is built in");
    let at = playbook.items().position(|item| item.id == id).expect("an item");
    terminal.types(&format!("4g{}", "j".repeat(at)));
    terminal.shows(&format!("┌ {id} "));
}

/// Where an offer stands in the list that lies over the screen.
fn place(screen: &str, offer: &str) -> usize {
    let rows: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let text: Vec<char> = offer.chars().collect();
    let found = rows.iter().enumerate().find_map(|(row, line)| {
        let column = line.windows(text.len()).position(|window| window == text)?;
        // Beside it is the frame of the list.
        (line.get(column.checked_sub(2)?) == Some(&'│')).then_some((row, column - 2))
    });
    let (row, frame) = found.expect("an offer");
    let top = (0..row).rev().find(|above| rows[*above].get(frame) == Some(&'┌'));
    row - top.expect("a frame") - 1
}

/// Does what an item offers, by typing the name.
fn does(terminal: &mut Terminal, id: &str, offer: &str, name: &str) {
    goes_to(terminal, id);
    terminal.types("D");
    terminal.shows("Save evidence");
    terminal.shows(offer);
    terminal.settles();
    let down = "j".repeat(place(&terminal.contents(), offer));
    terminal.types(&format!("{down}\r"));
    terminal.shows(&format!("To do this, type {name}"));
    terminal.types(&format!("{name}\r"));
}

fn done(terminal: &mut Terminal) {
    terminal.shows("done, and the account shows it");
    terminal.types("\r");
    terminal.shows("? help");
}

#[test]
fn an_incident_is_ended_from_the_steps_and_every_check_proves_it() {
    if let Err(why) = programs() {
        return skipped("an_incident_is_ended_from_the_steps_and_every_check_proves_it", why);
    }
    let staged = Staged::new();
    let file = staged.file();
    let investigate = ["investigate", staged.id("seed"), "--allow-changes", "--save", &file];
    let mut terminal = Terminal::run(50, 150, staged.command(&investigate));
    terminal.shows("watching");

    // Whose is what: the sources of the calls, then what was made.
    terminal.types("3ge");
    terminal.shows("expected");
    terminal.types("Gm");
    terminal.shows("malicious");
    terminal.types("2");
    for made in ["mallory", "login profile", staged.id("child"), staged.id("planted")] {
        terminal.types(&format!("g/\u{15}{made}\r"));
        terminal.shows(&format!("search: {made}"));
        terminal.types("m");
        terminal.settles();
    }

    // The application gets its new key before the leaked one is switched off.
    does(&mut terminal, "S1-07", "Create a replacement key", "app");
    terminal.shows("y yes");
    terminal.types("y");
    done(&mut terminal);
    for key in ["seed", "child", "planted"] {
        let key = staged.id(key);
        does(&mut terminal, "S1-10", &format!("Deactivate key {key}"), key);
        done(&mut terminal);
    }
    // Sessions that began before now.
    does(&mut terminal, "S1-13", "End the sessions of role deploy", "deploy");
    done(&mut terminal);
    // What was there before goes back to what it was.
    does(
        &mut terminal,
        "S2-08",
        "Restore the trust policy of role deploy",
        "deploy",
    );
    done(&mut terminal);
    does(
        &mut terminal,
        "S2-26",
        "Delete the inline policy extra of user app",
        "app",
    );
    done(&mut terminal);
    // What the attacker made goes.
    let planted = staged.id("planted");
    does(&mut terminal, "S2-05", &format!("Delete key {planted}"), planted);
    done(&mut terminal);
    does(&mut terminal, "S2-27", "Delete user mallory", "mallory");
    done(&mut terminal);
    does(&mut terminal, "S2-28", "Delete role door", "door");
    done(&mut terminal);
    let leaked = staged.id("seed");
    does(&mut terminal, "S1-20", &format!("Delete key {leaked}"), leaked);
    done(&mut terminal);
    terminal.shows("[+] S1-20");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);

    staged.is_clean();
    let held = staged.held();
    let keys = held["keys"]["app"].as_object().expect("keys");
    let active: Vec<&str> = keys.values().filter_map(Value::as_str).collect();
    assert_eq!(active, ["Active"], "the application's new key alone: {held:#}");
    assert_eq!(
        held["trust"],
        json!([format!("arn:aws:iam::{ACCOUNT}:root")]),
        "{held:#}"
    );
    assert!(staged.aws.log().writes().is_empty(), "event history is only read");
    every_check_is_true(&file);
}

/// The items with a check that are not settled, at a moment.
fn unproved(file: &str, now: DateTime<Utc>) -> Vec<(String, String)> {
    let case = CaseFile::open(Path::new(file)).expect("opened");
    let investigation = case.investigation();
    let playbook = playbook::built_in(playbook::DEFAULT).expect("it is built in");
    let names = Names::of(investigation, now);
    let standings = Standings::of(&playbook, investigation, &names, now);
    let open = playbook.items().filter_map(|item| {
        let standing = standings.get(&item.id).filter(|_| item.check.is_some())?;
        let is_open = !matches!(
            standing.state,
            State::Proved | State::NothingFound | State::NotApplicable
        );
        is_open.then(|| (item.id.clone(), standing.why.clone()))
    });
    open.collect()
}

/// Only what was done with the key cannot be undone: that is the responder's to look into. And silence proves nothing before
/// half an hour is over.
fn every_check_is_true(file: &str) {
    let open = unproved(file, Utc::now());
    let ids: Vec<&str> = open.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["S1-17", "S2-09", "S3-20"], "{open:#?}");
    assert!(open[0].1.contains("look again after"), "{open:#?}");
    let later = Utc::now() + TimeDelta::minutes(40);
    let watched = Watched {
        until: later,
        missed: vec![],
    };
    let mut case = CaseFile::open(Path::new(file)).expect("opened");
    case.commit(later, What::Watched(watched)).expect("saved");
    drop(case);
    let open = unproved(file, later);
    assert_eq!(open.len(), 1, "{open:#?}");
    assert!(
        open[0].0 == "S2-09" && open[0].1.starts_with("the chain called"),
        "{open:#?}"
    );
}

/// Started read-only, keytrail prints what to do: the AWS command line does it.
#[test]
fn the_printed_commands_end_the_incident_in_the_order_given() {
    let programs = match programs() {
        Ok(programs) => programs,
        Err(why) => return skipped("the_printed_commands_end_the_incident_in_the_order_given", why),
    };
    let staged = Staged::new();
    let file = staged.file();
    let mut investigate = staged.program(keytrail());
    let investigate = investigate.args(["investigate", staged.id("seed"), "--batch", "--save", &file]);
    assert!(investigate.output().expect("runs").status.success());
    let items = ["S1-10", "S1-13", "S1-20", "S2-05", "S2-26", "S2-27", "S2-28"];
    let mut print = staged.program(keytrail());
    print.args(["checklist", &file, "--commands"]);
    let printed = print
        .args(items.iter().flat_map(|item| ["--item", item]))
        .output()
        .expect("runs");
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    // A blank is for what a list before shows: here nothing.
    let script: Vec<&str> = printed.lines().filter(|line| !line.contains("'<")).collect();
    let script = script.join("\n");
    let mut shell = staged.program(Command::new("sh"));
    let path = std::env::var("PATH").expect("a path");
    let ran = shell
        .args(["-c", &script])
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("AWS_PAGER", "")
        .output()
        .expect("runs");
    println!("{script}\n{}", String::from_utf8_lossy(&ran.stderr));
    staged.is_clean();
}
