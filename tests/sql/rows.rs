//! Record by record: what the statements of a round bring back is what the program's own reader finds for the same leads
//! in the same records.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::Utc;
use keytrail::catalogue;
use keytrail::cloudtrail::terms::Wanted;
use keytrail::cloudtrail::{EventKey, Interner, Record, envelope};
use keytrail::collect::archive::{Archive, CandidateCalls};
use keytrail::collect::hunt::{Feed, Hunt, Window};
use keytrail::collect::source::{Found, Out, Source, SourceError};
use keytrail::investigation::What;
use keytrail::investigation::fact::{Page, Queried};
use keytrail::investigation::lead::Lead;
use keytrail::store::CaseFile;
use serde_json::{Map, Value};

use crate::simulated::{LAKE, Simulated};
use crate::support::incident::started;

/// What of a record is not compared as a value: the time of the event, which a table may write in its own way (it is
/// compared as part of the event), what a shipper of logs added (`@version`), and members without a column.
const NOT_IN_ATHENA: [&str; 5] = [
    "/eventTime",
    "/@",
    "/managementEvent",
    "/userIdentity/identityProvider",
    "/ARNPrefix",
];
const NOT_IN_LAKE: [&str; 5] = [
    "/eventTime",
    "/@",
    "/tlsDetails",
    "/vpcEndpointId",
    "/vpcEndpointAccountId",
];

/// One round: what was asked for, and what the reader finds for it in all records, whatever it found before.
struct Round {
    leads: Vec<Lead>,
    found: Vec<Page>,
}

/// Files, read anew for each round.
struct Reader {
    records: PathBuf,
    rounds: Arc<Mutex<Vec<Round>>>,
    given: HashSet<(EventKey, Arc<str>)>,
}

/// The calls that the program takes for candidates.
fn calls() -> CandidateCalls {
    CandidateCalls::new(
        ["iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com"],
        catalogue::found_by_name().chain(catalogue::shown_by_anybody()),
    )
}

impl Source for Reader {
    fn ask(&mut self, leads: &[Lead], out: &mut Out<'_>) -> Result<(), SourceError> {
        let mut found = Vec::new();
        let mut archive = Archive::new(std::slice::from_ref(&self.records), calls())?;
        let mut take = |answer| {
            if let Found::Page(page) = answer {
                found.push(page);
            }
            ControlFlow::Continue(())
        };
        archive.ask(leads, &mut take)?;
        archive.settle(&mut take)?;
        let place = |page: &Page, record: &Record| (record.event.key.clone(), page.origin.clone());
        for page in &found {
            let mut fresh = page.clone();
            fresh
                .records
                .retain(|record| !self.given.contains(&place(page, record)));
            let _ = out(Found::Page(fresh));
        }
        for page in &found {
            self.given.extend(page.records.iter().map(|record| place(page, record)));
        }
        let leads = leads.to_vec();
        self.rounds.lock().expect("whole").push(Round { leads, found });
        Ok(())
    }

    fn settle(&mut self, _out: &mut Out<'_>) -> Result<(), SourceError> {
        Ok(())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

/// What the reader finds, round by round.
pub(crate) struct Read {
    rounds: Vec<Round>,
    window: Window,
    kept: Vec<Page>,
}

impl Read {
    /// Follows a key through files, within a window.
    pub(crate) fn of_files(key: &str, records: &Path, window: Window) -> Self {
        let rounds = Arc::new(Mutex::new(Vec::new()));
        let reader = Reader {
            records: records.to_owned(),
            rounds: rounds.clone(),
            given: HashSet::new(),
        };
        let mut case = CaseFile::in_memory().expect("a case");
        case.commit(Utc::now(), started(&[key], None)).expect("written");
        let mut hunt = Hunt::start(Feed::in_turn(vec![Box::new(reader)]), window, &mut case).expect("started");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            while let Some(updates) = hunt.next().await {
                hunt.handle(updates, &mut case, Utc::now()).expect("written");
            }
        });
        assert!(hunt.failure().is_none(), "{:?}", hunt.failure());
        let (_, kept) = rounds_of(&case);
        let rounds = std::mem::take(&mut *rounds.lock().expect("whole"));
        Self { rounds, window, kept }
    }

    /// Holds the last investigation of a place to this: every round, and what was kept.
    pub(crate) fn is_what_came_back(&self, test: &str, simulated: &Simulated, place: &str) {
        let is_lake = place == LAKE;
        let case = CaseFile::open(&simulated.file("case.keytrail")).expect("opens");
        let (queried, kept) = rounds_of(&case);
        let candidates = calls();
        assert_eq!(queried.len(), self.rounds.len(), "{test}, {place}: rounds");
        for (n, (round, queried)) in self.rounds.iter().zip(&queried).enumerate() {
            let which = format!("{test}, {place}, round {n} of {}", queried.leads);
            assert_eq!(queried.leads, round.leads.len() as u64, "{which}: {:?}", round.leads);
            assert_eq!(queried.unreadable, 0, "{which}");
            let expected = self.carried(&round.found, is_lake);
            let mut found = Rows::new();
            let wanted = Wanted::new(round.leads.iter().map(|lead| lead.value.as_str()));
            for query in &queried.queries {
                // A statement may find more than was asked for. The program leaves that out, as is done here: what it kept is
                // compared below.
                let rows = carried(&pages(simulated.rows(query), is_lake), is_lake, |record| {
                    let is_candidate = candidates.contains(&record.event.source, &record.event.name);
                    wanted.is_in(&record.body, is_candidate)
                });
                // Two statements of a round may find the same row.
                for (row, copies) in rows {
                    let most = found.entry(row).or_default();
                    *most = copies.max(*most);
                }
            }
            is_same(&which, &found, &expected);
        }
        let which = format!("{test}, {place}, kept");
        is_same(
            &which,
            &self.carried(&kept, is_lake),
            &self.carried(&self.kept, is_lake),
        );
    }

