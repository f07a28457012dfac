//! What is wrong with a configuration. The user can fix every variant, so all end with exit code 2.

use std::path::PathBuf;

use super::options::Unfit;
use crate::base::Misread;
use crate::server::TargetError;

/// A configuration that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// A file is not what it should be.
    #[error("understand {}", path.display())]
    Malformed { path: PathBuf, source: Misread, hint: String },
    /// A value is not one that its option takes. `option` is the option at its place: `--files`, or `files in s3ci.toml, line 3`.
    #[error("use {option}{}: {reason}", quoted(value.as_deref()))]
    Value { option: String, value: Option<String>, reason: String },
    /// A target is not what it should be; `option` as above.
    #[error("use {option}")]
    Target { option: String, source: TargetError },
}

fn quoted(value: Option<&str>) -> String {
    value.map_or(String::new(), |value| format!(" '{value}'"))
}

impl ConfigError {
    /// A value that its option does not take.
    pub(super) fn unfit(option: String, value: Option<String>, unfit: Unfit) -> Self {
        match unfit {
            Unfit::Because { reason, .. } => Self::Value { option, value, reason },
            Unfit::Target(source) => Self::Target { option, source },
        }
    }

    /// Two options that do not go together, or a value that cannot be used here.
    pub(super) fn value(key: &str, value: &impl ToString, reason: impl Into<String>) -> Self {
        Self::Value { option: format!("--{key}"), value: Some(value.to_string()), reason: reason.into() }
    }

    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("name a file that exists and that you may read".to_owned()),
            Self::Malformed { hint, .. } => Some(hint.clone()),
            Self::Value { .. } => Some("`s3ci list --options` has the options and their defaults".to_owned()),
            Self::Target { source, .. } => source.hint(),
        }
    }
}
