//! tests/records/texts.jsonl: the same records as JavaScript, Rust and Python write them; each has a test that it writes and reads them so.
#![cfg(all(feature = "serde", not(target_arch = "wasm32")))]

use std::collections::BTreeMap;

use dogpile::{Record, TextError};
use serde_json::Value;

fn cases() -> impl Iterator<Item = Value> {
    include_str!("records/texts.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON"))
}

fn record_of(case: &Value) -> Record<Value> {
    let own = case.get("et").and_then(Value::as_f64).map(|own| if own == -1.0 { f64::INFINITY } else { own });
    Record::new(case["value"].clone(), case["ct"].as_f64().expect("a number"), own)
}

/// 1 and 1.0 are the same number to those who write them.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(values) => values.iter().map(normal).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn what_is_written_is_what_others_are_tested_with() {
    for case in cases() {
        assert_eq!(record_of(&case).to_text().expect("a value of JSON"), case["rust"]);
    }
}

#[test]
fn what_javascript_and_python_wrote_is_read() {
    let mut read = 0;
    for case in cases() {
        let mut wanted = record_of(&case);
        wanted.value = normal(&wanted.value);
        for text in ["javascript", "python", "rust"].iter().filter_map(|writer| case.get(writer)?.as_str()) {
            let mut record: Record<Value> = Record::from_text(text).expect("a record");
            record.value = normal(&record.value);
            assert_eq!(record, wanted, "{text}");
            read += 1;
        }
    }
    assert!(read > 30);
}

#[test]
fn javascript_and_rust_write_the_same_bytes_where_no_number_is_written_otherwise() {
    let others: Vec<Value> =
        cases().filter(|case| case["javascript"] != case["rust"]).map(|case| case["value"].clone()).collect();
    assert_eq!(others, [serde_json::json!([1.0, 1e21, 1e-7])]);
}

#[test]
fn metadata_may_hold_more_or_less() {
    let text = r#"{"more": [], "et": "soon", "ct": 1}|"p|q""#;
    let record: Record<String> = Record::from_text(text).expect("a record");
    assert_eq!((record.value.as_str(), record.created, record.expiration), ("p|q", 1.0, None));
    assert!(record.version.is_nan(), "which no region reads");
    let older: Record<u32> = Record::from_text(r#"{"ct": 1.5, "v": 1}|7"#).expect("a record");
    assert_eq!((older.version, older.value), (1.0, 7));
}

#[test]
fn what_is_no_record_is_an_error() {
    let error = |text| Record::<u32>::from_text(text).expect_err(text);
    assert!(matches!(error(""), TextError::NoSeparator));
    assert!(matches!(error("no bar"), TextError::NoSeparator));
    for text in
        ["|1", "{}|1", "[1]|1", "null|1", r#"{"ct": "1", "v": 2}|1"#, r#"{"ct": NaN, "v": 2}|1"#, r#"{"ct": 1e999, "v": 2}|1"#]
    {
        assert!(matches!(error(text), TextError::NoMetadata), "{text}");
    }
    for text in [r#"{"ct": 1, "v": 2}|"#, r#"{"ct": 1, "v": 2}|{"#, r#"{"ct": 1, "v": 2}|"text""#] {
        assert!(matches!(error(text), TextError::NoValue(_)), "{text}");
    }
}

#[test]
fn a_value_that_cannot_be_json_is_an_error() {
    let map = BTreeMap::from([((1, 2), 3)]);
    assert!(Record::new(map, 1.0, None).to_text().is_err());
}

#[test]
fn the_duration_and_the_tags_of_a_creation_are_written_so_that_every_reader_finds_the_value() {
    let mut record = Record::new("value", 1_700_000_000.0, Some(60.0));
    record.took = Some(0.25);
    record.tags = ["a|b", "\"quoted\" \\", "é😀\n"].map(String::from).to_vec();
    let text = record.to_text().expect("a value of JSON");
    let tags = r#"["a\u007cb", "\"quoted\" \\", "\u00e9\ud83d\ude00\n"]"#;
    assert_eq!(text, format!(r#"{{"ct": 1700000000.0, "v": 2, "et": 60.0, "dt": 0.25, "tags": {tags}}}|"value""#));
    assert_eq!(Record::<String>::from_text(&text).expect("a record").tags, record.tags);
    assert_eq!(Record::<String>::from_text(&text).expect("a record").took, Some(0.25));
}

#[test]
fn a_duration_that_is_none_counts_as_absent_and_tags_that_are_no_list_of_texts_are_no_record() {
    let read = |members: &str| Record::<u8>::from_text(&format!(r#"{{"ct": 1, "v": 2, {members}}}|1"#));
    for odd in ["\"dt\": -1", "\"dt\": \"x\"", "\"dt\": null"] {
        assert_eq!(read(odd).expect("a record").took, None, "{odd}");
    }
    for odd in ["\"tags\": \"a\"", "\"tags\": [1]", "\"tags\": {}"] {
        assert!(matches!(read(odd), Err(TextError::NoMetadata)), "{odd}");
    }
}
