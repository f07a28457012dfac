//! Keys are names and nothing else: no paths, and not to be decoded.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_keys};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Stop};
use crate::s3::{Payload, RawRequest};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "keys-percent-literal",
        severity: DataLoss,
        rule: "`a%20b` and `a b` are two objects",
        consequence: "of two files whose names differ in an escape one overwrites the other",
        source: "S3 API reference: a key is URL-encoded once in a request",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| two_objects(c, "a b", "a%20b").await,
    },
    Check {
        name: "keys-file-and-directory",
        severity: BreaksClients,
        rule: "`photos` and `photos/a` can both be stored, in either order, and are both read back",
        consequence: "a backup ends with an error where a file took the place of a directory, or the other way round",
        source: "S3 user guide, object keys: the namespace is flat",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            two_objects(c, "photos", "photos/a").await?;
            two_objects(c, "music/a", "music").await
        },
    },
    Check {
        name: "keys-trailing-slash",
        severity: BreaksClients,
        rule: "`dir/` is an object of its own, listed under this name, and not one called `dir`",
        consequence: "a client that marks a directory in this way gets a file of that name, and cannot store the files of the directory",
        source: "S3 user guide, folders: an object whose key ends in a slash",
        scope: ANYWHERE,
        body: &trailing_slash,
    },
    Check {
        name: "keys-plus-literal",
        severity: DataLoss,
        rule: "`a+b` and `a b` are two objects",
        consequence: "of two files whose names differ in a plus one overwrites the other",
        source: "RFC 3986: a plus in a path is a plus",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| two_objects(c, "a b", "a+b").await,
    },
    Check {
        name: "keys-double-slash",
        severity: DataLoss,
        rule: "`a//b` and `a/b` are two objects",
        consequence: "of two objects one overwrites the other, under the other's ETag",
        source: "S3 user guide, object keys: any UTF-8 text, the slash being a letter like others",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| two_objects(c, "dir/file", "dir//file").await,
    },
    Check {
        name: "keys-dot-segment",
        severity: DataLoss,
        rule: "`a/./b` and `a/b` are two objects, or the first is refused with 400",
        consequence: "of two objects one overwrites the other, under the other's ETag",
        source: "S3 user guide, object keys: any UTF-8 text; dots between slashes are discouraged",
        scope: ANYWHERE,
        body: &dot,
    },
    Check {
        name: "keys-unicode-forms",
        severity: DataLoss,
        rule: "a letter with its accent and a letter followed by the accent are two keys, and both are listed as they were written",
        consequence: "files of a Mac and of a PC overwrite each other, or are copied again at every sync",
        source: "S3 user guide, object keys: a sequence of Unicode characters in UTF-8, compared byte by byte",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            // In the order of their bytes.
            const FORMS: [&str; 2] = ["caf\u{65}\u{301}", "caf\u{e9}"];
            two_objects(c, FORMS[0], FORMS[1]).await?;
            let spelled = |key: &str| key.escape_unicode().to_string();
            let keys: Vec<_> = c.keys(2).await?.iter().map(|key| spelled(key)).collect();
            let message = "the listing does not name both forms of the key as they were written";
            same_keys("key-changed", message, &FORMS.map(spelled), &keys)
        },
    },
];

async fn two_objects(c: &CheckContext<'_>, first: &str, second: &str) -> Result<(), Stop> {
    let contents = [(first, c.bytes(first, 100)), (second, c.bytes(second, 100))];
    for (key, bytes) in &contents {
        c.put(key, bytes).await.map_err(|stop| naming_both(stop, key, first))?;
    }
    for (key, bytes) in &contents {
        let what = format!("\"{key}\", with \"{first}\" and \"{second}\" stored in this order");
        c.holds_as(what, key, bytes).await?;
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

async fn trailing_slash(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    c.put("dir/", &bytes).await?;
    c.holds("dir/", &bytes).await?;
    let keys = c.keys(2).await?;
    let message = "the key \"dir/\" was stored, and the listing names another";
    same_keys("key-changed", message, &["dir/"], &keys)?;
    let found = c.finds("dir").await?;
    let message = "the key \"dir/\" was stored, and HEAD finds \"dir\"";
    ensure(!found, "key-changed", message, "404", "200")
}

async fn dot(c: &CheckContext<'_>) -> Result<(), Stop> {
    const DOTTED: &str = "dir/./file";
    let (plain, dotted) = (c.bytes("plain", 100), c.bytes("dotted", 100));
    c.put("dir/file", &plain).await?;
    let request = RawRequest::to_object("PUT", c.bucket(), DOTTED).carrying(Payload::Hashed(dotted.clone()));
    c.writes(DOTTED);
    let answer = c.ask(&request).await?;
    c.holds_as(format!("\"dir/file\" after PUT of \"{DOTTED}\""), "dir/file", &plain).await?;
    let message = format!("PUT of \"{DOTTED}\" is neither accepted nor refused as S3 refuses");
    ensure(answer.is_success() || answer.status == 400, "key-refused", message, "200 or 400", answer.to_string())?;
    if answer.is_success() {
        let answer = c.ask(&RawRequest::to_object("GET", c.bucket(), DOTTED)).await?;
        same(format!("\"{DOTTED}\""), &dotted, &answer.body)?;
    }
    Ok(())
}
