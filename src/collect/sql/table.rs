//! What is known of a table: its columns, and how a query of it is bounded.

use super::text::Name;
use crate::cloudtrail::envelope;

/// A table of CloudTrail records.
#[derive(Debug, Clone)]
pub(in crate::collect) struct Table {
    /// How it is named after `FROM`.
    pub from: String,
    /// The columns that hold members of a record.
    pub columns: Vec<Column>,
    /// What else tells where a row comes from: the file, in Athena.
    pub origin: Option<Name>,
    /// Whether candidate calls are told by their names: statements may be long.
    pub tells_calls: bool,
    /// Bytes of a statement, at most.
    pub longest: usize,
}

/// A column that holds a member of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Column {
    /// Its name in the table.
    pub name: Name,
    /// The member, as CloudTrail writes it.
    pub member: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum Kind {
    /// A text as it is.
    Text,
    /// An object or a list as JSON text.
    Json,
    /// An object or a list as rows and arrays.
    Nested,
    /// An object whose values are texts, JSON where they are objects themselves.
    Map,
    /// A time, a truth value, a number.
    Other,
}

/// Whether a type, in Hive's words, is one of texts.
pub(in crate::collect) fn is_text(kind: &str) -> bool {
    ["string", "varchar", "char"].iter().any(|text| kind.starts_with(text))
}

impl Column {
    /// The column of this name and type (in Hive's words), if it holds a member of a record.
    pub(in crate::collect) fn new(name: &str, kind: &str) -> Option<Self> {
        let member = envelope::member(name)?;
        let kind = kind.trim().to_ascii_lowercase();
        let is_text = is_text(&kind);
        let kind = if is_text && envelope::is_nested(member) {
            Kind::Json
        } else if is_text {
            Kind::Text
        } else if kind.starts_with("map<") {
            Kind::Map
        } else if kind.starts_with("struct<") || kind.starts_with("array<") {
            Kind::Nested
        } else {
            Kind::Other
        };
        let name = Name::new(name)?;
        Some(Self { name, member, kind })
    }

    /// The value as a text.
    pub(super) fn selected(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Text | Kind::Json => name.to_string(),
            Kind::Nested | Kind::Map => format!("json_format(CAST({name} AS JSON))"),
            Kind::Other => format!("CAST({name} AS varchar)"),
        }
    }
}

impl Table {
    /// The text of a row in which needles are looked for: every string stands in quotes.
    pub(super) fn haystack(&self) -> String {
        let of = |kind: Kind| self.columns.iter().filter(move |column| column.kind == kind);
        let texts: Vec<String> = of(Kind::Text).map(|column| column.name.to_string()).collect();
        let mut pieces = vec![format!("json_format(CAST(ARRAY[{}] AS JSON))", texts.join(", "))];
        pieces.extend(of(Kind::Json).map(|column| format!("coalesce({}, '')", column.name)));
        pieces.extend(of(Kind::Nested).map(|column| format!("coalesce({}, '')", column.selected())));
        pieces.extend(of(Kind::Map).map(|column| {
            let values = format!("map_values({})", column.name);
            // As they are, for the JSON in them; and as JSON, for what can only be asked for in that form.
            format!(
                "'\"' || coalesce(array_join({values}, '\" \"'), '') || '\"' || \
                 coalesce(json_format(CAST({values} AS JSON)), '')"
            )
        }));
        pieces.join(" || ")
    }

    /// The column that holds a member.
    pub(in crate::collect) fn column(&self, member: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.member == member)
    }
}
