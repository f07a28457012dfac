//! Which keys a prefix stands for, and in which order they come.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::same_keys;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "list-prefix",
        severity: DataLoss,
        rule: "a listing with a prefix names exactly the keys that begin with it",
        consequence: "a sync of one directory deletes or copies files of another",
        source: "S3 API reference, ListObjectsV2, Prefix",
        scope: ANYWHERE,
        body: &prefix,
    },
    Check {
        name: "list-prefix-is-literal",
        severity: DataLoss,
        rule: "a prefix is compared byte by byte: `_` and `%` are no wildcards, and upper case is not lower case",
        consequence: "a sync that deletes what the source lacks deletes files of another directory",
        source: "S3 API reference, ListObjectsV2, Prefix; S3 user guide, object keys are case-sensitive",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put_all(&["a_b/1", "a-b/1", "c%z/1", "c-z/1", "c-long-z/1", "Check/1", "check/1"]).await?;
            for prefix in ["a_b/", "c%z/", "Check/", "check/"] {
                let keys = c.keys_under(prefix, 7).await?;
                let message =
                    format!("the listing with the prefix \"{prefix}\" is not the one key that begins with it");
                same_keys("listing-prefix", message, &[format!("{prefix}1")], &keys)?;
            }
            Ok(())
        },
    },
    Check {
        name: "list-utf8-order",
        severity: DataLoss,
        rule: "a listing is in the order of the keys' UTF-8 bytes, beyond ASCII too",
        consequence: "a sync that compares two sorted lists takes present files for deleted ones",
        source: "S3 API reference, ListObjectsV2: keys in UTF-8 binary order",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            // By collation é stands before z, by UTF-16 the emoji stands before the wide tilde.
            let stored = ["B", "a", "z", "\u{e9}", "\u{ff5e}", "\u{1f600}"];
            let reversed: Vec<_> = stored.into_iter().rev().collect();
            c.put_all(&reversed).await?;
            let keys = c.keys(stored.len()).await?;
            let message = "the listing is not in the order of the keys' UTF-8 bytes";
            same_keys("listing-order", message, &stored, &keys)
        },
    },
];

async fn prefix(c: &CheckContext<'_>) -> Result<(), Stop> {
    // No key that is also another's directory: whether a server can store both is a rule of its own.
    c.put_all(&["photos/a", "photos/b/c", "photos2/a", "photosynthesis", "a/photos/x"]).await?;
    for (prefix, expected) in [
        ("photos/", vec!["photos/a", "photos/b/c"]),
        ("photos", vec!["photos/a", "photos/b/c", "photos2/a", "photosynthesis"]),
        ("none", vec![]),
    ] {
        let keys = c.keys_under(prefix, 10).await?;
        let message = format!("the listing with the prefix \"{prefix}\" is not the keys that begin with it");
        same_keys("listing-prefix", message, &expected, &keys)?;
    }
    Ok(())
}
