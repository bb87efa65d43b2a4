//! The statements of one round.

use super::needle::Needles;
use super::table::Table;
use super::text::{Literal, list};
use crate::collect::archive::CandidateCalls;
use crate::investigation::lead::Lead;

/// Elements of an array, at most: more than 254 are refused.
const ARRAY: usize = 200;

/// The statements that find everything that answers `leads`, each within these bounds (a condition): as few as their
/// length permits.
pub(super) fn statements(table: &Table, calls: &CandidateCalls, bounds: &str, leads: &[Lead]) -> Vec<String> {
    let empty = statement(table, calls, bounds, &Needles::default());
    // Each array is written once more around its elements.
    let room = table.longest.saturating_sub(empty.len()) * 2 / 3;
    let mut all = Vec::new();
    let mut needles = Needles::default();
    for of_lead in leads.iter().map(Needles::of).filter(|needles| needles.len() > 0) {
        if needles.len() > 0 && needles.len() + of_lead.len() > room {
            all.push(statement(table, calls, bounds, &needles));
            needles = Needles::default();
        }
        needles.add(of_lead);
    }
    if needles.len() > 0 {
        all.push(statement(table, calls, bounds, &needles));
    }
    all
}

fn statement(table: &Table, calls: &CandidateCalls, bounds: &str, needles: &Needles) -> String {
    let columns = table.columns.iter().map(|c| format!("{} AS {}", c.selected(), c.name));
    let origin = table.origin.iter().map(|origin| format!("{origin} AS origin"));
    let inner = list(
        columns
            .chain(origin)
            .chain([format!("{} AS haystack", table.haystack())]),
    );
    let names = table.columns.iter().map(|column| column.name.to_string());
    let outer = list(names.chain(table.origin.iter().map(|_| "origin".to_owned())));
    let candidate = candidate(table, calls);
    let [anywhere, in_principals, in_candidates] = [
        any_of("haystack", &needles.anywhere),
        any_of("principals", &needles.in_principals),
        any_of("haystack", &needles.in_candidates),
    ];
    format!(
        "SELECT {outer}\nFROM (SELECT *, array_join(regexp_extract_all(haystack, '{PRINCIPAL}'), ' ') AS principals\n\
         FROM (SELECT {inner}\nFROM {from}\nWHERE {bounds}) AS bounded) AS searched\n\
         WHERE {anywhere}\nOR {in_principals}\nOR ({candidate})\nAND ({in_candidates})",
        from = table.from
    )
}

/// A string that begins as the principal of a session: an id or an account, a colon, a name.
const PRINCIPAL: &str = r#"[A-Z0-9]{12,128}:(?:\\.|[^"\\])*""#;

/// Whether a text of the row holds one of the needles.
fn any_of(text: &str, needles: &[Literal]) -> String {
    let any = |needles: &[Literal]| {
        let needles = list(needles);
        format!("cardinality(filter(ARRAY[{needles}], needle -> strpos({text}, needle) > 0)) > 0")
    };
    let arrays: Vec<String> = needles.chunks(ARRAY).map(any).collect();
    if arrays.is_empty() {
        "FALSE".to_owned()
    } else {
        arrays.join("\nOR ")
    }
}

/// Whether the row is a call that can be part of a chain.
fn candidate(table: &Table, calls: &CandidateCalls) -> String {
    let (Some(source), Some(name)) = (table.column("eventSource"), table.column("eventName")) else {
        return "TRUE".to_owned();
    };
    let (source, name) = (&source.name, &name.name);
    if !table.tells_calls {
        let of_source = list(calls.all_sources().iter().filter_map(|source| Literal::new(source)));
        let is_data = table.column("managementEvent").map(|column| &column.name);
        let unless_data = is_data.map(|name| format!(" AND coalesce({name}, 'true') = 'true'"));
        return format!("{source} IN ({of_source}){}", unless_data.unwrap_or_default());
    }
    let whole = list(calls.sources().iter().filter_map(|source| Literal::new(source)));
    let pairs = calls.calls().into_iter();
    let single = list(pairs.filter_map(|(source, name)| Literal::new(&format!("{source} {name}"))));
    // The API date at the end of a name is left out.
    format!(
        "{source} IN ({whole}) OR {source} || ' ' || regexp_replace({name}, '20[0-9]{{6}}(v[0-9]+)?$', '') IN ({single})"
    )
}
