//! What is remembered while the output of a command is pasted.

use super::widgets::scroll::Scroll;
use crate::playbook::{Ask, LONGEST_PASTE};

/// The outputs that an item asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) item: String,
    /// What each is about, and its command.
    pub(super) list: Vec<(String, String)>,
    pub(super) scroll: Scroll,
}

impl Asked {
    pub(super) fn new(item: &str, asks: &[Ask<'_>]) -> Self {
        Self {
            item: item.to_owned(),
            list: asks.iter().map(|ask| (ask.about(), ask.command.clone())).collect(),
            scroll: Scroll::default(),
        }
    }

    /// The selected one, to be pasted.
    pub(super) fn selected(&self) -> Option<PasteBox> {
        let (about, command) = self.list.get(self.scroll.at())?.clone();
        Some(PasteBox::new(&self.item, about, command))
    }
}

/// An output being pasted. It is never shown: it may hold a secret.
#[derive(Debug)]
pub(super) struct PasteBox {
    pub(super) item: String,
    pub(super) about: String,
    pub(super) command: String,
    text: String,
    brackets: Brackets,
    pub(super) lines: u64,
    /// Why it was not taken.
    pub(super) complaint: Option<String>,
}

impl PasteBox {
    pub(super) fn new(item: &str, about: String, command: String) -> Self {
        Self {
            item: item.to_owned(),
            about,
            command,
            text: String::new(),
            brackets: Brackets::default(),
            lines: 0,
            complaint: None,
        }
    }

    /// Takes more of it. Of what is too long enough is kept to know that.
    pub(super) fn add(&mut self, text: &str) {
        self.complaint = None;
        for c in text.chars() {
            // Terminals paste line breaks as the Enter key.
            let c = if c == '\r' { '\n' } else { c };
            if self.text.len() > LONGEST_PASTE {
                return;
            }
            self.lines += u64::from(self.text.is_empty() || self.text.ends_with('\n'));
            self.brackets.see(c);
            self.text.push(c);
        }
    }

    /// Takes the last character back, as far as it was typed.
    pub(super) fn take_back(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        text.pop();
        self.clear();
        self.add(&text);
    }

    pub(super) fn clear(&mut self) {
        let Self {
            item, about, command, ..
        } = self;
        *self = Self::new(item, std::mem::take(about), std::mem::take(command));
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether more has to come: where the terminal types what is pasted, each line ends with the Enter key.
    pub(super) fn is_open(&self) -> bool {
        self.brackets.depth > 0 && self.text.len() <= LONGEST_PASTE
    }
}

/// Counts the brackets that are open in JSON, character by character.
#[derive(Debug, Default)]
struct Brackets {
    depth: u64,
    in_text: bool,
    escaped: bool,
}

impl Brackets {
    fn see(&mut self, c: char) {
        match c {
            _ if self.escaped => self.escaped = false,
            '\\' if self.in_text => self.escaped = true,
            '"' => self.in_text = !self.in_text,
            '{' | '[' if !self.in_text => self.depth += 1,
            '}' | ']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasted(text: &str) -> PasteBox {
        let mut paste = PasteBox::new("A-1", String::new(), String::new());
        paste.add(text);
        paste
    }

    #[test]
    fn typed_line_by_line_it_is_open_until_its_last_bracket() {
        assert!(!pasted("").is_open());
        assert!(pasted("{\r  \"a\": \"}\\\"}\",\r").is_open());
        let whole = pasted("{\r  \"a\": \"}\\\"}\",\r  \"b\": [1]\r}");
        assert!(!whole.is_open());
        assert_eq!(whole.lines, 4);
        assert_eq!(whole.text(), "{\n  \"a\": \"}\\\"}\",\n  \"b\": [1]\n}");
        let mut less = whole;
        less.take_back();
        assert!(less.is_open());
    }

    #[test]
    fn what_is_too_long_is_not_kept_and_does_not_wait_for_its_end() {
        let long = pasted(&"[".repeat(3 * LONGEST_PASTE));
        assert_eq!(long.text().len(), LONGEST_PASTE + 1);
        assert!(!long.is_open());
    }
}
