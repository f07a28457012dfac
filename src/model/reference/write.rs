//! What is stored: PutObject, CopyObject, uploads in parts, tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::version::{bare, described};
use super::{Body, Reference, Version};
use crate::model::answer::{Answer, Got, Window};
use crate::model::difference::{Aspect, Difference};
use crate::model::step::{Condition, Headers, Place};
use crate::workload::md5_of_md5s_hex;

/// An upload in parts that is under way.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    at: Place,
    headers: Headers,
    begun: Window,
    parts: BTreeMap<u16, Arc<Body>>,
}

/// A version that a server was asked to store.
#[derive(Debug, Clone)]
pub struct New {
    pub body: Arc<Body>,
    pub headers: Headers,
    pub written: Window,
}

impl Reference {
    /// PutObject; `answer` has the ETag.
    pub fn put(
        &mut self,
        at: &Place,
        new: New,
        condition: Option<Condition>,
        answer: &Answer<Option<String>>,
    ) -> Result<(), Difference> {
        let is_live = self.live(at).is_some();
        let wanted = match condition {
            None | Some(Condition::NoneMatchOther) => true,
            Some(Condition::Absent | Condition::NoneMatch) => !is_live,
            Some(Condition::Match) => is_live,
            Some(Condition::MatchOther) => false,
        };
        if wanted {
            let etags = vec![new.body.md5.clone()];
            return self.stored("PUT", at, self.version(new, etags), answer);
        }
        // If-Match on nothing is 404 or 412, by the S3 API reference and by the answers of S3.
        match answer.status() {
            Some(412) => Ok(()),
            Some(404) if !is_live => Ok(()),
            _ => {
                let what = format!("PUT of {at} under a condition that does not hold is not refused with 412");
                Err(Difference::new(Aspect::Content, "condition-ignored", at, what).between("412", answer.refusal()))
            }
        }
    }

    /// CopyObject; `answer` has the ETag.
    pub fn copy(
        &mut self,
        from: &Place,
        to: &Place,
        replace: Option<&Headers>,
        written: Window,
        answer: &Answer<Option<String>>,
    ) -> Result<(), Difference> {
        let Some(source) = self.live(from) else {
            return refused_as_missing("COPY", from, answer);
        };
        let mut headers = source.headers.clone();
        if let Some(replace) = replace {
            headers = Headers { tags: headers.tags, ..replace.clone() };
        }
        // A copy of an upload in parts is one part, or keeps the ETag.
        let mut etags = vec![source.body.md5.clone()];
        etags.extend(source.md5_etags.iter().filter(|etag| **etag != source.body.md5).cloned());
        let version = self.version(New { body: Arc::clone(&source.body), headers, written }, etags);
        self.stored("COPY", to, version, answer)
    }

    fn version(&self, new: New, md5_etags: Vec<String>) -> Version {
        let New { body, headers, written } = new;
        Version { body, etag: None, md5_etags, headers, written, step: self.step, modified: None }
    }

    fn stored(
        &mut self,
        verb: &str,
        at: &Place,
        mut version: Version,
        answer: &Answer<Option<String>>,
    ) -> Result<(), Difference> {
        let Answer::Yes(etag) = answer else {
            let what = format!("{verb} of {at} is refused");
            let refused = Difference::new(Aspect::Content, "write-refused", at, what).between("200", answer.refusal());
            return Err(refused.said_loudly());
        };
        let judged = self.judge_etag(verb, at, &version, etag.as_deref());
        version.etag = etag.as_deref().map(|etag| bare(etag).to_owned());
        self.replace(at, Some(version));
        judged
    }

    /// Whether a version that is new may have this ETag.
    pub(super) fn judge_etag(
        &self,
        verb: &str,
        at: &Place,
        version: &Version,
        etag: Option<&str>,
    ) -> Result<(), Difference> {
        let differs = |kind, what: String| Difference::new(Aspect::Etag, kind, at, what);
        let expected = || match version.md5_etags.first() {
            Some(md5) if self.rules.md5_etags => format!("{md5:?}"),
            _ => "an ETag of its own".to_owned(),
        };
        let Some(etag) = etag.map(bare).filter(|etag| !etag.is_empty()) else {
            return Err(differs("etag-missing", format!("{verb} of {at} names no ETag")).between(expected(), "none"));
        };
        let bucket = &self.buckets[at.side.index()];
        let former = bucket.former.get(&at.key).into_iter().flatten();
        let earlier = former.map(|former| (former.etag.as_deref(), &former.md5, former.step));
        let present = bucket.live.get(&at.key).map(|live| (live.etag.as_deref(), &live.body.md5, live.step));
        let is_right = self.rules.md5_etags && version.md5_etags.iter().any(|md5| md5 == etag);
        let same = earlier.chain(present).find(|(other, md5, _)| *other == Some(etag) && **md5 != version.body.md5);
        match same {
            Some((_, _, step)) if !is_right => {
                let what = format!("{verb} of {at} names the ETag that other content had, of step {step}");
                Err(differs("etag-unchanged", what).between(expected(), format!("{etag:?}, as in step {step}")))
            }
            _ if self.rules.md5_etags && !is_right => {
                let what = format!("{verb} of {at} names an ETag that is not the MD5 of what was stored");
                Err(differs("etag-not-md5", what).between(expected(), format!("{etag:?}")))
            }
            _ => Ok(()),
        }
    }

