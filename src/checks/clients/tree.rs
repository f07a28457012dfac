//! The trees of files that clients copy.

use crate::server::Planting;

/// Just over the size from which aws-cli and boto3 send a file in parts (8 MiB), in bytes.
pub(super) const OVER_BYTES: u64 = (8 << 20) + 4321;
/// A size that they send whole.
pub(super) const UNDER_BYTES: u64 = (8 << 20) - 4321;
/// The large file: rclone sends it in parts (from 200 MiB).
pub(super) const LARGE_BYTES: u64 = 250 << 20;

/// 2024-01-02 03:04:05 UTC: well before anything that a server dates itself, and in whole seconds, which is all that some keep.
const MODIFIED_NS: u64 = 1_704_164_645_000_000_000;
/// 2100-01-01 00:00:00 UTC: later than any date that a server gives.
const FAR_FUTURE_NS: u64 = 4_102_444_800_000_000_000;
/// A minute, by which an edited file is newer.
const MINUTE_NS: u64 = 60_000_000_000;

/// The file of the plain tree that is edited, and its size.
pub(super) const EDITED: &str = "notes.txt";
const EDITED_BYTES: u64 = 1_000;

/// From nothing to a few MiB, nested, with names that nobody could mistake.
const PLAIN: [(&str, u64); 8] = [
    ("empty.bin", 0),
    ("one.bin", 1),
    (EDITED, EDITED_BYTES),
    ("documents/letter.txt", 4_096),
    ("documents/old/deep/ledger.bin", 70_001),
    ("photos/0001.jpg", 300_000),
    ("photos/0002.jpg", 1_048_577),
    ("video.bin", 3 << 20),
];

/// Names that have to be encoded, or are taken for encoded.
const AWKWARD: [(&str, u64); 7] = [
    ("with space.txt", 300),
    ("a folder/in it.txt", 400),
    ("uni-é-日本.txt", 500),
    ("plus+plus.txt", 600),
    ("percent%20percent.txt", 700),
    ("hash#hash.txt", 800),
    ("tilde~and'quote(1).txt", 900),
];

/// The plain tree.
pub(super) fn plain(seed: u64) -> Vec<Planting> {
    PLAIN.iter().map(|(path, size)| file(seed, path, *size)).collect()
}

/// The tree of awkward names.
pub(super) fn awkward(seed: u64) -> Vec<Planting> {
    AWKWARD.iter().map(|(path, size)| file(seed, path, *size)).collect()
}

pub(super) fn file(seed: u64, path: &str, size_bytes: u64) -> Planting {
    Planting { path: path.to_owned(), size_bytes, seed: format!("{seed}/{path}"), modified_ns: MODIFIED_NS }
}

/// The edited file, longer and newer.
pub(super) fn edited(seed: u64) -> Planting {
    Planting { size_bytes: EDITED_BYTES + 17, modified_ns: MODIFIED_NS + MINUTE_NS, ..same_size_edit(seed) }
}

/// The edited file, of the same size, and newer than anything that a server can have.
pub(super) fn newer_edit(seed: u64) -> Planting {
    Planting { modified_ns: FAR_FUTURE_NS, ..same_size_edit(seed) }
}

/// The edited file, its size and its modification time as they were.
pub(super) fn same_size_edit(seed: u64) -> Planting {
    Planting { seed: format!("{seed}/{EDITED}/edited"), ..file(seed, EDITED, EDITED_BYTES) }
}
