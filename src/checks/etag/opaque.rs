//! What an ETag looks like if it is not an MD5.

use super::form::bare;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, md5_of_etag, shown};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

/// Keys at the root of the bucket and in a folder take different ways into the service, and so does nothing at all.
const OBJECTS: [(&str, usize); 4] =
    [("empty", 0), ("object", 1_000), ("folder/object", 1_000), ("folder/below/object", 150_000)];

/// Lengths of a UUID's groups.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

type Shown = (&'static str, &'static str, Option<String>);

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "uuid-format",
        severity: BreaksClients,
        rule: "the ETag is the UUID that the service gave to the content",
        consequence: "the server makes the ETag itself, so another machine sees other ETags for the same files",
        source: "pys3local, benchmarks/drime_etag.py and its drime provider: the ETag is the service's file_name, a UUID",
        scope: ANYWHERE.on(Backends::WithOpaqueEtags),
        body: &async |c: &CheckContext| {
            for (operation, key, etag) in etags(c).await? {
                let is_uuid = etag.as_deref().map(bare).is_some_and(is_uuid);
                let message = format!("the ETag of {key} in the answer to {operation} is no UUID");
                ensure(is_uuid, "etag-not-uuid", message, "8-4-4-4-12 hexadecimal digits", shown(etag.as_deref()))?;
            }
            Ok(())
        },
    },
    Check {
        name: "opaque-never-looks-like-md5",
        severity: DataLoss,
        rule: "an ETag that is not the content's MD5 is not 32 hexadecimal digits either",
        consequence: "rclone takes 32 hexadecimal digits for the MD5, and reports corrupted transfers or skips changed files",
        source: "rclone, backend/s3, setMetaData: an ETag of 32 hexadecimal digits is the content's MD5",
        scope: ANYWHERE.on(Backends::WithOpaqueEtags),
        body: &async |c: &CheckContext| {
            for (operation, key, etag) in etags(c).await? {
                ensure(
                    etag.is_some(),
                    "etag-missing",
                    format!("{operation} of {key} has no ETag"),
                    "an ETag",
                    shown(None),
                )?;
                let like_md5 = etag.as_deref().and_then(md5_of_etag).is_some();
                let message = format!("the ETag of {key} in the answer to {operation} passes for an MD5");
                ensure(
                    !like_md5,
                    "etag-looks-like-md5",
                    message,
                    "anything but 32 hexadecimal digits",
                    shown(etag.as_deref()),
                )?;
            }
            Ok(())
        },
    },
];

/// The ETags of some objects as four operations name them.
async fn etags(c: &CheckContext<'_>) -> Result<Vec<Shown>, Stop> {
    let mut etags = Vec::new();
    for (key, size) in OBJECTS {
        etags.push(("PUT", key, c.put(key, &c.bytes(key, size)).await?));
        etags.push(("HEAD", key, c.head(key).await?.etag));
        etags.push(("GET", key, c.get(key, size).await?.etag));
    }
    let listing = c.list(OBJECTS.len()).await?;
    // A key that is not listed breaks another rule, which has checks of its own.
    for (key, _) in OBJECTS {
        etags.extend(listing.iter().find(|entry| entry.key == key).map(|entry| ("LIST", key, entry.etag.clone())));
    }
    Ok(etags)
}

fn is_uuid(etag: &str) -> bool {
    let groups: Vec<&str> = etag.split('-').collect();
    groups.len() == GROUPS.len()
        && groups.iter().zip(GROUPS).all(|(group, length)| group.len() == length && is_hexadecimal(group))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_five_groups_of_hexadecimal_digits() {
        assert!(is_uuid("e77ad830-97f8-42a2-a13e-722fa10f02f5"));
        for other in ["e77ad83097f842a2a13e722fa10f02f5", "e77ad830-97f8-42a2-a13e-722fa10f02g5", "123", "", "----"] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
