//! What those who look on should not read: account ids, ARNs, key ids.
//!
//! Masked where the finished frame is, so that no view, message or title can forget it, and in as many columns as before, so
//! that nothing moves. An account and a key keep one number all along: two of them stay two.

use std::cell::RefCell;

use ratatui::buffer::Buffer;

use super::pieces::pieces;

/// The length of an account id. Its mask is as long.
const ID: usize = 12;
/// From this many digits on, what was cut off an account id says too much.
const SOME: usize = 5;
/// The prefix of an access key id, its shortest length, and where it ends in a number while it is masked.
const PREFIX: usize = 4;
const KEY: usize = 16;
const NUMBER: usize = 4;

/// The ids in the order in which they were first drawn.
#[derive(Debug, Default)]
pub(super) struct Known {
    accounts: RefCell<Vec<String>>,
    keys: RefCell<Vec<String>>,
}

/// The number of an id, from 1 on.
fn number(known: &RefCell<Vec<String>>, id: String) -> usize {
    let mut known = known.borrow_mut();
    let at = known.iter().position(|known| *known == id).unwrap_or_else(|| {
        known.push(id);
        known.len() - 1
    });
    at + 1
}

/// Masks a frame.
pub(super) fn mask(buffer: &mut Buffer, known: &Known) {
    for piece in pieces(buffer) {
        let mut text: Vec<char> = piece
            .iter()
            .map(|at| buffer[*at].symbol().chars().next().unwrap_or(' '))
            .collect();
        let before = text.clone();
        mask_text(&mut text, known);
        for (at, (new, old)) in piece.into_iter().zip(text.into_iter().zip(before)) {
            if new != old {
                buffer[at].set_char(new);
            }
        }
    }
}

fn mask_text(text: &mut [char], known: &Known) {
    mask_resources(text);
    mask_accounts(text, known);
    mask_keys(text, known);
}

/// What an ARN names, behind its type: `user/*******`. Those of AWS itself (`arn:aws:iam::aws:policy/...`) name nobody.
fn mask_resources(text: &mut [char]) {
    for start in 0..text.len() {
        if !text[start..].starts_with(&['a', 'r', 'n', ':']) || !is_edge(&text[..start]) {
            continue;
        }
        let ends = |c: &char| c.is_whitespace() || "\"'`,;()[]{}<>".contains(*c);
        let arn = &mut text[start..];
        let end = arn.iter().position(ends).unwrap_or(arn.len());
        let arn = &mut arn[..end];
        // What stands behind a cut may be anything.
        let cut = arn.iter().position(|c| *c == '…');
        let colons = arn.iter().enumerate().filter(|(_, c)| **c == ':').map(|(at, _)| at);
        let colons: Vec<usize> = colons.take(5).collect();
        let resource = match (colons.get(4), cut) {
            (Some(colon), cut) if cut.is_none_or(|cut| *colon < cut) => colon + 1,
            (_, Some(cut)) => cut,
            (_, None) => continue,
        };
        let account: String = match colons[..] {
            [.., before, after] if colons.len() == 5 => arn[before + 1..after].iter().collect(),
            _ => String::new(),
        };
        let named = &arn[resource..];
        if account == "aws" || named == ['r', 'o', 'o', 't'] {
            continue;
        }
        let of_type = named
            .iter()
            .position(|c| "/:".contains(*c))
            .filter(|_| !account.is_empty());
        for c in &mut arn[resource + of_type.unwrap_or(0)..] {
            if !"/:…".contains(*c) {
                *c = '*';
            }
        }
    }
}

/// Account ids become names, and what was cut off one disappears.
fn mask_accounts(text: &mut [char], known: &Known) {
    let mut start = 0;
    while start < text.len() {
        let len = text[start..].iter().take_while(|c| c.is_ascii_digit()).count();
        let (before, rest) = text.split_at_mut(start);
        let (run, after) = rest.split_at_mut(len);
        start += len.max(1);
        let is_apart = is_edge(before) && after.first().is_none_or(|c| !c.is_alphanumeric());
        let id: String = run.iter().collect();
        if len == ID && (is_apart || known.accounts.borrow().contains(&id)) {
            write(run, &format!("account-{:04}", number(&known.accounts, id)));
        } else if (SOME..ID).contains(&len) && is_cut(before, after) {
            run.fill('*');
        }
    }
}

