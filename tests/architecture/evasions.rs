//! The rules hold however a path is written.

use crate::paths::{named, names};

/// Whether a file of `crate::store::inner` names this.
fn finds(source: &str, wanted: &str) -> bool {
    named(source, "crate::store::inner")
        .iter()
        .any(|path| names(path, wanted))
}

#[test]
fn a_path_is_seen_however_it_is_written() {
    for source in [
        "use crate::tui::App;",
        "pub(crate) use crate::tui::{App, Action as Deed};",
        "use crate::{cloudtrail::Event, tui::App};",
        "use crate::{\n    cloudtrail::{self, Event},\n    tui::{self, views::{draw, *}},\n};",
        "use crate::{tui as below};",
        "use crate as house; fn f() { house::tui::draw(); }",
        "use crate::{self as house}; use house::tui as t; fn f() { t::draw(); }",
        "use crate::*;",
        "fn f() { crate::tui::draw(); }",
        "fn f() { let draw = crate :: tui\n:: draw; }",
        "fn f(app: &crate::tui::App) {}",
        "impl From<crate::tui::App> for X {}",
        "fn f() { println!(\"{}\", crate::tui::NAME); }",
        "macro_rules! m { () => { $crate::tui::draw() } }",
        "use super::super::tui::App;",
        "use super::super::{cloudtrail, tui};",
        "use super::super as house; fn f() { house::tui::draw(); }",
        "mod deeper { fn f() { super::super::super::tui::draw(); } }",
        "fn f() { use crate::tui::draw; draw(); }",
        "#[cfg(unix)] use crate::tui::App;",
        "use crate::r#tui::App;",
    ] {
        assert!(finds(source, "crate::tui"), "{source}");
    }
}

#[test]
fn what_is_no_path_of_the_code_is_not_seen() {
    for source in [
        "// use crate::tui::App;\n/* crate::tui */ /// [`crate::tui`]\nfn f() {}",
        "const TEXT: &str = \"crate::tui\"; const RAW: &str = r#\"\"crate::tui\"#;",
        "use crate::tuition::App;",
        "use crate::cloudtrail::tui;",
        "use other::{tui, cloudtrail};",
        "use super::tui;",
        "mod tui { fn f() {} } fn f() { self::tui::f(); }",
        "fn f(tui: u8) { tui.draw(); }",
        "#[cfg(test)] mod tests { use crate::tui::App; }",
        "#[cfg(test)] use crate::tui::App;",
        "fn f() -> impl Iterator<Item = u8> + use<'_> { crate::cloudtrail::f() }",
    ] {
        assert!(!finds(source, "crate::tui"), "{source}");
    }
    assert!(finds("#[cfg(test)] mod tests; use crate::tui::App;", "crate::tui"));
}

#[test]
fn a_library_and_the_clock_are_seen_under_other_names() {
    for (source, wanted) in [
        ("use std::{fmt, fs::{self, File}};", "std::fs"),
        ("use std::*; fn f() { fs::read(p); }", "std::fs"),
        ("use std as s; fn f() { s::fs::read(p); }", "std::fs"),
        ("use ::std::fs as files;", "std::fs"),
        ("fn f() { ::std::fs::read(p); }", "std::fs"),
        ("use chrono::Utc as Clock; fn f() { Clock::now(); }", "Utc::now"),
        ("use chrono::*; fn f() { Utc::now(); }", "Utc::now"),
        ("fn f() { map.or_else(chrono::Utc::now) }", "Utc::now"),
        ("extern crate ratatui as screens;", "ratatui"),
        ("use ratatui;", "ratatui"),
        ("use {std::fmt, ratatui::Frame};", "ratatui"),
    ] {
        assert!(finds(source, wanted), "{source}");
    }
    assert!(!finds("use chrono::Utc; fn f(at: DateTime<Utc>) {}", "Utc::now"));
}
