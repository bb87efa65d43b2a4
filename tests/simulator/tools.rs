//! Programs from PyPI, in a virtual environment that is made once and kept under `target/`.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// The official command line, and moto's server with what it needs.
const PACKAGES: [&str; 4] = ["awscli==1.46.3", "moto==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/// The environment's folder with programs, or why there is none.
pub(crate) fn programs() -> Result<&'static Path, &'static str> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(make) {
        Ok(folder) => Ok(folder),
        Err(why) => Err(why),
    }
}

fn make() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = target.join("python");
    // Another run of the tests may be making it.
    let lock = File::create(target.join("python.lock")).map_err(|e| e.to_string())?;
    lock.lock().map_err(|e| e.to_string())?;
    // Written last, so that a half-made environment is made again.
    let finished = home.join("packages.txt");
    let wanted = PACKAGES.join("\n");
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
    run(pip.args(PACKAGES))?;
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

/// moto's server, until the test ends.
pub(crate) struct Moto {
    server: Child,
    pub(crate) endpoint: String,
}

impl Moto {
    /// An account of this number, with nothing in it. Only where there are [`programs`].
    pub(crate) fn start(account: &str) -> Self {
        Self::start_behind(account, 0)
    }

    /// The same, whose clock is some hours behind: what is made there now was made then.
    pub(crate) fn start_behind(account: &str, hours: u32) -> Self {
        // Free a moment ago; moto cannot choose one itself and say which.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a port")
            .port();
        let serve = format!(
            "import datetime, moto.core.utils as clock; now = clock.utcnow; \
             clock.utcnow = lambda: now() - datetime.timedelta(hours={hours}); \
             from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
        );
        let server = Command::new(programs().expect("checked before").join("python"))
            .env("MOTO_ACCOUNT_ID", account)
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .args(["-c", &serve])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(100));
        }
        let endpoint = format!("http://127.0.0.1:{port}");
        Self { server, endpoint }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
