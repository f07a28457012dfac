//! The trees of files that are synced. They are in memory: a key that a server lists never becomes a path.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::planner::{Entry, Side};
use crate::checks::check_context::CheckContext;
use crate::workload::md5_hex;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    /// Nanoseconds since 1970.
    pub(super) modified_ns: i64,
}

/// Files by name.
pub(super) type Files = BTreeMap<String, File>;

/// 2024-01-02 03:04:05 UTC and a bit: well before anything that a server dates itself, and finer than a second.
pub(super) const MODIFIED_NS: i64 = 1_704_164_645_123_456_789;
/// A minute, by which an edited file is newer.
pub(super) const MINUTE_NS: i64 = 60_000_000_000;

/// A file of the plain tree that the checks edit.
pub(super) const EDITED: &str = "documents/letter.txt";
/// Another one.
pub(super) const ALSO_EDITED: &str = "notes.txt";
/// A file of the plain tree that the checks remove or rename.
pub(super) const REMOVED: &str = "photos/0001.jpg";

/// Nested, from nothing to a few pages, with names that nobody could mistake.
const PLAIN: [(&str, usize); 6] = [
    ("documents/letter.txt", 4_096),
    ("documents/old/deep/ledger.bin", 7_001),
    ("empty.bin", 0),
    ("notes.txt", 1_000),
    ("one.bin", 1),
    ("photos/0001.jpg", 30_000),
];

/// Names that have to be encoded, that are taken for encoded, or that others think alike. None is a directory of another.
const AWKWARD: [&str; 17] = [
    "with space.txt",
    "a folder/in it.txt",
    "plus+plus.txt",
    "plus plus.txt",
    "percent%20percent.txt",
    "percent percent.txt",
    "hash#hash.txt",
    "question?mark=1&more.txt",
    "semi;colon:at@comma,dollar$.txt",
    "tilde~and'quote(1)!.txt",
    "star*[brackets]{braces}.txt",
    "Check.txt",
    "check.txt",
    ".hidden",
    "uni-\u{e9}-日本.txt",
    "uni-e\u{301}-日本.txt",
    "under_score/a-b.txt",
];

pub(super) fn plain(c: &CheckContext<'_>) -> Files {
    PLAIN.iter().map(|(name, size)| ((*name).to_owned(), file(c, name, *size))).collect()
}

/// The tree of awkward names, each with content of its own.
pub(super) fn awkward(c: &CheckContext<'_>) -> Files {
    AWKWARD.iter().enumerate().map(|(index, name)| ((*name).to_owned(), file(c, name, 100 + index))).collect()
}

/// This many small files in one folder.
pub(super) fn many(count: usize) -> Files {
    let file = |name: &String| File { bytes: Bytes::copy_from_slice(name.as_bytes()), modified_ns: MODIFIED_NS };
    (0..count).map(|index| format!("many/file-{index:04}")).map(|name| (name.clone(), file(&name))).collect()
}

/// A file of a size; other content for another label.
pub(super) fn file(c: &CheckContext<'_>, label: &str, size_bytes: usize) -> File {
    File { bytes: c.bytes(label, size_bytes), modified_ns: MODIFIED_NS }
}

/// Edits a file: other content, and changes of its size and its time.
pub(super) fn edit(c: &CheckContext<'_>, files: &mut Files, name: &str, grows_by: usize, later_ns: i64) {
    if let Some(file) = files.get_mut(name) {
        let bytes = c.bytes(&format!("{name}, edited"), file.bytes.len() + grows_by);
        *file = File { bytes, modified_ns: file.modified_ns + later_ns };
    }
}

/// What a client knows of its own files.
pub(super) fn side(files: &Files) -> Side {
    let entry = |file: &File| Entry {
        size_bytes: file.bytes.len() as u64,
        md5: Some(md5_hex(&file.bytes)),
        modified_ns: Some(file.modified_ns),
    };
    files.iter().map(|(name, file)| (name.clone(), entry(file))).collect()
}
