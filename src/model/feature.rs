//! What a program may be made of: each feature names the checks that establish it. Where one of them is known to fail on a server, no program
//! has it, and the rest is explored in full.

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use super::step::{Condition, Headers, Place, Query, Side, Step, filled};

macro_rules! features {
    ($($name:ident, $words:literal: $($check:literal)*;)+) => {
        /// Something that S3 has and a server may lack or get wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Feature { $($name,)+ }

        impl Feature {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What a reader calls it; a plural or a mass.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }

            /// The checks that establish it, each a kind of suite and a name.
            pub fn checks(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($check,)*],)+ }
            }
        }
    };
}

features! {
    Version1Pages, "pages of version 1": "api::list-v1-pages";
    Version2Pages, "pages of version 2": "api::list-v2-pages";
    StartAfter, "start-after": "api::list-v2-start-after";
    Prefix, "prefixes": "api::list-prefix";
    LiteralPrefix, "prefixes with `_`, `%` or another case": "api::list-prefix-is-literal";
    Delimiter, "delimiters": "api::list-delimiter";
    ExactPrefixPages, "delimiters with exact pages": "api::list-delimiter-pages";
    MoreThanAPage, "more than 1,000 objects": "large::folder-beyond-a-page";
    PlusInKeys, "`+` in keys": "api::keys-plus-literal";
    PercentInKeys, "`%` in keys": "api::keys-percent-literal";
    UnicodeForms, "letters beyond ASCII in both forms": "api::keys-unicode-forms" "api::list-utf8-order";
    TrailingSlash, "keys that end with `/`": "api::keys-trailing-slash";
    EmptySegments, "`//` in keys": "api::keys-double-slash";
    DotSegments, "`/./` in keys": "api::keys-dot-segment";
    FileAndDirectory, "keys that are directories of others":
        "api::keys-file-and-directory" "api::keys-former-directory" "api::keys-delete-of-a-directory";
    LongKeys, "keys of 1,024 bytes": "api::keys-1024-bytes";
    LongNames, "more than 255 bytes between slashes": "api::keys-1024-bytes-without-a-slash";
    ControlCharacters, "control characters in keys": "api::keys-control-characters";
    ContentType, "Content-Type": "api::object-content-type-survives";
    SystemHeaders, "Cache-Control, Content-Disposition, Content-Encoding": "api::object-system-headers-survive";
    Metadata, "metadata": "api::object-user-metadata-survives";
    Copies, "copies": "api::copy-content-and-etag" "etag::copy-etag";
    CopyMissing, "copies of what is missing": "api::copy-missing-source-is-404";
    EncodedCopySource, "copies of keys that are encoded": "api::copy-source-encoded";
    CopyReplace, "copies with other metadata": "api::copy-replace-metadata" "etag::metadata-only-replace";
    Ranges, "ranges": "api::range-first" "api::range-middle" "api::range-last" "api::range-suffix";
    RangePastEnd, "ranges past the end": "api::range-unsatisfiable-is-416";
    ConditionalGet, "GET under conditions":
        "api::condition-if-none-match-on-get-is-304" "api::condition-if-match-on-get-is-412";
    PutIfAbsent, "PUT with If-None-Match": "api::condition-put-if-none-match";
    PutIfMatch, "PUT with If-Match": "api::condition-put-if-match";
    Uploads, "uploads in parts": "api::multipart-complete" "api::multipart-etag" "api::multipart-hidden-until-complete"
        "api::multipart-resend-part" "api::multipart-abort-is-harmless";
    ObjectTags, "tags of objects": "api::tagging-roundtrip" "api::object-subresource-requests-leave-data-alone";
    ReadMissing, "GET of what is missing": "api::object-missing-is-404";
    DeleteMissing, "DELETE of what is missing": "api::object-delete-missing-succeeds" "api::object-multi-delete-missing-succeeds";
    DeleteMany, "DeleteObjects": "api::object-multi-delete" "api::object-multi-delete-names-each-key";
    Remake, "buckets that are made again": "api::bucket-delete-empty" "api::bucket-create-then-head";
    Restart, "restarts": "durability::restart-keeps-everything";
    Kill, "kill -9": "durability::kill-9-keeps-acknowledged-objects";
    KilledPut, "kill -9 during a PUT": "durability::kill-9-during-put-is-old-or-new";
    Races, "several clients at a time": "api::concurrency-torn-read" "api::concurrency-same-key-writers";
    RacesIfAbsent, "several clients that PUT if absent": "api::condition-put-if-absent-race";
}

