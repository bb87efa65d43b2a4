//! What a call does, why an attacker makes it and what to check, for somebody who has never heard of it.

use std::sync::LazyLock;

use super::cells::cells;
use super::lineage::{Calls, by_call};

/// The explanation of a call: one row of `explain.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// What the call does.
    pub what: &'static str,
    /// Why an attacker makes it.
    pub why: &'static str,
    /// What to check.
    pub check: &'static str,
}

static EXPLANATIONS: LazyLock<Calls<Explanation>> =
    LazyLock::new(|| by_call(include_str!("explain.csv").lines().skip(1).filter_map(parse)));

fn parse(line: &'static str) -> Option<(&'static str, &'static str, Explanation)> {
    let [source, name, what, why, check] = *cells(line) else {
        return None;
    };
    Some((source, name, Explanation { what, why, check }))
}

/// Where AWS describes a call, or under an empty name every other call of a service; `{}` stands for the name then.
static DOCUMENTATION: LazyLock<Calls<&'static str>> =
    LazyLock::new(|| by_call(include_str!("documentation.csv").lines().skip(1).filter_map(page)));

fn page(line: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let [source, name, address] = *cells(line) else {
        return None;
    };
    Some((source, name, address))
}

/// The explanation of a call, by its source and its name without an API date.
pub fn explanation(source: &str, name: &str) -> Option<Explanation> {
    EXPLANATIONS.get(source)?.get(name).copied()
}

/// Where AWS describes a call of the catalogue. Other names may be what an attacker wrote: there is no link for them.
pub fn documentation(source: &str, name: &str) -> Option<String> {
    super::call(source, name)?;
    let links = DOCUMENTATION.get(source)?;
    let link = links.get(name).or_else(|| links.get(""))?;
    Some(link.replace("{}", name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cloudtrail::event::without_api_date;

    /// The calls that weigh much: source, name and why they matter, as `calls.csv` has them.
    fn heavy() -> Vec<(&'static str, &'static str, &'static str)> {
        let rows = include_str!("calls.csv").lines().skip(1).map(cells);
        let heavy = rows.filter(|row| matches!(row[3], "high" | "critical"));
        heavy.map(|row| (row[0], without_api_date(row[1]), row[6])).collect()
    }

    #[test]
    fn every_row_is_read_and_unique() {
        let rows = include_str!("explain.csv").lines().skip(1);
        let known: BTreeSet<_> = rows
            .clone()
            .filter_map(parse)
            .map(|(source, name, _)| (source, name))
            .collect();
        assert_eq!(known.len(), rows.count());
    }

    #[test]
    fn every_call_that_weighs_much_is_explained() {
        let missing: Vec<_> = heavy()
            .into_iter()
            .filter(|(source, name, _)| explanation(source, name).is_none())
            .map(|(source, name, _)| format!("{source} {name}"))
            .collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn an_explanation_is_short_and_says_more_than_the_catalogue() {
        const PRAISE: [&str; 8] = [
            "easily", "powerful", "seamless", "simply", "robust", "cutting", "leverag", "best-in",
        ];
        for (source, name, known) in heavy() {
            let said = explanation(source, name).unwrap_or_else(|| panic!("{source} {name}"));
            for text in [said.what, said.why, said.check] {
                let sentences = 1 + text.matches(". ").count() + text.matches("? ").count();
                assert!(text.ends_with(['.', '?']) && sentences <= 2, "{source} {name}: {text}");
                assert!((15..=200).contains(&text.len()), "{source} {name}: {text}");
                assert!(text.starts_with(|c: char| c.is_uppercase()), "{source} {name}: {text}");
                assert_ne!(
                    text.trim_end_matches('.'),
                    known.trim_end_matches('.'),
                    "{source} {name}"
                );
                let lower = text.to_lowercase();
                assert!(
                    !PRAISE.iter().any(|word| lower.contains(word)),
                    "{source} {name}: {text}"
                );
            }
            assert!(said.what != said.why && said.why != said.check, "{source} {name}");
        }
    }

    #[test]
    fn every_explained_call_has_a_link_and_no_other_name_gets_one() {
        for (source, name, _) in heavy() {
            let link = documentation(source, name).unwrap_or_else(|| panic!("{source} {name}"));
            assert!(
                link.starts_with("https://docs.aws.amazon.com/") && !link.contains(['{', ' ']),
                "{link}"
            );
        }
        assert_eq!(documentation("iam.amazonaws.com", "../../evil"), None);
    }
}
