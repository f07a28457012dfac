//! A directory of seeded random files, as pys3local's benchmarks make it: half compressible, half random, spread over
//! subdirectories.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rand::RngExt;
use sha2::{Digest, Sha256};

use super::content::{Content, seeded};

/// Files are written through a buffer of this size, so memory does not grow with the size of a file. File systems take
/// large writes at less cost.
pub(super) const BUFFER_BYTES: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatasetSettings {
    pub files: usize,
    pub min_size_bytes: u64,
    pub max_size_bytes: u64,
    /// Subdirectories beside the root; the files are spread over all of them.
    pub subdirs: usize,
}

impl DatasetSettings {
    /// The most disk space that such a dataset takes: a file system gives out whole pages, and each file has a
    /// directory entry.
    #[must_use]
    pub fn most_bytes(&self) -> u64 {
        const PAGE_BYTES: u64 = 4096;
        let pages = self.max_size_bytes.div_ceil(PAGE_BYTES) + 1;
        pages.saturating_mul(PAGE_BYTES).saturating_mul(self.files as u64)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Path below the root with `/` as separator. It is also the key of the object.
    pub key: String,
    pub size_bytes: u64,
    /// Computed while the content was generated.
    pub sha256: [u8; 32],
}

/// Files on disk, and what they should contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    pub root: PathBuf,
    /// In the order in which they were made.
    pub files: Vec<DataFile>,
}

impl Dataset {
    /// Writes the files below `root`, which must exist.
    ///
    /// # Errors
    /// Those of the file system, such as a full disk. The message has the path.
    pub fn generate(root: &Path, settings: &DatasetSettings, seed: u64) -> io::Result<Self> {
        let mut generator = seeded(seed, "dataset");
        for index in 0..settings.subdirs {
            let directory = root.join(format!("subdir_{index}"));
            std::fs::create_dir_all(&directory).map_err(|error| naming(&directory, &error))?;
        }
        let mut files = Vec::with_capacity(settings.files);
        let mut buffer = vec![0; BUFFER_BYTES];
        for index in 0..settings.files {
            let directory = generator.random_range(0..=settings.subdirs);
            let size_bytes = generator.random_range(settings.min_size_bytes..=settings.max_size_bytes);
            let content = Content::draw(&mut generator);
            let name = format!("file_{index}_{}.dat", generator.random_range(1000..=9999));
            let key = if directory == 0 { name } else { format!("subdir_{}/{name}", directory - 1) };
            let path = root.join(&key);
            let sha256 = write_file(&path, size_bytes, &mut buffer, content.filler(&mut generator))
                .map_err(|error| naming(&path, &error))?;
            files.push(DataFile { key, size_bytes, sha256 });
        }
        Ok(Self { root: root.to_owned(), files })
    }

    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

fn write_file(
    path: &Path,
    size_bytes: u64,
    buffer: &mut [u8],
    mut content: impl FnMut(&mut [u8]),
) -> io::Result<[u8; 32]> {
    let mut file = File::create(path)?;
    let mut hash = Sha256::new();
    let mut left = size_bytes;
    while left > 0 {
        let step = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
        content(&mut buffer[..step]);
        hash.update(&buffer[..step]);
        file.write_all(&buffer[..step])?;
        left -= step as u64;
    }
    Ok(hash.finalize().into())
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: DatasetSettings =
        DatasetSettings { files: 20, min_size_bytes: 0, max_size_bytes: 200_000, subdirs: 3 };

    #[test]
    fn a_seed_makes_the_same_files_twice() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = Dataset::generate(one.path(), &SETTINGS, 7).unwrap();
        let second = Dataset::generate(two.path(), &SETTINGS, 7).unwrap();
        assert_eq!(first.files, second.files);
        let other = Dataset::generate(two.path(), &SETTINGS, 8).unwrap();
        assert_ne!(first.files, other.files);
    }

    #[test]
    fn sizes_stay_in_range_and_digests_tell_what_lies_on_disk() {
        let root = tempfile::tempdir().unwrap();
        let dataset = Dataset::generate(root.path(), &SETTINGS, 7).unwrap();
        assert_eq!(dataset.files.len(), 20);
        for file in &dataset.files {
            let bytes = std::fs::read(root.path().join(&file.key)).unwrap();
            assert_eq!(bytes.len() as u64, file.size_bytes);
            assert!(file.size_bytes <= SETTINGS.max_size_bytes);
            assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes)), file.sha256);
        }
        assert!(dataset.files.iter().any(|file| file.key.contains('/')));
        assert!(dataset.files.iter().any(|file| !file.key.contains('/')));
    }
}
