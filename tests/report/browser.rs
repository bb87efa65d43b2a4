//! The page in a browser, with everything an attacker may write in it: nothing runs and nothing is loaded.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keytrail::report::Format;

use crate::hostile::{PIECES, incident};
use crate::markup::texts_of_page;
use crate::support::incident::at;
use crate::support::program::{patiently, skipped};
use crate::written;

/// Names the browser goes by.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A listener that only counts who comes.
struct Lure {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
}

impl Lure {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        // Each connection is closed at once, so that nobody waits; the thread ends with the tests.
        std::thread::spawn(move || {
            listener.incoming().for_each(|_| {
                counted.fetch_add(1, Ordering::SeqCst);
            });
        });
        Self { address, calls }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// What loads something or runs, each in another way, and the tricks of the other tests.
fn corpus(address: &str) -> String {
    let ways = [
        "<script>document.title='ran'</script>",
        "</style><script>document.title='ran'</script>",
        "</title></head><body onload=\"document.title='ran'\">",
        "<img src=\"URLimg\" onerror=\"document.title='ran'\">",
        "<svg onload=\"document.title='ran'\"><image href=\"URLsvg\"/></svg>",
        "<link rel=stylesheet href=\"URLcss\">",
        "<style>body{background:url(URLstyle)}@import 'URLimport';</style>",
        "<p style=\"background:url(URLinline)\">",
        "<iframe src=\"URLframe\"></iframe>",
        "<object data=\"URLobject\"></object>",
        "<video autoplay src=\"URLvideo\" poster=\"URLposter\"></video>",
        "<meta http-equiv=refresh content=\"0;url=URLrefresh\">",
        "<base href=\"URLbase\">",
        "<a ping=\"URLping\" href=\"javascript:document.title='ran'\">a</a>",
        "\u{202e}\u{2066}\0\u{1b}[2J",
    ];
    [ways.concat().replace("URL", address), PIECES.concat()].concat()
}

/// The document as the browser has it once everything is loaded.
fn dom(browser: &str, page: &Path) -> String {
    let folder = page.parent().expect("a folder");
    let out = folder.join("dom.html");
    let mut run = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .stdout(fs::File::create(&out).expect("a file"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser starts");
    let ended = patiently(|| run.try_wait().expect("its state").is_some());
    if !ended {
        let _ = run.kill();
    }
    let _ = run.wait();
    assert!(ended, "the browser does not end");
    fs::read_to_string(&out).expect("the document")
}

#[test]
fn in_a_browser_nothing_runs_and_nothing_is_loaded() {
    let is_there = |name: &&&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|run| run.status.success())
    };
    let Some(browser) = BROWSERS.iter().find(is_there) else {
        return skipped(
            "in_a_browser_nothing_runs_and_nothing_is_loaded",
            "chromium is not installed",
        );
    };
    let folder = tempfile::tempdir().expect("a folder");
    let lure = Lure::new();
    let corpus = corpus(&lure.url());

    // The same text where it is markup: it runs and it loads, so the test can tell.
    let alive = folder.path().join("alive.html");
    // But for the one that leads away from the page.
    let stays = corpus.replace("http-equiv=refresh", "");
    fs::write(&alive, format!("<title>quiet</title>{stays}")).expect("written");
    let found = dom(browser, &alive);
    assert!(found.contains("<title>ran</title>") && lure.calls() > 0, "{found}");

    let before = lure.calls();
    // One way after the other, since a text is cut at some length, and then all of them.
    let page = folder.path().join("report.html");
    let mut ways: Vec<&str> = corpus.split_inclusive("</script>").collect();
    ways.push(&corpus);
    for way in ways {
        let html = written(&incident(way).investigation, at(1800), Format::Html);
        fs::write(&page, &html).expect("written");
        let found = dom(browser, &page);
        assert!(found.contains(&format!(
            "<title>Incident report: {}</title>",
            crate::support::incident::SEED
        )));
        assert_eq!(lure.calls(), before, "something was loaded");
        let texts = texts_of_page(&found);
        assert!(texts.iter().any(|text| text == "Integrity"), "the page is whole");
    }
}
