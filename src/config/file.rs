//! `s3ci.toml`.

use std::io::ErrorKind;
use std::path::Path;

use super::ConfigError;
use crate::cli::Settings;

/// The file that is read where it exists and none is named.
const DEFAULT_FILE: &str = "s3ci.toml";

/// Reads the file that was named, or the default one where it exists.
pub(super) fn read(named: Option<&Path>) -> Result<Option<Settings>, ConfigError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => return Ok(None),
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    };
    toml::from_str(&text)
        .map(Some)
        .map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Option<Settings>, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s3ci.toml");
        std::fs::write(&path, text).unwrap();
        read(Some(&path))
    }

    #[test]
    fn keys_are_the_long_options() {
        let settings = read_text("target = \"pypi:0.2.0\"\nmin-size = 10\nparallel = true\n").unwrap().unwrap();
        assert_eq!(settings.target.as_deref(), Some("pypi:0.2.0"));
        assert_eq!((settings.min_size, settings.parallel, settings.files), (Some(10), Some(true), None));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let error = read_text("files = 3\nfyles = 4\n").unwrap_err();
        let place = std::error::Error::source(&error).unwrap().to_string();
        assert!(place.contains("line 2") && place.contains("fyles"), "{place}");
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        assert!(matches!(read(Some(Path::new("/nowhere/s3ci.toml"))), Err(ConfigError::Unreadable { .. })));
    }
}
