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
use super::index::Shelf;
use super::outline::{Gatherer, Outline};
use super::post::Post;
use super::report::Tally;
use super::text::{Stream, Text};

/// Records in a page, at most.
const PAGE: usize = 64;
/// Bytes of a row in a console download, at most.
const LONGEST_ROW: usize = 4 << 20;

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
    /// Where its other records stand: they were given, or are remembered.
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
        let Shelves { mut full, open } = self.tools.shelves;
        full.push(open);
        full
    }

    /// Reads one text to its end, or to where it is broken. `origin` is its name; it is `member` of a zip, or a file.
    pub(super) fn read<R: Read>(
        &mut self,
        (file, member): (usize, Option<usize>),
        origin: &Arc<str>,
        text: &mut Text<'_, R>,
    ) -> Tally {
        let tally = self.scan(origin, text, None);
        let Tools {
            post,
            shelves,
            gatherer,
            handled,
            ..
        } = &mut self.tools;
        if let Some(may_hold) = gatherer.take(|bytes| post.grant_outline(bytes)) {
            let outline = Outline::new((file, member, origin), tally.records(), handled.clone(), may_hold);
            shelves.open.outline(outline);
        }
        shelves.end_text(file, member, origin);
        tally
    }

    /// Reads a text again as a whole, for what is wanted now. The records that stand at the places of `handled` are not
    /// given. Gives the places of those that were, and how many records there are.
    pub(super) fn read_again<R: Read>(
        &mut self,
        origin: &Arc<str>,
        handled: &[u64],
        text: &mut Text<'_, R>,
    ) -> (Vec<u64>, u64) {
        let tally = self.scan(origin, text, Some(handled));
        (std::mem::take(&mut self.tools.handled), tally.records())
    }

    fn scan<R: Read>(&mut self, origin: &Arc<str>, text: &mut Text<'_, R>, done: Option<&[u64]>) -> Tally {
        let Self { scanner, tools } = self;
        let post = tools.post;
        tools.handled.clear();
        let mut intake = Intake {
            tools,
            origin,
            done,
            tally: Tally::default(),
            page: Vec::new(),
        };
        scanner.reset();
        let mut is_first = true;
        loop {
            let filled = text.fill(scanner.buffer());
            if let Err(error) = &filled {
                intake.tally.cut_short(at_byte(text.made()), error.to_string());
            }
            if std::mem::take(&mut is_first) {
                if is_console_csv(scanner.buffer()) {
                    let start = std::mem::take(scanner.buffer());
                    intake.console_csv(Cursor::new(start).chain(Stream::new(text)));
                    break;
                }
                intake.tally.begins_with(scanner.buffer());
            }
            let is_end = !matches!(filled, Ok(1..));
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
        intake.tally
    }
}

/// The shelves of one worker.
#[derive(Default)]
struct Shelves {
    full: Vec<Shelf>,
    open: Shelf,
}

impl Shelves {
    fn end_text(&mut self, file: usize, member: Option<usize>, origin: &Arc<str>) {
        self.open.end_text(file, member, origin);
        if self.open.is_full() {
            self.full.push(std::mem::take(&mut self.open));
        }
    }
}

/// The reading of one text.
struct Intake<'t, 'p> {
    tools: &'t mut Tools<'p>,
    origin: &'t Arc<str>,
    /// Which records are not to be given, if the text is read again; nothing is remembered then.
    done: Option<&'t [u64]>,
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
                self.envelope(element.offset, element.text(), false)
            };
        };
        self.tally.record(skim.account, skim.region, skim.time, interner);
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
        if self.tools.terms.iter().any(|&term| wanted.may_be(term)) {
            match Record::parse(text, &mut self.tools.interner) {
                Ok(record) if wanted.is_in(&record.body, is_candidate) => {
                    post.followed().add(&self.tools.keys);
                    return self.give(element.offset, record);
                }
                Ok(_) => {}
                Err(error) => {
                    self.tally.unreadable(at_byte(element.offset), &error);
                    return ControlFlow::Continue(());
                }
            }
        }
        if is_followed {
            post.followed().add(&self.tools.keys);
        }
        self.remember(
            element.offset,
            text,
            is_candidate,
            is_followed && post.grant_followed(Shelf::cost(&self.tools.terms) + text.len()),
        );
        ControlFlow::Continue(())
    }

    /// A JSON document that holds records in some way the scanner does not know, or one record alone.
    fn document(&mut self, element: &Element<'_>) -> ControlFlow<()> {
        let Ok(mut document) = serde_json::from_slice::<Value>(element.text()) else {
            return self.envelope(element.offset, element.text(), false);
        };
        if envelope::is_digest(&document) {
            self.tally.digest();
            return ControlFlow::Continue(());
        }
        let Some(members) = envelope::members(&mut document) else {
            return self.envelope(element.offset, element.text(), false);
        };
        self.tally.list();
        for member in members {
            // It cannot be read again by its place in the text, so it is kept.
            self.envelope(element.offset, member.to_string().as_bytes(), true)?;
        }
        ControlFlow::Continue(())
    }

    /// A record that has to be parsed to know what it is about.
    fn envelope(&mut self, offset: u64, text: &[u8], keep: bool) -> ControlFlow<()> {
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
            return self.give(offset, record);
        }
        let terms = &mut self.tools.terms;
        terms.clear();
        terms::of_record(&record.body, is_candidate, &mut |term| terms.push(terms::hash(term)));
        self.remember(offset, text, is_candidate, keep);
        ControlFlow::Continue(())
    }

    fn remember(&mut self, offset: u64, text: &[u8], is_candidate: bool, keep: bool) {
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
        let keep = keep || is_candidate && post.grant_candidate(cost + text.len());
        if keep || post.grant_other(cost) {
            shelves.open.remember(offset, text, is_candidate, terms, keep);
            handled.push(offset);
        } else {
            gatherer.add(terms, |bytes| post.grant_outline(bytes));
        }
    }

    /// The rows of a console download. They have no place to be read again from, so they are kept.
    fn console_csv(&mut self, text: impl Read) {
        let row_bytes = Cell::new(0);
        let text = RowLimit {
            text,
            row_bytes: &row_bytes,
        };
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
            if self.envelope(line, record.as_bytes(), true).is_break() {
                return;
            }
        }
    }

    fn give(&mut self, offset: u64, record: Record) -> ControlFlow<()> {
        if self.done.is_some_and(|done| done.binary_search(&offset).is_ok()) {
            return ControlFlow::Continue(());
        }
        self.tools.handled.push(offset);
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

/// Ends a text in which a row has no end: a quote that is never closed would take all memory.
struct RowLimit<'c, R> {
    text: R,
    row_bytes: &'c Cell<usize>,
}

impl<R: Read> Read for RowLimit<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.text.read(into)?;
        self.row_bytes.set(self.row_bytes.get() + length);
        if self.row_bytes.get() > LONGEST_ROW {
            return Err(io::Error::other("a row without an end"));
        }
        Ok(length)
    }
}

fn at_byte(offset: u64) -> String {
    format!("byte {offset}")
}

fn is_console_csv(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    // Sixteen short names: a longer first line is something else.
    let start = &text[..text.len().min(4096)];
    let line = memchr::memchr(b'\n', start).map(|end| &start[..end]);
    line.is_some_and(|line| std::str::from_utf8(line).is_ok_and(console_csv::is_header))
}
