//! DeleteObject and DeleteObjects.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same_keys};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "object-delete",
        severity: DataLoss,
        rule: "DeleteObject removes the object and no other",
        consequence: "deleted files come back, or others are lost with them",
        source: "S3 API reference, DeleteObject",
        scope: ANYWHERE,
        body: &delete,
    },
    Check {
        name: "object-delete-missing-succeeds",
        severity: BreaksClients,
        rule: "DeleteObject of a key that was never stored succeeds and changes nothing",
        consequence: "a cleanup that is repeated after an interruption ends with an error",
        source: "S3 API reference, DeleteObject",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("stays", &bytes).await?;
            c.delete("never-stored").await?;
            c.holds("stays", &bytes).await
        },
    },
    Check {
        name: "object-multi-delete",
        severity: DataLoss,
        rule: "DeleteObjects removes every named object and no other",
        consequence: "deleted files come back, or others are lost with them",
        source: "S3 API reference, DeleteObjects",
        scope: ANYWHERE,
        body: &multi_delete,
    },
    Check {
        name: "object-multi-delete-missing-succeeds",
        severity: BreaksClients,
        rule: "DeleteObjects counts a key that was never stored as deleted, and deletes the others",
        consequence: "a cleanup that is repeated after an interruption ends with an error",
        source: "S3 API reference, DeleteObjects",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put("there", &c.bytes("object", 100)).await?;
            delete_all(c, &["never-stored".to_owned(), "there".to_owned()]).await?;
            ensure_gone(c, "there").await
        },
    },
];

async fn delete(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    for key in ["gone", "gone2", "dir/gone", "stays"] {
        c.put(key, &bytes).await?;
    }
    c.delete("gone").await?;
    ensure_gone(c, "gone").await?;
    for key in ["gone2", "dir/gone", "stays"] {
        c.holds(key, &bytes).await?;
    }
    Ok(())
}

async fn multi_delete(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    let named: Vec<String> = ["a", "dir/b", "dir/deep/c", "d & d.txt"].map(str::to_owned).into();
    let spared = ["a2", "dir/b2", "e"];
    for key in named.iter().map(String::as_str).chain(spared) {
        c.put(key, &bytes).await?;
    }
    delete_all(c, &named).await?;
    for key in &named {
        ensure_gone(c, key).await?;
    }
    for key in spared {
        c.holds(key, &bytes).await?;
    }
    let mut keys = c.keys(10).await?;
    keys.sort_unstable();
    same_keys("delete-without-effect", "the listing after DeleteObjects is not what was spared", &spared, &keys)
}

async fn delete_all(c: &CheckContext<'_>, keys: &[String]) -> Result<(), Stop> {
    let refused = c.s3.delete_many(c.bucket(), keys).await?;
    let refused: Vec<_> = refused.into_iter().map(|(key, reason)| format!("{key}: {reason}")).collect();
    let message = format!("DeleteObjects refuses {} of {} keys", refused.len(), keys.len());
    ensure(refused.is_empty(), "delete-refused", message, "all deleted", few(&refused))
}

/// A deleted object must be gone for every way of asking.
async fn ensure_gone(c: &CheckContext<'_>, key: &str) -> Result<(), Stop> {
    let found = c.finds(key).await?;
    let message = format!("HEAD still finds {key}, which was deleted");
    ensure(!found, "delete-without-effect", message, "404", "200")?;
    let listed = c.keys_under(key, 10).await?.iter().any(|listed| listed == key);
    let message = format!("the listing still names {key}, which was deleted");
    ensure(!listed, "delete-without-effect", message, "no entry", "an entry")
}
