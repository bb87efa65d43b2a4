//! A filter as it is typed: terms side by side, all of which must hold.
//!
//! `service:ec2` holds where the part contains the text, `service=ec2` where it is just that; `*` in it stands for any text,
//! then the whole must fit. A `-` before a term turns it round. Words without a part are looked for everywhere. Values with
//! blanks stand in double quotes, in which `\"` is a quote.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// What of an event a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Any of its texts.
    Anything,
    /// The service (`iam`, `sts`).
    Service,
    /// The name of the call.
    Name,
    /// The region.
    Region,
    /// The address.
    Ip,
    /// The actor, by its id: address and program.
    Actor,
    /// The node that made it or that it proves, by `node` id, id or name.
    Node,
    /// The error: code or message. `error:*` is any.
    Error,
    /// At or after a time.
    Since,
    /// At or before a time.
    Until,
    /// It changes something.
    Write,
    /// Not of the chain as well: other people's calls.
    Others,
}

impl Part {
    /// The parts that take a value, in the order in which they are offered.
    pub const WITH_VALUE: [Self; 9] = [
        Self::Service,
        Self::Name,
        Self::Region,
        Self::Ip,
        Self::Actor,
        Self::Node,
        Self::Error,
        Self::Since,
        Self::Until,
    ];
    /// The words that stand alone.
    pub const FLAGS: [Self; 2] = [Self::Write, Self::Others];

    /// The word in a filter; empty for [`Anything`](Self::Anything).
    pub fn word(self) -> &'static str {
        match self {
            Self::Anything => "",
            Self::Service => "service",
            Self::Name => "name",
            Self::Region => "region",
            Self::Ip => "ip",
            Self::Actor => "actor",
            Self::Node => "node",
            Self::Error => "error",
            Self::Since => "since",
            Self::Until => "until",
            Self::Write => "write",
            Self::Others => "others",
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Since | Self::Until)
    }
}

/// Another way to write `error:*`.
pub(super) const FAILED: &str = "failed";

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it is about.
    pub part: Part,
    /// What it asks for. It may repeat what an attacker wrote.
    pub value: String,
    /// Whether the part must be just that.
    pub is_exact: bool,
    /// Whether it must not hold.
    pub is_not: bool,
}

impl Term {
    /// A part that is just this.
    pub fn exact(part: Part, value: impl Into<String>) -> Self {
        Self {
            part,
            value: value.into(),
            is_exact: true,
            is_not: false,
        }
    }

    /// A word that stands alone, or a part that contains this.
    pub fn of(part: Part, value: impl Into<String>) -> Self {
        Self {
            is_exact: false,
            ..Self::exact(part, value)
        }
    }

    /// The time it asks for, in UTC. A day stands for its beginning, after `until` for its end.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        let text = self.value.trim_end_matches('Z').replace(' ', "T");
        let day = || {
            let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
            let end = self.part == Part::Until;
            if end {
                day.and_hms_milli_opt(23, 59, 59, 999)
            } else {
                day.and_hms_opt(0, 0, 0)
            }
        };
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let moment = || {
            forms
                .iter()
                .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        };
        moment().or_else(day).map(|time| time.and_utc())
    }

    /// What is wrong with it, in words; such a term lets everything through.
    pub fn problem(&self) -> Option<&'static str> {
        let is_wrong = self.part.is_time() && self.time().is_none();
        is_wrong.then_some("needs a time in UTC such as 2026-01-31T14:05")
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_not {
            f.write_str("-")?;
        }
        f.write_str(self.part.word())?;
        match self.part {
            Part::Write | Part::Others => return Ok(()),
            Part::Anything => {}
            _ => f.write_str(if self.is_exact { "=" } else { ":" })?,
        }
        let is_plain = !self.value.is_empty()
            && !self
                .value
                .contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\'));
        // A word that would be read as something else is quoted.
        let is_word = self.part != Part::Anything
            || parse(&self.value)
                == [Self {
                    is_not: false,
                    ..self.clone()
                }];
        if is_plain && is_word {
            f.write_str(&self.value)
        } else {
            write!(f, "\"{}\"", self.value.replace('\\', "\\\\").replace('"', "\\\""))
        }
    }
}

/// Reads what is typed. Whatever it is, it means something: what is no known part is looked for as text.
pub fn parse(text: &str) -> Vec<Term> {
    words(text).into_iter().filter_map(|word| term(&word)).collect()
}

/// Terms as they would be typed.
pub fn print(terms: &[Term]) -> String {
    let terms: Vec<String> = terms.iter().map(ToString::to_string).collect();
    terms.join(" ")
}

