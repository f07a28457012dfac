//! Targets: where a server under test comes from.
//!
//! Owns the meaning of a target specification, the checks that can be made of one before any work is done, and the
//! reading of a checkout's sources. Deliberately absent: building, installing and starting, which are the runtimes' part.

mod error;
mod git;
mod project;
mod sources;
mod version;
mod walk;

use std::fmt;
use std::path::{Path, PathBuf};

pub use error::TargetError;
pub use sources::{SourceFile, Sources};

use super::address::{Address, without_userinfo};
use git::Repository;

/// The forms that a specification can have, for messages.
const FORMS: &str = "`pypi:VERSION`, `pypi:latest`, `path:DIR`, `git:REF`, `git:REF@DIR`, `image:TAG`, `endpoint:URL`";

/// Where a server under test comes from. `Debug` and `Display` give the specification, without a URL's credentials.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A release on the package index, by its exact version.
    Pypi(String),
    /// The newest release on the package index at the time of the run.
    PypiLatest,
    /// A directory that holds pys3local's sources.
    Path(PathBuf),
    /// A commit of a repository.
    Git {
        /// Branch, tag or hash.
        reference: String,
        /// The repository, or a directory within its work tree.
        repository: PathBuf,
    },
    /// A container image that has pys3local installed.
    Image(String),
    /// The URL of a server that somebody else runs.
    Endpoint(String),
}

impl Target {
    /// Reads a specification, such as `pypi:0.2.1`.
    ///
    /// A `git:` reference ends at the first `@` that is neither its first character nor followed by `{`.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownForm`] and [`TargetError::Malformed`].
    pub fn parse(spec: &str) -> Result<Self, TargetError> {
        let malformed =
            |problem: &str| TargetError::Malformed { spec: without_userinfo(spec), problem: problem.to_owned() };
        let Some((form, rest)) = spec.split_once(':').filter(|(form, _)| !form.contains(['/', '\\', '.'])) else {
            return Err(unknown_form(spec));
        };
        match form {
            "pypi" if rest == "latest" => Ok(Self::PypiLatest),
            "pypi" if version::is_exact(rest) => Ok(Self::Pypi(rest.to_owned())),
            "pypi" => Err(malformed("`pypi:` is followed by an exact version or by `latest`")),
            "path" if rest.is_empty() => Err(malformed("`path:` is followed by a directory")),
            "path" => Ok(Self::Path(PathBuf::from(rest))),
            "git" => {
                let (reference, repository) = split_reference(rest);
                git::check_reference(reference).map_err(malformed)?;
                if repository == Some("") {
                    return Err(malformed("the `@` is followed by a repository's directory"));
                }
                Ok(Self::Git { reference: reference.to_owned(), repository: PathBuf::from(repository.unwrap_or(".")) })
            }
            "image" if rest.is_empty() || rest.starts_with('-') || rest.contains(char::is_whitespace) => {
                Err(malformed("`image:` is followed by the name of a container image"))
            }
            "image" => Ok(Self::Image(rest.to_owned())),
            "endpoint" => {
                Address::parse(rest).map_err(malformed)?;
                Ok(Self::Endpoint(rest.to_owned()))
            }
            _ => Err(unknown_form(spec)),
        }
    }

    /// Checks what can be known before any work: that a directory or a commit is there and holds pys3local.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong. Whether a release or an image exists is only learnt when it is fetched.
    pub async fn validate(&self) -> Result<(), TargetError> {
        match self {
            Self::Path(directory) => project::check_directory(directory),
            Self::Git { reference, repository } => {
                let commit = Repository::at(repository).resolve(reference).await?;
                project::check_commit(&commit).await
            }
            Self::Endpoint(url) => Address::parse(url)
                .map(drop)
                .map_err(|problem| TargetError::Malformed { spec: self.to_string(), problem: problem.to_owned() }),
            Self::Pypi(_) | Self::PypiLatest | Self::Image(_) => Ok(()),
        }
    }

    /// Reads the sources of a `path:` or `git:` target; other targets have none.
    ///
    /// # Errors
    ///
    /// What [`Target::validate`] finds, and any file that cannot be read.
    pub async fn sources(&self) -> Result<Option<Sources>, TargetError> {
        self.validate().await?;
        match self {
            Self::Path(directory) => sources::of_directory(directory).await.map(Some),
            Self::Git { reference, repository } => {
                let commit = Repository::at(repository).resolve(reference).await?;
                sources::of_commit(&commit).await.map(Some)
            }
            Self::Pypi(_) | Self::PypiLatest | Self::Image(_) | Self::Endpoint(_) => Ok(None),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pypi(version) => write!(formatter, "pypi:{version}"),
            Self::PypiLatest => formatter.write_str("pypi:latest"),
            Self::Path(directory) => write!(formatter, "path:{}", directory.display()),
            Self::Git { reference, repository } if repository == Path::new(".") => write!(formatter, "git:{reference}"),
            Self::Git { reference, repository } => write!(formatter, "git:{reference}@{}", repository.display()),
            Self::Image(tag) => write!(formatter, "image:{tag}"),
            Self::Endpoint(url) => write!(formatter, "endpoint:{}", without_userinfo(url)),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Target({self})")
    }
}

/// Splits `REF@DIR`; the directory is absent where nothing separates it.
fn split_reference(text: &str) -> (&str, Option<&str>) {
    let separator = text.match_indices('@').map(|(at, _)| at).find(|&at| at > 0 && !text[at + 1..].starts_with('{'));
    separator.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])))
}

fn unknown_form(spec: &str) -> TargetError {
    let suggestion = if spec == "latest" || version::is_exact(spec) {
        Some(format!("pypi:{spec}"))
    } else if Address::parse(spec).is_ok() {
        Some(format!("endpoint:{}", without_userinfo(spec)))
    } else if !spec.is_empty() && Path::new(spec).is_dir() {
        Some(format!("path:{spec}"))
    } else {
        None
    };
    TargetError::UnknownForm { spec: without_userinfo(spec), suggestion }
}

#[cfg(test)]
mod tests;
