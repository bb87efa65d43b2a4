//! Any bytes are a record, whose event is the same when it is read again as it was kept, or an error.

#![no_main]

use keytrail::cloudtrail::{Interner, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut interner = Interner::default();
    if let Ok(record) = Record::parse(bytes, &mut interner) {
        let body = serde_json::from_str(&record.body.to_string()).expect("JSON");
        let again = Record::from_value(body, record.sha256, &mut interner).expect("what was kept is a record");
        assert_eq!(again.event, record.event);
    }
});