    /// A PutObject in the middle of which the server was killed; `answer` is what GET brought when it was up again. The key holds one version
    /// whole.
    pub fn killed_put(&mut self, at: &Place, new: New, answer: &Answer<Got>) -> Result<(), Difference> {
        let torn = |what: &str, expected: &str, actual: String| {
            let what = format!("{at} {what} after the server was killed during a PUT");
            Err(Difference::new(Aspect::Content, "object-torn", at, what).between(expected, actual))
        };
        let etags = vec![new.body.md5.clone()];
        let version = self.version(new, etags);
        match answer {
            Answer::Yes(got) if got.bytes == version.body.bytes => {
                let etag = got.seen.etag.clone();
                self.stored("GET", at, version, &Answer::Yes(etag))
            }
            Answer::Yes(got) => match self.live(at) {
                Some(old)
                    if old.body.bytes == got.bytes && got.seen.etag.as_deref().map(bare) == old.etag.as_deref() =>
                {
                    Ok(())
                }
                _ => torn("is neither the old object nor the new one", "one of the two", described(&got.bytes)),
            },
            _ if answer.is_missing() && self.live(at).is_none() => Ok(()),
            _ => torn("cannot be read", "the old object or the new one", answer.refusal()),
        }
    }

    /// CreateMultipartUpload.
    pub fn begin(
        &mut self,
        slot: u8,
        at: &Place,
        headers: &Headers,
        begun: Window,
        answer: &Answer<()>,
    ) -> Result<(), Difference> {
        accepted("CreateMultipartUpload", at, answer)?;
        self.uploads.insert(slot, Upload { at: at.clone(), headers: headers.clone(), begun, parts: BTreeMap::new() });
        Ok(())
    }

    /// The key that an upload is for.
    pub fn upload(&self, slot: u8) -> Option<&Place> {
        self.uploads.get(&slot).map(|upload| &upload.at)
    }

    /// UploadPart; `answer` has the ETag.
    pub fn part(
        &mut self,
        slot: u8,
        number: u16,
        body: Arc<Body>,
        answer: &Answer<Option<String>>,
    ) -> Result<(), Difference> {
        let md5_etags = self.rules.md5_etags;
        let Some(upload) = self.uploads.get_mut(&slot) else { return Ok(()) };
        accepted("UploadPart", &upload.at, answer)?;
        if let Answer::Yes(etag) = answer
            && md5_etags
            && etag.as_deref().map(bare) != Some(body.md5.as_str())
        {
            let what = format!("UploadPart of {} names an ETag that is not the MD5 of the part", upload.at);
            let differs = Difference::new(Aspect::Etag, "etag-not-md5", &upload.at, what);
            return Err(differs.between(format!("{:?}", body.md5), format!("{etag:?}")));
        }
        upload.parts.insert(number, body);
        Ok(())
    }

    /// CompleteMultipartUpload; `answer` has the ETag.
    pub fn complete(&mut self, slot: u8, completed: Window, answer: &Answer<Option<String>>) -> Result<(), Difference> {
        let Some(Upload { at, headers, begun, parts }) = self.uploads.remove(&slot) else { return Ok(()) };
        let bytes: Vec<u8> = parts.values().flat_map(|part| part.bytes.iter().copied()).collect();
        let parts: Vec<_> = parts.values().map(|part| part.bytes.clone()).collect();
        let etag = format!("{}-{}", md5_of_md5s_hex(&parts), parts.len());
        // S3 names the time of the upload's beginning, others that of its end.
        let written = Window { from_ms: begun.from_ms, to_ms: completed.to_ms };
        let version = self.version(New { body: Body::of(bytes.into()), headers, written }, vec![etag]);
        self.stored("CompleteMultipartUpload", &at, version, answer)
    }

    /// AbortMultipartUpload.
    pub fn abort(&mut self, slot: u8, answer: &Answer<()>) -> Result<(), Difference> {
        let Some(upload) = self.uploads.remove(&slot) else { return Ok(()) };
        accepted("AbortMultipartUpload", &upload.at, answer)
    }

    /// PutObjectTagging, or DeleteObjectTagging where there are no tags.
    pub fn tag(
        &mut self,
        at: &Place,
        tags: &BTreeMap<String, String>,
        tagged: Window,
        answer: &Answer<()>,
    ) -> Result<(), Difference> {
        if self.live(at).is_none() {
            return refused_as_missing("a request for the tags", at, answer);
        }
        if !matches!(answer, Answer::Yes(())) {
            let what = format!("tags of {at} are refused");
            return Err(Difference::new(Aspect::Headers, "tags-refused", at, what)
                .between("200", answer.refusal())
                .said_loudly());
        }
        if let Some(version) = self.bucket(at.side).live.get_mut(&at.key) {
            version.headers.tags.clone_from(tags);
            // Whether tags are a modification is not said anywhere.
            version.written.to_ms = tagged.to_ms;
        }
        Ok(())
    }
}

fn accepted<T>(verb: &str, at: &Place, answer: &Answer<T>) -> Result<(), Difference> {
    if matches!(answer, Answer::Yes(_)) {
        return Ok(());
    }
    let what = format!("{verb} of {at} is refused");
    Err(Difference::new(Aspect::Content, "write-refused", at, what).between("200", answer.refusal()).said_loudly())
}

pub(super) fn refused_as_missing<T>(verb: &str, at: &Place, answer: &Answer<T>) -> Result<(), Difference> {
    if answer.is_missing() {
        return Ok(());
    }
    let (kind, loud) = match answer {
        Answer::Yes(_) => ("missing-is-served", false),
        _ => ("missing-is-an-error", true),
    };
    let what = format!("{verb} of {at}, which is not there, is not refused with 404");
    Err(Difference { loud, ..Difference::new(Aspect::Presence, kind, at, what).between("404", answer.refusal()) })
}
