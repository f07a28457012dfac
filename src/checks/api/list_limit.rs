//! How long a page is, one level at a time too, and how keys are spelled in it.

use futures_util::FutureExt;

use super::list_form::store;
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::RawRequest;

pub(super) const DELIMITER_PAGES: Check = Check {
    spec: CheckSpec {
        name: "list-delimiter-pages",
        severity: Severity::DataLoss,
        rule: "the pages of one level name every key and every common prefix once, and prefixes count towards max-keys",
        consequence: "a sync that walks directories page by page misses some of them, or never ends",
        source: "S3 API reference, ListObjectsV2, MaxKeys and CommonPrefixes",
    },
    body: |context| delimiter_pages(context).boxed(),
};

async fn delimiter_pages(context: &CheckContext<'_>) -> Result<(), Stop> {
    const PAGE: u32 = 2;
    const LEVEL: [&str; 6] = ["a/", "b/", "c", "d/", "e", "f/"];
    store(context, &["a/1", "a/2", "b/1", "c", "d/1", "d/2", "d/3", "e", "f/1"]).await?;
    let (mut found, mut token) = (Vec::new(), None);
    for page in 1..=LEVEL.len() + 1 {
        let level = context.s3.list_level(context.bucket(), "", Some(PAGE), token.clone()).await?;
        let entries = level.entries.into_iter().map(|entry| entry.key);
        let names: Vec<_> = entries.chain(level.prefixes).collect();
        let message = format!("page {page} of keys and common prefixes is longer than asked for, or is empty");
        let fits = !names.is_empty() && names.len() <= PAGE as usize;
        ensure(fits, "listing-page", message, "1 or 2 entries", few(&names))?;
        found.extend(names);
        if !level.truncated {
            break;
        }
        let message = format!("page {page} says that there is more, and its token leads nowhere");
        let advances = level.next_token.is_some() && level.next_token != token;
        ensure(advances, "listing-stops", message, "another token", level.next_token.as_deref().unwrap_or("none"))?;
        token = level.next_token;
    }
    found.sort_unstable();
    let message = "the pages of one level together are not the level";
    ensure(found == LEVEL, "listing-level", message, LEVEL.join(", "), found.join(", "))
}

pub(super) const MAX_KEYS_ZERO: Check = Check {
    spec: CheckSpec {
        name: "list-max-keys-zero",
        severity: Severity::BreaksClients,
        rule: "a listing with max-keys=0 is an empty page, and not one of more",
        consequence: "a client that asks so whether it may list at all gets an error, or lists for ever",
        source: "S3 API reference, ListObjectsV2, MaxKeys",
    },
    body: |context| max_keys_zero(context).boxed(),
};

async fn max_keys_zero(context: &CheckContext<'_>) -> Result<(), Stop> {
    store(context, &["a", "b"]).await?;
    let page = context.s3.list_page(context.bucket(), "", Some(0), None).await?;
    let actual = format!("{} keys, {}", page.entries.len(), if page.truncated { "truncated" } else { "complete" });
    let message = "the listing with max-keys=0 is not an empty page";
    ensure(page.entries.is_empty() && !page.truncated, "listing-page", message, "0 keys, complete", actual)?;
    let listing = context.s3.list_all(context.bucket(), "", None, 2).await?;
    let message = "the listing without max-keys is not the two stored keys";
    ensure(listing.len() == 2, "listing-incomplete", message, "2 keys", format!("{} keys", listing.len()))
}

pub(super) const MAX_KEYS_LARGE: Check = Check {
    spec: CheckSpec {
        name: "list-max-keys-above-1000",
        severity: Severity::BreaksClients,
        rule: "a listing with max-keys above 1,000 is served, in pages as long as the server likes",
        consequence: "a client that asks for much at once gets nothing",
        source: "S3 API reference, ListObjectsV2, MaxKeys: up to 1,000 keys are returned",
    },
    body: |context| max_keys_large(context).boxed(),
};

async fn max_keys_large(context: &CheckContext<'_>) -> Result<(), Stop> {
    let stored = ["a", "b", "c"];
    store(context, &stored).await?;
    let listing = context.s3.list_all(context.bucket(), "", Some(5_000), stored.len()).await?;
    let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
    let message = "the listing with max-keys=5000 is not what is stored";
    ensure(keys == stored, "listing-incomplete", message, stored.join(", "), keys.join(", "))
}

pub(super) const MAX_KEYS_MALFORMED: Check = Check {
    spec: CheckSpec {
        name: "list-max-keys-malformed-is-400",
        severity: Severity::BreaksClients,
        rule: "a listing with a max-keys that is no number, or below 0, is refused with 400",
        consequence: "a slip in a client is reported as a broken server and tried again and again",
        source: "S3 API reference, error InvalidArgument",
    },
    body: |context| max_keys_malformed(context).boxed(),
};

async fn max_keys_malformed(context: &CheckContext<'_>) -> Result<(), Stop> {
    store(context, &["a", "b"]).await?;
    for value in ["many", "-1"] {
        let mut request = RawRequest::to_path("GET", format!("/{}", context.bucket()));
        request.query =
            [("list-type", "2"), ("max-keys", value)].map(|(name, value)| (name.into(), value.into())).into();
        let answer = context.ask(&request).await?;
        let message = format!("a listing with max-keys={value} is not refused as it should be");
        ensure(answer.status == 400, "malformed-accepted", message, "400", answer.to_string())?;
    }
    Ok(())
}

pub(super) const ENCODING: Check = Check {
    spec: CheckSpec {
        name: "list-encoding-type-url",
        severity: Severity::BreaksClients,
        rule: "a listing with encoding-type=url spells its keys URL-encoded, and says so",
        consequence: "boto3, aws-cli and rclone, which ask for it, take names with a percent sign or a plus for others",
        source: "S3 API reference, ListObjectsV2, EncodingType; botocore, decode_list_object",
    },
    body: |context| encoding(context).boxed(),
};

async fn encoding(context: &CheckContext<'_>) -> Result<(), Stop> {
    let stored = ["a b", "a%20b", "c+d", "dir/\u{e9}"];
    store(context, &stored).await?;
    ensure_encoded(context, &stored).await
}

/// The listing with URL-encoded keys must say that they are, and decode to what is stored.
pub(super) async fn ensure_encoded(context: &CheckContext<'_>, stored: &[&str]) -> Result<(), Stop> {
    let listing = context.s3.list_url_encoded(context.bucket()).await?;
    let message = "the listing with encoding-type=url does not say that its keys are URL-encoded";
    let actual = listing.encoding.as_deref().unwrap_or("no EncodingType");
    ensure(actual == "url", "listing-encoding", message, "url", actual)?;
    let keys: Vec<_> = listing.keys.iter().map(|key| decoded(key)).collect();
    let message = "the keys of the listing with encoding-type=url, decoded, are not those that are stored";
    let text = |keys: &[String]| keys.join(", ").escape_debug().to_string();
    let actual = format!("{} (as sent: {})", text(&keys), text(&listing.keys));
    ensure(keys == stored, "listing-encoding", message, stored.join(", ").escape_debug().to_string(), actual)
}

/// A key as a client decodes it: percent escapes, and a plus for a space.
fn decoded(key: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), key.as_bytes());
    while let [first, others @ ..] = rest {
        rest = others;
        let digits = others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn keys_are_decoded_as_clients_do() {
        assert_eq!(decoded("a%20b+c%2Bd%25"), "a b c+d%");
        assert_eq!(decoded("%C3%A9/100%"), "\u{e9}/100%");
    }
}
