//! The responder's settings: what may stand in `config.toml`, and what it means.
//!
//! Pure: text in, settings or mistakes out. Where the file lies, and what flags and the environment say instead, is the
//! business of `cli/settings.rs`.
//!
//! | file | one idea |
//! |---|---|
//! | `setting` | every setting: its name, what it means, how it is understood |
//! | `read` | text to settings, or mistakes with their line and column |
//! | `template` | a file with every setting in it, commented |

mod read;
mod setting;
mod template;

use std::path::PathBuf;

use crate::tui::{Clipboard, Keymap, ThemeName, Zone};

pub use read::parse;
pub use template::template;

/// What was set, and nothing of what was not.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// How the screens look.
    pub theme: Option<ThemeName>,
    /// The zone that times are shown in.
    pub time_zone: Option<Zone>,
    /// Where copies go.
    pub clipboard: Option<Clipboard>,
    /// Whether only ASCII signs are drawn.
    pub ascii: Option<bool>,
    /// Whether ids are masked on the screens from the start.
    pub private: Option<bool>,
    /// The AWS profile to ask with.
    pub profile: Option<String>,
    /// The regions to read.
    pub regions: Option<Regions>,
    /// The folder with the responder's own playbooks.
    pub playbooks: Option<PathBuf>,
    /// The keys.
    pub keys: Option<Keymap>,
}

/// Which regions to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// Every enabled one.
    All,
    /// These.
    Named(Vec<String>),
}

impl Config {
    /// What is set here, and where nothing is, what is set in the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            theme: self.theme.or(other.theme),
            time_zone: self.time_zone.or(other.time_zone),
            clipboard: self.clipboard.or(other.clipboard),
            ascii: self.ascii.or(other.ascii),
            private: self.private.or(other.private),
            profile: self.profile.or(other.profile),
            regions: self.regions.or(other.regions),
            playbooks: self.playbooks.or(other.playbooks),
            keys: self.keys.or(other.keys),
        }
    }

    /// What variables of the environment set: `KEYTRAIL_TIME_ZONE` for `time_zone`. The error names the variable.
    pub fn of_variables(value: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut config = Self::default();
        for setting in setting::ALL {
            let variable = setting.variable();
            let Some(text) = value(&variable).filter(|text| !text.is_empty()) else {
                continue;
            };
            let parts: Vec<&str> = text.split(',').collect();
            (setting.set)(&mut config, &parts).map_err(|why| format!("{variable}: {why}"))?;
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
