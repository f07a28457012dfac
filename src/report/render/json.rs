//! `metrics.json`: the record itself, and its way back.
//!
//! Deliberately absent: a shape of its own. What the record holds is what the file holds, in the record's order.

use schemars::schema_for;
use serde::Deserialize;

use super::{RenderError, Report};
use crate::base::Misread;
use crate::record::{RunRecord, SCHEMA_VERSION};
use crate::report::plain::sanitize;
use crate::report::view::View;

#[derive(Debug)]
pub(in crate::report) struct Json;

impl Report for Json {
    fn render(&self, view: &View<'_>) -> Result<String, RenderError> {
        render(view.record)
    }
}

/// A record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source says where.
    #[error("read the record: it is not valid JSON")]
    Syntax(#[source] Misread),
    /// The text is JSON, but no record; the source says what is amiss and where.
    #[error("read the record: it is not what s3ci writes")]
    Shape(#[source] Misread),
    /// The record was written by an s3ci whose records mean something else.
    #[error(
        "read the record: {writer} wrote it in schema {found}, and this s3ci reads schema {}",
        major(SCHEMA_VERSION)
    )]
    Version {
        /// The schema version that the record claims.
        found: String,
        /// The s3ci that wrote it, as it says.
        writer: String,
    },
}

impl ReadError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Syntax(_) => "give a whole metrics.json; was the file cut off?".to_owned(),
            Self::Shape(_) => "give a metrics.json that `s3ci run` wrote; `s3ci schema` prints its schema".to_owned(),
            Self::Version { writer, .. } => {
                format!("run the suites again with this s3ci, or read the record with {writer}")
            }
        }
    }
}

/// Only what must be known before the rest can be trusted.
#[derive(Deserialize)]
struct Versioned {
    schema_version: String,
    #[serde(default)]
    tool: Writer,
}

#[derive(Default, Deserialize)]
struct Writer {
    #[serde(default)]
    version: String,
}

/// The record, indented, with a line feed at the end.
///
/// # Errors
/// A moment in the record lies outside the years 0 to 9999.
pub fn render(record: &RunRecord) -> Result<String, RenderError> {
    let mut json = serde_json::to_string_pretty(record).map_err(RenderError::Json)?;
    json.push('\n');
    // Old commands to a runner begin so at any place of a line. In JSON it stands in strings alone, where this means the same.
    Ok(json.replace("##[", "#\\u0023["))
}

/// Reads a record back, to render it again.
///
/// # Errors
/// When the text is no JSON, no record, or a record of another major schema version. Fields that a later minor version added
/// are ignored.
pub fn parse(json: &str) -> Result<RunRecord, ReadError> {
    let wrong = |error: serde_json::Error| {
        let misread = Misread::of_json(&error);
        if error.is_data() { ReadError::Shape(misread) } else { ReadError::Syntax(misread) }
    };
    let Versioned { schema_version: found, tool } = serde_json::from_str(json).map_err(wrong)?;
    if major(&found) != major(SCHEMA_VERSION) {
        let writer = format!("s3ci {}", sanitize::line(&tool.version)).trim_end().to_owned();
        return Err(ReadError::Version { found: sanitize::line(&found), writer });
    }
    serde_json::from_str(json).map_err(wrong)
}

/// The JSON Schema of `metrics.json`, indented, with a line feed at the end.
#[must_use]
pub fn schema() -> String {
    format!("{:#}\n", schema_for!(RunRecord).as_value())
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_record_survives_the_way_there_and_back() {
        let record = fixture::record();
        let json = render(&record).unwrap();
        assert!(json.ends_with("}\n"));
        assert_eq!(parse(&json).unwrap(), record);
        assert_eq!(render(&parse(&json).unwrap()).unwrap(), json);
    }

    #[test]
    fn a_record_validates_against_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for record in [fixture::record(), fixture::clean(), fixture::with_known_issues()] {
            let instance: serde_json::Value = serde_json::from_str(&render(&record).unwrap()).unwrap();
            let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        let mut broken: serde_json::Value = serde_json::to_value(fixture::clean()).unwrap();
        broken["suites"][0]["checks"][0]["outcome"]["status"] = "perhaps".into();
        assert!(!validator.is_valid(&broken));
    }

    #[test]
    fn another_major_version_is_refused_and_a_later_minor_one_is_read() {
        let json = render(&fixture::clean()).unwrap();
        let version = |version: &str| json.replacen(&format!("\"{SCHEMA_VERSION}\""), &format!("\"{version}\""), 1);
        let refused = parse(&version("1.3")).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "read the record: s3ci 0.1.0 wrote it in schema 1.3, and this s3ci reads schema 2"
        );
        assert!(refused.hint().contains("run the suites again"));
        // A record of schema 1 has other fields as well, and is refused for its version all the same.
        let bare = parse(r#"{"schema_version": "1.0", "cases": []}"#).unwrap_err();
        assert!(matches!(&bare, ReadError::Version { writer, .. } if writer == "s3ci"), "{bare}");
        let later = version("2.99").replacen('{', "{\"a_later_field\": [1],", 1);
        assert_eq!(parse(&later).unwrap().schema_version, "2.99");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let json = render(&fixture::clean()).unwrap();
        let cut = parse(&json[..json.len() / 2]).unwrap_err();
        assert!(matches!(cut, ReadError::Syntax(_)));
        assert!(cut.source().unwrap().to_string().starts_with("line "), "{:?}", cut.source());
        let shape = parse(&json.replacen("\"seed\"", "\"sead\"", 1)).unwrap_err();
        assert!(matches!(shape, ReadError::Shape(_)));
        let source = shape.source().unwrap().to_string();
        assert!(source.starts_with("line ") && source.ends_with("the field `seed` is missing"), "{source}");
        assert!(matches!(parse("[1]").unwrap_err(), ReadError::Shape(_)));
    }
}
