//! How much space a suite needs.

/// What a suite stores at the most, at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Room on a file system.
    pub bytes: u64,
    pub largest_object_bytes: u64,
    pub objects: u64,
    /// The size of the data file system; a large one if none is given.
    pub data_limit_bytes: Option<u64>,
}
