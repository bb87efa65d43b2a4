//! The commands: one file each, with its arguments and its run.

mod account;
mod batch;
mod case_file;
mod checklist;
mod completions;
mod config;
mod demo;
mod doctor;
mod drive;
mod export;
mod failure;
mod first_minute;
mod from;
mod history;
mod investigate;
mod notice;
mod open;
mod pass;
mod paste;
mod plain;
mod playbooks;
mod replay;
mod report;
mod session;
mod settings;
mod show;
mod tables;
mod trails;
mod undo;
mod verify;
mod welcome;

use std::io::Write;
use std::panic::{UnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{Exit, Failure};

use crate::export::text::safe;

/// What the sources of the catalogue ask to be said where it ships; `NOTICE.md` says it in full.
const ATTRIBUTION: &str = "\
Contains information from TrailDiscover (https://github.com/adanalvarez/TrailDiscover),
licensed under CC BY 4.0. Modified.
MITRE ATT&CK is a registered trademark of The MITRE Corporation. Technique identifiers are
used under the ATT&CK terms of use.";

/// Follow a leaked AWS access key through CloudTrail.
///
/// Give it the key id, or the notice that names it, and CloudTrail logs. It finds every user, key, role, password and
/// session the key led to, shows them as a tree, leads through AWS's four remediation steps, and exports the evidence.
/// It changes nothing in AWS unless it was started with --allow-changes.
///
/// Without a command it opens a screen to paste a key id or a notice into, or to open what is saved.
///
/// The screens heed the environment: NO_COLOR for no colours, KEYTRAIL_ASCII=1 for plain signs only, KEYTRAIL_PRIVATE=1
/// for account ids, ARNs and key ids masked from the start, and more (`keytrail config --print`).
#[derive(Debug, Parser)]
#[command(name = "keytrail", version, max_term_width = 100, after_long_help = ATTRIBUTION)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: settings::Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Investigate leaked access keys
    Investigate(Box<investigate::Args>),
    /// Walk through a built-in incident; no AWS account needed
    Demo(demo::Args),
    /// Look at a saved investigation and continue it
    Open(open::Args),
    /// Play a saved investigation back in time
    Replay(replay::Args),
    /// Print the chain: every credential and principal the keys led to
    Chain(show::Args),
    /// Print every call of the chain in order of time
    Timeline(show::Args),
    /// Print what was read, and what was not
    Coverage(show::Args),
    /// Print the sources (address and program) behind the calls of the chain
    Actors(show::Args),
    /// Print the findings: what matters in the calls of the chain, how much, why, and what to do
    Findings(show::Args),
    /// Print what the chain made or changed outside IAM, with the commands to look at it and to remove it
    Resources(show::Args),
    /// Print the steps and their state, or their commands
    Checklist(checklist::Args),
    /// Write the evidence folder: CSV, JSON lines and a manifest with hashes
    Export(export::Args),
    /// Write the reply to AWS Support, or the incident report as Markdown or HTML
    Report(report::Args),
    /// List what was changed in the account, and print or (with --allow-changes) make the calls that undo it
    Undo(undo::Args),
    /// Check by its digests that nothing in a trail's logs was changed, removed or added
    ///
    /// Every digest of CloudTrail is signed, and holds the hash of each log file and of the digest before. Works without AWS
    /// where the public keys were saved.
    ///
    /// Exit code 0: every file is valid, and no time between the first and the last digest is left out. 1: something was
    /// changed or is missing. 3: something cannot be checked or is not covered by a digest, or there is a gap.
    Verify(verify::Args),
    /// Check credentials, permissions, regions and the clock, and print the smallest policies
    Doctor(doctor::Args),
    /// List the account's trails: what they log, since when, where to, and which source is best to investigate from
    Trails(trails::Args),
    /// List, show and check playbooks
    Playbooks(playbooks::Args),
    /// Check your settings, or print a file with all of them
    Config(config::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page, or write those of all commands
    Man(completions::ManArgs),
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    // clap exits by itself: 0 for help and version, 2 for wrong usage.
    let cli = Cli::parse();
    exit_code(|| run(cli))
}

/// Runs a command to its exit code. A panic is a failure too; its hook has said what happened.
fn exit_code(run: impl FnOnce() -> Result<Exit, Failure> + UnwindSafe) -> ExitCode {
    match catch_unwind(run) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            complain(&failure);
            failure.exit.into()
        }
        Err(_) => Exit::Failed.into(),
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    // What only prints or writes needs none, and works whatever stands in the file.
    let settings = || settings::load(&cli.flags);
    match cli.command {
        None => welcome::run(&settings()?),
        Some(Command::Investigate(args)) => investigate::run(&args, &settings()?),
        Some(Command::Demo(args)) => demo::run(&args, &settings()?),
        Some(Command::Open(args)) => open::run(&args, &settings()?),
        Some(Command::Replay(args)) => replay::run(&args, &settings()?),
        Some(Command::Chain(args)) => show::run(show::View::Chain, &args),
        Some(Command::Timeline(args)) => show::run(show::View::Timeline, &args),
        Some(Command::Coverage(args)) => show::run(show::View::Coverage, &args),
        Some(Command::Actors(args)) => show::run(show::View::Actors, &args),
        Some(Command::Findings(args)) => show::run(show::View::Findings, &args),
        Some(Command::Resources(args)) => show::run(show::View::Resources, &args),
        Some(Command::Checklist(args)) => checklist::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::Undo(args)) => undo::run(&args, &settings()?),
        Some(Command::Verify(args)) => verify::run(&args, &settings()?),
        Some(Command::Doctor(args)) => doctor::run(&args, &settings()?),
        Some(Command::Trails(args)) => trails::run(&args, &settings()?),
        Some(Command::Playbooks(args)) => playbooks::run(args, &settings()?),
        Some(Command::Config(args)) => config::run(&args, &cli.flags),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => completions::man(&args),
    }
}

fn complain(failure: &Failure) {
    let message = failure.message.lines().chain(failure.hint.lines());
    let mut text = String::new();
    for (n, line) in message.enumerate() {
        text.push_str(if n == 0 { "keytrail: " } else { "          " });
        text.push_str(&safe(line));
        text.push('\n');
    }
    // When even standard error is gone there is nobody left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), Failure> {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Prints to standard output what is written piece by piece. A reader that went away (`| head`) is no failure.
fn print_with(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failed_run() {
        assert_eq!(exit_code(|| panic!("a mistake")), ExitCode::from(1));
        assert_eq!(exit_code(|| Ok(Exit::Interrupted)), ExitCode::from(130));
    }
}
