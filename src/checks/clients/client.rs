//! A row of the table of clients: how a client is run, how it does the steps of the standard workflows, and how its output is read.

use std::collections::BTreeMap;

use super::access::Access;
use crate::checks::scope::Backends;

/// Variables of a client's environment.
pub(super) type Environment = BTreeMap<String, String>;

/// Words of a command line.
pub(super) type Words = fn(&Access) -> Vec<String>;

/// Checks whose failure would explain a failure, as `kind::name`.
pub(super) type Explanation = &'static [&'static str];

/// A file's name, and what makes its text.
pub(super) type SettingsFile = (&'static str, fn(&Access) -> String);

#[derive(Debug)]
pub(super) struct Client {
    /// What names of its checks begin with; its name in reports, and in the toolbox's list of what is there.
    pub(super) name: &'static str,
    pub(super) program: &'static str,
    /// The command that prints its version.
    pub(super) version: &'static [&'static str],
    pub(super) environment: fn(&Access) -> Environment,
    /// A file with further settings: its name and content.
    pub(super) settings: Option<SettingsFile>,
    /// What each of its commands begins with.
    pub(super) options: Words,
    /// Reads its counts from its standard output and its standard error.
    pub(super) counts: fn(&str, &str) -> Counts,
    /// Where it tries again without end: a text of such a line. It is stopped at the third.
    pub(super) tries_again: Option<&'static str>,
    /// Whether it works without a signature, or signs with any key.
    pub(super) can_do_unsigned: bool,
    /// Where its commands are documented.
    pub(super) source: &'static str,
    pub(super) backends: Backends,
    /// How it does the standard workflows; none if it has no standard workflow.
    pub(super) copying: Option<Copying>,
}

/// How a client does the steps of the standard workflows; those that it has no steps for are left out. Beside each workflow stand the
/// checks that would explain a failure, as `kind::name`.
#[derive(Debug)]
pub(super) struct Copying {
    /// What the name of the round trip ends with.
    pub(super) round_trip: &'static str,
    /// The command that copies, and what it does, as in a rule: "aws s3 sync copies".
    pub(super) copies: &'static str,
    /// Copies the source tree to the bucket.
    pub(super) up: Words,
    /// Fetches all of the bucket into [`super::workbench::RESTORED`].
    pub(super) down: Words,
    /// What explains a failure of the round trip.
    pub(super) explained_by: Explanation,
    /// The same of the round trip over TLS; none where that is left out, for a sync goes over TLS anyway.
    pub(super) over_tls: Option<Explanation>,
    /// Whether it copies a tree of awkward names.
    pub(super) awkward_names: bool,
    pub(super) mirror: Option<Mirror>,
    pub(super) etags: Option<Etags>,
}

/// How a client makes the bucket the same as the source tree, deletions too.
#[derive(Debug)]
pub(super) struct Mirror {
    /// The command as in a rule: "aws s3 sync".
    pub(super) command: &'static str,
    /// The option that deletes.
    pub(super) deletes_by: &'static str,
    pub(super) words: Words,
    pub(super) unseen_edits: UnseenEdits,
    /// Where it is documented what becomes of such edits, where that is elsewhere.
    pub(super) unseen_edits_source: Option<&'static str>,
    pub(super) second_sync: Explanation,
    pub(super) same_size_edit: &'static [(Backends, Explanation)],
    pub(super) changes: Explanation,
}

/// What becomes of an edit that left size and modification time as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnseenEdits {
    /// It is copied: the client compares sums.
    Copied,
    /// It is copied or not, as the client's own count says.
    ByItsWord,
}

/// How a client lists the ETags of a bucket.
#[derive(Debug)]
pub(super) struct Etags {
    /// The command as in a rule: "s5cmd ls --etag".
    pub(super) command: &'static str,
    /// Where it is documented.
    pub(super) source: &'static str,
    pub(super) words: Words,
    /// The ETag of each file, out of what it prints.
    pub(super) read: fn(&Access, &str) -> BTreeMap<String, String>,
}

/// What a client reports about its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Files transferred.
    pub(super) transferred: Option<u64>,
    /// Files that did not need to be.
    pub(super) skipped: Option<u64>,
}

impl Counts {
    /// The counts of a client that reports only transfers.
    pub(super) fn transferred(count: usize) -> Self {
        Self { transferred: Some(count as u64), skipped: None }
    }
}

/// The variables that every AWS SDK reads, with nothing of a user's own configuration left.
pub(super) fn sdk_environment(access: &Access) -> Environment {
    let mut environment = environment([
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_MAX_ATTEMPTS", "2"),
    ]);
    if let Some(credentials) = &access.credentials {
        environment.insert("AWS_ACCESS_KEY_ID".into(), credentials.access_key.clone());
        environment.insert("AWS_SECRET_ACCESS_KEY".into(), credentials.secret_key.clone());
    }
    if let Some(authority) = &access.authority {
        environment.insert("AWS_CA_BUNDLE".into(), authority.into());
    }
    environment
}

/// An environment of constants.
pub(super) fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub(super) fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// How many lines begin with one of these.
pub(super) fn lines_with(output: &str, beginnings: &[&str]) -> usize {
    output.lines().filter(|line| beginnings.iter().any(|beginning| line.starts_with(beginning))).count()
}