    fn carried(&self, pages: &[Page], is_lake: bool) -> Rows {
        let Window { since, until } = self.window;
        carried(pages, is_lake, |record| {
            let time = record.event.time();
            since.is_none_or(|since| time >= since) && until.is_none_or(|until| time < until)
        })
    }
}

/// The rounds of a case that was saved, and all pages that were kept.
fn rounds_of(case: &CaseFile) -> (Vec<Queried>, Vec<Page>) {
    let (mut queried, mut kept) = (Vec::new(), Vec::new());
    for fact in case.facts().expect("readable") {
        match fact.what {
            What::Queried(round) => queried.push(round),
            What::Page(page) => kept.push(page),
            _ => {}
        }
    }
    (queried, kept)
}

/// The pages that the rows of a statement are, as they came over the wire.
fn pages(rows: Vec<Map<String, Value>>, is_lake: bool) -> Vec<Page> {
    let mut interner = Interner::default();
    let page = |mut row: Map<String, Value>| {
        let origin = row.remove("origin");
        let body = envelope::from_columns(Value::Object(row), is_lake);
        let record = Record::from_value(body, [0; 32], &mut interner).expect("a record");
        Page {
            origin: origin.as_ref().and_then(Value::as_str).unwrap_or_default().into(),
            records: vec![record],
        }
    };
    rows.into_iter().map(page).collect()
}

/// What a table carries of records, and how often: the file, the event, and every value with its path.
type Row = (String, String, BTreeMap<String, String>);
type Rows = BTreeMap<Row, u32>;

fn carried(pages: &[Page], is_lake: bool, is_meant: impl Fn(&Record) -> bool) -> Rows {
    let mut rows = Rows::new();
    let lost = if is_lake { &NOT_IN_LAKE[..] } else { &NOT_IN_ATHENA };
    for page in pages {
        // Lake does not tell files.
        let file = page.origin.rsplit('/').next().filter(|_| !is_lake).unwrap_or_default();
        for record in page.records.iter().filter(|record| is_meant(record)) {
            let mut event = record.event.clone();
            if event.id().starts_with("sha256:") {
                // It has no id but the hash of its bytes, which a table does not have.
                event.key.id = "".into();
            }
            let mut values = BTreeMap::new();
            flatten(&record.body, String::new(), is_lake, &mut values);
            values.retain(|path, _| !lost.iter().any(|lost| path.contains(lost)));
            *rows.entry((file.to_owned(), format!("{event:?}"), values)).or_default() += 1;
        }
    }
    rows
}

/// Every value with its path, as a text: in a column of texts numbers and truth values are no others. The maps of Lake do
/// not tell an object from its JSON as text (`are_opened`).
fn flatten(value: &Value, path: String, are_opened: bool, into: &mut BTreeMap<String, String>) {
    let inner = |name: &dyn std::fmt::Display| format!("{path}/{name}");
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                flatten(value, inner(name), are_opened, into);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                flatten(value, inner(&n), are_opened, into);
            }
        }
        Value::String(text) => match serde_json::from_str(text) {
            Ok(opened @ (Value::Object(_) | Value::Array(_))) if are_opened => flatten(&opened, path, true, into),
            _ => drop(into.insert(path, text.clone())),
        },
        scalar => drop(into.insert(path, scalar.to_string())),
    }
}

/// Says of the first rows that differ what is alone in one or the other: rows of the same event by their values.
fn is_same(which: &str, found: &Rows, expected: &Rows) {
    let only = |these: &Rows, those: &Rows| {
        let only = these.iter().filter(|(row, copies)| those.get(*row) != Some(*copies));
        let described = |((file, event, values), copies): (&Row, &u32)| {
            let twin = those
                .keys()
                .find(|(_, other, _)| other == event)
                .map(|(.., values)| values);
            let is_alone = |(path, value): &(&String, &String)| twin.and_then(|twin| twin.get(*path)) != Some(*value);
            let values: Vec<_> = values.iter().filter(is_alone).collect();
            format!("{copies} x {file} {event:.400}\n  {values:?}\n")
        };
        only.take(3).map(described).collect::<String>()
    };
    assert!(
        found == expected,
        "{which}: {} rows, expected {}\nfound alone: {}\nmissing: {}",
        found.len(),
        expected.len(),
        only(found, expected),
        only(expected, found)
    );
}
