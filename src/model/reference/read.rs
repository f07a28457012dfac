//! What is read: GET with ranges and conditions, HEAD, tags.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::version::{bare, described};
use super::write::refused_as_missing;
use super::{Body, Reference, Version};
use crate::model::answer::{Answer, Got, Seen};
use crate::model::difference::{Aspect, Difference};
use crate::model::step::{Condition, Headers, Place, Side, Span};

/// One of the headers that a version may have.
type HeaderOf = fn(&Headers) -> &Option<String>;

impl Reference {
    /// GetObject.
    pub fn get(
        &mut self,
        at: &Place,
        span: Option<Span>,
        condition: Option<Condition>,
        answer: &Answer<Got>,
    ) -> Result<(), Difference> {
        let Some(version) = self.live(at).cloned() else { return self.nothing_there("GET", at, answer) };
        match condition {
            Some(Condition::MatchOther) => return condition_refused(at, 412, answer),
            Some(Condition::NoneMatch) => return condition_refused(at, 304, answer),
            _ => {}
        }
        let Some(wanted) = wanted(&version, span) else {
            if answer.status() == Some(416) {
                return Ok(());
            }
            let what = format!("GET of {at} past its end is not refused with 416");
            return Err(Difference::new(Aspect::Content, "range-invented", at, what).between("416", answer.refusal()));
        };
        let Answer::Yes(got) = answer else { return Err(lost("GET", at, &version, answer)) };
        if got.bytes != wanted {
            return Err(self.other_content(at, &version, span, &wanted, &got.bytes));
        }
        if let Some(span) = span {
            let (from, to) = span.within(version.body.bytes.len()).unwrap_or_default();
            let range = format!("bytes {from}-{}/{}", to.saturating_sub(1), version.body.bytes.len());
            if got.status != 206 || got.content_range.as_deref() != Some(range.as_str()) {
                let what = format!("GET of a part of {at} does not say which part it brings");
                let actual = format!("{}, {}", got.status, got.content_range.as_deref().unwrap_or("no Content-Range"));
                let differs = Difference::new(Aspect::Content, "range-mislabelled", at, what);
                return Err(differs.between(format!("206, {range}"), actual));
            }
        }
        self.seen("GET", at, &version, &got.seen)
    }

    /// HeadObject.
    pub fn head(&mut self, at: &Place, answer: &Answer<Seen>) -> Result<(), Difference> {
        let Some(version) = self.live(at).cloned() else { return self.nothing_there("HEAD", at, answer) };
        let Answer::Yes(seen) = answer else { return Err(lost("HEAD", at, &version, answer)) };
        self.seen("HEAD", at, &version, seen)?;
        let size = version.body.bytes.len() as u64;
        if seen.size == Some(size) {
            return Ok(());
        }
        let what = format!("HEAD of {at} names another size");
        let actual = seen.size.map_or("none".to_owned(), |size| size.to_string());
        Err(Difference::new(Aspect::Headers, "size-differs", at, what).between(size.to_string(), actual))
    }

    /// GetObjectTagging.
    pub fn tags(&mut self, at: &Place, answer: &Answer<BTreeMap<String, String>>) -> Result<(), Difference> {
        let Some(version) = self.live(at) else { return self.nothing_there("GetObjectTagging", at, answer) };
        let differs = |what: &str, actual: String| {
            let what = format!("GetObjectTagging of {at} {what}");
            Difference::new(Aspect::Headers, "tags-differ", at, what).between(pairs(&version.headers.tags), actual)
        };
        match answer {
            Answer::Yes(tags) if *tags == version.headers.tags => Ok(()),
            Answer::Yes(tags) => Err(differs("brings other tags", pairs(tags))),
            other => Err(differs("is refused", other.refusal()).said_loudly()),
        }
    }

    fn nothing_there<T>(&self, verb: &str, at: &Place, answer: &Answer<T>) -> Result<(), Difference> {
        let Answer::Yes(_) = answer else { return refused_as_missing(verb, at, answer) };
        let here = self.buckets[at.side.index()].former.contains_key(&at.key);
        let other = if at.side == Side::First { Side::Second } else { Side::First };
        let there = self.live(&Place::new(other, &at.key)).is_some();
        let (kind, what) = match (here, there) {
            (true, _) => ("deleted-is-served", format!("{verb} brings {at}, which was deleted")),
            (false, true) => ("foreign-is-served", format!("{verb} brings {at}, which is in the other bucket alone")),
            (false, false) => ("invented-is-served", format!("{verb} brings {at}, which was never stored")),
        };
        Err(Difference::new(Aspect::Presence, kind, at, what).between("404", "200"))
    }

