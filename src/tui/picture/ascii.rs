//! Signs that every font has. Lines and arrows become those of ASCII, anything else a question mark: a record is whole in
//! the evidence.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Leaves nothing but ASCII on a frame. No sign changes its width, so nothing moves.
pub(super) fn spell(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    for at in 0..buffer.content.len() {
        let symbol = buffer.content[at].symbol();
        if symbol.is_ascii() {
            continue;
        }
        let (plain, columns) = (plain(symbol), symbol.width().max(1));
        let end = (at + columns).min((at / width.max(1) + 1) * width);
        for cell in &mut buffer.content[at..end] {
            cell.set_symbol(plain);
        }
    }
}

fn plain(symbol: &str) -> &'static str {
    match symbol {
        "│" | "┃" => "|",
        "─" | "–" | "·" => "-",
        "━" | "‖" | "▄" => "=",
        "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" | "▅" => "+",
        "…" => "~",
        "↑" => "^",
        "↓" | "▾" => "v",
        "←" => "<",
        "→" | "▸" | "▶" => ">",
        "×" => "x",
        // Of the bars each kind keeps signs of its own: the attacker's, what is expected, and what nobody knows.
        "▁" => ".",
        "▃" => "!",
        "░" => ",",
        "▒" => ";",
        "▓" => "%",
        "⡀" | "⣀" | "⣄" | "⣤" => "o",
        "⣦" | "⣶" | "⣷" | "⣿" => "O",
        "▂" => ":",
        "▆" => "*",
        "▇" => "#",
        "█" => "@",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::picture::text;

    #[test]
    fn nothing_else_is_left_and_nothing_moves() {
        let mut buffer = Buffer::with_lines(["│日本é…│ 7", "└─▶ ─┘日本"]);
        spell(&mut buffer);
        assert_eq!(text(&buffer), "|?????~| 7\n+-> -+????\n");
    }
}
