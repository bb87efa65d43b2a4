//! Every setting: its name, what it means, how it is understood. The keys have a table of their own.

use super::{Config, Regions};
use crate::tui::{Clipboard, ThemeName, Zone};

/// A setting.
pub(super) struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What it means, in lines of their own.
    pub about: &'static [&'static str],
    /// What holds without it, as it stands in the file.
    pub default: &'static str,
    /// Takes it over: one text, or several where the setting is a list. The error says what is allowed.
    pub set: fn(&mut Config, &[&str]) -> Result<(), String>,
    /// Whether it is a list.
    pub is_list: bool,
}

impl Setting {
    /// The variable of the environment that goes before the file.
    pub(super) fn variable(&self) -> String {
        format!("KEYTRAIL_{}", self.name.to_uppercase())
    }
}

pub(super) const ALL: [Setting; 8] = [
    Setting {
        name: "theme",
        about: &[
            "How the screens look: \"colour\" takes the terminal's own 16 colours, \"monochrome\" none.",
            "NO_COLOR in the environment means \"monochrome\"; --theme goes before both.",
        ],
        default: "\"colour\"",
        set: |config, text| {
            config.theme = Some(one_of(
                text,
                &[("colour", ThemeName::Colour), ("monochrome", ThemeName::Monochrome)],
            )?);
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "time_zone",
        about: &["The zone that times are shown in on the screens: \"utc\", or \"local\" for this machine's."],
        default: "\"utc\"",
        set: |config, text| {
            config.time_zone = Some(one_of(text, &[("utc", Zone::Utc), ("local", Zone::Local)])?);
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "clipboard",
        about: &[
            "Where copies go: \"terminal\" asks the terminal to put them on the clipboard (OSC 52), over SSH too; \"native\"",
            "gives them to this machine's own program (pbcopy, wl-copy, xclip, xsel, clip.exe); \"off\" copies nothing.",
        ],
        default: "\"terminal\"",
        set: |config, text| {
            config.clipboard = Some(one_of(
                text,
                &[
                    ("terminal", Clipboard::Terminal),
                    ("native", Clipboard::Native),
                    ("off", Clipboard::Off),
                ],
            )?);
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "ascii",
        about: &["\"on\" draws plain ASCII signs only, for fonts that lack lines, arrows and blocks."],
        default: "\"off\"",
        set: |config, text| {
            config.ascii = Some(switch(text)?);
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "private",
        about: &["\"on\" masks account ids, ARNs and key ids on the screens from the start; Ctrl-P switches."],
        default: "\"off\"",
        set: |config, text| {
            config.private = Some(switch(text)?);
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "profile",
        about: &[
            "The AWS profile to ask with where --profile names none. AWS_PROFILE and AWS_ACCESS_KEY_ID in the environment",
            "go before it.",
        ],
        default: "\"default\"",
        set: |config, text| {
            config.profile = Some(one(text)?.to_owned());
            Ok(())
        },
        is_list: false,
    },
    Setting {
        name: "regions",
        about: &[
            "The regions of AWS to read where --regions names none: a list such as [\"us-east-1\", \"eu-west-1\"]. What happened",
            "in others is not seen then. \"all\" is every enabled one.",
        ],
        default: "[\"all\"]",
        set: |config, text| {
            config.regions = Some(regions(text)?);
            Ok(())
        },
        is_list: true,
    },
    Setting {
        name: "playbooks",
        about: &[
            "The folder with your own playbooks: NAME.toml in it is what --playbook NAME asks for. ~ is your home folder.",
            "Without it, the folder `playbooks` beside this file.",
        ],
        default: "\"~/.config/keytrail/playbooks\"",
        set: |config, text| {
            config.playbooks = Some(one(text)?.into());
            Ok(())
        },
        is_list: false,
    },
];

/// Which regions these words mean.
pub(super) fn regions(names: &[&str]) -> Result<Regions, String> {
    match names {
        [] => Err("name at least one region, or \"all\"".to_owned()),
        ["all"] => Ok(Regions::All),
        names if names.contains(&"all") => Err("\"all\" stands alone".to_owned()),
        names => Ok(Regions::Named(
            names.iter().map(|name| name.trim().to_owned()).collect(),
        )),
    }
}

/// On or off; in the environment 1 and 0 are usual.
fn switch(text: &[&str]) -> Result<bool, String> {
    match one(text) {
        Ok("on" | "1") => Ok(true),
        Ok("off" | "0") => Ok(false),
        _ => Err("write \"on\" or \"off\"".to_owned()),
    }
}

fn one<'a>(text: &[&'a str]) -> Result<&'a str, String> {
    match text {
        [one] if !one.is_empty() => Ok(one),
        _ => Err("write one text".to_owned()),
    }
}

fn one_of<T: Copy>(text: &[&str], allowed: &[(&str, T)]) -> Result<T, String> {
    let found = one(text)
        .ok()
        .and_then(|text| allowed.iter().find(|(name, _)| *name == text));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = allowed.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        format!("write {}", names.join(" or "))
    })
}
