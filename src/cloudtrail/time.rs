//! The timestamps CloudTrail and its exports write.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde_json::Value;

/// Reads a record's time: RFC 3339 with or without fractions, text with an offset as the AWS CLI prints it, or seconds
/// since the epoch as LookupEvents sends them.
pub fn parse(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => parse_text(text),
        Value::Number(n) => {
            let seconds = n.as_f64()?;
            // Epoch milliseconds are 13 digits until the year 2286; seconds are 10.
            let millis = if seconds.abs() > 1e11 {
                seconds
            } else {
                seconds * 1000.0
            };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "timestamp_millis_opt refuses what does not fit"
            )]
            Utc.timestamp_millis_opt(millis as i64).single()
        }
        _ => None,
    }
}

/// Reads a time written as text, CloudTrail's own form (`2026-01-01T00:00:00Z`) quickly; see [`parse`].
pub fn parse_bytes(text: &[u8]) -> Option<DateTime<Utc>> {
    let Some(plain) = <&[u8; 20]>::try_from(text).ok().filter(|plain| is_plain(plain)) else {
        return parse_text(std::str::from_utf8(text).ok()?);
    };
    let number = |at: usize| u32::from(plain[at] - b'0') * 10 + u32::from(plain[at + 1] - b'0');
    let year = i32::try_from(number(0) * 100 + number(2)).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(5), number(8))?;
    Some(day.and_hms_opt(number(11), number(14), number(17))?.and_utc())
}

/// Whether every sign and every digit is where CloudTrail writes it.
fn is_plain(text: &[u8; 20]) -> bool {
    let form = b"0000-00-00T00:00:00Z";
    // Without a branch: nearly every time is plain.
    text.iter().zip(form).fold(true, |plain, (byte, form)| {
        plain
            & if *form == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == form
            }
    })
}

/// Reads a time written as text; see [`parse`].
pub fn parse_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(time.to_utc());
        }
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text.trim_end_matches(" UTC"), format) {
            return Some(time.and_utc());
        }
    }
    parse_response_date(text)
}

/// Reads the dates inside responses: `Jul 10, 2023 12:24:29 PM`, with or without a second comma, and with U+202F before
/// AM or PM (quirk Q29). They are in UTC.
pub fn parse_response_date(text: &str) -> Option<DateTime<Utc>> {
    let plain: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    ["%b %d, %Y %I:%M:%S %p", "%b %d, %Y, %I:%M:%S %p"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&plain, format).ok())
        .map(|time| time.and_utc())
}

/// Writes a time as CloudTrail does: `2026-01-01T00:00:00Z`, with milliseconds only where there are some.
pub fn format(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Writes a moment of the responder's own clock in whole seconds, as AWS writes its times and people say them.
pub fn format_seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_one_moment_is_the_same_moment() {
        let expected = parse_text("2023-07-10T12:24:29Z");
        assert!(expected.is_some());
        for form in [
            json!("2023-07-10T12:24:29.000Z"),
            json!("2023-07-10 23:24:29+11:00"),
            json!("2023-07-10 12:24:29.000"),
            json!("2023-07-10 12:24:29 UTC"),
            json!("Jul 10, 2023 12:24:29 PM"),
            json!("Jul 10, 2023, 12:24:29 PM"),
            json!("Jul 10, 2023, 12:24:29\u{202f}PM"),
            json!(1_688_991_869.0),
            json!(1_688_991_869_000_i64),
        ] {
            assert_eq!(parse(&form), expected, "{form}");
        }
        assert_eq!(parse(&json!("yesterday")), None);
    }

    #[test]
    fn fractions_are_kept_and_written_only_where_there_are_some() {
        let time = parse_text("2020-09-14T00:48:30.250Z").unwrap();
        assert_eq!(format(time), "2020-09-14T00:48:30.250Z");
        let whole = parse_text("2020-09-14T00:48:30.000Z").unwrap();
        assert_eq!(format(whole), "2020-09-14T00:48:30Z");
    }
}
