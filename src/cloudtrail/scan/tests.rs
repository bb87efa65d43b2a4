use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// The elements and the problems of a text that arrives in pieces of `piece` bytes.
fn scan_in(text: &[u8], piece: usize) -> (Vec<String>, Vec<(u64, &'static str)>) {
    let (mut elements, mut problems) = (Vec::new(), Vec::new());
    let mut sink = |item: Item<'_>| {
        match item {
            Item::Element(element) => {
                let at = usize::try_from(element.offset).unwrap();
                assert_eq!(
                    element.text(),
                    &text[at..at + element.text().len()],
                    "the offset is where the text is"
                );
                elements.push(String::from_utf8_lossy(element.text()).into_owned());
            }
            Item::Problem { offset, reason } => problems.push((offset, reason)),
        }
        ControlFlow::Continue(())
    };
    let mut scanner = Scanner::with_limit(1 << 16);
    for chunk in text.chunks(piece.max(1)) {
        scanner.buffer().extend_from_slice(chunk);
        assert!(scanner.scan(false, &mut sink).is_continue());
    }
    assert!(scanner.scan(true, &mut sink).is_continue());
    (elements, problems)
}

fn scan(text: &str) -> (Vec<String>, Vec<(u64, &'static str)>) {
    scan_in(text.as_bytes(), usize::MAX)
}

#[test]
fn every_container_yields_its_records() {
    let expected = vec![r#"{"a":1}"#.to_owned(), r#"{"b":[{}]}"#.to_owned()];
    for text in [
        r#"{"Records":[{"a":1},{"b":[{}]}]}"#,
        "\u{feff}{ \"Records\" :\n [ {\"a\":1} ,\n{\"b\":[{}]}\n]\n}\n",
        r#"{"Events":[{"a":1},{"b":[{}]}],"NextToken":"x]}"}"#,
        r#"{"Records":[{"a":1}],"x":{"Records":[{"no":1}]},"Records":[{"b":[{}]}]}"#,
        r#"[{"a":1},{"b":[{}]}]"#,
        "{\"a\":1}\n{\"b\":[{}]}\n",
        r#"{"a":1}{"b":[{}]}"#,
        r#"{"a":1},{"b":[{}]}"#,
        "{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"b\":[{}]}]}",
    ] {
        assert_eq!(scan(text), (expected.clone(), Vec::new()), "{text}");
    }
    assert_eq!(scan("").0, Vec::<String>::new());
    assert_eq!(scan(r#"{"Records":[]}"#), (Vec::new(), Vec::new()));
}

#[test]
fn what_looks_like_structure_inside_a_string_splits_nothing() {
    let record = r#"{"userAgent":"\"}]}{\"Records\":[{\"eventName\":\"\\","x":{"Records":[{"y":"]}"}]},"z":"\\\\\""}"#;
    for text in [
        format!(r#"{{"Records":[{record},{record}]}}"#),
        format!("{record}\n{record}\n"),
    ] {
        assert_eq!(scan(&text), (vec![record.to_owned(), record.to_owned()], Vec::new()));
    }
}

#[test]
fn a_broken_line_is_reported_and_the_next_is_read() {
    for broken in [r#"{"a":"cut of"#, r#"{"a":{"b":1"#, "what is this", r#"{"a":"x"#] {
        let text = format!("{{\"n\":1}}\n{broken}\n{{\"n\":2}}\n");
        let (elements, problems) = scan(&text);
        assert_eq!(elements, [r#"{"n":1}"#, r#"{"n":2}"#], "{broken}");
        assert_eq!(problems.len(), 1, "{broken}");
        assert_eq!(problems[0].0, 8, "{broken}");
    }
}

#[test]
fn a_broken_list_gives_what_is_whole() {
    let (elements, problems) = scan(r#"{"Records":[{"n":1}{"n":2},7,{"n":3},{"n""#);
    assert_eq!(elements, [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#]);
    let offsets: Vec<u64> = problems.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [19, 27, 37]);
}

#[test]
fn a_record_without_end_is_given_up() {
    let endless = format!("{{\"Records\":[{{\"n\":1}},{{\"a\":\"{}", "x".repeat(1 << 17));
    let (elements, problems) = scan_in(endless.as_bytes(), 1 << 12);
    assert_eq!(elements, [r#"{"n":1}"#]);
    assert_eq!(problems, [(20, "this record is too long to be read")]);
}

#[test]
fn many_lines_of_something_else_take_no_time() {
    let text = "[2026-01-01] INFO not a record\nplain\n".repeat(50_000);
    let (elements, problems) = scan_in(text.as_bytes(), 1 << 16);
    assert!(elements.is_empty());
    assert!(problems.len() >= 100_000);
}

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        Just(r#"\"}]},{"Records":[{"#.to_owned()),
        Just("Records".to_owned()),
        Just("AKIAIOSFODNN7EXAMPLE".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn objects() -> impl Strategy<Value = Vec<Value>> {
    let object = prop::collection::vec(("[a-z]{1,4}", json()), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()));
    prop::collection::vec(object, 0..8)
}

proptest! {
    #[test]
    fn any_json_comes_out_as_it_went_in(objects in objects(), container in 0..4, pretty: bool, piece in 1_usize..200) {
        let write = |value: &Value| if pretty {
            serde_json::to_string_pretty(value).unwrap()
        } else {
            value.to_string()
        };
        let all: Vec<String> = objects.iter().map(write).collect();
        let text = match container {
            0 => write(&serde_json::json!({ "Records": objects })),
            1 => write(&Value::from(objects.clone())),
            2 => all.join("\n"),
            _ => all.concat(),
        };
        let (elements, problems) = scan_in(text.as_bytes(), piece);
        prop_assert!(problems.is_empty(), "{problems:?} in {text}");
        let read: Vec<Value> = elements.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(read, objects);
        prop_assert_eq!(scan_in(text.as_bytes(), usize::MAX).0, elements);
    }

    #[test]
    fn any_text_is_survived_and_read_alike_in_any_pieces(
        text in r#"([{}\[\],:"\\ \nab1]|Records|"Records":\[|\{"a":1\}){0,60}"#, piece in 1_usize..70
    ) {
        let whole = scan_in(text.as_bytes(), usize::MAX);
        prop_assert_eq!(scan_in(text.as_bytes(), piece), whole);
    }
}
