//! The real program in a real pseudo-terminal: it draws, it obeys, and whatever ends it, the terminal is given back.
//!
//! What people expect of a program in a terminal, and where each row of it is held (also outside of this folder):
//!
//! | row | expectation | tests |
//! |---|---|---|
//! | 1 | the terminal is restored on every way out | `endings`, `panics`, `suspend`, `storms`; `is_given_back` |
//! | 2 | what destroys asks first | `change`, `erase` |
//! | 3 | read-only, and that is always on screen | `change`, `tests/screens.rs` |
//! | 4 | readable on any background | `tui/theme.rs` |
//! | 5 | the screen lives while data arrives | `watch`, `screens` |
//! | 6 | hints, only those that work now | `tests/keys.rs`, `tests/screens.rs` |
//! | 7 | help from the real table, searchable | `tests/keys.rs` |
//! | 8 | arrows and hjkl | `tests/keys.rs` |
//! | 9 | Esc goes back and never quits, q quits | `screens`, `tests/keys.rs` |
//! | 10 | Ctrl-C always leaves | `endings`, `tests/keys.rs` |
//! | 11 | copies through the terminal, or this machine's own program | `screens`, `tests/keys.rs`, `tests/finding_things.rs` |
//! | 12 | the mouse is off until a key turns it on | `mouse`, `tests/keys.rs` |
//! | 13 | search, the palette, jumps | `tests/finding_things.rs` |
//! | 14 | too small a window says so; 80x24 is enough | `screens`, `storms`, `tests/screens.rs` |
//! | 15 | the zone is always on screen | `plain`, `tests/picture.rs` |
//! | 16 | Ctrl-Z and back | `suspend` |
//! | 17 | `NO_COLOR`, and the selection is still visible | `plain`, `tests/screens.rs` |
//! | 18 | colour never carries meaning alone | `tests/screens.rs`, `tui/theme.rs` |
//! | 19 | not a terminal: plain output | `plain` |
//! | 20 | what went wrong with credentials stands on the screen and clears | `watch`, `tests/history/resumed.rs` |
//! | 21 | XDG folders | `tests/program/settings.rs`, `start` |
//! | 22 | no process outlives its terminal | `endings`; `is_empty` |
//! | 23 | completions and a manual page | `tests/program/output.rs` |
//! | 24 | an ASCII switch | `plain` |
//! | 25 | wide characters take two columns | `tests/picture.rs` |

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod account;
#[path = "../support/aws/mod.rs"]
mod aws;
mod change;
mod endings;
mod erase;
mod lines;
mod mouse;
mod panics;
mod paste;
mod plain;
mod removal;
mod screens;
mod staged;
mod start;
mod storms;
#[path = "../support/mod.rs"]
mod support;
mod suspend;
mod terminal;
#[path = "../simulator/tools.rs"]
mod tools;
mod walk;
mod watch;
