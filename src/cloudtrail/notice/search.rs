//! Key ids anywhere in a text, whole and masked.

use super::MOST_KEYS;
use crate::cloudtrail::AccessKeyId;

const LENGTH: usize = 20;
/// Masks are about as long as what they hide.
const LONGEST_MASKED: usize = 60;
/// So many X in a row stand for what was hidden: no key has them.
const HIDDEN_RUN: &str = "XXXXXXXX";

/// The key ids in a text, each once, in their order; one more than are taken at most, so that it can be said.
pub(super) fn keys(text: &str) -> Vec<&str> {
    some(starts(text).filter_map(|at| whole(&text[at..])))
}

/// The first key id in a text.
pub(super) fn first_key(text: &str) -> Option<&str> {
    starts(text).find_map(|at| whole(&text[at..]))
}

/// Ids of which a part is hidden: `AKIA****************`, `AKIA...MPLE`, `AKIAXXXXXXXXXXXXXXXX`.
pub(super) fn masked(text: &str) -> Vec<&str> {
    some(starts(text).filter_map(|at| hidden(&text[at..])))
}

/// The key id that a text begins with.
fn whole(text: &str) -> Option<&str> {
    let (id, rest) = text.split_at_checked(LENGTH)?;
    let is_key = !rest.starts_with(is_word) && !id.contains(HIDDEN_RUN) && AccessKeyId::parse(id).is_ok();
    is_key.then_some(id)
}

/// The id that a text begins with, if a part of it is hidden.
fn hidden(text: &str) -> Option<&str> {
    let text = &text[..text.floor_char_boundary(LONGEST_MASKED)];
    let end = text.find(|c: char| !is_word(c) && !is_mask(c) && c != '.');
    let word = text[..end.unwrap_or(text.len())].trim_end_matches('.');
    let is_hidden =
        word.contains(is_mask) || word.contains("..") || word.contains(HIDDEN_RUN) || word[4..].starts_with("xxxx");
    // A whole id with marks around it is only printed bold.
    (is_hidden && whole(text).is_none()).then_some(word)
}

fn some<'t>(found: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut each = Vec::new();
    for id in found {
        if each.len() <= MOST_KEYS && !each.contains(&id) {
            each.push(id);
        }
    }
    each
}

/// Where a word begins that has the beginning of a key id.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let mut all: Vec<usize> = ["AKIA", "ASIA"]
        .iter()
        .flat_map(|prefix| text.match_indices(prefix))
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with(is_word))
        .collect();
    all.sort_unstable();
    all.into_iter()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_mask(c: char) -> bool {
    matches!(c, '*' | '•' | '●' | '…' | '#')
}
