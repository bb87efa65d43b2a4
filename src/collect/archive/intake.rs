//! The first reading of one text: every record is counted, and is given, remembered or passed over.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value;

use crate::cloudtrail::scan::{Element, Item, Scanner};
use crate::cloudtrail::terms::{self, Term, Wanted};
use crate::cloudtrail::{Interner, Record, console_csv, envelope};
use crate::investigation::fact::Page;

use super::CandidateCalls;
use super::index::{Shelf, Shelves};
use super::outline::{Gatherer, Outline};
use super::post::Post;
use super::report::Tally;
use super::rows::{RowLimit, is_console_csv};
use super::text::{Stream, Text, TextError};

/// Records in a page, at most.
pub(super) const PAGE: usize = 64;

/// How access key ids begin: of users, and of sessions.
const KEYS: [&[u8; 4]; 2] = [b"AKIA", b"ASIA"];

/// What a worker needs to read texts, one after the other.
pub(super) struct Reader<'p> {
    scanner: Scanner,
    tools: Tools<'p>,
}

struct Tools<'p> {
    calls: &'p CandidateCalls,
    wanted: &'p Wanted,
    post: &'p Post,
    interner: Interner,
    shelves: Shelves,
    /// The terms of the record at hand.
    terms: Vec<Term>,
    /// The access keys in it, if it is a candidate.
    keys: Vec<Term>,
    /// What the records of the text at hand hold that are not remembered one by one.
    gatherer: Gatherer,
    /// The numbers of its other records, counted from its beginning: they were given, or are remembered.
    handled: Vec<u64>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(calls: &'p CandidateCalls, wanted: &'p Wanted, post: &'p Post) -> Self {
        Self {
            scanner: Scanner::default(),
            tools: Tools {
                calls,
                wanted,
                post,
                interner: Interner::default(),
                shelves: Shelves::default(),
                terms: Vec::new(),
                keys: Vec::new(),
                gatherer: Gatherer::default(),
                handled: Vec::new(),
            },
        }
    }

    /// Everything that was remembered.
    pub(super) fn into_shelves(self) -> Vec<Shelf> {
        self.tools.shelves.into_all()
    }

    /// Reads one text to its end, or to where it is broken. `origin` is its name; it is `member` of a zip, or a file.
    pub(super) fn read<R: Read>(
        &mut self,
        (file, member): (usize, Option<usize>),
        origin: &Arc<str>,
        text: &mut Text<'_, R>,
    ) -> Tally {
        let read = self.scan(origin, text, None);
        let Tools {
            post,
            shelves,
            gatherer,
            handled,
            ..
        } = &mut self.tools;
        if let Some(may_hold) = gatherer.take(|bytes| post.grant_outline(bytes)) {
            // What was cut off by a failing disk or network may be longer the next time.
            let seen = read.failed.is_none().then_some(read.seen);
            let text = (file, member, origin);
            shelves
                .open
                .outline(Outline::new(text, seen, handled.clone(), may_hold));
        }
        shelves.end_text(file, member, origin);
        read.tally
    }

    /// Reads a text again as a whole, for what is wanted now, leaving out the records of the numbers that were handled.
    /// Gives the numbers of those that were given, and whether the text is the same as before.
    pub(super) fn read_again<R: Read>(
        &mut self,
        outline: &Outline,
        text: &mut Text<'_, R>,
    ) -> Result<(Vec<u64>, bool), TextError> {
        let read = self.scan(&outline.origin, text, Some(outline.handled()));
        match read.failed {
            Some(error) => Err(error.into()),
            None => Ok((
                std::mem::take(&mut self.tools.handled),
                outline.seen.is_none_or(|seen| seen == read.seen),
            )),
        }
    }

    fn scan<R: Read>(&mut self, origin: &Arc<str>, text: &mut Text<'_, R>, done: Option<&[u64]>) -> WasRead {
        let Self { scanner, tools } = self;
        let post = tools.post;
        tools.handled.clear();
        tools.interner.forget_many();
        let mut intake = Intake {
            tools,
            origin,
            done,
            number: 0,
            seen: 0,
            tally: Tally::default(),
            page: Vec::new(),
        };
        let mut failed = None;
        scanner.reset();
        let mut is_first = true;
        loop {
            let filled = text.fill(scanner.buffer());
            if let Err(error) = &filled {
                intake.tally.cut_short(at_byte(text.made()), error.to_string());
            }
            let is_end = !matches!(filled, Ok(1..));
            if let Err(TextError::Io(error)) = filled {
                failed = Some(error);
            }
            if std::mem::take(&mut is_first) {
                if is_console_csv(scanner.buffer()) {
                    let start = std::mem::take(scanner.buffer());
                    intake.console_csv(Cursor::new(start).chain(Stream::new(text)));
                    break;
                }
                intake.tally.begins_with(scanner.buffer());
            }
            let flow = scanner.scan(is_end, &mut |item| intake.item(&item));
            if flow.is_break() || is_end || post.is_stopped() {
                break;
            }
        }
        if scanner.found_list() {
            intake.tally.list();
        }
        // Whoever stopped reading is told so by the post.
        let _ = intake.end_page();
        WasRead {
            tally: intake.tally,
            seen: intake.seen,
            failed,
        }
    }
}

