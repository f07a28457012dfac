//! Settings of the stand-in as a user gives them: `latency-ms=50`.

use std::collections::BTreeMap;

/// What can be set, as `docker/drime/README.md` describes; key and workspace are the run's own business.
const NAMES: [&str; 14] = [
    "duplicates",
    "fault-delay-ms",
    "fault-endpoint",
    "fault-every",
    "fault-first",
    "fault-retry-after",
    "fault-status",
    "folder-names",
    "latency-ms",
    "listing-order",
    "mutation",
    "page-cap",
    "trash-bytes",
    "workspace-id",
];

/// Settings by name. Values are the stand-in's to judge: it refuses to start with a wrong one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandInSettings(BTreeMap<&'static str, String>);

impl StandInSettings {
    /// Reads settings of the form `name=value`; a name may come once.
    ///
    /// # Errors
    ///
    /// The first that cannot be, with what would do.
    pub fn parse(given: &[String]) -> Result<Self, (String, String)> {
        let mut settings = BTreeMap::new();
        for text in given {
            let wrong = |reason: String| (text.clone(), reason);
            let (name, value) = text.split_once('=').ok_or_else(|| wrong("it is NAME=VALUE".to_owned()))?;
            let known = NAMES.into_iter().find(|known| *known == name);
            let name = known.ok_or_else(|| wrong(format!("the names are {}", NAMES.join(", "))))?;
            if value.is_empty() || value.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
                return Err(wrong("the value is empty or has blanks in it".to_owned()));
            }
            if settings.insert(name, value.to_owned()).is_some() {
                return Err(wrong("it is set twice".to_owned()));
            }
        }
        Ok(Self(settings))
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A setting's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Name and value of each, for the stand-in's environment.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(name, value)| (variable(name), value.clone()))
    }
}

impl std::fmt::Display for StandInSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        formatter.write_str(&pairs.join(", "))
    }
}

/// The stand-in's name for a setting.
pub(super) fn variable(name: &str) -> String {
    format!("S3CI_DRIME_{}", name.replace('-', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(given: &[&str]) -> String {
        StandInSettings::parse(&given.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap_err().1
    }

    #[test]
    fn settings_become_the_stand_ins_variables() {
        let given = ["latency-ms=50".to_owned(), "fault-status=429".to_owned()];
        let settings = StandInSettings::parse(&given).unwrap();
        let variables: Vec<_> = settings.variables().collect();
        assert_eq!(variables[0], ("S3CI_DRIME_FAULT_STATUS".to_owned(), "429".to_owned()));
        assert_eq!(settings.to_string(), "fault-status=429, latency-ms=50");
    }

    #[test]
    fn what_cannot_be_a_setting_is_refused() {
        assert!(refused(&["api-key=x"]).starts_with("the names are"));
        assert_eq!(refused(&["latency-ms"]), "it is NAME=VALUE");
        assert_eq!(refused(&["latency-ms=1", "latency-ms=2"]), "it is set twice");
        assert_eq!(refused(&["latency-ms=1\n"]), "the value is empty or has blanks in it");
    }

    #[test]
    fn every_name_is_one_of_the_stand_ins_own() {
        let source = include_str!("../../../docker/drime/drime_standin/settings.py");
        for name in NAMES {
            let spelled = format!("\"{}\"", name.replace('-', "_").to_uppercase());
            assert!(source.contains(&spelled), "{name}");
        }
    }
}
