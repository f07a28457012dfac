//! How long a page may be asked to be, and how keys are spelled in it.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same_keys};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::Stop;
use crate::s3::RawRequest;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "list-max-keys-zero",
        severity: BreaksClients,
        rule: "a listing with max-keys=0 is an empty page, and not one of more",
        consequence: "a client that tests in this way whether it may list at all gets an error, or lists for ever",
        source: "S3 API reference, ListObjectsV2, MaxKeys",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put_all(&["a", "b"]).await?;
            let page = c.s3.list_page(c.bucket(), "", Some(0), None).await?;
            let actual =
                format!("{} keys, {}", page.entries.len(), if page.truncated { "truncated" } else { "complete" });
            let message = "the listing with max-keys=0 is not an empty page";
            ensure(page.entries.is_empty() && !page.truncated, "listing-page", message, "0 keys, complete", actual)?;
            let message = "the listing without max-keys is not the two stored keys";
            same_keys("listing-incomplete", message, &["a", "b"], &c.keys(2).await?)
        },
    },
    Check {
        name: "list-max-keys-above-1000",
        severity: BreaksClients,
        rule: "a listing with max-keys above 1,000 is served, in pages as long as the server likes",
        consequence: "a client that asks for much at once gets nothing",
        source: "S3 API reference, ListObjectsV2, MaxKeys: up to 1,000 keys are returned",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let stored = ["a", "b", "c"];
            c.put_all(&stored).await?;
            let listing = c.s3.list_all(c.bucket(), "", Some(5_000), stored.len()).await?;
            let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
            let message = "the listing with max-keys=5000 is not what is stored";
            same_keys("listing-incomplete", message, &stored, &keys)
        },
    },
    Check {
        name: "list-max-keys-malformed-is-400",
        severity: BreaksClients,
        rule: "a listing with a max-keys that is no number, or below 0, is refused with 400",
        consequence: "a client with a bug takes the server for broken, and tries again and again",
        source: "S3 API reference, error InvalidArgument",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put_all(&["a", "b"]).await?;
            for value in ["many", "-1"] {
                let request = RawRequest::to_path("GET", format!("/{}", c.bucket())).querying("list-type", "2");
                let answer = c.ask(&request.querying("max-keys", value)).await?;
                let what = format!("a listing with max-keys={value}");
                refused(&what, &answer, Refusal::with(400).unless_is("malformed-accepted"))?;
            }
            Ok(())
        },
    },
    Check {
        name: "list-encoding-type-url",
        severity: BreaksClients,
        rule: "a listing with encoding-type=url spells its keys URL-encoded, and says so",
        consequence: "boto3, aws-cli and rclone, which ask for it, take names with a percent sign or a plus for others",
        source: "S3 API reference, ListObjectsV2, EncodingType; botocore, decode_list_object",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let stored = ["a b", "a%20b", "c+d", "dir/\u{e9}"];
            c.put_all(&stored).await?;
            ensure_encoded(c, &stored).await
        },
    },
];

/// The listing with URL-encoded keys must say that they are, and decode to what is stored.
pub(super) async fn ensure_encoded(c: &CheckContext<'_>, stored: &[&str]) -> Result<(), Stop> {
    let listing = c.s3.list_url_encoded(c.bucket()).await?;
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