/// How the reading of a text went.
struct WasRead {
    tally: Tally,
    /// Stands for where its records stand and what they hold.
    seen: u64,
    /// What went wrong with the disk or the network.
    failed: Option<io::Error>,
}

/// The reading of one text.
struct Intake<'t, 'p> {
    tools: &'t mut Tools<'p>,
    origin: &'t Arc<str>,
    /// Which records are not to be given, if the text is read again; nothing is remembered then.
    done: Option<&'t [u64]>,
    /// How many records came before.
    number: u64,
    /// See [`WasRead`].
    seen: u64,
    tally: Tally,
    page: Vec<Record>,
}

impl Intake<'_, '_> {
    fn item(&mut self, item: &Item<'_>) -> ControlFlow<()> {
        match item {
            Item::Element(element) => self.element(element),
            Item::Problem { offset, reason } => {
                self.tally.broken(at_byte(*offset), (*reason).to_owned());
                ControlFlow::Continue(())
            }
        }
    }

    fn element(&mut self, element: &Element<'_>) -> ControlFlow<()> {
        let (wanted, post) = (self.tools.wanted, self.tools.post);
        let Tools {
            calls,
            interner,
            terms,
            keys,
            ..
        } = &mut *self.tools;
        terms.clear();
        keys.clear();
        let Some(skim) = element.skim(terms) else {
            return if element.alone {
                self.document(element)
            } else {
                self.envelope(element.offset, element.text(), true)
            };
        };
        let seen = terms
            .iter()
            .fold(element.offset, |seen, &term| seen.rotate_left(1) ^ u64::from(term));
        let is_candidate = calls.contains(skim.source, skim.name);
        let is_followed = terms.iter().any(|&term| post.followed().may_hold(term));
        if is_candidate {
            element.each_value(&mut |value| {
                terms::each_term(value, &mut |term| terms.push(terms::hash(term)));
                if value.first_chunk().is_some_and(|prefix| KEYS.contains(&prefix)) {
                    keys.push(terms::hash(value));
                }
            });
        }
        let text = element.text();
        let answers = if terms.iter().any(|&term| wanted.may_be(term)) {
            match Record::parse(text, interner) {
                Ok(record) => wanted.is_in(&record.body, is_candidate).then_some(record),
                Err(error) => {
                    self.tally.unreadable(at_byte(element.offset), &error);
                    self.count(seen);
                    return ControlFlow::Continue(());
                }
            }
        } else {
            None
        };
        self.tally.record(skim.account, skim.region, skim.time, interner);
        if is_followed || answers.is_some() {
            post.followed().add(keys);
        }
        let number = self.count(seen);
        if let Some(record) = answers {
            return self.give(number, record);
        }
        let keep = is_followed && post.grant_followed(Shelf::cost(&self.tools.terms) + text.len());
        self.remember(number, (text, Some(element.offset)), is_candidate, keep);
        ControlFlow::Continue(())
    }

    /// Counts a record of which this is seen; gives its number.
    fn count(&mut self, seen: u64) -> u64 {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        self.seen = (self.seen ^ seen).wrapping_mul(SPREAD).rotate_left(29);
        self.number += 1;
        self.number
    }