    /// What the wrong bytes are, if that can be told.
    fn other_content(
        &self,
        at: &Place,
        version: &Version,
        span: Option<Span>,
        wanted: &[u8],
        got: &Bytes,
    ) -> Difference {
        let found = Body::of(got.clone());
        let bucket = &self.buckets[at.side.index()];
        let earlier = bucket.former.get(&at.key).into_iter().flatten().rev().find(|former| former.md5 == found.md5);
        let whole = |other: &Place| self.live(other).is_some_and(|live| live.body.md5 == found.md5);
        let elsewhere =
            self.keys(at.side).map(|key| Place::new(at.side, key)).find(|other| other != at && whole(other));
        let (kind, actual) = if let (Some(former), None) = (earlier, span) {
            ("content-stale", format!("the content of step {}", former.step))
        } else if let (Some(other), false) = (elsewhere, got.is_empty()) {
            ("content-of-another-key", format!("the content of {other}"))
        } else if span.is_some() && *got == version.body.bytes {
            ("range-ignored", format!("the whole object, {} bytes", got.len()))
        } else if wanted.starts_with(got) {
            ("content-truncated", format!("the first {} bytes", got.len()))
        } else if got.starts_with(wanted) {
            ("content-lengthened", format!("these and {} bytes more", got.len() - wanted.len()))
        } else {
            let at = wanted.iter().zip(got.iter()).position(|(one, other)| one != other).unwrap_or_default();
            ("content-differs", format!("{} bytes, from byte {at} on {}", got.len(), described(&got[at..])))
        };
        let what = format!("GET of {at} brings other bytes than step {} stored", version.step);
        Difference::new(Aspect::Content, kind, at, what).between(described(wanted), actual)
    }

    /// What GET and HEAD say besides the content.
    fn seen(&mut self, verb: &str, at: &Place, version: &Version, seen: &Seen) -> Result<(), Difference> {
        self.etag_stays(verb, at, version, seen.etag.as_deref())?;
        self.modified(verb, at, seen.modified)?;
        let former = self.buckets[at.side.index()].former.get(&at.key).map(Vec::as_slice).unwrap_or_default();
        let headers = &version.headers;
        // What nobody asked for a server may add, unless it was asked for once.
        let was = |value: &Option<String>, of: fn(&Headers) -> &Option<String>| {
            value.is_some() && former.iter().any(|former| of(&former.headers) == value)
        };
        let fields: [(&str, &Option<String>, &Option<String>, HeaderOf); 3] = [
            ("Cache-Control", &headers.cache_control, &seen.cache_control, |headers| &headers.cache_control),
            ("Content-Disposition", &headers.content_disposition, &seen.content_disposition, |headers| {
                &headers.content_disposition
            }),
            ("Content-Encoding", &headers.content_encoding, &seen.content_encoding, |headers| {
                &headers.content_encoding
            }),
        ];
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let mut wrong = fields.iter().filter(
            |(_, wanted, found, of)| {
                if wanted.is_some() { wanted != found } else { was(found, *of) }
            },
        );
        let differs = |name: &str, expected: String, actual: String| {
            let what = format!("{verb} of {at} names another {name}");
            Err(Difference::new(Aspect::Headers, "headers-differ", at, what).between(expected, actual))
        };
        if let Some((name, wanted, found, _)) = wrong.next() {
            return differs(name, value(wanted), value(found));
        }
        if self.rules.content_types && seen.content_type.as_deref() != Some(headers.type_to_send()) {
            return differs("Content-Type", headers.type_to_send().to_owned(), value(&seen.content_type));
        }
        let had = former.iter().any(|former| !former.headers.metadata.is_empty());
        if seen.metadata != headers.metadata && (had || !headers.metadata.is_empty()) {
            return differs("metadata", pairs(&headers.metadata), pairs(&seen.metadata));
        }
        Ok(())
    }

