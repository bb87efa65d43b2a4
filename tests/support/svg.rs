//! A screen as an SVG picture: one text per run of a style, lines and blocks drawn as shapes so that they meet in any
//! font, light and dark.

#![allow(clippy::cast_precision_loss, reason = "columns and rows of a screen")]

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The size of a cell, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const FONT: f64 = 14.0;
const MARGIN: f64 = 14.0;
const BAR: f64 = 34.0;

/// The colours a terminal gives to the names.
pub struct Palette {
    ground: &'static str,
    text: &'static str,
    frame: &'static str,
    red: &'static str,
    green: &'static str,
    magenta: &'static str,
    cyan: &'static str,
}

/// A dark terminal.
pub const DARK: Palette = Palette {
    ground: "#16181d",
    text: "#d7dae0",
    frame: "#2a2e37",
    red: "#ff7b85",
    green: "#8fd18a",
    magenta: "#d7a1f0",
    cyan: "#6ec6d9",
};

/// A light terminal.
pub const LIGHT: Palette = Palette {
    ground: "#fdfdfb",
    text: "#24292f",
    frame: "#e2e2dd",
    red: "#c0192f",
    green: "#1a7431",
    magenta: "#8a2fa5",
    cyan: "#0b6c86",
};

impl Palette {
    fn colour(&self, colour: Color, reset: &'static str) -> &'static str {
        match colour {
            Color::Reset => reset,
            Color::Red => self.red,
            Color::Green => self.green,
            Color::Magenta => self.magenta,
            Color::Cyan => self.cyan,
            other => panic!("the theme does not use {other}"),
        }
    }

    /// Foreground and background of a cell.
    fn of(&self, cell: &Cell) -> (&'static str, &'static str) {
        let (text, ground) = (self.colour(cell.fg, self.text), self.colour(cell.bg, self.ground));
        if cell.modifier.contains(Modifier::REVERSED) {
            (ground, text)
        } else {
            (text, ground)
        }
    }
}

/// Draws a buffer.
pub fn svg(buffer: &Buffer, title: &str, palette: &Palette) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + MARGIN * 2.0, rows * CELL.1 + MARGIN + BAR);
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="{FONT}">
<title>{}</title>
<rect x="0.5" y="0.5" width="{:.0}" height="{:.0}" rx="9" fill="{}" stroke="{}"/>"#,
        escape(title),
        width - 1.0,
        height - 1.0,
        palette.ground,
        palette.frame,
    );
    for at in 0..3 {
        let x = 20 + at * 18;
        let _ = writeln!(out, r#"<circle cx="{x}" cy="17" r="5.5" fill="{}"/>"#, palette.frame);
    }
    let _ = writeln!(
        out,
        r#"<text x="{:.0}" y="22" text-anchor="middle" fill="{}" fill-opacity="0.6">{}</text>"#,
        width / 2.0,
        palette.text,
        escape(title)
    );
    for y in 0..buffer.area.height {
        row(&mut out, buffer, y, palette);
    }
    out.push_str("</svg>\n");
    out
}

fn row(out: &mut String, buffer: &Buffer, y: u16, palette: &Palette) {
    let cells: Vec<&Cell> = (0..buffer.area.width).map(|x| &buffer[(x, y)]).collect();
    let top = BAR + f64::from(y) * CELL.1;
    let mut from = 0;
    while from < cells.len() {
        let style = cells[from].style();
        let alike = cells[from..].iter().take_while(|cell| cell.style() == style).count();
        run(
            out,
            &cells[from..from + alike],
            MARGIN + from as f64 * CELL.0,
            top,
            palette,
        );
        from += alike;
    }
}

/// Draws cells of one style: the ground, the shapes, then the text between them.
fn run(out: &mut String, cells: &[&Cell], left: f64, top: f64, palette: &Palette) {
    let (text, ground) = palette.of(cells[0]);
    let dim = if cells[0].modifier.contains(Modifier::DIM) {
        r#" opacity="0.55""#
    } else {
        ""
    };
    if ground != palette.ground {
        let width = cells.len() as f64 * CELL.0;
        let _ = writeln!(
            out,
            r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{:.1}" fill="{ground}"/>"#,
            CELL.1
        );
    }
    let mut shapes = String::new();
    let (mut line, mut start) = (String::new(), 0);
    let flush = |out: &mut String, line: &mut String, start: usize| {
        let blank = line.len() - line.trim_start_matches(' ').len();
        let shown = line.trim();
        if !shown.is_empty() {
            let x = left + (start + blank) as f64 * CELL.0;
            let length = unicode_width::UnicodeWidthStr::width(shown) as f64 * CELL.0;
            let bold = if cells[0].modifier.contains(Modifier::BOLD) {
                r#" font-weight="bold""#
            } else {
                ""
            };
            let under = if cells[0].modifier.contains(Modifier::UNDERLINED) {
                r#" text-decoration="underline""#
            } else {
                ""
            };
            let _ = writeln!(
                out,
                r#"<text x="{x:.1}" y="{:.1}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs" fill="{text}"{bold}{under}{dim} xml:space="preserve">{}</text>"#,
                top + 13.5,
                escape(shown)
            );
        }
        line.clear();
    };
    for (at, cell) in cells.iter().enumerate() {
        let symbol = cell.symbol();
        match shape(symbol, left + at as f64 * CELL.0, top) {
            Some(path) => {
                flush(out, &mut line, start);
                shapes.push_str(&path);
                start = at + 1;
            }
            None => line.push_str(symbol),
        }
    }
    flush(out, &mut line, start);
    if !shapes.is_empty() {
        let _ = writeln!(out, r#"<path d="{}" fill="{text}"{dim}/>"#, shapes.trim_start());
    }
}

/// Lines and blocks as rectangles of a path.
fn shape(symbol: &str, left: f64, top: f64) -> Option<String> {
    let (w, h) = CELL;
    let (middle, centre) = (left + w / 2.0, top + h / 2.0);
    let rect = |x: f64, y: f64, w: f64, h: f64| format!(" M{x:.1} {y:.1}h{w:.1}v{h:.1}h-{w:.1}z");
    let eighths = "▁▂▃▄▅▆▇█".chars().position(|c| symbol.starts_with(c));
    if let Some(eighths) = eighths {
        let high = h * (eighths + 1) as f64 / 8.0;
        return Some(rect(left, top + h - high, w, high));
    }
    // Which arms it has: left, right, up, down; and how thick they are.
    let (arms, thick) = match symbol {
        "─" => ([true, true, false, false], 1.0),
        "━" => ([true, true, false, false], 2.4),
        "│" => ([false, false, true, true], 1.0),
        "┃" => ([false, false, true, true], 2.4),
        "┌" => ([false, true, false, true], 1.0),
        "┐" => ([true, false, false, true], 1.0),
        "└" => ([false, true, true, false], 1.0),
        "┘" => ([true, false, true, false], 1.0),
        "├" => ([false, true, true, true], 1.0),
        _ => return None,
    };
    let half = thick / 2.0;
    let parts = [
        rect(left, centre - half, w / 2.0 + half, thick),
        rect(middle - half, centre - half, w / 2.0 + half, thick),
        rect(middle - half, top, thick, h / 2.0 + half),
        rect(middle - half, centre - half, thick, h / 2.0 + half),
    ];
    Some(
        parts
            .into_iter()
            .zip(arms)
            .filter(|(_, has)| *has)
            .map(|(part, _)| part)
            .collect(),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
