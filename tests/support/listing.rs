//! A page of a listing: which objects and which common prefixes it holds, and where the next one begins.
//!
//! Pure; the mutations of listings are here, except those of single fields.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::mutation::Mutation;
use super::store::{Bucket, Headers, Object};
use super::tags;

/// The key, after the prefix asked for, that [`Mutation::ListInventsKey`] shows.
pub(crate) const INVENTED_KEY: &str = "invented-by-the-listing";

/// What a listing asks for.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// What all keys begin with.
    pub(super) prefix: String,
    /// Keys that have this after the prefix are rolled up to a common prefix; never empty.
    pub(super) delimiter: Option<String>,
    /// Entries up to this one are left out, on all pages.
    pub(super) start_after: Option<String>,
    /// The last entry of the page before.
    pub(super) resume_after: Option<String>,
    /// How many entries, objects and common prefixes together, a page holds.
    pub(super) max_keys: usize,
}

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<(String, Object)>,
    pub(super) prefixes: Vec<String>,
    /// Whether more follows.
    pub(super) is_truncated: bool,
    /// The last entry, if more follows.
    pub(super) next: Option<String>,
}

/// The page of a bucket that a query asks for.
pub(super) fn page(bucket: &Bucket, query: &Query, mutation: Option<Mutation>) -> Page {
    let prefix = if mutation == Some(Mutation::ListIgnoresPrefix) { "" } else { &query.prefix };
    let mut page = Page::default();
    let mut last: Option<String> = None;
    let delimiter = query.delimiter.as_deref().filter(|_| mutation != Some(Mutation::ListIgnoresDelimiter));
    for (key, object) in in_order(objects(bucket, prefix, mutation), mutation) {
        let rolled_up = rolled_up(&key, prefix, delimiter);
        let name = rolled_up.clone().unwrap_or_else(|| key.clone());
        let again = last.as_ref() == Some(&name) && mutation != Some(Mutation::ListRepeatsCommonPrefixes);
        if !is_due(&key, &name, query, mutation) || again {
            continue;
        }
        let counted = if mutation == Some(Mutation::ListCountsKeysOnly) { 0 } else { page.prefixes.len() };
        if page.objects.len() + counted == query.max_keys {
            page.is_truncated = query.max_keys > 0 || mutation == Some(Mutation::MaxKeysZeroIsTruncated);
            break;
        }
        last = Some(name);
        match rolled_up {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.objects.push((key, object)),
        }
    }
    page.next = last.filter(|_| page.is_truncated);
    match mutation {
        Some(Mutation::ListStopsAtPageOne) => Page { is_truncated: false, next: None, ..page },
        Some(Mutation::ListTruncatedWithoutToken) => Page { next: None, ..page },
        _ => page,
    }
}

/// The objects under a prefix, as the listing would have them.
fn objects(bucket: &Bucket, prefix: &str, mutation: Option<Mutation>) -> BTreeMap<String, Object> {
    let under = |objects: &BTreeMap<String, Object>| -> BTreeMap<String, Object> {
        let found = objects.iter().filter(|(key, _)| match mutation {
            Some(Mutation::ListPrefixIsPattern) => is_like(key.as_bytes(), prefix.as_bytes()),
            _ => key.starts_with(prefix),
        });
        found.map(|(key, object)| (key.clone(), object.clone())).collect()
    };
    let mut found = under(&bucket.objects);
    match mutation {
        Some(Mutation::ListShowsDeleted) => found.extend(under(&bucket.deleted)),
        Some(Mutation::ListInventsKey) => {
            let object = Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default());
            found.insert(format!("{prefix}{INVENTED_KEY}"), object);
        }
        Some(Mutation::ListDropsOneObject) => {
            if let Some(middle) = found.keys().nth(found.len() / 2).cloned() {
                found.remove(&middle);
            }
        }
        _ => {}
    }
    found
}

/// Objects in the order of a listing.
fn in_order(objects: BTreeMap<String, Object>, mutation: Option<Mutation>) -> Vec<(String, Object)> {
    let mut objects: Vec<_> = objects.into_iter().collect();
    if mutation == Some(Mutation::ListUtf16Order) {
        objects.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    }
    objects
}

/// Whether a key begins like a pattern of SQL's LIKE.
fn is_like(key: &[u8], pattern: &[u8]) -> bool {
    match pattern {
        [] => true,
        [b'%', rest @ ..] => (0..=key.len()).any(|at| is_like(&key[at..], rest)),
        [b'_', rest @ ..] => !key.is_empty() && is_like(&key[1..], rest),
        [byte, rest @ ..] => key.first().is_some_and(|it| it.eq_ignore_ascii_case(byte)) && is_like(&key[1..], rest),
    }
}

/// The common prefix that stands for a key, if there is one.
fn rolled_up(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter?;
    let end = prefix.len() + key.get(prefix.len()..)?.find(delimiter)? + delimiter.len();
    Some(key[..end].to_owned())
}

/// Whether a key, listed under its own name or a common prefix's, has not been on an earlier page.
fn is_due(key: &str, name: &str, query: &Query, mutation: Option<Mutation>) -> bool {
    let follows = |last: &str| key > last && name != last;
    let start_after = query.start_after.as_deref().filter(|_| mutation != Some(Mutation::ListIgnoresStartAfter));
    let started = start_after.is_none_or(follows);
    let resumed = query.resume_after.as_deref().is_none_or(|last| match mutation {
        Some(Mutation::ListTokenDoesNotAdvance) => true,
        // A page of one entry would hold nothing else, for ever.
        Some(Mutation::ListDuplicatesAcrossPages) if query.max_keys > 1 => key >= last,
        Some(Mutation::ListRepeatsPrefixOnNextPage) if query.max_keys > 1 => key > last,
        _ => follows(last),
    });
    started && resumed
}

/// A key with all but unreserved characters and slashes as percent escapes.
pub(super) fn percent_encode(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&tags::hex(&[byte]).to_uppercase());
        }
    }
    text
}
