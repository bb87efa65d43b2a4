//! Programs from PyPI, in virtual environments that are made once and kept under `target/`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with programs of an environment of this name that holds these packages, or why there is none.
pub fn environment(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = target.join(name);
    // Another run of the tests may be making it.
    let lock = File::create(target.join(format!("{name}.lock"))).map_err(|e| e.to_string())?;
    lock.lock().map_err(|e| e.to_string())?;
    // Written last, so that a half-made environment is made again.
    let finished = home.join("packages.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&finished).is_ok_and(|made| made == wanted) {
        return Ok(home.join("bin"));
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let mut pip = Command::new(home.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
    ]);
    run(pip.args(packages))?;
    fs::write(&finished, wanted).map_err(|e| e.to_string())?;
    Ok(home.join("bin"))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{program}: {e}"))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.trim().lines().last().unwrap_or_default();
    output
        .status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{program}: {last}"))
}
