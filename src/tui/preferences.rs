//! What the responder prefers: how the screens look, what keys mean, where copies go.

use super::clock::Zone;
use super::keymap::Keymap;
use super::theme::ThemeName;

/// What does not depend on the investigation.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// How the screens look.
    pub theme: ThemeName,
    /// The zone that times are shown in at first.
    pub zone: Zone,
    /// Where copies go.
    pub clipboard: Clipboard,
    /// Whether only ASCII signs are drawn.
    pub is_ascii: bool,
    /// Whether ids are masked from the start.
    pub is_private: bool,
    /// What keys mean.
    pub keys: Keymap,
}

/// Where copies go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// To the terminal (OSC 52), which puts them on the clipboard.
    #[default]
    Terminal,
    /// To this machine's own program for that.
    Native,
    /// Nowhere.
    Off,
}
