//! Any text is a playbook, or a list of mistakes with their places.

#![no_main]

use keytrail::playbook;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(mistakes) = playbook::parse(text) {
        assert!(!mistakes.is_empty());
        assert!(mistakes.iter().all(|mistake| mistake.line >= 1 && mistake.column >= 1));
    }
});
