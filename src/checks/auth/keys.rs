//! Signatures over keys and parameters that have to be encoded.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same_keys};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::{Failure, Stop};
use crate::s3::RequestError;

/// Each with characters that mean something in a URL, in a header or to one encoder and not to another.
const KEYS: [&str; 11] = [
    "with space",
    "plus+plus",
    "question?mark",
    "hash#mark",
    "percent%sign",
    "escape%20like",
    "and=equals&more",
    "sub-delims!*'();:@,$",
    "umlaut-äöü",
    "日本語/ファイル.txt",
    "emoji-📦~_-.",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "auth-special-keys",
        severity: BreaksClients,
        rule: "a signed request on a key with space, + ? # %, unicode or other characters that are encoded is carried out",
        consequence: "files with such names cannot be backed up: the server calls the right signature wrong",
        source: "S3 API reference, Authenticating Requests: UriEncode and the canonical URI",
        scope: ANYWHERE,
        body: &special_keys,
    },
    Check {
        name: "auth-special-parameters",
        severity: BreaksClients,
        rule: "a signed listing with a prefix that is encoded is carried out, and names what is stored under it",
        consequence: "directories with such names cannot be listed, and look empty or broken to a client",
        source: "S3 API reference, Authenticating Requests: the canonical query string",
        scope: ANYWHERE,
        body: &special_parameters,
    },
];

async fn special_keys(c: &CheckContext<'_>) -> Result<(), Stop> {
    let mut refused = Vec::new();
    for key in KEYS {
        let bytes = c.bytes(key, 200);
        match c.put(key, &bytes).await {
            Ok(_) => c.holds_as(format!("the object \"{key}\""), key, &bytes).await?,
            Err(Stop::Failed(failure)) => refused.push(format!("\"{key}\": {}", failure.actual)),
            Err(stop) => return Err(stop),
        }
    }
    let message =
        format!("{} of {} keys cannot be stored by a request that is signed right", refused.len(), KEYS.len());
    ensure(refused.is_empty(), "signature-refused", message, "200 for each key", few(&refused))
}

async fn special_parameters(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 10);
    c.put("beside", &bytes).await?;
    for prefix in ["a b+c/", "ä&=/", "~!*'()/", "日本/", "ä&=?#/"] {
        let key = format!("{prefix}object");
        let expected = match c.put(&key, &bytes).await {
            Ok(_) => vec![key],
            // Which keys can be stored is a rule of its own.
            Err(Stop::Failed(_)) => Vec::new(),
            Err(stop) => return Err(stop),
        };
        let listed = c.s3.list_all(c.bucket(), prefix, Some(5), 2).await;
        match listed {
            Ok(entries) => {
                let keys: Vec<_> = entries.into_iter().map(|entry| entry.key).collect();
                let message = format!("the listing under \"{prefix}\" does not name what is stored there");
                same_keys("listing-prefix", message, &expected, &keys)?;
            }
            Err(crate::s3::ListError::Request(error @ RequestError::Rejected { .. })) => {
                let message = format!("a listing of \"{prefix}\" that is signed right is refused");
                return Err(Failure::new("signature-refused", message, "200", error.to_string()).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
