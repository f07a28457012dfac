//! Why a target cannot be used, one variant a step.

use std::io;
use std::path::PathBuf;

use super::FORMS;
use crate::base::Misread;

/// A target that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The specification is not of a known form.
    #[error("understand the target `{spec}`: a target is one of {FORMS}")]
    UnknownForm {
        /// What was given, credentials left out.
        spec: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The form is known and what follows the colon is wrong.
    #[error("understand the target `{spec}`: {problem}")]
    Malformed {
        /// What was given, credentials left out.
        spec: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A directory is not there, or is something else.
    #[error("use {} as a target: it is not a directory", path.display())]
    NotADirectory { path: PathBuf },
    /// A directory or a commit without a project file.
    #[error("use {place} as a target: it has no pyproject.toml")]
    NoProjectFile {
        /// The directory, or the reference and its repository.
        place: String,
    },
    /// A project file that is not valid TOML.
    #[error("read pyproject.toml of {place}")]
    ProjectFile {
        /// The directory, or the reference and its repository.
        place: String,
        /// Where the file is wrong.
        source: Misread,
    },
    /// A project other than pys3local.
    #[error("use {place} as a target: its project is {found}, not `pys3local`")]
    WrongProject {
        /// The directory, or the reference and its repository.
        place: String,
        /// The name that was found, or that there is none.
        found: String,
    },
    /// The git program could not be started.
    #[error("start git")]
    GitMissing(#[source] io::Error),
    /// A reference that does not name a commit of the repository.
    #[error("resolve git reference `{reference}` in {}: {detail}", repository.display())]
    UnknownReference {
        reference: String,
        /// The repository in which it was looked for.
        repository: PathBuf,
        /// What git said.
        detail: String,
    },
    /// A git command failed.
    #[error("run git {command}: {detail}")]
    Git {
        /// The subcommand.
        command: String,
        /// What git said.
        detail: String,
    },
    /// A source file could not be read.
    #[error("read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The sources are far larger than a Python project.
    #[error("take the sources of {place}: they are larger than {} MiB", limit_bytes >> 20)]
    TooLarge {
        /// The directory, or the reference and its repository.
        place: String,
        /// The most that is taken.
        limit_bytes: u64,
    },
}

impl TargetError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownForm { suggestion: Some(spec), .. } => format!("try `{spec}`"),
            Self::UnknownForm { suggestion: None, .. } => {
                "try `pypi:0.2.1` for a release, `path:DIR` for a checkout, `endpoint:URL` for a server that runs already"
                    .to_owned()
            }
            Self::Malformed { .. } => format!("the forms are {FORMS}"),
            Self::NotADirectory { .. } | Self::NoProjectFile { .. } | Self::WrongProject { .. } => {
                "name the top directory of a pys3local checkout, or a release such as `pypi:0.2.1`".to_owned()
            }
            Self::ProjectFile { .. } => "correct the file, or test a release such as `pypi:0.2.1`".to_owned(),
            Self::GitMissing(_) => "install git, or name an unpacked directory as `path:DIR`".to_owned(),
            Self::UnknownReference { .. } => {
                "`git:REF` looks in the current directory's repository; `git:REF@DIR` names another one; \
                 a shallow clone may lack the reference (`git fetch --tags --unshallow`)"
                    .to_owned()
            }
            Self::TooLarge { .. } => {
                "name the project's own directory, and let .gitignore list what is built".to_owned()
            }
            Self::Git { .. } | Self::Read { .. } => return None,
        };
        Some(hint)
    }
}
