//! Compares the optional features that a version of the server is known to have with those that it shows.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Listed, Versions};
use crate::record::{Backend, CapabilityRecord, CheckId, CheckRecord, Failure, Outcome, Severity, SuiteId, Support};

/// What versions of the server offer on one backend.
#[derive(Debug, Clone)]
pub struct Offered {
    pub backend: Backend,
    /// The versions; any where none.
    pub versions: Option<Versions>,
    /// Each by its name.
    pub support: BTreeMap<&'static str, Support>,
    /// Where it stands in the file.
    pub line: usize,
}

/// The same as it is in the file, which may have the features that suites ask for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    pub(super) backend: Spanned<Backend>,
    pub(super) versions: Option<Spanned<String>>,
    multipart: Option<Support>,
    conditional_writes: Option<Support>,
    tagging: Option<Support>,
}

impl Written {
    pub(super) fn support(&self) -> BTreeMap<&'static str, Support> {
        let all =
            [("multipart", self.multipart), ("conditional-writes", self.conditional_writes), ("tagging", self.tagging)];
        all.into_iter().filter_map(|(name, support)| Some((name, support?))).collect()
    }
}

impl Listed<'_> {
    /// What the ledger expects of a server's backend.
    #[must_use]
    pub fn support(&self, backend: Backend, capability: &str) -> Option<Support> {
        self.offered(backend, capability).map(|(support, _)| support)
    }

    /// What the ledger expects, and the line of the entry that says so.
    pub(super) fn offered(&self, backend: Backend, capability: &str) -> Option<(Support, usize)> {
        let version = self.version.as_deref();
        let holds = |offered: &&super::Offered| {
            offered.backend == backend
                && offered
                    .versions
                    .as_ref()
                    .is_none_or(|versions| version.is_some_and(|version| versions.contain(version)))
        };
        let mut offered = self.ledger.offered.iter().filter(holds);
        offered.find_map(|offered| Some((*offered.support.get(capability)?, offered.line)))
    }

    /// A result of its own where a server offers something else than the ledger says. Less is red because clients rely on it, more
    /// because the ledger would go on allowing its loss. How to repeat it, and the requests, are for the run to add.
    #[must_use]
    pub fn changed(&self, suite: &SuiteId, backend: Backend, capability: &CapabilityRecord) -> Option<CheckRecord> {
        self.changed_here(suite, backend, capability).or_else(|| self.lowered(suite, backend, capability))
    }

    /// What the base expects and the tree under test does not any more. More features are not a loss.
    fn lowered(&self, suite: &SuiteId, backend: Backend, capability: &CapabilityRecord) -> Option<CheckRecord> {
        let is_accepted = capability.support == Support::Supported || self.accepts_additions();
        let base = self.of_base().filter(|_| !is_accepted)?;
        let check = base.changed_here(suite, backend, capability)?;
        let Outcome::Failed(failure) = check.outcome else { return None };
        let line = self.offered(backend, &capability.name).map_or(1, |(_, line)| line);
        Some(CheckRecord { outcome: Outcome::Failed(self.proposed(failure, line)), ..check })
    }

    fn changed_here(&self, suite: &SuiteId, backend: Backend, capability: &CapabilityRecord) -> Option<CheckRecord> {
        let (expected, line) = self.offered(backend, &capability.name)?;
        let (name, actual) = (&capability.name, capability.support);
        let version = self.version.as_deref().unwrap_or("this one");
        let place = format!("{}, line {line}", self.ledger.source);
        let (kind, message) = match (expected, actual) {
            _ if expected == actual => return None,
            (_, Support::Supported) => (
                "support-appeared",
                format!(
                    "{name} is supported now: say so in the ledger, or end its versions before {version} ({place})"
                ),
            ),
            (Support::Supported, _) => {
                ("support-disappeared", format!("{name} was supported, and is {} now ({place})", actual.word()))
            }
            _ => ("support-changed", format!("{name} was {}, and is {} now ({place})", expected.word(), actual.word())),
        };
        let actual = format!("{}: {}", actual.word(), capability.detail);
        let failure = Failure::new(kind, message, expected.word(), actual);
        Some(CheckRecord {
            id: CheckId::new(suite, &format!("capability-{name}")),
            worst_severity: Severity::BreaksClients,
            rule: format!("{name} is offered as the ledger says of this version"),
            consequence: "clients that relied on it fail, or nobody would notice its loss".to_owned(),
            source: place,
            outcome: Outcome::Failed(failure).with_severity(Severity::BreaksClients),
            duration_ns: 0,
            exchanges: Vec::new(),
            repro: String::new(),
            commands: Vec::new(),
            explained_by: Vec::new(),
            ledger_line: Some(line as u64),
            counterexample: None,
            repeats: None,
        })
    }
}
