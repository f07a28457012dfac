//! Directory trees: the path of a key, the comparison of two trees, and a plain copy as a yardstick for the disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Dataset;
use super::dataset::BUFFER_BYTES;

/// Objects of similar size, so that latencies are comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    /// Under 64 KiB: the request takes most of the time.
    Small,
    /// From 64 KiB, under 1 MiB.
    Medium,
    /// From 1 MiB: the content takes most of the time.
    Large,
}

impl SizeClass {
    /// Smallest first.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    #[must_use]
    pub fn of(size_bytes: u64) -> Self {
        match size_bytes {
            0..65_536 => Self::Small,
            65_536..1_048_576 => Self::Medium,
            _ => Self::Large,
        }
    }

    /// The name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// The path of an object below `root`. `None` if the key would lead anywhere else: keys come from the server under
/// test, and s3ci does not trust it with paths.
#[must_use]
pub fn path_for(root: &Path, key: &str) -> Option<PathBuf> {
    let relative = Path::new(key);
    let plain = relative.components().all(|component| matches!(component, Component::Normal(_)));
    let canonical = !key.is_empty() && key.split('/').all(|part| !matches!(part, "" | "." | ".."));
    (plain && canonical && !key.contains(['\0', '\\'])).then(|| root.join(relative))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The file did not come back.
    Missing { key: String },
    /// The file came back with another size.
    Size {
        key: String,
        /// Bytes uploaded.
        expected: u64,
        /// Bytes that came back.
        actual: u64,
    },
    /// The file came back with the right size and other bytes.
    Content { key: String },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing { key } => write!(formatter, "{key} did not come back"),
            Self::Size { key, expected, actual } => {
                write!(formatter, "{key} came back with {actual} bytes instead of {expected}")
            }
            Self::Content { key } => write!(formatter, "{key} came back with other bytes of the same length"),
        }
    }
}

/// Compares a directory with the dataset that it should hold, by SHA-256. Ignores other files, because s3ci only writes
/// keys there that it uploaded.
pub fn compare(dataset: &Dataset, downloaded: &Path) -> io::Result<Vec<Difference>> {
    let mut differences = Vec::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    for file in &dataset.files {
        let path = downloaded.join(&file.key);
        let key = file.key.clone();
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => differences.push(Difference::Missing { key }),
            Err(error) => return Err(error),
            Ok(metadata) if metadata.len() != file.size_bytes => {
                differences.push(Difference::Size { key, expected: file.size_bytes, actual: metadata.len() });
            }
            Ok(_) if digest(&path, &mut buffer)? != file.sha256 => differences.push(Difference::Content { key }),
            Ok(_) => {}
        }
    }
    Ok(differences)
}

fn digest(path: &Path, buffer: &mut [u8]) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    loop {
        match file.read(buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// Copies the files of a dataset: this is what the disk alone takes for the same work.
pub fn copy_tree(dataset: &Dataset, destination: &Path) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    for file in &dataset.files {
        let target = destination.join(&file.key);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        // Reads and writes, as the benchmark does. A reflink would measure nothing.
        let mut from = File::open(dataset.root.join(&file.key))?;
        let mut to = File::create(&target)?;
        loop {
            match from.read(&mut buffer)? {
                0 => break,
                read => io::Write::write_all(&mut to, &buffer[..read])?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::DatasetSettings;

    #[test]
    fn keys_that_lead_outside_have_no_path() {
        let root = Path::new("/download");
        assert_eq!(path_for(root, "a/b.dat"), Some(PathBuf::from("/download/a/b.dat")));
        for key in ["../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a/./b", "a/", "a\\..\\b", "nul\0"] {
            assert_eq!(path_for(root, key), None, "{key:?}");
        }
    }

    #[test]
    fn every_difference_is_named() {
        let (source, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let settings = DatasetSettings { files: 4, min_size_bytes: 10, max_size_bytes: 5000, subdirs: 1 };
        let dataset = Dataset::generate(source.path(), &settings, 3).unwrap();
        copy_tree(&dataset, copy.path()).unwrap();
        assert_eq!(compare(&dataset, copy.path()).unwrap(), []);

        let path = |index: usize| copy.path().join(&dataset.files[index].key);
        std::fs::remove_file(path(0)).unwrap();
        let mut bytes = std::fs::read(path(1)).unwrap();
        bytes[5] ^= 1;
        std::fs::write(path(1), &bytes).unwrap();
        std::fs::write(path(2), b"short").unwrap();
        let key = |index: usize| dataset.files[index].key.clone();
        assert_eq!(
            compare(&dataset, copy.path()).unwrap(),
            [
                Difference::Missing { key: key(0) },
                Difference::Content { key: key(1) },
                Difference::Size { key: key(2), expected: dataset.files[2].size_bytes, actual: 5 },
            ]
        );
    }
}
