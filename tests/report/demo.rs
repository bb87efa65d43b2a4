//! The built-in incident in the three forms.

use chrono::TimeDelta;
use keytrail::report::Format;

use crate::support::screens;
use crate::written;

fn of_the_demo(format: Format) -> String {
    let case = screens::case();
    written(case.investigation(), screens::now() + TimeDelta::hours(1), format)
}

#[test]
fn the_reply() {
    insta::assert_snapshot!(of_the_demo(Format::CaseReply));
}

#[test]
fn the_report_as_markdown() {
    insta::assert_snapshot!(of_the_demo(Format::Markdown));
}

#[test]
fn the_report_as_a_page() {
    insta::assert_snapshot!(of_the_demo(Format::Html));
}