/// A word as typed, and where its first quote stood.
struct Word {
    text: String,
    quoted_from: Option<usize>,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut in_quotes = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() && !in_quotes {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert(Word {
            text: String::new(),
            quoted_from: None,
        });
        match c {
            '"' => {
                in_quotes = !in_quotes;
                word.quoted_from.get_or_insert(word.text.len());
            }
            '\\' if in_quotes && matches!(chars.peek(), Some('"' | '\\')) => word.text.extend(chars.next()),
            c => word.text.push(c),
        }
    }
    words.extend(word);
    words
}

fn term(word: &Word) -> Option<Term> {
    let is_open = |at: usize| word.quoted_from.is_none_or(|from| at < from);
    let is_not = word.text.len() > 1 && word.text.starts_with('-') && is_open(0);
    let text = &word.text[usize::from(is_not)..];
    let with = |part, value: &str, is_exact| Term {
        part,
        value: value.to_owned(),
        is_exact,
        is_not,
    };
    if is_open(usize::from(is_not))
        && let Some(part) = Part::FLAGS.into_iter().find(|part| part.word() == text)
    {
        return Some(with(part, "", false));
    }
    if text == FAILED && is_open(usize::from(is_not)) {
        return Some(with(Part::Error, "*", false));
    }
    if let Some(at) = text.find([':', '=']).filter(|at| is_open(at + usize::from(is_not)))
        && let Some(part) = Part::WITH_VALUE.into_iter().find(|part| part.word() == &text[..at])
    {
        return Some(with(part, &text[at + 1..], text[at..].starts_with('=')));
    }
    (!text.is_empty()).then(|| with(Part::Anything, text, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn terms_are_read_as_they_are_typed() {
        let not = |term| Term { is_not: true, ..term };
        for (text, terms) in [
            ("", vec![]),
            ("service:ec2", vec![Term::of(Part::Service, "ec2")]),
            (
                "service=ec2 write",
                vec![Term::exact(Part::Service, "ec2"), Term::of(Part::Write, "")],
            ),
            ("failed", vec![Term::of(Part::Error, "*")]),
            ("-error:*", vec![not(Term::of(Part::Error, "*"))]),
            (
                "-write -",
                vec![not(Term::of(Part::Write, "")), Term::of(Part::Anything, "-")],
            ),
            (
                "actor=\"203.0.113.66 aws cli\"",
                vec![Term::exact(Part::Actor, "203.0.113.66 aws cli")],
            ),
            ("\"write\"", vec![Term::of(Part::Anything, "write")]),
            ("\"name:x\"", vec![Term::of(Part::Anything, "name:x")]),
            ("name:\"a \\\"b\\\"\"", vec![Term::of(Part::Name, "a \"b\"")]),
            (
                "arn:aws:iam::1:user/x",
                vec![Term::of(Part::Anything, "arn:aws:iam::1:user/x")],
            ),
            ("name:", vec![Term::of(Part::Name, "")]),
            ("name:\"never closed", vec![Term::of(Part::Name, "never closed")]),
        ] {
            assert_eq!(parse(text), terms, "{text}");
        }
    }

    #[test]
    fn times_are_utc_and_a_day_is_whole() {
        let time = |text: &str| {
            let terms = parse(text);
            terms[0].time().map(|time| time.to_rfc3339())
        };
        assert_eq!(time("since:2026-01-31").as_deref(), Some("2026-01-31T00:00:00+00:00"));
        assert_eq!(
            time("until:2026-01-31").as_deref(),
            Some("2026-01-31T23:59:59.999+00:00")
        );
        assert_eq!(
            time("since:2026-01-31T14:05").as_deref(),
            Some("2026-01-31T14:05:00+00:00")
        );
        assert_eq!(
            time("since:\"2026-01-31 14:05:06Z\"").as_deref(),
            Some("2026-01-31T14:05:06+00:00")
        );
        assert_eq!(time("since:soon"), None);
        assert!(parse("since:soon")[0].problem().is_some() && parse("name:soon")[0].problem().is_none());
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_the_same(values in prop::collection::vec((0..11_usize, ".{0,12}", any::<bool>(), any::<bool>()), 0..4)) {
            let terms: Vec<Term> = values.into_iter().filter_map(|(at, value, is_exact, is_not)| {
                let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
                match Part::WITH_VALUE.get(at) {
                    Some(part) => Some(Term { part: *part, value, is_exact, is_not }),
                    None if value.is_empty() => None,
                    None => Some(Term { part: Part::Anything, value, is_exact: false, is_not }),
                }
            }).collect();
            prop_assert_eq!(parse(&print(&terms)), terms);
        }

        #[test]
        fn whatever_is_typed_is_read(text in ".{0,40}") {
            let terms = parse(&text);
            prop_assert_eq!(parse(&print(&terms)), terms);
        }
    }
}
