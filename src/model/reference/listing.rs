//! What a listing has to show: with any prefix, delimiter, page size and start, exactly the live keys, once, in the order of their UTF-8
//! bytes.

use std::collections::BTreeSet;

use super::Reference;
use crate::model::answer::{Answer, Entry, Listing};
use crate::model::difference::{Aspect, Difference};
use crate::model::step::{Place, Query, Side, Step};

/// Entries that are held against what they should be.
pub(super) struct Shown {
    pub(super) page: Vec<Entry>,
    /// The keys that have to be there.
    pub(super) wanted: Vec<String>,
    /// Keys that may be there, as they like.
    pub(super) free: BTreeSet<String>,
}

/// What a listing has to name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    keys: Vec<String>,
    prefixes: Vec<String>,
}

impl Reference {
    fn expected(&self, side: Side, query: &Query) -> Expected {
        let mut expected = Expected::default();
        let selected = self
            .keys(side)
            .filter(|key| key.starts_with(&query.prefix) && query.after.as_deref().is_none_or(|after| *key > after));
        for key in selected {
            let rest = &key[query.prefix.len()..];
            let split = query.delimiter.as_deref().and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
            match split {
                None => expected.keys.push(key.to_owned()),
                Some(end) => {
                    let prefix = &key[..query.prefix.len() + end];
                    if expected.prefixes.last().map(String::as_str) != Some(prefix) {
                        expected.prefixes.push(prefix.to_owned());
                    }
                }
            }
        }
        expected
    }

    /// The most entries that a right listing can have.
    pub fn most_listed(&self, side: Side) -> usize {
        self.buckets[side.index()].live.len()
    }

    /// A listing that was followed to its end.
    pub fn listed(&mut self, side: Side, query: &Query, answer: &Answer<Listing>) -> Result<(), Difference> {
        let step = || Step::List { side, query: query.clone() };
        self.judge_listing(side, query, answer).map_err(|difference| difference.shown(step()))
    }

