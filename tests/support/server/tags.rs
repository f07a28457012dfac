//! Entity tags: which one an object gets, and which one an answer shows. The mutations of tags are here, except those of
//! spelling, which are in `wire`.

use md5::{Digest, Md5};
use s3s::dto::ETag;

use super::mutation::Mutation;
use super::rules::Rules;
use super::store::Object;

/// The answers that carry a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer to `PutObject`.
    Put,
    /// The answer to `GetObject`.
    Get,
    /// The answer to `HeadObject`.
    Head,
    /// An entry of a listing, version 1 or 2.
    List,
    /// The answer to `CopyObject`.
    Copy,
}

/// The tag under which content is stored, in place of the object that may be there already.
pub(super) fn stored(rules: &Rules, content: &[u8], replaced: Option<&Object>) -> String {
    if rules.breaks(Mutation::EtagConstant) {
        md5_hex(b"constant")
    } else if rules.breaks(Mutation::EtagBySize) {
        md5_hex(content.len().to_string().as_bytes())
    } else if rules.breaks(Mutation::EtagNotMd5) {
        uuid_shaped(&md5_hex(&[b"opaque", content].concat()))
    } else if let Some(object) = replaced.filter(|_| rules.breaks(Mutation::EtagOfFirstUploadKept)) {
        object.tag.clone()
    } else {
        md5_hex(content)
    }
}

/// The tag that an answer shows for an object; `answer` numbers the answers.
pub(super) fn shown(rules: &Rules, place: Place, tag: &str, answer: u64) -> Option<ETag> {
    let of_place = match place {
        Place::Put => (Some(Mutation::EtagMissingInPut), Some(Mutation::PutEtagDiffers)),
        Place::Get => (None, Some(Mutation::GetEtagDiffers)),
        Place::Head => (None, Some(Mutation::HeadEtagDiffers)),
        Place::List => (Some(Mutation::EtagMissingInList), Some(Mutation::ListEtagDiffers)),
        Place::Copy => (None, None),
    };
    let breaks = |rule: Option<Mutation>| rule.is_some_and(|rule| rules.breaks(rule));
    let (lacks, differs) = of_place;
    if breaks(lacks) || rules.breaks(Mutation::EtagMissing) {
        return None;
    }
    Some(ETag::Strong(if rules.breaks(Mutation::EtagUnstable) {
        md5_hex(format!("{tag}, answer {answer}").as_bytes())
    } else if breaks(differs) {
        another(tag)
    } else {
        tag.to_owned()
    }))
}

/// Another tag of the same shape as an MD5, always the same for the same tag.
pub(super) fn another(tag: &str) -> String {
    md5_hex(format!("another than {tag}").as_bytes())
}

/// The MD5 of some bytes, in lower-check hexadecimal digits.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Bytes as lower-check hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// 32 digits in the groups of a UUID.
fn uuid_shaped(digits: &str) -> String {
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}