    /// A JSON document that holds records in some way the scanner does not know, or one record alone.
    fn document(&mut self, element: &Element<'_>) -> ControlFlow<()> {
        let Ok(mut document) = serde_json::from_slice::<Value>(element.text()) else {
            return self.envelope(element.offset, element.text(), true);
        };
        if envelope::is_digest(&document) {
            self.tally.digest();
            return ControlFlow::Continue(());
        }
        let Some(members) = envelope::members(&mut document) else {
            return self.envelope(element.offset, element.text(), true);
        };
        self.tally.list();
        for member in members {
            self.envelope(element.offset, member.to_string().as_bytes(), false)?;
        }
        ControlFlow::Continue(())
    }

    /// A record that has to be parsed to know what it is about. Whether it stands in the text as it is, at `offset`, and can
    /// be read again from there.
    fn envelope(&mut self, offset: u64, text: &[u8], stands_there: bool) -> ControlFlow<()> {
        let number = self.count(u64::from(terms::hash(text)) << 32 ^ offset);
        let record = match Record::parse(text, &mut self.tools.interner) {
            Ok(record) => record,
            Err(error) => {
                self.tally.unreadable(at_byte(offset), &error);
                return ControlFlow::Continue(());
            }
        };
        let event = &record.event;
        self.tally.record(
            &event.key.account,
            &event.region,
            event.key.time,
            &mut self.tools.interner,
        );
        let is_candidate = self.tools.calls.contains(&event.source, &event.name);
        if self.tools.wanted.is_in(&record.body, is_candidate) {
            return self.give(number, record);
        }
        let terms = &mut self.tools.terms;
        terms.clear();
        terms::of_record(&record.body, is_candidate, &mut |term| terms.push(terms::hash(term)));
        self.remember(number, (text, stands_there.then_some(offset)), is_candidate, false);
        ControlFlow::Continue(())
    }

    /// Remembers a record; `keep` if its text was granted a place in memory. What cannot be read again by its place in the
    /// text is kept too, as long as there is room.
    fn remember(&mut self, number: u64, (text, place): (&[u8], Option<u64>), is_candidate: bool, keep: bool) {
        let Tools {
            post,
            shelves,
            terms,
            gatherer,
            handled,
            ..
        } = &mut *self.tools;
        if self.done.is_some() || terms.is_empty() {
            return;
        }
        let cost = Shelf::cost(terms);
        let keep = keep || (is_candidate || place.is_none()) && post.grant_candidate(cost + text.len());
        let is_remembered = (keep || place.is_some() && post.grant_other(cost))
            && shelves
                .open
                .remember(place.unwrap_or_default(), text, is_candidate, terms, keep);
        if is_remembered {
            handled.push(number);
        } else {
            gatherer.add(terms, |bytes| post.grant_outline(bytes));
        }
    }

    /// The rows of a console download. They have no place to be read again from.
    fn console_csv(&mut self, text: impl Read) {
        let row_bytes = Cell::new(0);
        let text = RowLimit::new(text, &row_bytes);
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let header = match rows.headers() {
            Ok(header) => header.clone(),
            Err(error) => return self.tally.cut_short("line 1".to_owned(), error.to_string()),
        };
        for row in rows.records() {
            row_bytes.set(0);
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    let place = format!("line {}", error.position().map_or(0, csv::Position::line));
                    if matches!(error.kind(), csv::ErrorKind::Io(_)) {
                        return self.tally.cut_short(place, error.to_string());
                    }
                    self.tally.broken(place, error.to_string());
                    continue;
                }
            };
            let line = row.position().map_or(0, csv::Position::line);
            let record = console_csv::record(header.iter(), row.iter()).to_string();
            if self.envelope(line, record.as_bytes(), false).is_break() {
                return;
            }
        }
    }

    fn give(&mut self, number: u64, record: Record) -> ControlFlow<()> {
        if self.done.is_some_and(|done| done.binary_search(&number).is_ok()) {
            return ControlFlow::Continue(());
        }
        self.tools.handled.push(number);
        self.page.push(record);
        if self.page.len() < PAGE {
            ControlFlow::Continue(())
        } else {
            self.end_page()
        }
    }

    fn end_page(&mut self) -> ControlFlow<()> {
        if self.page.is_empty() {
            return ControlFlow::Continue(());
        }
        let records = std::mem::take(&mut self.page);
        let page = Page {
            origin: self.origin.clone(),
            records,
        };
        self.tools.post.page(page)
    }
}

fn at_byte(offset: u64) -> String {
    format!("byte {offset}")
}
