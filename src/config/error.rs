//! What is wrong with a configuration; every variant is the user's to mend, so all end with exit code 2.

use std::path::PathBuf;

use crate::server::TargetError;

/// A configuration that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file cannot be read.
    #[error("read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration file is not what it should be.
    #[error("understand {}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why, with the place in the file.
        source: Box<toml::de::Error>,
    },
    /// A value is out of its range.
    #[error("use --{name} {value}: {reason}")]
    Value {
        /// Name of the option.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would do.
        reason: String,
    },
    /// A threshold is none.
    #[error("use the threshold {metric} = {value:?}: {reason}")]
    Threshold {
        /// What is to be measured.
        metric: String,
        /// What was given.
        value: String,
        /// What would do.
        reason: String,
    },
    /// The base is not what it should be.
    #[error("use --against")]
    Against(#[source] TargetError),
    /// The target is not what it should be.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl ConfigError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("leave --config out, or name a file that exists".to_owned()),
            Self::Malformed { .. } => Some("the keys are the long options of `s3ci run --help`".to_owned()),
            Self::Value { .. } => Some("`s3ci run --help` lists the options and their defaults".to_owned()),
            Self::Threshold { .. } => {
                Some("a threshold looks like \"bench/local.upload.throughput\" = \">= 10 MB/s\"".to_owned())
            }
            Self::Against(error) | Self::Target(error) => error.hint(),
        }
    }
}
