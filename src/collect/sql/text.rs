//! The only ways a text gets into a statement.

use std::fmt;

/// A text as a value of SQL: single quotes are doubled, so that nothing in it ends it. In this dialect nothing else has a
/// meaning inside quotes, a backslash neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Literal(String);

impl Literal {
    /// `None` for a text with control characters: no statement needs one, and a terminal or a log that shows the statement
    /// might obey it.
    pub(in crate::collect) fn new(text: &str) -> Option<Self> {
        (!text.chars().any(char::is_control)).then(|| Self(text.replace('\'', "''")))
    }

    /// Bytes that it takes in a statement.
    pub(super) fn len(&self) -> usize {
        self.0.len() + 2
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0)
    }
}

/// The name of a column or a table in a query: double quotes are doubled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Name(String);

impl Name {
    /// `None` for a text that cannot be a name.
    pub(in crate::collect) fn new(text: &str) -> Option<Self> {
        let may_be = !text.is_empty() && !text.chars().any(char::is_control);
        may_be.then(|| Self(text.replace('"', "\"\"")))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// Those of some texts that can be values.
pub(in crate::collect) fn literals(texts: &[String]) -> Vec<Literal> {
    texts.iter().filter_map(|text| Literal::new(text)).collect()
}

/// A list with commas between.
pub(super) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