/// The features that programs may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features(BTreeSet<Feature>);

impl Features {
    pub fn all() -> Self {
        Self(Feature::ALL.iter().copied().collect())
    }

    #[must_use]
    pub fn without(&self, out: &BTreeSet<Feature>) -> Self {
        Self(self.0.difference(out).copied().collect())
    }

    pub fn have(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }

    /// Whether a program has no other ones.
    pub fn allow(&self, program: &Program) -> bool {
        needed(program).is_subset(&self.0)
    }

    /// Whether these keys may be used together in one bucket.
    pub fn allow_keys(&self, keys: &[String]) -> bool {
        let mut needed = BTreeSet::new();
        of_keys(keys, &mut needed);
        needed.is_subset(&self.0)
    }
}

/// The features that a program has.
pub fn needed(program: &Program) -> BTreeSet<Feature> {
    let mut needed = BTreeSet::new();
    let places = program.places();
    for side in Side::BOTH {
        let keys: Vec<String> =
            places.iter().filter(|place| place.side == side).map(|place| place.key.clone()).collect();
        of_keys(&keys, &mut needed);
        for step in &program.steps {
            if let Step::List { side: of, query } | Step::Page { side: of, query, .. } = step
                && *of == side
            {
                of_query(query, &keys, &mut needed);
            }
        }
    }
    let mut live = Live::default();
    for step in &program.steps {
        of_step(step, &live, &mut needed);
        live.after(step);
    }
    needed
}

/// Which keys are there while a program runs on a right server.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    /// With their sizes, where these are known.
    pub(super) places: BTreeMap<Place, Option<usize>>,
    ever: BTreeSet<Place>,
    uploads: BTreeMap<u8, Place>,
}

impl Live {
    pub(super) fn holds(&self, place: &Place) -> bool {
        self.places.contains_key(place)
    }

    pub(super) fn has_uploads(&self) -> bool {
        !self.uploads.is_empty()
    }

    fn has_gone(&self) -> bool {
        self.ever.iter().any(|place| !self.holds(place))
    }

    fn store(&mut self, place: Place, size: Option<usize>) {
        self.ever.insert(place.clone());
        self.places.insert(place, size);
    }

    fn count(&self, side: Side) -> usize {
        self.places.keys().filter(|place| place.side == side).count()
    }

    pub(super) fn after(&mut self, step: &Step) {
        match step {
            Step::Put { at, condition, recipe, .. } => {
                let is_stored = match condition {
                    Some(Condition::Absent) => !self.holds(at),
                    Some(Condition::Match) => self.holds(at),
                    Some(Condition::MatchOther) => false,
                    _ => true,
                };
                if is_stored {
                    self.store(at.clone(), Some(recipe.size));
                }
            }
            Step::KilledPut { at, .. } => self.store(at.clone(), None),
            Step::Copy { from, to, .. } => {
                if let Some(size) = self.places.get(from).copied() {
                    self.store(to.clone(), size);
                }
            }
            Step::Delete { at } => {
                self.places.remove(at);
            }
            Step::DeleteMany { side, keys } => {
                self.places.retain(|place, _| place.side != *side || !keys.contains(&place.key));
            }
            Step::Begin { slot, at, .. } => drop(self.uploads.insert(*slot, at.clone())),
            Step::Complete { slot } => {
                if let Some(at) = self.uploads.remove(slot) {
                    self.store(at, None);
                }
            }
            Step::Fill { side, prefix, count } => {
                (0..*count).for_each(|number| self.store(Place::new(*side, filled(prefix, number)), None));
            }
            Step::Clear { side, prefix, count } => {
                for number in 0..*count {
                    self.places.remove(&Place::new(*side, filled(prefix, number)));
                }
            }
            Step::Abort { slot } => drop(self.uploads.remove(slot)),
            Step::Remake { side } => self.places.retain(|place, _| place.side != *side),
            _ => {}
        }
    }
}

