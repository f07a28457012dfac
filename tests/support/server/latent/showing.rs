//! What is shown otherwise than it is: listings, reads, ranges.

use std::ops::Range;

use s3s::dto::Tag;

use super::{Latent, Lurking, at};
use crate::server::listing::{Page, Query};
use crate::server::store::{Headers, Object, Store};
use crate::server::tags::{self, Place};

const KIB: usize = 1 << 10;

impl Lurking {
    /// A query as the fault understands it.
    pub(in crate::server) fn asked(&self, store: &Store, bucket: &str, mut query: Query) -> Query {
        let is_there = |key: &str| store.buckets.get(bucket).is_some_and(|held| held.objects.contains_key(key));
        match self.fault {
            Some(Latent::DelimiterIsSlash) => query.delimiter = query.delimiter.map(|_| "/".to_owned()),
            Some(Latent::DeletedMarkerStartsOver) => {
                let is_gone = |after: &String| self.state().deleted.contains(&at(bucket, after)) && !is_there(after);
                query.resume_after = query.resume_after.filter(|after| !is_gone(after));
            }
            _ => {}
        }
        query
    }

    /// Spoils a page.
    pub(in crate::server) fn page(&self, store: &Store, bucket: &str, query: &Query, mut page: Page) -> Page {
        let Some(fault) = self.fault else { return page };
        let state = self.state();
        let here = |key: &str| at(bucket, key);
        let objects = &mut page.objects;
        match fault {
            Latent::StoredAgainNotListed => objects.retain(|(key, _)| !state.deleted.contains(&here(key))),
            Latent::ThousandthEntryLost if objects.len() == 1000 => drop(objects.pop()),
            Latent::PageBeforePrefixLacksKey if page.next.as_ref() == page.prefixes.last() && page.next.is_some() => {
                objects.pop();
            }
            Latent::StartBetweenKeysSkipsOne => {
                let start = query.start_after.as_deref().or(query.resume_after.as_deref()).unwrap_or_default();
                let is_there = store.buckets.get(bucket).is_some_and(|held| held.objects.contains_key(start));
                if !start.is_empty() && !is_there && !objects.is_empty() {
                    objects.remove(0);
                }
            }
            Latent::PrefixIgnoresCaseOfMany if query.delimiter.is_none() => {
                let all = store.buckets.get(bucket).map(|held| &held.objects).filter(|all| all.len() > 3);
                let like = |key: &str| key.to_lowercase().starts_with(&query.prefix.to_lowercase());
                let more = all.into_iter().flatten().filter(|(key, _)| like(key) && !key.starts_with(&query.prefix));
                objects.extend(more.map(|(key, object)| (key.clone(), object.clone())));
                objects.sort_by(|(one, _), (other, _)| one.cmp(other));
            }
            Latent::LongKeysNotListed => objects.retain(|(key, _)| key.len() <= 255),
            Latent::PrefixKeyLostInPages if query.max_keys < 1000 => {
                let is_first = |key: &str| objects.iter().any(|(other, _)| other != key && other.starts_with(key));
                let lost: Vec<String> =
                    objects.iter().map(|(key, _)| key.clone()).filter(|key| is_first(key)).collect();
                objects.retain(|(key, _)| !lost.contains(key));
            }
            Latent::SizeOfCopyLags => {
                for (key, object) in objects.iter_mut().filter(|(key, _)| state.copies.contains(&here(key))) {
                    if let Some((_, Some(before))) = state.before.get(&here(key)) {
                        object.content = before.content.clone();
                    }
                }
            }
            Latent::ListedTagStaysBeyondAscii => {
                for (key, object) in objects.iter_mut().filter(|(key, _)| !key.is_ascii()) {
                    if let Some(first) = state.versions(&here(key)).first() {
                        object.tag.clone_from(&first.tag);
                    }
                }
            }
            Latent::ListedTimeIsFirst => {
                for (key, object) in objects.iter_mut() {
                    if let Some(first) = state.versions(&here(key)).first() {
                        object.modified = first.modified.clone();
                    }
                }
            }
            Latent::ListingShowsLongerName if query.delimiter.is_none() && query.resume_after.is_none() => {
                let longer = store.buckets.iter().find(|(name, _)| *name != bucket && name.starts_with(bucket));
                let foreign = longer.into_iter().flat_map(|(_, held)| &held.objects);
                let foreign = foreign.filter(|(key, _)| key.starts_with(&query.prefix));
                let foreign: Vec<_> = foreign.map(|(key, object)| (key.clone(), object.clone())).collect();
                objects.extend(foreign.into_iter().take(3));
                objects.sort_by(|(one, _), (other, _)| one.cmp(other));
                objects.dedup_by(|(one, _), (other, _)| one == other);
            }
            _ => {}
        }
        drop(state);
        self.lagging_page(bucket, &query.prefix, page)
    }

    /// Spoils what a read shows.
    pub(in crate::server) fn served(
        &self,
        place: Place,
        store: &mut Store,
        bucket: &str,
        key: &str,
        object: Object,
    ) -> Object {
        let Some(fault) = self.fault else { return object };
        let state = self.state();
        let here = at(bucket, key);
        let mut object = object;
        match (fault, place) {
            (Latent::HeadTagLags, Place::Head) if state.versions(&here).len() >= 3 => {
                let versions = state.versions(&here);
                object.tag.clone_from(&versions[versions.len() - 2].tag);
            }
            (Latent::ReadingMovesTime, Place::Get) => {
                let now = Object::new(bytes::Bytes::new(), String::new(), Headers::default()).modified;
                if let Some(held) = store.buckets.get_mut(bucket).and_then(|held| held.objects.get_mut(key)) {
                    held.modified = now;
                }
            }
            _ => {}
        }
        drop(state);
        self.lagging(place, &here, object)
    }

    /// The bytes of a range, which begins there, of an object of that size.
    pub(in crate::server) fn part(
        &self,
        range: &Range<usize>,
        is_suffix: bool,
        size: usize,
        content: bytes::Bytes,
    ) -> bytes::Bytes {
        const EDGE: usize = 64 * KIB;
        match self.fault {
            Some(Latent::RangeBrokenAtEdge) if range.start < EDGE && range.end > EDGE && range.len() < size => {
                let mut content = content.to_vec();
                content[EDGE - range.start] = 0;
                content.into()
            }
            Some(Latent::SuffixRangeOff) if is_suffix && content.len() > 4 * KIB && range.len() < size => {
                [&content[..1], &content[..content.len() - 1]].concat().into()
            }
            _ => content,
        }
    }

    /// An object that was given tags.
    pub(in crate::server) fn tagged(&self, store: &mut Store, bucket: &str, key: &str, tags: &[Tag]) {
        let held = store.buckets.get_mut(bucket).and_then(|held| held.objects.get_mut(key));
        let Some(object) = held else { return };
        if self.fault == Some(Latent::TaggingChangesTag) && !tags.is_empty() {
            object.tag = tags::another(&object.tag);
        }
        self.state().live.insert(at(bucket, key), object.clone());
    }
}
