//! A page of a listing: which objects and which common prefixes it holds, and where the next one begins.
//!
//! Pure; the mutations of listings are here, except those of single fields.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::mutation::Mutation;
use super::rules::Rules;
use super::store::{Bucket, Headers, Object};
use super::tags;

/// The key, after the prefix asked for, that [`Mutation::ListInventsKey`] shows.
pub(crate) const INVENTED_KEY: &str = "invented-by-the-listing";

/// What a listing asks for.
#[derive(Debug, Clone, Default)]
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
pub(super) fn page(bucket: &Bucket, query: &Query, rules: &Rules) -> Page {
    let ignores_prefix = !query.prefix.is_empty() && rules.breaks(Mutation::ListIgnoresPrefix);
    let prefix = if ignores_prefix { "" } else { &query.prefix };
    let mut page = Page::default();
    let mut last: Option<String> = None;
    let delimiter = query.delimiter.as_deref().filter(|_| !rules.breaks(Mutation::ListIgnoresDelimiter));
    for (key, object) in in_order(objects(bucket, prefix, rules), rules) {
        let rolled_up = rolled_up(&key, prefix, delimiter);
        let name = rolled_up.clone().unwrap_or_else(|| key.clone());
        let again = last.as_ref() == Some(&name) && !rules.breaks(Mutation::ListRepeatsCommonPrefixes);
        if !is_due(&key, &name, query, rules) || again {
            continue;
        }
        let prefixes = page.prefixes.len();
        let counted = if prefixes > 0 && rules.breaks(Mutation::ListCountsKeysOnly) { 0 } else { prefixes };
        if page.objects.len() + counted == query.max_keys {
            page.is_truncated = query.max_keys > 0 || rules.breaks(Mutation::MaxKeysZeroIsTruncated);
            break;
        }
        last = Some(name);
        match rolled_up {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.objects.push((key, object)),
        }
    }
    page.next = last.filter(|_| page.is_truncated);
    if page.is_truncated && rules.breaks(Mutation::ListStopsAtPageOne) {
        page = Page { is_truncated: false, next: None, ..page };
    }
    if page.next.is_some() && rules.breaks(Mutation::ListTruncatedWithoutToken) {
        page.next = None;
    }
    page
}

/// The objects under a prefix, as the listing would have them.
fn objects(bucket: &Bucket, prefix: &str, rules: &Rules) -> BTreeMap<String, Object> {
    let under = |objects: &BTreeMap<String, Object>| -> BTreeMap<String, Object> {
        let found = objects.iter().filter(|(key, _)| {
            let begins_so = key.starts_with(prefix);
            let differs = is_like(key.as_bytes(), prefix.as_bytes()) != begins_so;
            begins_so != (differs && rules.breaks(Mutation::ListPrefixIsPattern))
        });
        found.map(|(key, object)| (key.clone(), object.clone())).collect()
    };
    let mut found = under(&bucket.objects);
    if !bucket.deleted.is_empty() && rules.breaks(Mutation::ListShowsDeleted) {
        found.extend(under(&bucket.deleted));
    }
    if rules.breaks(Mutation::ListInventsKey) {
        let object = Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default());
        found.insert(format!("{prefix}{INVENTED_KEY}"), object);
    }
    if let Some(middle) = found.keys().nth(found.len() / 2).cloned()
        && rules.breaks(Mutation::ListDropsOneObject)
    {
        found.remove(&middle);
    }
    found
}

/// Objects in the order of a listing.
fn in_order(objects: BTreeMap<String, Object>, rules: &Rules) -> Vec<(String, Object)> {
    let mut objects: Vec<_> = objects.into_iter().collect();
    let in_utf16 =
        |(one, _): &(String, Object), (other, _): &(String, Object)| one.encode_utf16().le(other.encode_utf16());
    if !objects.is_sorted_by(in_utf16) && rules.breaks(Mutation::ListUtf16Order) {
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
fn is_due(key: &str, name: &str, query: &Query, rules: &Rules) -> bool {
    let follows = |last: &str| key > last && name != last;
    let start_after = query.start_after.as_deref().filter(|_| !rules.breaks(Mutation::ListIgnoresStartAfter));
    let started = start_after.is_none_or(follows);
    let resumed = query.resume_after.as_deref().is_none_or(|last| {
        // A page of one entry would never have anything else.
        let repeats = |rule: Mutation| query.max_keys > 1 && rules.breaks(rule);
        follows(last)
            || (key >= last && repeats(Mutation::ListDuplicatesAcrossPages))
            || (key > last && repeats(Mutation::ListRepeatsPrefixOnNextPage))
            || rules.breaks(Mutation::ListTokenDoesNotAdvance)
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
