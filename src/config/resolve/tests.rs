use std::ffi::OsString;

use super::*;
use crate::config::options::{Place, Said, TABLE, Word};

/// Settings as flags have them.
fn flags(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let word = |(key, text): &(&str, &str)| Word {
        row: TABLE.iter().find(|row| row.key == *key).unwrap(),
        place: Place::Flag,
        text: OsString::from(text),
    };
    Settings::of(&Said(pairs.iter().map(word).collect()))
}

fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    resolve(&flags(pairs)?)
}

#[test]
fn a_flag_hides_the_file_and_the_file_hides_the_default() {
    let file = flags(&[("files", "8"), ("workers", "9")]).unwrap();
    let merged = resolve(&over(flags(&[("files", "7")]).unwrap(), file)).unwrap();
    assert_eq!((merged.files, merged.workers, merged.seed), (7, 9, 1));
}

#[test]
fn values_out_of_range_name_their_option() {
    let refused = |pairs: &[(&str, &str)]| match config(pairs) {
        Err(ConfigError::Value { option, .. } | ConfigError::Target { option, .. }) => option,
        other => panic!("not refused: {other:?}"),
    };
    for (key, text) in [
        ("workers", "0"),
        ("files", "0"),
        ("files", "many"),
        ("max-size", "5368709121"),
        ("backend", "s3"),
        ("drime", "sky"),
        ("drime-set", "api-key=x"),
        ("runtime", "vm"),
        ("timeout", "soon"),
        ("timeout", "0"),
        ("ca-bundle", "/nowhere"),
        ("work-dir", "/nowhere"),
        ("fail-on", "old"),
        ("inconclusive", "maybe"),
        ("target", "foo"),
        ("against", "foo"),
    ] {
        assert_eq!(refused(&[(key, text)]), format!("--{key}"), "{text}");
    }
    assert_eq!(refused(&[("min-size", "10"), ("max-size", "9")]), "--min-size");
    assert_eq!(config(&[("max-size", "9")]).unwrap().dataset.min_size_bytes, 9);
}

#[test]
fn the_same_words_are_refused_for_a_flag_a_variable_and_a_file() {
    let row = TABLE.iter().find(|row| row.key == "files").unwrap();
    let file = Place::File { name: "s3ci.toml".to_owned(), line: 3, column: 9 };
    let refused = [Place::Flag, Place::Variable, file].map(|place| {
        let word = Word { row, place, text: OsString::from("many") };
        Settings::of(&Said(vec![word])).unwrap_err().to_string()
    });
    let reason = "it must be a whole number, such as 100";
    let expected = [
        format!("use --files 'many': {reason}"),
        format!("use S3CI_FILES 'many': {reason}"),
        format!("use files in s3ci.toml, line 3, column 9: {reason}"),
    ];
    assert_eq!(refused, expected);
}

#[test]
fn whoever_chooses_a_ledger_anew_has_chosen() {
    let file = || flags(&[("known-issues", "ours.toml")]).unwrap();
    let none = || flags(&[("no-known-issues", "true")]).unwrap();
    let chosen = |upper, lower| resolve(&over(upper, lower)).unwrap().known_issues;
    assert_eq!(chosen(none(), file()), KnownIssues::None);
    assert_eq!(chosen(file(), none()), KnownIssues::File("ours.toml".into()));
    assert_eq!(chosen(Settings::default(), none()), KnownIssues::None);
    assert_eq!(chosen(Settings::default(), Settings::default()), KnownIssues::BuiltIn);
    assert_eq!(chosen(flags(&[("no-known-issues", "false")]).unwrap(), none()), KnownIssues::BuiltIn);
    assert!(config(&[("known-issues", "ours.toml"), ("no-known-issues", "true")]).is_err());
}

#[test]
fn the_repro_line_has_what_was_set_and_no_password() {
    let settings = [
        ("target", "endpoint:http://user:pass@127.0.0.1:9000"),
        ("files", "3"),
        ("large", "true"),
        ("no-known-issues", "false"),
        ("timeout", "90"),
        ("known-issues", "our issues.toml"),
        ("work-dir", "/"),
    ];
    let expected = "s3ci run --target endpoint:http://127.0.0.1:9000 --files 3 --large --timeout '1m 30s' --known-issues \
                    'our issues.toml' --seed 1";
    let merged = over(flags(&settings).unwrap(), Settings::default());
    assert_eq!(repro(&merged, 1), expected);
}

#[test]
fn the_repro_line_of_a_comparison_has_all_that_decides_it() {
    let settings = [
        ("against", "pypi:0.2.0"),
        ("baseline", "last release/metrics.json"),
        ("tolerance", "8%"),
        ("inconclusive", "fail"),
        ("fail-on", "new"),
        ("seed", "7"),
    ];
    let expected = "s3ci run --against pypi:0.2.0 --baseline 'last release/metrics.json' --tolerance '8%' --inconclusive fail \
                    --fail-on new --seed 7";
    assert_eq!(config(&settings).unwrap().repro, expected);
}
