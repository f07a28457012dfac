//! From the text of a ledger to entries that can be relied on.

use serde::Deserialize;
use toml::Spanned;

use super::support::{self, Offered};
use super::{Issue, LedgerError, Pattern, Problem, Symptom, Versions};
use crate::base::Misread;
use crate::checks::CATALOGUE;
use crate::plan::nearest;
use crate::record::{CheckId, FailureKind, Severity, SuiteId};

/// What the reason of a proposed entry begins with, until a person has written it.
pub(super) const OPEN_REASON: &str = "TODO";

/// A ledger as it is in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    issue: Vec<Written>,
    #[serde(default)]
    capabilities: Vec<support::Written>,
}

/// An entry as it is in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    checks: Spanned<Vec<Spanned<String>>>,
    versions: Option<Spanned<String>>,
    severity: Spanned<Severity>,
    symptom: Spanned<WrittenSymptom>,
    cause: Option<String>,
    reason: Spanned<String>,
    upstream: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSymptom {
    kind: String,
    actual: String,
}

/// Reads entries; `name` is what the file is called in messages.
pub(super) fn parse(name: &str, text: &str) -> Result<(Vec<Issue>, Vec<Offered>), LedgerError> {
    let file: File = toml::from_str(text)
        .map_err(|error| LedgerError::Malformed { file: name.to_owned(), source: Misread::of_toml(text, &error) })?;
    let mut issues: Vec<Issue> = Vec::with_capacity(file.issue.len());
    let problem = |(at, problem)| {
        let Misread { line, column, .. } = Misread::at(text, at, "");
        LedgerError::Entry { file: name.to_owned(), line, column, problem }
    };
    for written in file.issue {
        let issue = entry(&written, text, &issues).map_err(problem)?;
        issues.push(issue);
    }
    let mut all: Vec<Offered> = Vec::new();
    for written in file.capabilities {
        let offered = offered(&written, text, &all).map_err(problem)?;
        all.push(offered);
    }
    Ok((issues, all))
}

fn offered(written: &support::Written, text: &str, earlier: &[Offered]) -> Result<Offered, Wrong> {
    let at = written.backend.span().start;
    let backend = *written.backend.get_ref();
    let versions = written.versions.as_ref().map(versions).transpose()?;
    let again =
        earlier.iter().find(|other| other.backend == backend && meet(other.versions.as_ref(), versions.as_ref()));
    if let Some(again) = again {
        let check = format!("what {backend} offers");
        return Err((at, Problem::Duplicate { check, first: again.line }));
    }
    Ok(Offered { backend, versions, support: written.support(), line: line(text, at) })
}

/// Whether some version is in both ranges; one that is not there holds any.
fn meet(one: Option<&Versions>, other: Option<&Versions>) -> bool {
    one.is_none_or(|one| other.is_none_or(|other| one.overlap(other)))
}

/// Where in the text something is wrong, and what.
type Wrong = (usize, Problem);

fn entry(written: &Written, text: &str, earlier: &[Issue]) -> Result<Issue, Wrong> {
    let at = written.checks.span().start;
    if written.checks.get_ref().is_empty() {
        return Err((at, Problem::NoChecks));
    }
    let versions = written.versions.as_ref().map(versions).transpose()?;
    let symptom = symptom(&written.symptom)?;
    reason(&written.reason)?;
    let mut issue = Issue {
        checks: Vec::new(),
        versions,
        severity: *written.severity.get_ref(),
        symptom,
        cause: written.cause.clone(),
        reason: written.reason.get_ref().clone(),
        upstream: written.upstream.clone(),
        line: line(text, at),
    };
    for check in written.checks.get_ref() {
        let id = known_check(check, &written.severity, &issue.symptom.kind)?;
        let again = std::iter::once(&issue)
            .chain(earlier)
            .find(|other| other.checks.contains(&id) && meet(other.versions.as_ref(), issue.versions.as_ref()));
        if let Some(again) = again {
            return Err((check.span().start, Problem::Duplicate { check: id.to_string(), first: again.line }));
        }
        issue.checks.push(id);
    }
    Ok(issue)
}

fn versions(written: &Spanned<String>) -> Result<Versions, Wrong> {
    Versions::parse(written.get_ref()).map_err(|reason| (written.span().start, Problem::Versions { reason }))
}

fn symptom(written: &Spanned<WrittenSymptom>) -> Result<Symptom, Wrong> {
    let WrittenSymptom { kind, actual } = written.get_ref();
    let actual = Pattern::new(actual).ok_or((written.span().start, Problem::VagueSymptom))?;
    let kind = FailureKind::parse(kind).ok_or_else(|| (written.span().start, Problem::Kind))?;
    Ok(Symptom { kind, actual })
}

fn reason(written: &Spanned<String>) -> Result<(), Wrong> {
    let problem = match written.get_ref().trim() {
        "" => Problem::NoReason,
        text if text.starts_with(OPEN_REASON) => Problem::OpenReason,
        _ => return Ok(()),
    };
    Err((written.span().start, problem))
}

/// The worst that such a failure of a check can cost; none where there is no such check.
pub(super) fn worst_severity_of(check: &CheckId, kind: &FailureKind) -> Option<Severity> {
    let suite = CATALOGUE.iter().find(|suite| suite.id() == check.suite())?;
    let worst = suite.checks().iter().find(|spec| spec.name == check.name()).map(|spec| spec.severity)?;
    Some(if *kind == FailureKind::SILENT_CORRUPTION { Severity::DataLoss } else { worst })
}

/// A check of the catalogue that can fail as badly as the entry says.
fn known_check(check: &Spanned<String>, severity: &Spanned<Severity>, kind: &FailureKind) -> Result<CheckId, Wrong> {
    let name = check.get_ref();
    let (suite, in_suite) = name.split_once("::").unwrap_or((name, ""));
    let id = CheckId::new(&SuiteId::new(suite), in_suite);
    let Some(worst) = worst_severity_of(&id, kind) else {
        let problem = Problem::UnknownCheck { nearest: nearest(name) };
        return Err((check.span().start, problem));
    };
    let listed = *severity.get_ref();
    if listed.at_most(worst) != listed {
        return Err((severity.span().start, Problem::Severity { check: name.clone(), listed, worst }));
    }
    Ok(id)
}

/// The number of the line that a place in the text is on.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}
