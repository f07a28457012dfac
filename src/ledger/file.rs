//! From the text of a ledger to entries that can be relied on.

use serde::Deserialize;
use toml::Spanned;

use super::{Issue, LedgerError, Pattern, Problem, Symptom, Versions};
use crate::model::{CaseId, Severity, SuiteId};
use crate::plan::nearest;
use crate::suites::CATALOGUE;

/// What the reason of a proposed entry begins with, until a person has written it.
pub(super) const OPEN_REASON: &str = "TODO";

/// A ledger as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    issue: Vec<Written>,
}

/// An entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    checks: Spanned<Vec<Spanned<String>>>,
    versions: Option<Spanned<String>>,
    severity: Spanned<Severity>,
    symptom: Spanned<WrittenSymptom>,
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
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Issue>, LedgerError> {
    let file: File = toml::from_str(text)
        .map_err(|source| LedgerError::Malformed { file: name.to_owned(), source: Box::new(source) })?;
    let mut issues: Vec<Issue> = Vec::with_capacity(file.issue.len());
    for written in file.issue {
        let problem = |(at, problem)| LedgerError::Entry { file: name.to_owned(), line: line(text, at), problem };
        let issue = entry(&written, text, &issues).map_err(problem)?;
        issues.push(issue);
    }
    Ok(issues)
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
        reason: written.reason.get_ref().clone(),
        upstream: written.upstream.clone(),
        line: line(text, at),
    };
    for check in written.checks.get_ref() {
        let id = known_check(check, &written.severity)?;
        let again =
            std::iter::once(&issue).chain(earlier).find(|other| other.checks.contains(&id) && other.meets(&issue));
        if let Some(again) = again {
            return Err((check.span().start, Problem::Duplicate { check: id.to_string(), first: again.line }));
        }
        issue.checks.push(id);
    }
    Ok(issue)
}

impl Issue {
    /// Whether some version has both.
    fn meets(&self, other: &Self) -> bool {
        match (&self.versions, &other.versions) {
            (Some(one), Some(two)) => one.overlap(two),
            _ => true,
        }
    }
}

fn versions(written: &Spanned<String>) -> Result<Versions, Wrong> {
    Versions::parse(written.get_ref())
        .map_err(|reason| (written.span().start, Problem::Versions { versions: written.get_ref().clone(), reason }))
}

fn symptom(written: &Spanned<WrittenSymptom>) -> Result<Symptom, Wrong> {
    let WrittenSymptom { kind, actual } = written.get_ref();
    let actual = Pattern::new(actual).ok_or((written.span().start, Problem::VagueSymptom))?;
    Ok(Symptom { kind: kind.clone(), actual })
}

fn reason(written: &Spanned<String>) -> Result<(), Wrong> {
    let problem = match written.get_ref().trim() {
        "" => Problem::NoReason,
        text if text.starts_with(OPEN_REASON) => Problem::OpenReason { reason: text.to_owned() },
        _ => return Ok(()),
    };
    Err((written.span().start, problem))
}

/// The severity that the catalogue has for a check; none where there is no such check.
pub(super) fn severity_of(check: &CaseId) -> Option<Severity> {
    let suite = CATALOGUE.iter().find(|suite| suite.id() == check.suite())?;
    suite.cases().iter().find(|spec| spec.name == check.name()).map(|spec| spec.severity)
}

/// A check of the catalogue, with the severity that it has there.
fn known_check(check: &Spanned<String>, severity: &Spanned<Severity>) -> Result<CaseId, Wrong> {
    let name = check.get_ref();
    let (suite, case) = name.split_once("::").unwrap_or((name, ""));
    let id = CaseId::new(&SuiteId::new(suite), case);
    let Some(actual) = severity_of(&id) else {
        let problem = Problem::UnknownCheck { check: name.clone(), nearest: nearest(name) };
        return Err((check.span().start, problem));
    };
    let listed = *severity.get_ref();
    if actual != listed {
        return Err((severity.span().start, Problem::Severity { check: name.clone(), listed, actual }));
    }
    Ok(id)
}

/// The number of the line that a place in the text is on.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}
