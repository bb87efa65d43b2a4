//! The settings of a run. The one place where they come together: flags before the environment, the environment before
//! the file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::config::{self, Config, Regions};
use crate::tui::{Preferences, ThemeName};

/// The flags that every command with screens takes.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct Flags {
    /// The file with your settings; without it config.toml in ~/.config/keytrail (`keytrail config --print`)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the screens look
    #[arg(long, global = true, value_parser = ["colour", "monochrome"])]
    theme: Option<String>,
    /// The zone that times are shown in on the screens
    #[arg(long, global = true, value_parser = ["utc", "local"])]
    time_zone: Option<String>,
}

/// What holds in this run.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings(Config);

/// Reads the environment and the file, where there is one.
pub(super) fn load(flags: &Flags) -> Result<Settings, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let given = Config::of_variables(|name| match name {
        "KEYTRAIL_THEME" => flags.theme.clone(),
        "KEYTRAIL_TIME_ZONE" => flags.time_zone.clone(),
        _ => None,
    });
    let environment = Config::of_variables(variable);
    let [given, mut environment] = [given, environment].map(|said| said.map_err(|why| Failure::usage(why, HINT)));
    if let Ok(environment) = &mut environment
        && variable("NO_COLOR").is_some()
    {
        environment.theme.get_or_insert(ThemeName::Monochrome);
    }
    let (given, environment) = (given?, environment?);
    let mut file = file(flags)?;
    // The SDK reads these by itself, and a profile that is named to it would go before them.
    if ["AWS_PROFILE", "AWS_ACCESS_KEY_ID"]
        .map(variable)
        .iter()
        .any(Option::is_some)
    {
        file.profile = None;
    }
    Ok(Settings(given.or(environment).or(file)))
}

const HINT: &str = "`keytrail config --print` shows every setting and what it means.";

fn file(flags: &Flags) -> Result<Config, Failure> {
    let Some(path) = place(flags) else {
        return Ok(Config::default());
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if flags.config.is_none() && error.kind() == ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => {
            let said = format!("the settings {} cannot be read: {error}", path.display());
            return Err(Failure::usage(said, ""));
        }
    };
    config::parse(&text).map_err(|mistakes| {
        let lines = mistakes.iter().map(|mistake| format!("{}:{mistake}", path.display()));
        Failure::usage(lines.collect::<Vec<_>>().join("\n"), HINT)
    })
}

/// Where the file with the settings is looked for.
pub(super) fn place(flags: &Flags) -> Option<PathBuf> {
    flags.config.clone().or_else(|| Some(folder()?.join("config.toml")))
}

/// The folder for settings, XDG on every platform.
fn folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir().join("keytrail"))
}

impl Settings {
    /// What the screens are told.
    pub(super) fn preferences(&self) -> Preferences {
        Preferences {
            theme: self.0.theme.unwrap_or_default(),
            zone: self.0.time_zone.unwrap_or_default(),
            clipboard: self.0.clipboard.unwrap_or_default(),
            is_ascii: self.0.ascii.unwrap_or_default(),
            is_private: self.0.private.unwrap_or_default(),
            keys: self.0.keys.clone().unwrap_or_default(),
        }
    }

    /// The AWS profile; the flag goes first.
    pub(super) fn profile(&self, flag: Option<&String>) -> Option<String> {
        flag.or(self.0.profile.as_ref()).cloned()
    }

    /// The regions to read, the flag's first; `None` is every enabled one.
    pub(super) fn regions(&self, flag: Option<&[String]>) -> Option<Vec<String>> {
        match (flag, &self.0.regions) {
            (Some([all]), _) if all == "all" => None,
            (Some(named), _) => Some(named.to_vec()),
            (None, Some(Regions::Named(named))) => Some(named.clone()),
            (None, Some(Regions::All) | None) => None,
        }
    }

    /// The folder with the responder's own playbooks.
    pub(super) fn playbooks(&self) -> Option<PathBuf> {
        let Some(folder) = &self.0.playbooks else {
            return Some(folder()?.join("playbooks"));
        };
        Some(match (folder.strip_prefix("~"), etcetera::home_dir()) {
            (Ok(rest), Ok(home)) => home.join(rest),
            _ => Path::new(folder).to_owned(),
        })
    }
}