pub(super) fn of_step(step: &Step, live: &Live, needed: &mut BTreeSet<Feature>) {
    let mut need = |feature: Feature, is_needed: bool| {
        if is_needed {
            needed.insert(feature);
        }
    };
    match step {
        Step::Put { headers, condition, .. } => {
            need(Feature::PutIfAbsent, *condition == Some(Condition::Absent));
            need(Feature::PutIfMatch, matches!(condition, Some(Condition::Match | Condition::MatchOther)));
            of_headers(headers, needed);
        }
        Step::Get { at, span, condition } => {
            need(Feature::ReadMissing, !live.holds(at));
            need(Feature::Ranges, span.is_some());
            let size = live.places.get(at).copied().flatten();
            let is_past = size.zip(*span).is_some_and(|(size, span)| span.within(size).is_none());
            need(Feature::RangePastEnd, is_past);
            need(Feature::ConditionalGet, condition.is_some());
        }
        Step::Head { at } => need(Feature::ReadMissing, !live.holds(at)),
        Step::Delete { at } => need(Feature::DeleteMissing, !live.holds(at)),
        Step::DeleteMany { side, keys } => {
            need(Feature::DeleteMany, true);
            let missing = |key: &String| !live.holds(&Place::new(*side, key));
            need(Feature::DeleteMissing, keys.iter().any(missing));
        }
        Step::Clear { side, prefix, count } => {
            need(Feature::DeleteMany, true);
            let missing = |number: u32| !live.holds(&Place::new(*side, filled(prefix, number)));
            need(Feature::DeleteMissing, (0..*count).any(missing));
        }
        Step::Copy { from, replace, .. } => {
            need(Feature::Copies, true);
            need(Feature::CopyMissing, !live.holds(from));
            need(Feature::CopyReplace, replace.is_some());
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
            need(Feature::EncodedCopySource, !from.key.bytes().all(is_plain));
            if let Some(headers) = replace {
                of_headers(headers, needed);
            }
        }
        Step::Tag { .. } | Step::Untag { .. } | Step::Tags { .. } => need(Feature::ObjectTags, true),
        Step::Begin { headers, .. } => {
            need(Feature::Uploads, true);
            of_headers(headers, needed);
        }
        Step::Fill { count, .. } => need(Feature::MoreThanAPage, live.places.len() + *count as usize > 900),
        Step::Remake { .. } => {
            need(Feature::Remake, true);
            need(Feature::ReadMissing, true);
        }
        Step::Audit => need(Feature::ReadMissing, live.has_gone()),
        Step::Restart => need(Feature::Restart, true),
        Step::Kill => need(Feature::Kill, true),
        Step::KilledPut { .. } => need(Feature::KilledPut, true),
        Step::Race { .. } => {
            need(Feature::Races, true);
            need(Feature::ReadMissing, true);
        }
        Step::List { side, query } | Step::Page { side, query, .. } => {
            let is_long = live.count(*side) > 900;
            need(Feature::Version1Pages, is_long && query.version_1);
            need(Feature::Version2Pages, is_long && !query.version_1);
        }
        Step::Part { .. } | Step::Complete { .. } | Step::Abort { .. } | Step::More { .. } | Step::Wait => {}
    }
}

fn of_headers(headers: &Headers, needed: &mut BTreeSet<Feature>) {
    let has = [
        (Feature::ContentType, headers.content_type.is_some()),
        (Feature::SystemHeaders, headers.has_system_headers()),
        (Feature::Metadata, !headers.metadata.is_empty()),
        (Feature::ObjectTags, !headers.tags.is_empty()),
    ];
    needed.extend(has.iter().filter(|(_, has)| *has).map(|(feature, _)| *feature));
}

