//! Keys are names and nothing else: no paths, and not to be decoded.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::s3::{Payload, RawRequest};

pub(super) const PERCENT: Check = Check {
    spec: CheckSpec {
        name: "keys-percent-literal",
        severity: Severity::DataLoss,
        rule: "`a%20b` and `a b` are two objects",
        consequence: "of two files whose names differ in an escape one overwrites the other",
        source: "S3 API reference: a key is URL-encoded once in a request",
    },
    body: |context| two_objects(context, "a b", "a%20b").boxed(),
};

pub(super) const FILE_AND_DIRECTORY: Check = Check {
    spec: CheckSpec {
        name: "keys-file-and-directory",
        severity: Severity::BreaksClients,
        rule: "`photos` and `photos/a` can both be stored, in either order, and are both read back",
        consequence: "a backup ends with an error where a file took the place of a directory, or the other way round",
        source: "S3 user guide, object keys: the namespace is flat",
    },
    body: |context| file_and_directory(context).boxed(),
};

async fn file_and_directory(context: &CheckContext<'_>) -> Result<(), Stop> {
    two_objects(context, "photos", "photos/a").await?;
    two_objects(context, "music/a", "music").await
}

async fn two_objects(context: &CheckContext<'_>, first: &str, second: &str) -> Result<(), Stop> {
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

pub(super) const TRAILING_SLASH: Check = Check {
    spec: CheckSpec {
        name: "keys-trailing-slash",
        severity: Severity::BreaksClients,
        rule: "`dir/` is an object of its own, listed under this name, and not one called `dir`",
        consequence: "a directory that a client marks so becomes a file of that name, and stands in the way of the files in it",
        source: "S3 user guide, folders: an object whose key ends in a slash",
    },
    body: |context| trailing_slash(context).boxed(),
};

async fn trailing_slash(context: &CheckContext<'_>) -> Result<(), Stop> {
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

pub(super) const PLUS: Check = Check {
    spec: CheckSpec {
        name: "keys-plus-literal",
        severity: Severity::DataLoss,
        rule: "`a+b` and `a b` are two objects",
        consequence: "of two files whose names differ in a plus one overwrites the other",
        source: "RFC 3986: a plus in a path is a plus",
    },
    body: |context| two_objects(context, "a b", "a+b").boxed(),
};

pub(super) const SLASHES: Check = Check {
    spec: CheckSpec {
        name: "keys-double-slash",
        severity: Severity::DataLoss,
        rule: "`a//b` and `a/b` are two objects",
        consequence: "of two objects one overwrites the other, under the other's tag",
        source: "S3 user guide, object keys: any UTF-8 text, the slash being a letter like others",
    },
    body: |context| two_objects(context, "dir/file", "dir//file").boxed(),
};

pub(super) const DOT: Check = Check {
    spec: CheckSpec {
        name: "keys-dot-segment",
        severity: Severity::DataLoss,
        rule: "`a/./b` and `a/b` are two objects, or the first is refused with 400",
        consequence: "of two objects one overwrites the other, under the other's tag",
        source: "S3 user guide, object keys: any UTF-8 text; dots between slashes are discouraged",
    },
    body: |context| dot(context).boxed(),
};

async fn dot(context: &CheckContext<'_>) -> Result<(), Stop> {
    const DOTTED: &str = "dir/./file";
    let (plain, dotted) = (context.bytes("plain", 100), context.bytes("dotted", 100));
    context.put("dir/file", &plain).await?;
    let request = RawRequest::to_object("PUT", context.bucket(), DOTTED).carrying(Payload::Hashed(dotted.clone()));
    context.writes(DOTTED);
    let answer = context.ask(&request).await?;
    let body = context.get("dir/file", plain.len()).await?;
    ensure_content(&format!("\"dir/file\" after PUT of \"{DOTTED}\""), &plain, &body.bytes)?;
    let message = format!("PUT of \"{DOTTED}\" is neither accepted nor refused as S3 refuses");
    ensure(answer.is_success() || answer.status == 400, "key-refused", message, "200 or 400", answer.to_string())?;
    if answer.is_success() {
        let answer = context.ask(&RawRequest::to_object("GET", context.bucket(), DOTTED)).await?;
        ensure_content(&format!("\"{DOTTED}\""), &dotted, &answer.body)?;
    }
    Ok(())
}

pub(super) const UNICODE: Check = Check {
    spec: CheckSpec {
        name: "keys-unicode-forms",
        severity: Severity::DataLoss,
        rule: "a letter with its accent and a letter followed by the accent are two keys, and both are listed as they were written",
        consequence: "files of a Mac and of a PC overwrite each other, or are copied again at every sync",
        source: "S3 user guide, object keys: a sequence of Unicode characters in UTF-8, compared byte by byte",
    },
    body: |context| unicode(context).boxed(),
};

async fn unicode(context: &CheckContext<'_>) -> Result<(), Stop> {
    // In the order of their bytes.
    const FORMS: [&str; 2] = ["caf\u{65}\u{301}", "caf\u{e9}"];
    two_objects(context, FORMS[0], FORMS[1]).await?;
    let listing = context.s3.list_all(context.bucket(), "", None, 2).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.escape_unicode().to_string()).collect();
    let expected = FORMS.map(|form| form.escape_unicode().to_string());
    let message = "the listing does not name both forms of the key as they were written";
    ensure(keys == expected, "key-changed", message, expected.join(", "), keys.join(", "))
}
