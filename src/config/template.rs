//! A file with every setting in it, commented: what it means, and what holds without it.

use std::fmt::Write as _;

use super::read::KEYS;
use super::setting;
use crate::tui::Keymap;

/// The template. A setting begins with `#` and its name, so that taking the `#` away sets it; what explains it, with `# `.
pub fn template() -> String {
    let mut out =
        "# The settings of keytrail. Each stands here with what holds without it; take the # away to change it.\n\
                   # Flags of the command line go before the environment, and the environment before this file.\n"
            .to_owned();
    // Writing to a String cannot fail.
    for setting in setting::ALL {
        out.push('\n');
        for line in setting.about {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "# In the environment: {}", setting.variable());
        let _ = writeln!(out, "#{} = {}", setting.name, setting.default);
    }
    let _ = write!(
        out,
        "\n# Keys: \"x\", \"Space\", \"Ctrl-B\" or \"F5\", or several in a list. They stand in place of the letters; Enter, Esc, Tab,\n\
         # arrows, the numbers of the screens and what answers a question keep what they do. An action is called by the\n\
         # word beside its key on the screens. Where one action stands, no other may have its key.\n#[{KEYS}]\n"
    );
    for action in Keymap::actions() {
        let keys: Vec<String> = action.keys.iter().map(|key| format!("{key:?}")).collect();
        let keys = match &*keys {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let _ = write!(
            out,
            "\n# {} ({})\n#{} = {keys}\n",
            action.about,
            action.places.join(", "),
            action.name
        );
    }
    out
}
