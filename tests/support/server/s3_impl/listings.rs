//! `ListObjects` and `ListObjectsV2`: what they ask, and how a page is written in either version.

use s3s::dto::{
    CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object,
    ObjectStorageClass, Timestamp,
};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::server::listing::{self, Page, Query, page};
use crate::server::mutation::Mutation;
use crate::server::store;
use crate::server::tags::{self, Place};

/// How many entries a page holds at most, and if nothing is said.
const PAGE_LIMIT: i32 = 1000;

/// Comes before the key in a token, so that nobody can confuse a token and a key.
const TOKEN_PREFIX: &str = "page-after.";

/// A listing as markers and keys.
pub(super) fn version_1(server: &MemoryS3, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let max_keys = page_size(server, input.max_keys)?;
    let query = Query {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        start_after: None,
        resume_after: input
            .marker
            .clone()
            .filter(|marker| !marker.is_empty() && !server.breaks(Mutation::ListIgnoresMarker)),
        max_keys: usize::try_from(max_keys).unwrap_or_default(),
    };
    let Page { objects, prefixes, is_truncated, next } = listed(server, &input.bucket, &query)?;
    let encoding_type = input.encoding_type.filter(|_| !server.breaks(Mutation::ListIgnoresEncodingType));
    let spelling = Spelling::of(encoding_type.as_ref())?;
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(spelling.of_key(&query.prefix)),
        marker: Some(spelling.of_key(input.marker.as_deref().unwrap_or_default())),
        max_keys: Some(max_keys),
        is_truncated: Some(is_truncated),
        // Without a delimiter the last key is the marker, and S3 says none.
        next_marker: next.filter(|_| query.delimiter.is_some()).map(|next| spelling.of_key(&next)),
        delimiter: query.delimiter.map(|delimiter| spelling.of_key(&delimiter)),
        contents: Some(contents(server, spelling, &objects)),
        common_prefixes: Some(common_prefixes(spelling, &prefixes)),
        encoding_type,
        request_charged: None,
    })
}

/// A listing with tokens.
pub(super) fn version_2(server: &MemoryS3, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let max_keys = page_size(server, input.max_keys)?;
    let mut prefix = input.prefix.clone().unwrap_or_default();
    if prefix.contains(['+', '&']) && server.breaks(Mutation::ListSpecialPrefixIsEmpty) {
        prefix.push_str("nothing is called so");
    }
    let query = Query {
        prefix,
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        start_after: input.start_after.clone(),
        resume_after: input.continuation_token.as_deref().map(from_token).transpose()?,
        max_keys: usize::try_from(max_keys).unwrap_or_default(),
    };
    let Page { objects, prefixes, is_truncated, next } = listed(server, &input.bucket, &query)?;
    let encoding_type = input.encoding_type.filter(|_| !server.breaks(Mutation::ListIgnoresEncodingType));
    let spelling = Spelling::of(encoding_type.as_ref())?;
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(spelling.of_key(&query.prefix)),
        start_after: input.start_after.map(|key| spelling.of_key(&key)),
        max_keys: Some(max_keys),
        key_count: i32::try_from(objects.len() + prefixes.len()).ok(),
        is_truncated: Some(is_truncated),
        continuation_token: input.continuation_token,
        next_continuation_token: next.map(|next| into_token(&next)),
        delimiter: query.delimiter.map(|delimiter| spelling.of_key(&delimiter)),
        contents: Some(contents(server, spelling, &objects)),
        common_prefixes: Some(common_prefixes(spelling, &prefixes)),
        encoding_type,
        request_charged: None,
    })
}

/// The page of a bucket, as the fault would have it.
fn listed(server: &MemoryS3, bucket: &str, query: &Query) -> S3Result<Page> {
    let store = server.store();
    let asked = server.lurking.asked(&store, bucket, query.clone());
    let found = page(store.bucket(bucket)?, &asked, &server.rules);
    Ok(server.lurking.page(&store, bucket, &asked, found))
}

/// How keys are written.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Plain,
    Percent,
}

impl Spelling {
    fn of(encoding: Option<&EncodingType>) -> S3Result<Self> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some(EncodingType::URL) => Ok(Self::Percent),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    fn of_key(self, key: &str) -> String {
        match self {
            Self::Plain => key.to_owned(),
            Self::Percent => listing::percent_encode(key),
        }
    }
}

fn page_size(server: &MemoryS3, max_keys: Option<i32>) -> S3Result<i32> {
    match max_keys.unwrap_or(PAGE_LIMIT) {
        0 if server.breaks(Mutation::MaxKeysZeroRefused) => Err(s3_error!(InternalError, "list index out of range")),
        more if more > PAGE_LIMIT && server.breaks(Mutation::MaxKeysLargeRefused) => {
            Err(s3_error!(InvalidArgument, "max-keys must not be above 1000."))
        }
        ..0 => Err(s3_error!(InvalidArgument, "max-keys must not be negative.")),
        max_keys => Ok(max_keys.min(PAGE_LIMIT)),
    }
}

fn contents(server: &MemoryS3, spelling: Spelling, objects: &[(String, store::Object)]) -> Vec<Object> {
    let wrong = i64::from(server.breaks(Mutation::ListWrongSize));
    let local = |modified: &Timestamp| {
        let east = time::Duration::hours(i64::from(server.breaks(Mutation::ListShowsLocalTime)) * 2);
        Timestamp::from(time::OffsetDateTime::from(modified.clone()) + east)
    };
    let entry = |(key, object): &(String, store::Object)| Object {
        key: Some(spelling.of_key(key)),
        e_tag: server.shown(Place::List, &object.tag),
        size: Some(object.size_bytes() + wrong),
        last_modified: Some(local(&object.modified)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    };
    objects.iter().map(entry).collect()
}

fn common_prefixes(spelling: Spelling, prefixes: &[String]) -> Vec<CommonPrefix> {
    prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(spelling.of_key(prefix)) }).collect()
}

fn into_token(name: &str) -> String {
    format!("{TOKEN_PREFIX}{}", tags::hex(name.as_bytes()))
}

fn from_token(token: &str) -> S3Result<String> {
    let digits = token.strip_prefix(TOKEN_PREFIX).filter(|digits| digits.is_ascii() && digits.len() % 2 == 0);
    let bytes: Option<Vec<u8>> = digits.and_then(|digits| {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
    });
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}
