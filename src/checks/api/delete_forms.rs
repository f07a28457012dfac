//! DeleteObjects in its forms: what it reports, quiet mode, and more keys than it takes.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same_keys};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, Cosmetic};
use crate::record::Stop;

/// Most keys of one request.
const LIMIT: usize = 1_000;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "object-multi-delete-names-each-key",
        severity: BreaksClients,
        rule: "DeleteObjects names every key that it deleted",
        consequence: "a client that crosses off the reported keys deletes the same keys again and again",
        source: "S3 API reference, DeleteObjects, Deleted",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| reports(c, false).await,
    },
    Check {
        name: "object-multi-delete-quiet",
        severity: Cosmetic,
        rule: "DeleteObjects in quiet mode deletes every named key and names only those that it could not delete: none",
        consequence: "the server sends a hundred kilobytes to a client that asked for none",
        source: "S3 API reference, DeleteObjects, Quiet",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| reports(c, true).await,
    },
    Check {
        name: "object-multi-delete-over-1000-keys",
        severity: BreaksClients,
        rule: "DeleteObjects of 1,001 keys is refused and deletes none, or deletes all of them; never a part in silence",
        consequence: "files that a cleanup believes to be deleted are still there, and come back with the next restore",
        source: "S3 API reference, DeleteObjects: up to 1,000 keys",
        scope: ANYWHERE,
        body: &too_many,
    },
];

async fn reports(c: &CheckContext<'_>, quiet: bool) -> Result<(), Stop> {
    let bytes = c.bytes("object", 10);
    let named: Vec<String> = ["a", "dir/b", "d & d.txt"].map(str::to_owned).into();
    for key in named.iter().map(String::as_str).chain(["stays"]) {
        c.put(key, &bytes).await?;
    }
    let mut report = c.s3.delete_reporting(c.bucket(), &named, quiet).await?;
    let refused: Vec<_> = report.refused.iter().map(|(key, reason)| format!("{key}: {reason}")).collect();
    ensure(refused.is_empty(), "delete-refused", "DeleteObjects refuses keys", "all deleted", few(&refused))?;
    ensure_left(c, &["stays"]).await?;
    c.holds_as("object that was not named", "stays", &bytes).await?;
    report.deleted.sort_unstable();
    let mut expected = if quiet { Vec::new() } else { named };
    expected.sort_unstable();
    let message =
        format!("DeleteObjects{} reports other keys than it should", if quiet { " in quiet mode" } else { "" });
    ensure(report.deleted == expected, "delete-report", message, few(&expected), few(&report.deleted))
}

async fn too_many(c: &CheckContext<'_>) -> Result<(), Stop> {
    let key = |index: usize| format!("key-{index:04}");
    let there = [key(0), key(500), key(LIMIT)];
    for key in &there {
        c.put(key, &c.bytes("object", 10)).await?;
    }
    let named: Vec<String> = (0..=LIMIT).map(key).collect();
    let there = there.each_ref().map(String::as_str);
    // Refused, as a whole or key by key: then nothing may be gone that was refused.
    match c.s3.delete_reporting(c.bucket(), &named, true).await {
        Ok(report) => {
            let is_refused = |key: &&str| report.refused.iter().any(|(other, _)| other == key);
            let refused: Vec<_> = there.into_iter().filter(is_refused).collect();
            ensure_left(c, &refused).await
        }
        Err(error) => {
            ensure_left(c, &there).await?;
            refused("DeleteObjects of 1,001 keys, where it does not succeed,", &Err::<(), _>(error), Refusal::ANY)
        }
    }
}

async fn ensure_left(c: &CheckContext<'_>, expected: &[&str]) -> Result<(), Stop> {
    let keys = c.keys(10).await?;
    let message = "the listing after DeleteObjects is not what should be left";
    same_keys("delete-without-effect", message, expected, &keys)
}
