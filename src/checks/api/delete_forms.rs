//! DeleteObjects in its forms: what it reports, quiet mode, and more keys than it takes.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, few, is_refusal};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const REPORT: Check = Check {
    spec: CheckSpec {
        name: "object-multi-delete-names-each-key",
        severity: Severity::BreaksClients,
        rule: "DeleteObjects names every key that it deleted",
        consequence: "a client that strikes off what was reported deletes the same keys for ever",
        source: "S3 API reference, DeleteObjects, Deleted",
    },
    body: |context| reports(context, false).boxed(),
};

pub(super) const QUIET: Check = Check {
    spec: CheckSpec {
        name: "object-multi-delete-quiet",
        severity: Severity::Cosmetic,
        rule: "DeleteObjects in quiet mode deletes every named key and names only those that it could not delete: none",
        consequence: "an answer of a hundred kilobytes to a request that asked for none",
        source: "S3 API reference, DeleteObjects, Quiet",
    },
    body: |context| reports(context, true).boxed(),
};

async fn reports(context: &CheckContext<'_>, quiet: bool) -> Result<(), Stop> {
    let bytes = context.bytes("object", 10);
    let named: Vec<String> = ["a", "dir/b", "d & d.txt"].map(str::to_owned).into();
    for key in named.iter().map(String::as_str).chain(["stays"]) {
        context.put(key, &bytes).await?;
    }
    let mut report = context.s3.delete_reporting(context.bucket(), &named, quiet).await?;
    let refused: Vec<_> = report.refused.iter().map(|(key, reason)| format!("{key}: {reason}")).collect();
    ensure(refused.is_empty(), "delete-refused", "DeleteObjects refuses keys", "all deleted", few(&refused))?;
    ensure_left(context, &["stays"]).await?;
    let body = context.get("stays", bytes.len()).await?;
    ensure_content("object that was not named", &bytes, &body.bytes)?;
    report.deleted.sort_unstable();
    let mut expected = if quiet { Vec::new() } else { named };
    expected.sort_unstable();
    let message =
        format!("DeleteObjects{} reports other keys than it should", if quiet { " in quiet mode" } else { "" });
    ensure(report.deleted == expected, "delete-report", message, few(&expected), few(&report.deleted))
}

/// Most keys of one request.
const LIMIT: usize = 1_000;

pub(super) const TOO_MANY: Check = Check {
    spec: CheckSpec {
        name: "object-multi-delete-over-1000-keys",
        severity: Severity::BreaksClients,
        rule: "DeleteObjects of 1,001 keys is refused and deletes none, or deletes all of them; never a part in silence",
        consequence: "files that a cleanup was told to be deleted are still there, and come back with the next restore",
        source: "S3 API reference, DeleteObjects: up to 1,000 keys",
    },
    body: |context| too_many(context).boxed(),
};

async fn too_many(context: &CheckContext<'_>) -> Result<(), Stop> {
    let key = |index: usize| format!("key-{index:04}");
    let there = [key(0), key(500), key(LIMIT)];
    for key in &there {
        context.put(key, &context.bytes("object", 10)).await?;
    }
    let named: Vec<String> = (0..=LIMIT).map(key).collect();
    let there = there.each_ref().map(String::as_str);
    match context.s3.delete_reporting(context.bucket(), &named, true).await {
        Ok(report) if report.refused.is_empty() => ensure_left(context, &[]).await,
        Err(error) if error.status().is_none() => Err(error.into()),
        // Refused, as a whole or key by key: then nothing may be gone that was refused.
        Ok(report) => {
            let refused: Vec<_> =
                there.into_iter().filter(|key| report.refused.iter().any(|(other, _)| other == key)).collect();
            ensure_left(context, &refused).await
        }
        Err(error) => {
            ensure_left(context, &there).await?;
            let holds = error.status().is_some_and(is_refusal);
            let message = "DeleteObjects of 1,001 keys is not refused, but fails";
            ensure(holds, "refused-otherwise", message, "HTTP 4xx", error.to_string())
        }
    }
}

async fn ensure_left(context: &CheckContext<'_>, expected: &[&str]) -> Result<(), Stop> {
    let listing = context.s3.list_all(context.bucket(), "", None, 10).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    let message = "the listing after DeleteObjects is not what should be left";
    let text =
        |keys: &[&str]| if keys.is_empty() { "no key".to_owned() } else { keys.join(", ").escape_debug().to_string() };
    ensure(keys == expected, "delete-without-effect", message, text(expected), text(&keys))
}
