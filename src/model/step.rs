//! The steps of a program: what a client, or whoever runs the server, does next.
//!
//! A step is data and means the same wherever it stands: what it expects follows from the steps before it, so that any of them can be
//! left out.

use std::collections::BTreeMap;

use super::recipe::Recipe;

/// One of the two buckets of a program. The name of the first is the beginning of the second's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    First,
    Second,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub fn index(self) -> usize {
        usize::from(self == Self::Second)
    }
}

/// A key of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub side: Side,
    pub key: String,
}

impl Place {
    pub fn new(side: Side, key: impl Into<String>) -> Self {
        Self { side, key: key.into() }
    }
}

/// What a client says of an object besides its content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Headers {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    /// `x-amz-meta-…`, without that prefix.
    pub metadata: BTreeMap<String, String>,
    /// Tags of the object, which are no ETags.
    pub tags: BTreeMap<String, String>,
}

impl Headers {
    /// What is sent where a program names no type.
    pub const USUAL_TYPE: &str = "application/octet-stream";

    pub fn type_to_send(&self) -> &str {
        self.content_type.as_deref().unwrap_or(Self::USUAL_TYPE)
    }

    /// Whether more is said than the Content-Type.
    pub fn has_system_headers(&self) -> bool {
        self.cache_control.is_some() || self.content_disposition.is_some() || self.content_encoding.is_some()
    }
}

/// A condition on the ETag, of the version that is there or of one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// `If-None-Match: *`.
    Absent,
    /// If-Match with the ETag of the present version.
    Match,
    /// If-Match with an ETag that the present version does not have.
    MatchOther,
    /// If-None-Match with the ETag of the present version.
    NoneMatch,
    /// If-None-Match with an ETag that the present version does not have.
    NoneMatchOther,
}

/// A part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Span {
    /// From a byte to a byte, both included.
    FromTo(usize, usize),
    From(usize),
    /// The last bytes.
    Last(usize),
}

impl Span {
    /// The bytes of an object of that size that are meant, the end excluded; none where there are none.
    pub fn within(self, size: usize) -> Option<(usize, usize)> {
        let (from, to) = match self {
            Self::FromTo(first, last) if first <= last => (first, size.min(last.saturating_add(1))),
            Self::FromTo(..) => return None,
            Self::From(first) => (first, size),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        (from < to).then_some((from, to))
    }

    /// The value of the header `Range`.
    pub fn header(self) -> String {
        match self {
            Self::FromTo(first, last) => format!("bytes={first}-{last}"),
            Self::From(first) => format!("bytes={first}-"),
            Self::Last(count) => format!("bytes=-{count}"),
        }
    }
}

/// What a listing is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Query {
    /// ListObjects, and not ListObjectsV2.
    pub version_1: bool,
    pub prefix: String,
    pub delimiter: Option<String>,
    /// `max-keys`.
    pub page_size: Option<u32>,
    /// `start-after`, or the first `marker` of version 1.
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// PutObject; several times with other content each, read back each time, where `times` is more than one.
    Put {
        at: Place,
        recipe: Recipe,
        headers: Headers,
        condition: Option<Condition>,
        times: u32,
    },
    Get {
        at: Place,
        span: Option<Span>,
        condition: Option<Condition>,
    },
    Head {
        at: Place,
    },
    Delete {
        at: Place,
    },
    /// DeleteObjects.
    DeleteMany {
        side: Side,
        keys: Vec<String>,
    },
    /// CopyObject; with the directive REPLACE where there are headers.
    Copy {
        from: Place,
        to: Place,
        replace: Option<Headers>,
        times: u32,
    },
    Tag {
        at: Place,
        tags: BTreeMap<String, String>,
    },
    Untag {
        at: Place,
    },
    Tags {
        at: Place,
    },
    /// CreateMultipartUpload; the slot names the upload in later steps.
    Begin {
        slot: u8,
        at: Place,
        headers: Headers,
    },
    Part {
        slot: u8,
        number: u16,
        recipe: Recipe,
    },
    Complete {
        slot: u8,
    },
    Abort {
        slot: u8,
    },
    /// A listing to its end.
    List {
        side: Side,
        query: Query,
    },
    /// The first page of a listing; the slot names it in later steps.
    Page {
        slot: u8,
        side: Side,
        query: Query,
    },
    /// The next page of a listing that was begun.
    More {
        slot: u8,
    },
    /// Stores so many small objects, their keys numbered behind a prefix.
    Fill {
        side: Side,
        prefix: String,
        count: u32,
    },
    /// Deletes the first so many of those in one DeleteObjects.
    Clear {
        side: Side,
        prefix: String,
        count: u32,
    },
    /// Empties a bucket, deletes it, and makes it again.
    Remake {
        side: Side,
    },
    /// Everything is looked at: both listings, HEAD of all keys that were ever used, GET of some.
    Audit,
    /// Until the next second.
    Wait,
    Restart,
    Kill,
    /// A PutObject in the middle of which the server is killed.
    KilledPut {
        at: Place,
        recipe: Recipe,
    },
    /// Several clients at a time on few keys.
    Race {
        clients: u8,
        operations: u16,
        side: Side,
        keys: Vec<String>,
    },
}

/// The key of a number behind a prefix.
pub fn filled(prefix: &str, number: u32) -> String {
    format!("{prefix}{number:05}")
}

impl Step {
    /// The keys that it names, with their buckets.
    pub fn places(&self) -> Vec<Place> {
        match self {
            Self::Put { at, .. }
            | Self::Get { at, .. }
            | Self::Head { at }
            | Self::Delete { at }
            | Self::Tag { at, .. }
            | Self::Untag { at }
            | Self::Tags { at }
            | Self::Begin { at, .. }
            | Self::KilledPut { at, .. } => vec![at.clone()],
            Self::Copy { from, to, .. } => vec![from.clone(), to.clone()],
            Self::DeleteMany { side, keys } | Self::Race { side, keys, .. } => {
                keys.iter().map(|key| Place::new(*side, key)).collect()
            }
            Self::Fill { side, prefix, .. } | Self::Clear { side, prefix, .. } => {
                vec![Place::new(*side, filled(prefix, 0))]
            }
            _ => Vec::new(),
        }
    }

    /// The bucket that it is about, where it is about one; the destination's where it copies.
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::List { side, .. } | Self::Page { side, .. } | Self::Remake { side } => Some(*side),
            Self::Copy { to, .. } => Some(to.side),
            _ => self.places().first().map(|place| place.side),
        }
    }

    /// Whether it changes what is stored.
    pub fn writes(&self) -> bool {
        matches!(
            self,
            Self::Put { .. }
                | Self::Delete { .. }
                | Self::DeleteMany { .. }
                | Self::Copy { .. }
                | Self::Tag { .. }
                | Self::Untag { .. }
                | Self::Complete { .. }
                | Self::Abort { .. }
                | Self::Fill { .. }
                | Self::Clear { .. }
                | Self::Remake { .. }
                | Self::KilledPut { .. }
        )
    }

    pub fn deletes(&self) -> bool {
        matches!(self, Self::Delete { .. } | Self::DeleteMany { .. } | Self::Clear { .. })
    }

    /// Whether the server has to be ended for it.
    pub fn restarts(&self) -> bool {
        matches!(self, Self::Restart | Self::Kill | Self::KilledPut { .. })
    }
}
