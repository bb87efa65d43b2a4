//! The real program, with a home of its own.

use std::process::Command;

/// Says that a test was skipped, past the harness, which swallows what a passing test prints.
pub fn skipped(test: &str, why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}

/// The program, away from the user's files and settings.
pub fn keytrail() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keytrail"));
    command
        .env_remove("NO_COLOR")
        .env("HOME", std::env::temp_dir())
        .env_remove("XDG_DATA_HOME");
    command
}
