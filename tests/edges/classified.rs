//! Every call of the real cases has a category, and few of those that change something only by their verb.

use std::collections::BTreeSet;

use keytrail::catalogue;
use keytrail::cloudtrail::Record;
use keytrail::cloudtrail::event::Interner;

use crate::recorded::records;
use crate::support::program::skipped;

#[test]
fn every_call_has_a_category_and_few_writing_calls_fall_back_to_their_verb() {
    let records = records();
    if records.is_empty() {
        return skipped(
            "every_call_has_a_category_and_few_writing_calls_fall_back_to_their_verb",
            "no records",
        );
    }
    let mut interner = Interner::default();
    let (mut writing, mut by_verb) = (BTreeSet::new(), BTreeSet::new());
    for record in records {
        let Ok(record) = Record::parse(record.to_string().as_bytes(), &mut interner) else {
            continue;
        };
        let event = &record.event;
        let meaning = catalogue::meaning(&event.source, event.base_name(), event.is_write());
        assert!(
            !meaning.category.is_empty() && !meaning.severity.is_empty(),
            "{}",
            event.name
        );
        if event.is_write() {
            let call = (event.source.to_string(), event.base_name().to_owned());
            if meaning.is_by_verb() {
                by_verb.insert(call.clone());
            }
            writing.insert(call);
        }
    }
    assert!(writing.len() > 100, "{}", writing.len());
    let most = writing.len() / 20;
    assert!(
        by_verb.len() < most,
        "{} of {}: {by_verb:?}",
        by_verb.len(),
        writing.len()
    );
}
