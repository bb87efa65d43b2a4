//! Any table is a download of the console, row by row a record or an error.

#![no_main]

use keytrail::cloudtrail::{Interner, Record, console_csv};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let Ok(header) = rows.headers().cloned() else { return };
    let mut interner = Interner::default();
    for row in rows.records().flatten() {
        let record = console_csv::record(header.iter(), row.iter());
        let _ = Record::parse(record.to_string().as_bytes(), &mut interner);
    }
});
