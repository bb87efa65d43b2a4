//! The cells of a line of the data files.

/// The cells of a line. One that holds a comma is quoted; none holds a quote.
pub(super) fn cells(line: &'static str) -> Vec<&'static str> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let (cell, after) = match rest.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some((cell, after)) => (cell, after.strip_prefix(',')),
            None => match rest.split_once(',') {
                Some((cell, after)) => (cell, Some(after)),
                None => (rest, None),
            },
        };
        cells.push(cell);
        match after {
            Some(after) => rest = after,
            None => return cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_cell_may_hold_commas() {
        assert_eq!(cells("a,\"b, c\",d"), ["a", "b, c", "d"]);
        assert_eq!(cells("a,,\"b, c\""), ["a", "", "b, c"]);
        assert_eq!(cells("a,"), ["a", ""]);
    }
}
