//! Programs from PyPI.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::python::environment;

/// The official command line, and moto's server with what it needs.
const PACKAGES: [&str; 4] = ["awscli==1.46.3", "moto==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/// The environment's folder with programs, or why there is none.
pub(crate) fn programs() -> Result<&'static Path, &'static str> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(|| environment("python", &PACKAGES)) {
        Ok(folder) => Ok(folder),
        Err(why) => Err(why),
    }
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
