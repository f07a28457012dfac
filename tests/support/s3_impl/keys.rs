//! Which key a request means. On a right server that is the key it names.

use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::support::mutation::Mutation;
use crate::support::store::Bucket;

/// The key that a request means, as the mutation would have it.
pub(super) fn meant(server: &MemoryS3, key: &str) -> String {
    match server.mutation {
        Some(Mutation::KeysDecodedTwice) => decoded(key),
        Some(Mutation::TrailingSlashDropped) => key.strip_suffix('/').unwrap_or(key).to_owned(),
        _ => key.to_owned(),
    }
}

/// Refuses a key as a file system would.
///
/// # Errors
/// `InternalError` if the key is a directory of another, or another's is one of it.
pub(super) fn refuse_beside_directory(bucket: &Bucket, key: &str) -> S3Result<()> {
    let is_in = |key: &str, directory: &str| key.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    if bucket.objects.keys().any(|other| is_in(other, key) || is_in(key, other)) {
        return Err(s3_error!(InternalError, "Not a directory."));
    }
    Ok(())
}

/// The key with its percent escapes replaced by what they stand for.
fn decoded(key: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), key.as_bytes());
    while let [first, others @ ..] = rest {
        let escaped = others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
