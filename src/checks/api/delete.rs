//! DeleteObject and DeleteObjects.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, few};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const DELETE: Check = Check {
    spec: CheckSpec {
        name: "object-delete",
        severity: Severity::DataLoss,
        rule: "DeleteObject removes the object and no other",
        consequence: "deleted files come back, or others are lost with them",
        source: "S3 API reference, DeleteObject",
    },
    body: |context| delete(context).boxed(),
};

async fn delete(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    for key in ["gone", "gone2", "dir/gone", "stays"] {
        context.put(key, &bytes).await?;
    }
    context.s3.delete(context.bucket(), "gone").await?;
    ensure_gone(context, "gone").await?;
    for key in ["gone2", "dir/gone", "stays"] {
        let body = context.get(key, bytes.len()).await?;
        ensure_content(key, &bytes, &body.bytes)?;
    }
    Ok(())
}

pub(super) const DELETE_MISSING: Check = Check {
    spec: CheckSpec {
        name: "object-delete-missing-succeeds",
        severity: Severity::BreaksClients,
        rule: "DeleteObject of a key that was never stored succeeds and changes nothing",
        consequence: "a cleanup that is repeated after an interruption ends with an error",
        source: "S3 API reference, DeleteObject",
    },
    body: |context| delete_missing(context).boxed(),
};

async fn delete_missing(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("stays", &bytes).await?;
    context.s3.delete(context.bucket(), "never-stored").await?;
    let body = context.get("stays", bytes.len()).await?;
    ensure_content("stays", &bytes, &body.bytes)
}

pub(super) const MULTI_DELETE: Check = Check {
    spec: CheckSpec {
        name: "object-multi-delete",
        severity: Severity::DataLoss,
        rule: "DeleteObjects removes every named object and no other",
        consequence: "deleted files come back, or others are lost with them",
        source: "S3 API reference, DeleteObjects",
    },
    body: |context| multi_delete(context).boxed(),
};

async fn multi_delete(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    let named: Vec<String> = ["a", "dir/b", "dir/deep/c", "d & d.txt"].map(str::to_owned).into();
    let spared = ["a2", "dir/b2", "e"];
    for key in named.iter().map(String::as_str).chain(spared) {
        context.put(key, &bytes).await?;
    }
    delete_all(context, &named).await?;
    for key in &named {
        ensure_gone(context, key).await?;
    }
    for key in spared {
        let body = context.get(key, bytes.len()).await?;
        ensure_content(key, &bytes, &body.bytes)?;
    }
    let listing = context.s3.list_all(context.bucket(), "", None, 10).await?;
    let mut keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
    keys.sort_unstable();
    ensure(
        keys == spared,
        "delete-without-effect",
        "the listing after DeleteObjects is not what was spared",
        few(&spared),
        few(&keys.iter().map(|key| key.escape_debug()).collect::<Vec<_>>()),
    )
}

pub(super) const MULTI_DELETE_MISSING: Check = Check {
    spec: CheckSpec {
        name: "object-multi-delete-missing-succeeds",
        severity: Severity::BreaksClients,
        rule: "DeleteObjects counts a key that was never stored as deleted, and deletes the others",
        consequence: "a cleanup that is repeated after an interruption ends with an error",
        source: "S3 API reference, DeleteObjects",
    },
    body: |context| multi_delete_missing(context).boxed(),
};

async fn multi_delete_missing(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.put("there", &context.bytes("object", 100)).await?;
    delete_all(context, &["never-stored".to_owned(), "there".to_owned()]).await?;
    ensure_gone(context, "there").await
}

async fn delete_all(context: &CheckContext<'_>, keys: &[String]) -> Result<(), Stop> {
    let refused = context.s3.delete_many(context.bucket(), keys).await?;
    let refused: Vec<_> = refused.into_iter().map(|(key, reason)| format!("{key}: {reason}")).collect();
    let message = format!("DeleteObjects refuses {} of {} keys", refused.len(), keys.len());
    ensure(refused.is_empty(), "delete-refused", message, "all deleted", few(&refused))
}

/// A deleted object must be gone for every way of asking.
async fn ensure_gone(context: &CheckContext<'_>, key: &str) -> Result<(), Stop> {
    let found = context.s3.head(context.bucket(), key).await?.is_some();
    let message = format!("HEAD still finds {key}, which was deleted");
    ensure(!found, "delete-without-effect", message, "404", "200")?;
    let listed = context.s3.list_all(context.bucket(), key, None, 10).await?.iter().any(|entry| entry.key == key);
    let message = format!("the listing still names {key}, which was deleted");
    ensure(!listed, "delete-without-effect", message, "no entry", "an entry")
}
