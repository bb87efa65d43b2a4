//! Any text is a notice, and names no key that does not stand in it.

#![no_main]

use keytrail::cloudtrail::notice;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let notice = notice::parse(text);
    assert!(notice.keys().all(|key| text.contains(key)));
});
