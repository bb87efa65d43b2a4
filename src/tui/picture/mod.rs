//! The last word on every frame, whatever drew it: what is masked for those who look on, and signs that any font has.
//!
//! | file | one idea |
//! |---|---|
//! | `privacy` | account ids, ARNs and key ids are masked |
//! | `pieces` | text that runs on over the lines of a pane, put together again |
//! | `ascii` | plain signs instead of lines and arrows |

mod ascii;
mod pieces;
mod privacy;

use ratatui::buffer::Buffer;

use super::preferences::Preferences;
use unicode_width::UnicodeWidthStr;

/// What is done to every frame.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// Whether ids are masked. On the screens only: what is copied, exported and saved is whole.
    pub is_private: bool,
    is_ascii: bool,
    known: privacy::Known,
}

impl Picture {
    /// As the responder prefers it, until a key says otherwise.
    pub(super) fn of(preferences: &Preferences) -> Self {
        Self {
            is_private: preferences.is_private,
            is_ascii: preferences.is_ascii,
            ..Self::default()
        }
    }

    /// Finishes what was drawn.
    pub(super) fn finish(&self, buffer: &mut Buffer) {
        drop_halves(buffer);
        if self.is_private {
            privacy::mask(buffer, &self.known);
        }
        if self.is_ascii {
            ascii::spell(buffer);
        }
    }
}

/// Takes away wide characters that something was drawn over by half: they would swallow what stands there.
fn drop_halves(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    for at in 0..buffer.content.len() {
        let is_last = (at + 1) % width == 0;
        if buffer.content[at].symbol().width() > 1 && (is_last || buffer.content[at + 1].symbol() != " ") {
            buffer.content[at].set_symbol(" ");
        }
    }
}

/// What stands in a frame, line by line, without looks.
pub(super) fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        let mut line = String::new();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide character takes the next cell, too.
            x += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_over_half_a_wide_character_stays() {
        let mut buffer = Buffer::with_lines(["日本語 日本", "日本語 日本"]);
        buffer[(3, 0)].set_symbol("│");
        Picture::default().finish(&mut buffer);
        assert_eq!(text(&buffer), "日 │語 日本\n日本語 日本\n");
    }
}
