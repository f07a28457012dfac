//! Keys are names and nothing else: no paths, and not to be decoded.

use futures_util::FutureExt;

use crate::model::{CaseSpec, Failure, Severity, Stop};
use crate::suites::case::{Case, CaseContext};
use crate::suites::judge::{ensure, ensure_content};

pub(super) const PERCENT: Case = Case {
    spec: CaseSpec {
        name: "keys-percent-literal",
        severity: Severity::DataLoss,
        rule: "`a%20b` and `a b` are two objects",
        consequence: "of two files whose names differ in an escape one overwrites the other",
        source: "S3 API reference: a key is URL-encoded once in a request",
    },
    body: |context| two_objects(context, "a b", "a%20b").boxed(),
};

pub(super) const FILE_AND_DIRECTORY: Case = Case {
    spec: CaseSpec {
        name: "keys-file-and-directory",
        severity: Severity::BreaksClients,
        rule: "`photos` and `photos/a` can both be stored, in either order, and are both read back",
        consequence: "a backup ends with an error where a file took the place of a directory, or the other way round",
        source: "S3 user guide, object keys: the namespace is flat",
    },
    body: |context| file_and_directory(context).boxed(),
};

async fn file_and_directory(context: &CaseContext<'_>) -> Result<(), Stop> {
    two_objects(context, "photos", "photos/a").await?;
    two_objects(context, "music/a", "music").await
}

async fn two_objects(context: &CaseContext<'_>, first: &str, second: &str) -> Result<(), Stop> {
    let contents = [(first, context.bytes(first, 100)), (second, context.bytes(second, 100))];
    for (key, bytes) in &contents {
        context.put(key, bytes).await.map_err(|stop| naming_both(stop, key, first))?;
    }
    for (key, bytes) in &contents {
        let body = context.get(key, bytes.len()).await?;
        ensure_content(
            &format!("\"{key}\", with \"{first}\" and \"{second}\" stored in this order"),
            bytes,
            &body.bytes,
        )?;
    }
    Ok(())
}

/// A refusal of the second of two objects is one because of the first.
fn naming_both(stop: Stop, key: &str, first: &str) -> Stop {
    match stop {
        Stop::Failed(failure) if key != first => {
            let message = format!("\"{key}\" cannot be stored beside \"{first}\": {}", failure.message);
            Failure { message, ..failure }.into()
        }
        stop => stop,
    }
}

pub(super) const TRAILING_SLASH: Case = Case {
    spec: CaseSpec {
        name: "keys-trailing-slash",
        severity: Severity::BreaksClients,
        rule: "`dir/` is an object of its own, listed under this name, and not one called `dir`",
        consequence: "a directory that a client marks so becomes a file of that name, and stands in the way of the files in it",
        source: "S3 user guide, folders: an object whose key ends in a slash",
    },
    body: |context| trailing_slash(context).boxed(),
};

async fn trailing_slash(context: &CaseContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("dir/", &bytes).await?;
    let body = context.get("dir/", bytes.len()).await?;
    ensure_content("dir/", &bytes, &body.bytes)?;
    let listing = context.s3.list_all(context.bucket(), "", None, 2).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    let message = "the key \"dir/\" was stored, and the listing names another";
    ensure(keys == ["dir/"], "key-changed", message, "dir/", keys.join(", "))?;
    let found = context.s3.head(context.bucket(), "dir").await?.is_some();
    let message = "the key \"dir/\" was stored, and HEAD finds \"dir\"";
    ensure(!found, "key-changed", message, "404", "200")
}