/// Access key ids: the account can be computed from them.
fn mask_keys(text: &mut [char], known: &Known) {
    let is_of_id = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '…';
    let mut start = 0;
    while start < text.len() {
        let len = text[start..].iter().take_while(|c| is_of_id(c)).count();
        let is_edge = is_edge(&text[..start]);
        let word = &mut text[start..start + len];
        start += len.max(1);
        let is_key = word.starts_with(&['A', 'K', 'I', 'A']) || word.starts_with(&['A', 'S', 'I', 'A']);
        if !is_edge || !is_key {
            continue;
        }
        let is_cut = word.contains(&'…');
        if is_cut {
            word[PREFIX..].iter_mut().filter(|c| **c != '…').for_each(|c| *c = '*');
        } else if len >= KEY {
            let number = number(&known.keys, word.iter().collect());
            word[PREFIX..].fill('*');
            write(&mut word[len - NUMBER..], &format!("{number:04}"));
        }
    }
}

fn write(place: &mut [char], text: &str) {
    for (c, shown) in place.iter_mut().zip(text.chars()) {
        *c = shown;
    }
}

/// Whether an id may begin behind this.
fn is_edge(before: &[char]) -> bool {
    match before {
        // In links: `arn%3Aaws%3Aiam%3A%3A111122223333`.
        [.., '%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        [.., c] => !c.is_alphanumeric(),
        [] => true,
    }
}

/// Whether digits are what is left of a longer run.
fn is_cut(before: &[char], after: &[char]) -> bool {
    before.last() == Some(&'…') || after.first().is_none_or(|c| *c == '…')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::picture::text;

    fn masked(said: &str) -> String {
        let mut text: Vec<char> = said.chars().collect();
        mask_text(&mut text, &Known::default());
        text.into_iter().collect()
    }

    #[test]
    fn ids_are_masked_in_as_many_columns() {
        for (said, shown) in [
            ("account 111122223333.", "account account-0001."),
            (
                "111122223333 444455556666 111122223333",
                "account-0001 account-0002 account-0001",
            ),
            (
                "logs-111122223333-x/111122223333_Trail",
                "logs-account-0001-x/account-0001_Trail",
            ),
            ("arn%3A%3A111122223333%3Auser", "arn%3A%3Aaccount-0001%3Auser"),
            (
                "arn:aws:iam::111122223333:user/a-b, yes",
                "arn:aws:iam::account-0001:user/***, yes",
            ),
            (
                "arn:aws:sts::111122223333:assumed-role/r/s",
                "arn:aws:sts::account-0001:assumed-role/*/*",
            ),
            (
                "arn:aws:sqs:eu-west-1:111122223333:jobs",
                "arn:aws:sqs:eu-west-1:account-0001:****",
            ),
            ("\"arn:aws:s3:::bucket/key\"", "\"arn:aws:s3:::******/***\""),
            ("arn:aws:iam::111122223333:root", "arn:aws:iam::account-0001:root"),
            (
                "arn:aws:iam::aws:policy/AdministratorAccess",
                "arn:aws:iam::aws:policy/AdministratorAccess",
            ),
            ("arn:aws:iam::11112…r/mallory", "arn:aws:iam::*****…*/*******"),
            ("11112…23333", "*****…*****"),
            ("user 11112222", "user ********"),
            ("AKIAI7INVOICEEXAMPLE", "AKIA************0001"),
            ("key AKIAI7…AMPLE x", "key AKIA**…***** x"),
        ] {
            assert_eq!(masked(said), shown);
        }
    }

    #[test]
    fn what_is_no_id_stays() {
        for said in [
            "2026-05-21 16:59:58",
            "12,345 records of 170000000012345 and 443",
            "a3f4111122223333bc and c0ffee",
            "AKIA is a prefix, ASIAN a word",
        ] {
            assert_eq!(masked(said), said);
        }
    }

    #[test]
    fn an_id_that_is_folded_in_a_pane_is_masked_whole() {
        let mut buffer = Buffer::with_lines([
            "┌────────────────────┐┌───┐",
            "│ arn:aws:iam::11112 ││ 4 │",
            "│ 2223333:user/abc   ││ 5 │",
            "└────────────────────┘└───┘",
        ]);
        mask(&mut buffer, &Known::default());
        let shown = text(&buffer);
        assert!(
            shown.contains("│ arn:aws:iam::accou ││ 4 │\n│ nt-0001:user/***   ││ 5 │"),
            "{shown}"
        );
    }
}
