//! Which key a request means. On a right server that is the key it names.

use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::server::mutation::Mutation;
use crate::server::store::Bucket;

/// The key that a request means, as the mutation would have it.
pub(super) fn meant(server: &MemoryS3, key: &str) -> String {
    let others = [
        (Mutation::KeysDecodedTwice, decoded(key)),
        (Mutation::TrailingSlashDropped, key.strip_suffix('/').unwrap_or(key).to_owned()),
        (Mutation::PlusIsSpace, key.replace('+', " ")),
        (Mutation::SlashesCollapsed, key.replace("//", "/")),
        (Mutation::DotSegmentDropped, key.replace("/./", "/")),
        (Mutation::KeysComposed, key.replace("e\u{301}", "\u{e9}")),
    ];
    let other = others.into_iter().find(|(rule, other)| other != key && server.breaks(*rule));
    other.map_or_else(|| key.to_owned(), |(_, other)| other)
}

/// Refuses a key where the mutation would.
///
/// # Errors
/// `InternalError`, as of a server whose file system refuses.
pub(super) fn refuse(server: &MemoryS3, bucket: &Bucket, key: &str) -> S3Result<()> {
    let is_in = |key: &str, directory: &str| key.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    let beside = bucket.objects.keys().any(|other| is_in(other, key) || is_in(key, other));
    let reasons = [
        (Mutation::FileBesideDirectoryRefused, beside),
        (Mutation::FormerDirectoryRefused, bucket.deleted.keys().any(|other| is_in(other, key))),
        (Mutation::LongKeyRefused, key.len() > 900 && key.contains('/')),
        (Mutation::LongNameRefused, key.split('/').any(|name| name.len() > 255)),
        (Mutation::ControlCharactersRefused, key.chars().any(char::is_control)),
    ];
    if reasons.into_iter().any(|(rule, refuses)| refuses && server.breaks(rule)) {
        Err(s3_error!(InternalError, "The file system says no."))
    } else {
        Ok(())
    }
}

/// The key with its percent escapes replaced by what they stand for.
pub(super) fn decoded(key: &str) -> String {
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
