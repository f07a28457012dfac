//! What is stored otherwise than it should be.

use s3s::dto::{CopySource, PutObjectInput};

use super::{At, Latent, Lurking, State, at, is_deep};
use crate::server::store::{Object, Store};
use crate::server::tags;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// How an object was stored.
#[derive(Debug)]
pub(in crate::server) enum How {
    Put,
    Copy {
        from: (String, String),
        replaces: bool,
    },
    /// The contents of the parts by number.
    Parts(Vec<(i32, bytes::Bytes)>),
}

impl How {
    /// A copy from there.
    pub(in crate::server) fn copy(source: &CopySource, replaces: bool) -> Self {
        match source {
            CopySource::Bucket { bucket, key, .. } => Self::Copy { from: at(bucket, key), replaces },
            _ => Self::Put,
        }
    }
}

impl Lurking {
    /// What an upload demands, less the condition that is not looked at.
    pub(in crate::server) fn before_put(&self, input: &mut PutObjectInput) {
        let Some(fault) = self.fault else { return };
        let (state, at) = (self.state(), at(&input.bucket, &input.key));
        match fault {
            Latent::AbsentIgnoredAfterDelete if state.deleted.contains(&at) => input.if_none_match = None,
            Latent::MatchesFormerVersion => {
                let former = state.versions(&at).iter().rev().nth(1).map(|former| former.tag.clone());
                let asked = input.if_match.as_ref().and_then(|asked| asked.as_etag()).map(|tag| tag.value().to_owned());
                if asked.is_some() && asked == former {
                    input.if_match = None;
                }
            }
            _ => {}
        }
    }

    /// Spoils what was just stored; the tag that the answer has to show.
    pub(in crate::server) fn stored(&self, store: &mut Store, bucket: &str, key: &str, how: &How) -> Option<String> {
        let fault = self.fault?;
        let mut state = self.state();
        let at = at(bucket, key);
        let right = store.buckets.get(bucket)?.objects.get(key)?.clone();
        let previous = state.live.get(&at).cloned();
        state.overwrites += usize::from(previous.is_some());
        let mut object = right.clone();
        match how {
            How::Put => of_put(fault, &state, &at, previous.as_ref(), &mut object),
            How::Copy { from, replaces } => {
                of_copy(fault, &state, from, *replaces, previous.as_ref(), &mut object);
                state.copies.insert(at.clone());
            }
            How::Parts(parts) => of_parts(fault, parts, previous.as_ref(), &mut object),
        }
        of_any(fault, &state, &at, previous.as_ref(), &mut object);
        elsewhere(fault, &mut state, store, &at, how, &object);
        state.before.insert(at.clone(), (std::time::Instant::now(), previous));
        state.versions.entry(at.clone()).or_default().push(right);
        state.live.insert(at.clone(), object.clone());
        state.last = Some(at);
        let tag = object.tag.clone();
        store.buckets.get_mut(bucket)?.objects.insert(key.to_owned(), object);
        Some(tag)
    }
}

fn of_put(fault: Latent, state: &State, at: &At, previous: Option<&Object>, object: &mut Object) {
    let versions = state.versions(at);
    let like_head = previous.is_some_and(|previous| {
        let (one, other) = (&previous.content, &object.content);
        one.len() == other.len() && one.len() > 64 * KIB && one[..64 * KIB] == other[..64 * KIB]
    });
    let Some(previous) = previous else { return };
    match fault {
        Latent::OverwriteLostEvery97 if state.overwrites.is_multiple_of(97) => {
            object.content = previous.content.clone();
        }
        Latent::ThirdVersionIsSecond if versions.len() == 2 => object.content = previous.content.clone(),
        Latent::EmptyOverwriteIgnored if object.content.is_empty() => object.content = previous.content.clone(),
        Latent::LikeHeadLeavesContent if like_head => object.content = previous.content.clone(),
        Latent::LikeHeadLeavesTag if like_head => object.tag.clone_from(&previous.tag),
        Latent::TagsOutliveOverwrite if object.tags.is_empty() => object.tags.clone_from(&previous.tags),
        Latent::SameSizeLeavesTime if previous.content.len() == object.content.len() => {
            object.modified = previous.modified.clone();
        }
        _ => {}
    }
}

