//! What is to be known of a client to run it and to read its output.

use std::collections::BTreeMap;

use super::workbench::Workbench;

/// Variables of a client's environment.
pub(super) type Environment = BTreeMap<String, String>;

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    /// Its name in reports, and in the toolbox's list of what is there.
    pub(super) name: &'static str,
    /// The program that is run.
    pub(super) program: &'static str,
    /// What it is told through its environment.
    pub(super) environment: fn(&Workbench<'_>) -> Environment,
    /// Reads its counts from its output.
    pub(super) counts: fn(&str, &str) -> Counts,
    /// Where it tries again without end: a text of such a line. It is stopped at the third.
    pub(super) tries_again: Option<&'static str>,
}

/// What a client says of its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Files transferred.
    pub(super) transferred: Option<u64>,
    /// Files that did not need to be.
    pub(super) skipped: Option<u64>,
}

impl Counts {
    /// Counts where only transfers are told.
    pub(super) fn transferred(count: usize) -> Self {
        Self { transferred: Some(count as u64), skipped: None }
    }
}

/// The variables that every AWS SDK reads, with nothing of a user's own configuration left.
pub(super) fn sdk_environment(bench: &Workbench<'_>) -> Environment {
    let mut environment = environment([
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_MAX_ATTEMPTS", "2"),
    ]);
    if let Some(credentials) = bench.credentials() {
        environment.insert("AWS_ACCESS_KEY_ID".into(), credentials.access_key.clone());
        environment.insert("AWS_SECRET_ACCESS_KEY".into(), credentials.secret_key.clone());
    }
    if let Some(authority) = bench.authority() {
        environment.insert("AWS_CA_BUNDLE".into(), authority.into());
    }
    environment
}

/// An environment of constants.
pub(super) fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// How many lines begin with one of these.
pub(super) fn lines_with(output: &str, beginnings: &[&str]) -> usize {
    output.lines().filter(|line| beginnings.iter().any(|beginning| line.starts_with(beginning))).count()
}
