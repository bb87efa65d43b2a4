//! Text that runs on over the lines of a pane, put together again: an id that is folded is still an id.

use std::ops::Range;

use ratatui::buffer::Buffer;

/// One text: where its characters stand on the frame.
pub(super) type Piece = Vec<(u16, u16)>;

/// What stands between the frames of panes on one line.
struct Stretch {
    columns: Range<u16>,
    /// From the first sign to the last.
    text: Range<u16>,
}

impl Stretch {
    /// Whether the text was broken off at the end of the line: a pane leaves one column free inside its frame.
    fn is_full(&self) -> bool {
        self.text.end + 1 >= self.columns.end
    }
}

/// Every text of a frame.
pub(super) fn pieces(buffer: &Buffer) -> Vec<Piece> {
    let area = buffer.area;
    let mut done = Vec::new();
    // Texts that may go on in the line below, with the columns they stand in.
    let mut open: Vec<(Range<u16>, Piece)> = Vec::new();
    for y in area.top()..area.bottom() {
        let mut still_open = Vec::new();
        for stretch in stretches(buffer, y) {
            let above = open.iter().position(|(columns, _)| *columns == stretch.columns);
            let mut piece = above.map(|at| open.swap_remove(at).1).unwrap_or_default();
            let is_full = stretch.is_full();
            piece.extend(stretch.text.map(|x| (x, y)));
            if is_full {
                still_open.push((stretch.columns, piece));
            } else {
                done.push(piece);
            }
        }
        done.extend(open.into_iter().map(|(_, piece)| piece));
        open = still_open;
    }
    done.extend(open.into_iter().map(|(_, piece)| piece));
    done
}

fn stretches(buffer: &Buffer, y: u16) -> Vec<Stretch> {
    let area = buffer.area;
    let is_frame = |x: &u16| buffer[(*x, y)].symbol() == "│";
    let edges = (area.left()..area.right()).filter(is_frame).chain([area.right()]);
    let mut from = area.left();
    let mut stretches = Vec::new();
    for edge in edges {
        let columns = from..edge;
        from = edge.saturating_add(1);
        let is_sign = |x: &u16| buffer[(*x, y)].symbol() != " ";
        let ends = columns.clone().find(is_sign).zip(columns.clone().rev().find(is_sign));
        if let Some((first, last)) = ends {
            let text = first..last + 1;
            stretches.push(Stretch { columns, text });
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_folded_is_one_text_and_what_stands_beside_it_another() {
        let buffer = Buffer::with_lines([
            "┌──────┐┌──────┐",
            "│ abcd ││ 1234 │",
            "│ ef   ││ 5678 │",
            "│ gh   ││ 90   │",
            "└──────┘└──────┘",
        ]);
        let mut texts: Vec<String> = pieces(&buffer)
            .into_iter()
            .map(|piece| piece.into_iter().map(|at| buffer[at].symbol()).collect())
            .collect();
        texts.retain(|text| !text.contains('─'));
        assert_eq!(texts, ["abcdef", "gh", "1234567890"]);
    }
}