    fn judge_listing(&mut self, side: Side, query: &Query, answer: &Answer<Listing>) -> Result<(), Difference> {
        let asked =
            format!("a listing{}", if query == &Query::default() { String::new() } else { format!(" with{query}") });
        let about = |kind, what: String| Difference::of_bucket(Aspect::Listing, kind, side, what);
        let Answer::Yes(listing) = answer else {
            return Err(about("listing-refused", format!("{asked} is refused"))
                .between("200", answer.refusal())
                .said_loudly());
        };
        let Expected { keys, prefixes } = self.expected(side, query);
        let entries: Vec<Entry> = listing.pages.iter().flat_map(|page| page.entries.iter().cloned()).collect();
        self.judge_entries(side, &Shown { page: entries, wanted: keys, free: BTreeSet::new() })?;
        if let Some(stuck) = &listing.stuck {
            return Err(about("listing-stuck", format!("{asked} cannot be followed")).between("its end", stuck.clone()));
        }
        let shown: Vec<&String> = listing.pages.iter().flat_map(|page| &page.prefixes).collect();
        let all: BTreeSet<&String> = shown.iter().copied().collect();
        let exact = self.rules.exact_prefix_pages || query.page_size.is_none();
        let is_right = if exact { shown.iter().copied().eq(&prefixes) } else { all.iter().copied().eq(&prefixes) };
        if !is_right {
            let what = format!("{asked} names other common prefixes");
            return Err(about("listing-prefixes", what).between(few(&prefixes), few(&shown)));
        }
        let Some(limit) = query.page_size.map(|size| size as usize) else { return Ok(()) };
        let lengths = listing.pages.iter().map(|page| page.entries.len() + if exact { page.prefixes.len() } else { 0 });
        match lengths.max() {
            Some(longest) if longest > limit => {
                let what = format!("{asked} has a page that is longer");
                Err(about("listing-page-too-long", what).between(limit.to_string(), longest.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Whether these are the keys that they should be, in order, each with its size, ETag and time.
    pub(super) fn judge_entries(&mut self, side: Side, shown: &Shown) -> Result<(), Difference> {
        let Shown { page, wanted, free } = shown;
        let place = |key: &str| Place::new(side, key);
        let names: BTreeSet<&str> = page.iter().map(|entry| entry.key.as_str()).collect();
        if let Some(missing) = wanted.iter().find(|key| !names.contains(key.as_str())) {
            let absent = wanted.iter().filter(|key| !names.contains(key.as_str())).count();
            let more = if absent > 1 { format!(" and {} more", absent - 1) } else { String::new() };
            let what = format!("a listing lacks {}{more}", place(missing));
            let lacks = Difference::new(Aspect::Listing, "listing-lacks", &place(missing), what);
            return Err(lacks.between(counted(wanted.len()), counted(page.len())));
        }
        let is_wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        if let Some(extra) =
            page.iter().find(|entry| !is_wanted.contains(entry.key.as_str()) && !free.contains(&entry.key))
        {
            return Err(self.shows_too_much(&place(&extra.key), wanted));
        }
        for (one, other) in page.iter().zip(page.iter().skip(1)) {
            if one.key == other.key
                || page.len() > names.len() && page.iter().filter(|entry| entry.key == one.key).count() > 1
            {
                let what = format!("a listing shows {} twice", place(&one.key));
                let twice = Difference::new(Aspect::Listing, "listing-repeats", &place(&one.key), what);
                return Err(twice.between("each key once", format!("{:?} twice", one.key)));
            }
            if one.key > other.key {
                let what = format!("a listing shows {} before {}", place(&one.key), place(&other.key));
                let order = Difference::of_bucket(Aspect::Listing, "listing-order", side, what);
                return Err(order.between("the order of UTF-8 bytes", format!("{:?}, {:?}", one.key, other.key)));
            }
        }
        page.iter()
            .filter(|entry| !free.contains(&entry.key))
            .try_for_each(|entry| self.judge_entry(&place(&entry.key), entry))
    }

    fn judge_entry(&mut self, at: &Place, entry: &Entry) -> Result<(), Difference> {
        let Some(version) = self.live(at).cloned() else { return Ok(()) };
        self.etag_stays("a listing", at, &version, entry.etag.as_deref())?;
        let size = version.body.bytes.len() as u64;
        if entry.size != Some(size) {
            let actual = entry.size.map_or("none".to_owned(), |size| size.to_string());
            let what = format!("a listing names another size of {at}");
            return Err(Difference::new(Aspect::Listing, "listing-size", at, what).between(size.to_string(), actual));
        }
        self.modified("a listing", at, entry.modified)
    }

    fn shows_too_much(&self, at: &Place, wanted: &[String]) -> Difference {
        let bucket = &self.buckets[at.side.index()];
        let other = if at.side == Side::First { Side::Second } else { Side::First };
        let elsewhere = &self.buckets[other.index()];
        let (kind, why) = if bucket.live.contains_key(&at.key) {
            ("listing-shows-unasked", "which it was not asked for")
        } else if bucket.former.contains_key(&at.key) {
            ("listing-shows-deleted", "which was deleted")
        } else if elsewhere.live.contains_key(&at.key) || elsewhere.former.contains_key(&at.key) {
            ("listing-shows-foreign", "which is in the other bucket alone")
        } else {
            ("listing-invents", "which was never stored")
        };
        let what = format!("a listing shows {at}, {why}");
        Difference::new(Aspect::Listing, kind, at, what).between(few(wanted), format!("{:?} as well", at.key))
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 key".to_owned() } else { format!("{count} keys") }
}

/// The first few of many.
fn few<T: std::fmt::Debug>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(4).map(|item| format!("{item:?}")).collect();
    match items.len() {
        0 => "none".to_owned(),
        count if count > shown.len() => format!("{} and {} more", shown.join(", "), count - shown.len()),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::{Page, Window};
    use crate::model::recipe::Recipe;
    use crate::model::reference::write::New;
    use crate::model::reference::{Body, Rules};
    use crate::model::step::Headers;

    fn holding(keys: &[&str]) -> Reference {
        let mut reference = Reference::new(Rules { md5_etags: true, exact_prefix_pages: true, content_types: true });
        for key in keys {
            let (body, at) = (Body::made(&Recipe::plain(1)), Place::new(Side::First, *key));
            let written = Window { from_ms: 1_000_000, to_ms: 1_000_001 };
            let etag = Answer::Yes(Some(body.md5.clone()));
            reference.put(&at, New { body, headers: Headers::default(), written }, None, &etag).unwrap();
        }
        reference
    }

    fn page(keys: &[&str], prefixes: &[&str]) -> Page {
        let md5 = Body::made(&Recipe::plain(1)).md5.clone();
        let entry = |key: &&str| Entry {
            key: (*key).to_owned(),
            etag: Some(format!("\"{md5}\"")),
            size: Some(1),
            modified: Some(1000),
        };
        Page {
            entries: keys.iter().map(entry).collect(),
            prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
            truncated: false,
        }
    }

    fn kind(reference: &mut Reference, query: &Query, pages: Vec<Page>) -> Option<&'static str> {
        let answer = Answer::Yes(Listing { pages, stuck: None });
        reference.listed(Side::First, query, &answer).err().map(|difference| difference.kind)
    }

    #[test]
    fn a_level_has_its_keys_and_each_prefix_once_around_the_slash() {
        let mut reference = holding(&["d-2/a", "d.x", "d/1", "d/a", "d"]);
        let query = |delimiter: Option<&str>, prefix: &str| Query {
            delimiter: delimiter.map(str::to_owned),
            prefix: prefix.to_owned(),
            ..Query::default()
        };
        let level = query(Some("/"), "");
        assert_eq!(reference.expected(Side::First, &level).prefixes, ["d-2/", "d/"]);
        assert_eq!(reference.expected(Side::First, &query(None, "d/")).keys, ["d/1", "d/a"]);
        assert_eq!(kind(&mut reference, &level, vec![page(&["d", "d.x"], &["d-2/", "d/"])]), None);
        assert_eq!(kind(&mut reference, &level, vec![page(&["d", "d.x"], &["d-2/"])]), Some("listing-prefixes"));
        assert_eq!(kind(&mut reference, &level, vec![page(&["d", "d.x"], &["d/", "d-2/"])]), Some("listing-prefixes"));
    }

    #[test]
    fn each_way_of_being_wrong_has_a_name() {
        let mut reference = holding(&["a", "b", "c"]);
        let all = Query::default();
        let two = Query { page_size: Some(2), ..Query::default() };
        assert_eq!(kind(&mut reference, &all, vec![page(&["a", "b", "c"], &[])]), None);
        assert_eq!(kind(&mut reference, &two, vec![page(&["a", "b"], &[]), page(&["c"], &[])]), None);
        assert_eq!(kind(&mut reference, &two, vec![page(&["a", "b", "c"], &[])]), Some("listing-page-too-long"));
        assert_eq!(
            kind(&mut reference, &two, vec![page(&["a", "b"], &[]), page(&["b", "c"], &[])]),
            Some("listing-repeats")
        );
        assert_eq!(kind(&mut reference, &all, vec![page(&["a", "c", "b"], &[])]), Some("listing-order"));
        assert_eq!(kind(&mut reference, &all, vec![page(&["a", "c"], &[])]), Some("listing-lacks"));
        assert_eq!(kind(&mut reference, &all, vec![page(&["a", "b", "c", "d"], &[])]), Some("listing-invents"));
        let mut other = page(&["a", "b", "c"], &[]);
        other.entries[1].size = Some(2);
        assert_eq!(kind(&mut reference, &all, vec![other.clone()]), Some("listing-size"));
        other.entries[1].etag = Some("\"x\"".to_owned());
        assert_eq!(kind(&mut reference, &all, vec![other]), Some("etag-differs"));
    }
}