/// The features of a listing of a bucket in which these keys may be.
pub(super) fn of_query(query: &Query, keys: &[String], needed: &mut BTreeSet<Feature>) {
    let prefix = &query.prefix;
    let folded = prefix.to_lowercase();
    let other_case = |key: &String| !key.starts_with(prefix) && key.to_lowercase().starts_with(&folded);
    let has = [
        (Feature::Version1Pages, query.version_1 && query.page_size.is_some()),
        (Feature::Version2Pages, !query.version_1 && query.page_size.is_some()),
        (Feature::StartAfter, !query.version_1 && query.after.is_some()),
        (Feature::Version1Pages, query.version_1 && query.after.is_some()),
        (Feature::Prefix, !prefix.is_empty()),
        (Feature::LiteralPrefix, prefix.contains(['_', '%']) || keys.iter().any(other_case)),
        (Feature::Delimiter, query.delimiter.is_some()),
    ];
    needed.extend(has.iter().filter(|(_, has)| *has).map(|(feature, _)| *feature));
}

/// The features of keys that are used in one bucket.
fn of_keys(keys: &[String], needed: &mut BTreeSet<Feature>) {
    for key in keys {
        let segments = || key.split('/');
        let inner = key.strip_suffix('/').unwrap_or(key);
        let has = [
            (Feature::PlusInKeys, key.contains('+')),
            (Feature::PercentInKeys, key.contains('%')),
            (Feature::UnicodeForms, !key.is_ascii()),
            (Feature::TrailingSlash, key.ends_with('/')),
            (Feature::EmptySegments, inner.split('/').any(str::is_empty)),
            (Feature::DotSegments, segments().any(|segment| segment == ".")),
            (Feature::LongKeys, key.len() > 900),
            (Feature::LongNames, segments().any(|segment| segment.len() > 255)),
            (Feature::ControlCharacters, key.chars().any(char::is_control)),
            (Feature::FileAndDirectory, keys.iter().any(|other| is_within(other, inner))),
        ];
        needed.extend(has.iter().filter(|(_, has)| *has).map(|(feature, _)| *feature));
    }
}

fn is_within(key: &str, directory: &str) -> bool {
    key.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> Vec<Feature> {
        needed(&text.parse().unwrap()).into_iter().collect()
    }

    #[test]
    fn a_program_needs_what_its_steps_keys_and_queries_need() {
        assert_eq!(needs("put a/b 1; put a/b 2; get a/b; list; delete a/b; put a/b 3; audit"), []);
        assert_eq!(needs("put a 1; put a/b 1"), [Feature::FileAndDirectory]);
        assert_eq!(needs("put d/ 1; put d/b 1"), [Feature::TrailingSlash, Feature::FileAndDirectory]);
        assert_eq!(needs("delete a"), [Feature::DeleteMissing]);
        assert_eq!(needs("put a 1; copy a b; copy c d"), [Feature::Copies, Feature::CopyMissing]);
        assert_eq!(needs("list prefix=a; put A 1"), [Feature::Prefix, Feature::LiteralPrefix]);
        assert_eq!(needs("list prefix=a; put @2 A 1"), [Feature::Prefix]);
        assert_eq!(
            needs("put a%20b 1 type=a/b meta.x=y"),
            [Feature::PercentInKeys, Feature::ContentType, Feature::Metadata]
        );
        assert_eq!(needs("fill n/ 1001; clear n/ 600"), [Feature::MoreThanAPage, Feature::DeleteMany]);
        assert_eq!(needs("put k 1; delete k; audit"), [Feature::ReadMissing]);
        assert!(
            !Features::all()
                .without(&BTreeSet::from([Feature::Ranges]))
                .allow(&"put a 9; get a bytes=0-1".parse().unwrap())
        );
    }
}
