//! The pictures in `screenshots/` are the program itself: drawn here from the built-in incident.
//!
//! They fail when they no longer match; `KEYTRAIL_BLESS=1 cargo test --test screenshots` draws them anew.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use std::fs;
use std::path::Path;

use support::screens;
use support::svg::{self, DARK, LIGHT};

mod support;

/// Name, keys that lead there, size.
const SCREENS: [(&str, &str, (u16, u16)); 9] = [
    ("overview", "1", (120, 36)),
    ("chain", "2<Down>", (130, 36)),
    ("timeline", "3w<Down><Down>", (120, 30)),
    ("steps", "4<Down><Down>", (120, 30)),
    ("resources", "6<Down><Down><Down><Down>", (120, 30)),
    ("coverage", "5", (120, 44)),
    ("findings", "F", (120, 36)),
    ("record", "2<Down>r", (120, 30)),
    ("replay", "2026-05-21 11:45<Enter>2", (120, 30)),
];

#[test]
fn the_pictures_are_the_program() {
    let bless = std::env::var_os("KEYTRAIL_BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let mut drifted = Vec::new();
    for (name, keys, (width, height)) in SCREENS {
        let mut app = screens::app(false);
        if name == "replay" {
            app = screens::replay();
            // Held in the middle of the attack.
            screens::press(&mut app, " g");
            screens::press(&mut app, &"<Back>".repeat(19));
        }
        screens::press(&mut app, keys);
        let buffer = screens::draw(&app, width, height);
        for (ground, palette) in [("dark", &DARK), ("light", &LIGHT)] {
            let picture = svg::svg(&buffer, "keytrail demo", palette);
            let path = folder.join(format!("{name}-{ground}.svg"));
            if bless {
                fs::create_dir_all(&folder).expect("the folder");
                fs::write(&path, picture).expect("the picture");
            } else if fs::read_to_string(&path).ok().as_deref() != Some(&picture) {
                drifted.push(path);
            }
        }
    }
    assert!(drifted.is_empty(), "draw them anew with KEYTRAIL_BLESS=1: {drifted:?}");
}
