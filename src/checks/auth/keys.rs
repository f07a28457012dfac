//! Keys and parameters that have to be encoded are signed right.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, few};
use crate::record::{CheckSpec, Failure, Severity, Stop};
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

pub(super) const SPECIAL_KEYS: Check = Check {
    spec: CheckSpec {
        name: "auth-special-keys",
        severity: Severity::BreaksClients,
        rule: "a signed request on a key with space, + ? # %, unicode or other characters that are encoded is carried out",
        consequence: "files with such names cannot be backed up: the server calls the right signature wrong",
        source: "S3 API reference, Authenticating Requests: UriEncode and the canonical URI",
    },
    body: |context| special_keys(context).boxed(),
};

async fn special_keys(context: &CheckContext<'_>) -> Result<(), Stop> {
    let mut refused = Vec::new();
    for key in KEYS {
        let bytes = context.bytes(key, 200);
        match context.put(key, &bytes).await {
            Ok(_) => {
                let body = context.get(key, bytes.len()).await?;
                ensure_content(&format!("the object \"{key}\""), &bytes, &body.bytes)?;
            }
            Err(Stop::Failed(failure)) => refused.push(format!("\"{key}\": {}", failure.actual)),
            Err(stop) => return Err(stop),
        }
    }
    let message =
        format!("{} of {} keys cannot be stored by a request that is signed right", refused.len(), KEYS.len());
    ensure(refused.is_empty(), "signature-refused", message, "200 for each key", few(&refused))
}

pub(super) const SPECIAL_PARAMETERS: Check = Check {
    spec: CheckSpec {
        name: "auth-special-parameters",
        severity: Severity::BreaksClients,
        rule: "a signed listing with a prefix that is encoded is carried out, and names what is stored under it",
        consequence: "directories with such names cannot be listed, and look empty or broken to a client",
        source: "S3 API reference, Authenticating Requests: the canonical query string",
    },
    body: |context| special_parameters(context).boxed(),
};

async fn special_parameters(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 10);
    context.put("beside", &bytes).await?;
    for prefix in ["a b+c/", "ä&=/", "~!*'()/", "日本/", "ä&=?#/"] {
        let key = format!("{prefix}object");
        let expected = match context.put(&key, &bytes).await {
            Ok(_) => vec![key],
            // Which keys can be stored is a rule of its own.
            Err(Stop::Failed(_)) => Vec::new(),
            Err(stop) => return Err(stop),
        };
        let listed = context.s3.list_all(context.bucket(), prefix, Some(5), 2).await;
        match listed {
            Ok(entries) => {
                let keys: Vec<_> = entries.into_iter().map(|entry| entry.key).collect();
                let message = format!("the listing under \"{prefix}\" does not name what is stored there");
                ensure(keys == expected, "listing-prefix", message, few(&expected), few(&keys))?;
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
