//! What goes to the clipboard. The terminal puts it there (OSC 52), over SSH and tmux too, if it is set up to allow that.

use super::Effect;
use crate::playbook::{Treat, Treatment, script};
use crate::tui::action::Screen;
use crate::tui::app::App;
use crate::tui::popup::Popup;
use crate::tui::preferences::Clipboard;
use crate::tui::widgets::text::{counted, middle, safe};

/// What every terminal takes: longer sequences are dropped without a word. In bytes, before they are encoded.
const MOST: usize = 74_994;

impl App {
    /// Copies what is under the cursor: a record, an item's commands, a node's id, an event's id; on the overview the command that it
    /// shows.
    pub(super) fn copy(&mut self) -> Option<Effect> {
        let (what, text) = match self.screen {
            _ if !self.popups.is_empty() => match self.popups.last()? {
                Popup::Record(record) => ("the record".to_owned(), record.json.join("\n")),
                _ => self.change_commands()?,
            },
            Screen::Chain => {
                let node = self.investigation().chain().nodes.get(self.tree.node()?)?;
                let id = safe(&node.id).into_owned();
                (middle(&id, 32).into_owned(), id)
            }
            Screen::Timeline => {
                let id = safe(self.event()?.id()).into_owned();
                (format!("event {id}"), id)
            }
            Screen::Steps => self.commands()?,
            Screen::Overview => {
                let lines: Vec<String> = self.deactivations().into_iter().map(|(_, line)| line).collect();
                let what = counted(lines.len() as u64, "command", "commands");
                let safe: Vec<_> = lines.iter().map(|line| safe(line)).collect();
                (format!("{what} to deactivate"), safe.join("\n"))
            }
            Screen::Resources => self.treatment(Treat::Look)?,
            Screen::Coverage => return None,
        };
        self.give(&what, text)
    }

    /// Copies the commands that remove the selected resource, or put it back as it was.
    pub(super) fn copy_removal(&mut self) -> Option<Effect> {
        let (what, text) = self.treatment(Treat::Remove)?;
        self.give(&what, text)
    }

    /// Hands a text to the clipboard, if it is not too long for it.
    fn give(&mut self, what: &str, text: String) -> Option<Effect> {
        let clipboard = self.settings.preferences.clipboard;
        if clipboard == Clipboard::Off {
            self.complain("Copying is switched off: `clipboard` in the settings");
            return None;
        }
        if clipboard == Clipboard::Terminal && text.len() > MOST {
            self.complain(format!(
                "Too long to copy: {what}; `keytrail checklist FILE --commands` prints it"
            ));
            return None;
        }
        let noted = text.lines().any(|line| line.starts_with("# "));
        let mind = if noted { "; mind the notes" } else { "" };
        let how = match clipboard {
            Clipboard::Terminal => " if the terminal allows it (OSC 52)",
            Clipboard::Native | Clipboard::Off => "",
        };
        self.say(format!("Copied {what}{how}{mind}"));
        Some(Effect::Copy(text))
    }

    /// The commands for the selected resource, without a line end after the last.
    fn treatment(&self, treat: Treat) -> Option<(String, String)> {
        let lines = Treatment::default().commands(treat, self.inventory.resource()?);
        let aim = match treat {
            Treat::Look => "look at it",
            Treat::Remove => "be rid of it",
        };
        let what = format!("{} to {aim}", counted(lines.len() as u64, "command", "commands"));
        let safe: Vec<_> = lines.iter().map(|line| safe(line)).collect();
        (!lines.is_empty()).then(|| (what, safe.join("\n")))
    }

    /// The commands of the selected item. No line end after the last: pasted, it waits for the responder's own Enter.
    fn commands(&self) -> Option<(String, String)> {
        let item = self.steps.item(&self.settings.playbook)?;
        let lines = script(item, &self.names);
        let commands = lines.iter().filter(|line| !line.starts_with('#')).count() as u64;
        let what = format!("{} of {}", counted(commands, "command", "commands"), item.id);
        let safe: Vec<_> = lines.iter().map(|line| safe(line)).collect();
        Some((what, safe.join("\n")))
    }
}