fn of_copy(fault: Latent, state: &State, from: &At, replaces: bool, previous: Option<&Object>, object: &mut Object) {
    let source = state.versions(from);
    match (fault, previous) {
        (Latent::CopyEndsAtFiveMebibytes, _) => object.content.truncate(5 * MIB),
        (Latent::CopyOfFirstVersion, _) if source.len() > 1 => object.content = source[0].content.clone(),
        (Latent::CopyLosesMetadata, _) if source.len() > 1 && !replaces => object.headers.metadata = None,
        (Latent::CopyHasTimeOfSource, _) => {
            if let Some(source) = source.last() {
                object.modified = source.modified.clone();
            }
        }
        (Latent::CopyKeepsTag, Some(previous)) => object.tag.clone_from(&previous.tag),
        (Latent::CacheControlOutlivesReplace, Some(previous)) if replaces => {
            object.headers.cache_control.clone_from(&previous.headers.cache_control);
        }
        _ => {}
    }
}

fn of_parts(fault: Latent, parts: &[(i32, bytes::Bytes)], previous: Option<&Object>, object: &mut Object) {
    match (fault, previous) {
        (Latent::PartsInOrderOfText, _) => {
            let mut parts = parts.to_vec();
            parts.sort_by_key(|(number, _)| number.to_string());
            object.content = parts.iter().flat_map(|(_, part)| part.iter().copied()).collect::<Vec<u8>>().into();
        }
        (Latent::UploadKeepsType, Some(previous)) => {
            object.headers.content_type.clone_from(&previous.headers.content_type);
        }
        _ => {}
    }
}

fn of_any(fault: Latent, state: &State, at: &At, previous: Option<&Object>, object: &mut Object) {
    let versions = state.versions(at);
    let first = versions.first();
    match fault {
        Latent::GzipRewritten if object.content.starts_with(&[0x1f, 0x8b]) && object.content.len() > 9 => {
            let mut content = object.content.to_vec();
            content[9] = 3;
            object.content = content.into();
        }
        Latent::MarkDropped if object.content.starts_with("\u{feff}".as_bytes()) => {
            object.content = object.content.slice(3..);
        }
        Latent::LineEndsChanged if object.content.windows(2).any(|pair| pair == b"\r\n") => {
            let text = &object.content;
            let kept =
                |(index, byte): (usize, &u8)| (*byte != b'\r' || text.get(index + 1) != Some(&b'\n')).then_some(*byte);
            object.content = text.iter().enumerate().filter_map(kept).collect::<Vec<u8>>().into();
        }
        Latent::TrailingZerosCut if object.content.len() > 4 * KIB => {
            let kept = object.content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            object.content.truncate(kept);
        }
        Latent::DeepKeyKeepsTag if is_deep(&at.1) => {
            if let Some(first) = first {
                object.tag.clone_from(&first.tag);
            }
        }
        Latent::TagOfFirstMebibyte if object.content.len() > MIB => object.tag = tags::md5_hex(&object.content[..MIB]),
        Latent::TagOfReturningContentDiffers if versions.iter().any(|version| version.content == object.content) => {
            object.tag = tags::another(&object.tag);
        }
        Latent::FirstTypeStays => {
            if let Some(first) = first {
                object.headers.content_type.clone_from(&first.headers.content_type);
            }
        }
        Latent::MetadataAddsUp => {
            if let Some(old) = previous.and_then(|previous| previous.headers.metadata.clone()) {
                let new = object.headers.metadata.get_or_insert_default();
                for (name, value) in old {
                    new.entry(name).or_insert(value);
                }
            }
        }
        Latent::LargeObjectsLackMetadata if object.content.len() > 64 * KIB => object.headers.metadata = None,
        Latent::DeepKeyKeepsTime if is_deep(&at.1) => {
            if let Some(first) = first {
                object.modified = first.modified.clone();
            }
        }
        Latent::StoredAgainHasOldTime if state.deleted.contains(at) => {
            if let Some(last) = versions.last() {
                object.modified = last.modified.clone();
            }
        }
        _ => {}
    }
}

/// What a write does to other buckets.
fn elsewhere(fault: Latent, state: &mut State, store: &mut Store, at: &At, how: &How, object: &Object) {
    let others = state.elsewhere(at);
    let is_third = state.versions(at).len() == 2;
    let mut change = |other: &At, change: &dyn Fn(&mut Object)| {
        let found = store.buckets.get_mut(&other.0).and_then(|bucket| bucket.objects.get_mut(&other.1));
        if let Some(found) = found {
            change(found);
            state.live.insert(other.clone(), found.clone());
        }
    };
    match (fault, how) {
        (Latent::CopyOverwritesSource, How::Copy { from, .. }) if from.0 != at.0 && from.1 != at.1 => {
            change(&(from.0.clone(), at.1.clone()), &|other| other.clone_from(object));
        }
        (Latent::TypeIsShared, _) => {
            for other in others {
                change(&other, &|other| other.headers.content_type.clone_from(&object.headers.content_type));
            }
        }
        (Latent::VersionSpills, How::Put) if is_third => {
            for other in others {
                change(&other, &|other| other.clone_from(object));
            }
        }
        _ => {}
    }
}
