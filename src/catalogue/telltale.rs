//! Calls that tell something of who makes them: one row of `telltales.csv` each.
//!
//! None proves anything alone. What makes them suspicious (several in a row, denials, a source that was never seen
//! before) is decided where the actors are.

use std::sync::LazyLock;

use super::lineage::{Calls, by_call};

/// What a call tells of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Telltale {
    /// Whose key is this? The first call of nearly every key test, and of many programs.
    Opening,
    /// Who else is in this account, and what may I do?
    Enumeration,
    /// Can mail or text messages be sent from here?
    Mail,
    /// Which AI models are open, and are prompts logged?
    Models,
    /// Gives somebody a way in: a user, a key, a password, a policy.
    Foothold,
    /// Switches logging or detection off.
    Blinding,
    /// Takes a policy off a user: AWS's quarantine policy, if it is that one.
    Quarantine,
}

impl Telltale {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "opening" => Self::Opening,
            "enumeration" => Self::Enumeration,
            "mail" => Self::Mail,
            "models" => Self::Models,
            "foothold" => Self::Foothold,
            "blinding" => Self::Blinding,
            "quarantine" => Self::Quarantine,
            _ => return None,
        })
    }
}

static TELLTALES: LazyLock<Calls<Telltale>> =
    LazyLock::new(|| by_call(include_str!("telltales.csv").lines().skip(1).filter_map(parse)));

fn parse(line: &'static str) -> Option<(&'static str, &'static str, Telltale)> {
    let mut cells = line.split(',');
    Some((cells.next()?, cells.next()?, Telltale::from_word(cells.next()?)?))
}

/// What a call tells of its caller, by its source and its name without an API date.
pub fn telltale(source: &str, name: &str) -> Option<Telltale> {
    TELLTALES.get(source)?.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_is_a_call_of_the_catalogue() {
        let rows = include_str!("telltales.csv").lines().skip(1);
        let read: usize = TELLTALES.values().map(std::collections::HashMap::len).sum();
        assert_eq!(rows.clone().count(), read);
        for (source, name, _) in rows.filter_map(parse) {
            assert!(super::super::call(source, name).is_some(), "{source} {name}");
        }
    }
}
