//! What a run would change in the ledger: a unified diff that a person completes and applies. Nothing is ever written into the ledger.
//!
//! A failure that is not listed becomes an entry for the version under test. A listed failure with another symptom becomes an entry with
//! the new symptom. A listed check that passes is removed. Changed optional features are listed as they are now. A check that was skipped,
//! not run or not judged changes nothing. Each new entry has an open reason, and s3ci refuses a ledger with an open reason.

use std::collections::BTreeMap;

use similar::TextDiff;

use super::edit::{Draft, Edits};
use super::generalise::generalised;
use super::{Ledger, LedgerError, Listed, Versions, file};
use crate::record::{CapabilityRecord, CheckId, CheckRecord, Failure, FailureKind, Outcome, RunRecord, SuiteRecord};

impl Ledger {
    /// The change of the ledger's file that a run suggests, after remarks in lines that begin with `#`; none where it suggests none.
    ///
    /// # Errors
    /// The ledger's text cannot be edited.
    pub fn proposal(&self, record: &RunRecord) -> Result<Option<String>, LedgerError> {
        let version = record.target.version.as_deref();
        let mut edits = Edits::default();
        for check in record.suites.iter().flat_map(|suite| &suite.checks) {
            if let Outcome::Failed(failure) = &check.outcome
                && !failure.is_about_speed()
                && !failure.is_proposed
            {
                self.note(&mut edits, &self.of(version), check, failure, &record.run_id);
            }
        }
        for suite in &record.suites {
            self.note_offers(&mut edits, &self.of(version), suite);
        }
        if edits.is_empty() {
            return Ok(None);
        }
        let text = edits.apply(&self.source, &self.text, range_of(version).as_deref())?;
        let diff = TextDiff::from_lines(self.text.as_str(), text.as_str());
        let diff = diff.unified_diff().header(&self.source, &self.source).to_string();
        Ok(Some(format!("{}{diff}", remarks(&edits, version))))
    }

    fn note_offers(&self, edits: &mut Edits, listed: &Listed<'_>, suite: &SuiteRecord) {
        for CapabilityRecord { name, support, .. } in &suite.capabilities {
            let Some((expected, line)) = listed.offered(suite.storage.backend, name) else { continue };
            let entry = self.offered.iter().position(|offered| offered.line == line);
            if let Some(entry) = entry.filter(|_| expected != *support) {
                edits.offers.insert((entry, name.clone()), *support);
            }
        }
    }

    fn note(&self, edits: &mut Edits, listed: &Listed<'_>, record: &CheckRecord, failure: &Failure, run_id: &str) {
        let check = &record.id;
        let line = listed.issue(check).map(|issue| issue.line);
        let entry = line.and_then(|line| self.issues.iter().position(|issue| issue.line == line));
        if failure.kind == FailureKind::KNOWN_ISSUE_FIXED {
            edits.gone.extend(entry.map(|entry| (check.clone(), entry)));
            return;
        }
        if file::worst_severity_of(check, &failure.kind).is_none() {
            return;
        }
        let severity = failure.severity(record.worst_severity);
        edits.changed.extend(entry.map(|entry| (check.clone(), entry)));
        let (kind, actual) = (failure.kind.clone(), generalised(&failure.actual, run_id));
        edits.drafts.entry(Draft { severity, kind, actual }).or_default().push(check.clone());
    }
}

/// The range that is just this version; none if it is not a version.
fn range_of(version: Option<&str>) -> Option<String> {
    // What follows a plus does not count in a range.
    let range = format!("=={}", version?.split('+').next().unwrap_or_default());
    Versions::parse(&range).is_ok().then_some(range)
}

/// What to know before applying the diff.
fn remarks(edits: &Edits, version: Option<&str>) -> String {
    let (count, version_text) = (edits.gone.len(), version.unwrap_or("this server"));
    let mut lines = Vec::new();
    if !edits.drafts.is_empty() {
        lines.push(
            "# The reasons are for a person to write: the ledger is refused while one begins with TODO.".to_owned(),
        );
    }
    if !edits.drafts.is_empty() && range_of(version).is_none() {
        lines.push(
            "# The server's version is unknown, so that new entries name none: they hold for every server.".to_owned(),
        );
    }
    if count > 0 {
        lines.push(format!(
            "# Listed and not seen any more with {version_text}: {count}. Where older versions are still tested, end"
        ));
        lines.push(format!("# the versions of these entries before {version_text} instead of removing them."));
    }
    if !edits.offers.is_empty() {
        lines.push(format!(
            "# Offered otherwise than listed by {version_text}: {}. Where older versions are still tested, end their entry",
            edits.offers.len()
        ));
        lines.push(format!("# of [[capabilities]] before {version_text} and add one, instead of changing it."));
    }
    lines.push("# To apply: save it as a file, and patch -p0 < FILE".to_owned());
    lines.join("\n") + "\n"
}

/// Checks by the symptom that they share.
pub(super) type Drafts = BTreeMap<Draft, Vec<CheckId>>;

#[cfg(test)]
mod tests;
