//! A run without screens that is interrupted: the file is kept, and opening it goes on.

use std::process::{Child, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::desk::HalfRead;
use crate::support::program::{keytrail, patiently};

/// Interrupts a run that has read half of what there is.
fn interrupt(desk: &HalfRead, signal: Signal) -> ExitStatus {
    let mut run = keytrail()
        .args(desk.arguments())
        .arg("--batch")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let begun = patiently(|| desk.has_begun());
    kill_process(Pid::from_child(&run), signal).expect("still running");
    let status = end(&mut run);
    assert!(begun, "nothing was read");
    status
}

fn end(run: &mut Child) -> ExitStatus {
    let ended = patiently(|| run.try_wait().expect("a child").is_some());
    if !ended {
        run.kill().expect("killed");
    }
    assert!(ended, "still running");
    run.wait().expect("a child")
}

#[test]
fn an_interrupted_run_keeps_its_file_and_is_continued_to_the_same_chain() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let desk = HalfRead::new();
        assert_eq!(interrupt(&desk, signal).code(), Some(130), "{signal:?}");
        desk.goes_on_to_the_same_chain();
    }
}

#[test]
fn a_killed_run_keeps_its_file_and_is_continued_to_the_same_chain() {
    let desk = HalfRead::new();
    assert_eq!(interrupt(&desk, Signal::KILL).code(), None);
    desk.goes_on_to_the_same_chain();
}
