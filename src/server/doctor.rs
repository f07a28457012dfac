//! What of this machine decides whether and how servers can be run, as findings for a person.
//!
//! Looks only: nothing is pulled, built, installed or removed.

use super::docker::{self, DockerSettings};
use super::{ServerError, process};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// Whether it is as a run needs it.
    pub good: bool,
    /// What was found.
    pub detail: String,
    /// The command, or what else, that mends it.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    #[must_use]
    pub fn good(subject: &'static str, detail: impl Into<String>) -> Self {
        Self { subject, good: true, detail: detail.into(), remedy: None }
    }

    /// Something that keeps a run, or a part of it, from working.
    #[must_use]
    pub fn bad(subject: &'static str, detail: impl Into<String>, remedy: Option<String>) -> Self {
        Self { subject, good: false, detail: detail.into(), remedy }
    }

    fn failed(subject: &'static str, error: &ServerError) -> Self {
        Self::bad(subject, format!("failed to {error}"), error.hint())
    }
}

/// What was found, and whether any runtime can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was found, in the order in which a run needs it.
    pub findings: Vec<Finding>,
    /// Whether Docker or, failing that, a process can run servers.
    pub can_run: bool,
}

/// Looks at Docker, the base image, leftovers, Python and certificates.
pub async fn examine(settings: &DockerSettings) -> Diagnosis {
    let mut findings = Vec::new();
    let mut docker_works = false;
    match docker::survey(settings).await {
        Ok(survey) => {
            findings.push(Finding::good("docker", survey.daemon));
            docker_works = survey.base.is_some();
            findings.push(match survey.base {
                Some(base) => Finding::good("base image", base),
                None => Finding::bad(
                    "base image",
                    "none here; the first run tries to pull it",
                    Some("where nothing can be pulled: ci/base-image".to_owned()),
                ),
            });
            findings.push(match survey.leftovers {
                None => Finding::good("leftovers", "none"),
                Some(leftovers) => Finding::bad("leftovers", leftovers, Some("s3ci clean".to_owned())),
            });
        }
        Err(error) => findings.push(Finding::failed("docker", &error)),
    }
    let python = process::interpreter().await.map_err(ServerError::from);
    let process_works = python.is_ok();
    findings.push(match python {
        Ok(python) => Finding::good("python", format!("{python} (for the process runtime)")),
        Err(error) => Finding::failed("python", &error),
    });
    findings.push(match &settings.ca_bundle {
        Some(path) => Finding::good("CA bundle", path.display().to_string()),
        None => Finding::good("CA bundle", "the system's (name another with --ca-bundle)"),
    });
    Diagnosis { findings, can_run: docker_works || process_works }
}
