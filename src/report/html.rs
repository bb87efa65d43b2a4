//! A document as one HTML page: nothing is loaded, nothing runs.

use std::fmt::{self, Write};

use super::document::{Block, Document, Look, Table};
use super::text::harmless;

const STYLE: &str = include_str!("report.css");
/// The hash of [`STYLE`]: the page allows this style, and nothing else of any kind.
const STYLE_HASH: &str = "sha256-5VZhgXy7gmNNbpobTXDPDvw6XpO37ajrkXmTlOzcdgc=";

/// The page.
pub(super) fn write(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_page(&mut out, document);
    out
}

fn write_page(out: &mut String, document: &Document) -> fmt::Result {
    let title = escape(&document.title);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>"
    )?;
    contents(out, document)?;
    writeln!(out, "<main>")?;
    let mut section = 0;
    for block in &document.blocks {
        match block {
            Block::Heading(text) => {
                section += 1;
                writeln!(out, "<h2 id=\"s{section}\">{}</h2>", escape(text))?;
            }
            Block::Subheading(text) => writeln!(out, "<h3>{}</h3>", escape(text))?,
            Block::Paragraph(text) => writeln!(out, "<p>{}</p>", escape(text))?,
            Block::List(items) => {
                writeln!(out, "<ul>")?;
                for item in items {
                    writeln!(out, "<li>{}</li>", escape(item))?;
                }
                writeln!(out, "</ul>")?;
            }
            Block::Facts(facts) => {
                writeln!(out, "<dl>")?;
                for (label, text) in facts {
                    writeln!(out, "<dt>{label}</dt><dd>{}</dd>", escape(text))?;
                }
                writeln!(out, "</dl>")?;
            }
            Block::Table(table) => rows(out, table)?,
            Block::Tree(lines) => {
                writeln!(out, "<div class=\"tree\">")?;
                for line in lines {
                    let (stem, text) = (escape(&line.stem), escape(&line.text));
                    writeln!(out, "<div><span>{stem}</span><span>{text}</span></div>")?;
                }
                writeln!(out, "</div>")?;
            }
        }
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

/// The headings, to jump to.
fn contents(out: &mut String, document: &Document) -> fmt::Result {
    writeln!(out, "<nav aria-label=\"Contents\">\n<ol>")?;
    let headings = document.blocks.iter().filter_map(|block| match block {
        Block::Heading(text) => Some(text),
        _ => None,
    });
    for (n, text) in (1..).zip(headings) {
        writeln!(out, "<li><a href=\"#s{n}\">{}</a></li>", escape(text))?;
    }
    writeln!(out, "</ol>\n</nav>")
}

fn rows(out: &mut String, table: &Table) -> fmt::Result {
    write!(out, "<table>\n<thead><tr>")?;
    for label in table.head {
        write!(out, "<th scope=\"col\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        write!(out, "<tr>")?;
        for cell in row {
            let text = escape(&cell.text);
            match class(cell.look) {
                None => write!(out, "<td>{text}</td>")?,
                Some(class) => write!(out, "<td class=\"{class}\">{text}</td>")?,
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn class(look: Look) -> Option<&'static str> {
    match look {
        Look::Words => None,
        Look::Id => Some("id"),
        Look::When => Some("when"),
        Look::Good => Some("good"),
        Look::Open => Some("open"),
        Look::Bad => Some("bad"),
    }
}

/// The one place where text becomes HTML: shown as it is, and nothing else.
fn escape(text: &str) -> String {
    let text = harmless(text);
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let group = |bytes: &[u8]| -> String {
            let n = (0..3).fold(0, |n, at| {
                n << 8 | usize::from(bytes.get(at).copied().unwrap_or_default())
            });
            let letter = |at: usize| {
                if at > bytes.len() {
                    return '=';
                }
                char::from(LETTERS[n >> (18 - 6 * at) & 63])
            };
            (0..4).map(letter).collect()
        };
        bytes.chunks(3).map(group).collect()
    }

    #[test]
    fn the_page_allows_its_own_style() {
        assert_eq!(STYLE_HASH, format!("sha256-{}", base64(&Sha256::digest(STYLE))));
    }

    #[test]
    fn markup_is_shown() {
        assert_eq!(
            escape("<a b='c' d=\"e\">&\0"),
            "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;\\u{0}"
        );
    }
}