    /// Whether an answer names the ETag that the version has had from its beginning.
    pub(super) fn etag_stays(
        &mut self,
        verb: &str,
        at: &Place,
        version: &Version,
        etag: Option<&str>,
    ) -> Result<(), Difference> {
        let found = etag.map(bare).filter(|etag| !etag.is_empty());
        if found.is_some() && found == version.etag.as_deref() {
            return Ok(());
        }
        let Some(known) = &version.etag else {
            self.judge_etag(verb, at, version, etag)?;
            if let Some(live) = self.bucket(at.side).live.get_mut(&at.key) {
                live.etag = found.map(str::to_owned);
            }
            return Ok(());
        };
        let former = self.buckets[at.side.index()].former.get(&at.key).into_iter().flatten();
        let stale = former.rev().find(|former| found.is_some() && former.etag.as_deref() == found);
        let (kind, actual) = match (stale, found) {
            (Some(former), Some(found)) => ("etag-stale", format!("{found:?}, as in step {}", former.step)),
            (None, Some(found)) => ("etag-differs", format!("{found:?}")),
            (_, None) => ("etag-missing", "none".to_owned()),
        };
        let what = format!("{verb} of {at} names another ETag than step {} did", version.step);
        Err(Difference::new(Aspect::Etag, kind, at, what).between(format!("{known:?}"), actual))
    }

    /// Whether a Last-Modified can be the time of the last write.
    pub(super) fn modified(&mut self, verb: &str, at: &Place, modified: Option<i64>) -> Result<(), Difference> {
        let Some(version) = self.live(at).cloned() else { return Ok(()) };
        let expected = |clock: super::Clock| match clock.seconds(version.written) {
            Some((from, to)) => format!("the time of step {}, from {} to {}", version.step, time(from), time(to)),
            None => format!("the time of step {}", version.step),
        };
        let Some(found) = modified else {
            let what = format!("{verb} of {at} names no Last-Modified");
            let differs = Difference::new(Aspect::Modified, "last-modified-missing", at, what);
            return Err(differs.between(expected(self.clock), "none"));
        };
        if version.modified == Some(found) {
            return Ok(());
        }
        if version.modified.is_none() && self.clock.admits(found, version.written) {
            if let Some(live) = self.bucket(at.side).live.get_mut(&at.key) {
                live.modified = Some(found);
            }
            return Ok(());
        }
        let former = self.buckets[at.side.index()].former.get(&at.key).into_iter().flatten();
        let (kind, actual) = match former.rev().find(|former| former.modified == Some(found)) {
            Some(former) => ("last-modified-stale", format!("{}, as of step {}", time(found), former.step)),
            None => ("last-modified-differs", time(found)),
        };
        let what = format!("{verb} of {at} names another Last-Modified than the time of step {}", version.step);
        let expected = match version.modified {
            Some(known) => format!("{}, as before", time(known)),
            None => expected(self.clock),
        };
        Err(Difference::new(Aspect::Modified, kind, at, what).between(expected, actual))
    }
}

/// The bytes that GET has to bring; none where it is to be refused.
fn wanted(version: &Version, span: Option<Span>) -> Option<Bytes> {
    let bytes = &version.body.bytes;
    match span {
        None => Some(bytes.clone()),
        Some(span) => span.within(bytes.len()).map(|(from, to)| bytes.slice(from..to)),
    }
}

fn condition_refused(at: &Place, status: u16, answer: &Answer<Got>) -> Result<(), Difference> {
    if answer.status() == Some(status) {
        return Ok(());
    }
    let what = format!("GET of {at} under a condition that does not hold is not answered with {status}");
    Err(Difference::new(Aspect::Content, "condition-ignored", at, what).between(status.to_string(), answer.refusal()))
}

fn pairs(map: &BTreeMap<String, String>) -> String {
    if map.is_empty() {
        return "none".to_owned();
    }
    map.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(", ")
}

fn time(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds).map_or_else(
        |_| seconds.to_string(),
        |time| format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
    )
}

fn lost<T>(verb: &str, at: &Place, version: &Version, answer: &Answer<T>) -> Difference {
    let missing = answer.is_missing();
    let (kind, what) = if missing {
        ("object-lost", format!("{verb} does not find {at}, which step {} stored", version.step))
    } else {
        ("read-refused", format!("{verb} of {at} is refused"))
    };
    let expected = format!("the object of step {}", version.step);
    let lost = Difference::new(Aspect::Content, kind, at, what).between(expected, answer.refusal());
    Difference { loud: !missing, ..lost }
}
