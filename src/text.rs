//! Records as text, as Python's dogpile.cache and the npm package store them.

use std::fmt::{self, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::duration;
use crate::record::Record;

const SEPARATOR: char = '|';
const NEVER: f64 = -1.0;

/// Why a text is not a record.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextError {
    /// There is no `|` between metadata and value.
    NoSeparator,
    /// The text before `|` is not a JSON object with a finite number `ct`.
    NoMetadata,
    /// The text after `|` is not a value of this type.
    NoValue(serde_json::Error),
}

impl fmt::Display for TextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSeparator => formatter.write_str("there is no \"|\" between metadata and value"),
            Self::NoMetadata => formatter.write_str("the metadata is not a JSON object with a creation time"),
            Self::NoValue(error) => write!(formatter, "the value cannot be read: {error}"),
        }
    }
}

impl std::error::Error for TextError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoValue(error) => Some(error),
            _ => None,
        }
    }
}

impl<V: Serialize> Record<V> {
    /// Converts the record to text: metadata, `|`, and the value as JSON.
    ///
    /// Rust, JavaScript and Python read each other's text. They write the same bytes, except for floats in a value (`1.0` is `1` in JavaScript) and
    /// Python's spaces and escapes. JavaScript rounds integers beyond 2<sup>53</sup>.
    ///
    /// ```
    /// # use dogpile::Record;
    /// let record = Record::new("value", 1_700_000_000.0, Some(60.0));
    /// assert_eq!(record.to_text()?, r#"{"ct": 1700000000.0, "v": 2, "et": 60.0}|"value""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the value cannot be JSON, for example a map whose keys are not strings.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let value = serde_json::to_string(&self.value)?;
        let (created, version) = (float(self.created), self.version);
        let own = self.expiration.map(|own| float(if own == f64::INFINITY { NEVER } else { own }));
        let own = own.map_or_else(String::new, |own| format!(", \"et\": {own}"));
        let took = self.took.map_or_else(String::new, |took| format!(", \"dt\": {}", float(took)));
        let tags = tags(&self.tags)?;
        Ok(format!("{{\"ct\": {created}, \"v\": {version}{own}{took}{tags}}}{SEPARATOR}{value}"))
    }
}

impl<V: DeserializeOwned> Record<V> {
    /// Parses a record of any version. A region treats other versions than its own as missing.
    ///
    /// ```
    /// # use dogpile::Record;
    /// let record: Record<u32> = Record::from_text(r#"{"ct": 1700000000.0, "v": 2, "et": -1.0}|42"#)?;
    /// assert_eq!(record, Record::new(42, 1_700_000_000.0, Some(f64::INFINITY)));
    /// # Ok::<(), dogpile::TextError>(())
    /// ```
    ///
    /// # Errors
    /// [`TextError`] if the text is not a record, or the value is of another type. JavaScript accepts more: lone surrogates (`"\ud83d"`) and nesting
    /// deeper than 128 levels.
    pub fn from_text(text: &str) -> Result<Self, TextError> {
        let (metadata, value) = text.split_once(SEPARATOR).ok_or(TextError::NoSeparator)?;
        let metadata: Value = serde_json::from_str(metadata).map_err(|_| TextError::NoMetadata)?;
        let number = |name| metadata.get(name).and_then(Value::as_f64);
        let created = number("ct").ok_or(TextError::NoMetadata)?;
        let value = serde_json::from_str(value).map_err(TextError::NoValue)?;
        let own = number("et").and_then(duration::normalize);
        let mut record = Self::of_version(number("v").unwrap_or(f64::NAN), value, created, own);
        record.took = number("dt").filter(|took| *took >= 0.0);
        if let Some(tags) = metadata.get("tags") {
            record.tags = Vec::deserialize(tags).map_err(|_| TextError::NoMetadata)?;
        }
        Ok(record)
    }
}

/// The tags as Python's json writes them; `|` is escaped, too, because the first one ends the metadata.
fn tags(tags: &[String]) -> Result<String, serde_json::Error> {
    if tags.is_empty() {
        return Ok(String::new());
    }
    let written = tags.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let mut text = String::new();
    for unit in written.join(", ").encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ b' '..=b'~') if byte != SEPARATOR as u8 => text.push(byte.into()),
            _ => _ = write!(text, "\\u{unit:04x}"),
        }
    }
    Ok(format!(", \"tags\": [{text}]"))
}

/// A float as Python's json writes it: never without a fraction or an exponent, which has a sign and two digits.
fn float(number: f64) -> String {
    let text = format!("{:?}", number + 0.0); // no -0.0
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_are_as_python_writes_them() {
        let written = [0.0, -0.0, 1.0, 1_700_000_000.125, 0.0001, 0.000_05, -2.5e-7, 1e15, 1e16, 1.5e300, 1e-100].map(float);
        let wanted = [
            "0.0",
            "0.0",
            "1.0",
            "1700000000.125",
            "0.0001",
            "5e-05",
            "-2.5e-07",
            "1000000000000000.0",
            "1e+16",
            "1.5e+300",
            "1e-100",
        ];
        assert_eq!(written, wanted);
    }
}
