//! The real program, with a home of its own.

use std::process::Command;
use std::time::{Duration, Instant};

/// Longer than anything here takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

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
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME");
    command
}

/// Waits until something is so. Returns whether it came to that.
pub fn patiently(mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}
