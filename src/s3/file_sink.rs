//! Writes a body to a file, and hands work to the blocking threads as seldom as possible: once if the body fits the
//! buffer.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::operations::FILE_BUFFER_BYTES;

/// Creates the file with the first full buffer, or at the end.
pub(super) struct FileSink {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
    pub(super) size_bytes: u64,
}

impl FileSink {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, buffer: Vec::new(), size_bytes: 0 }
    }

    /// Writes when the buffer is full.
    pub(super) async fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.size_bytes += bytes.len() as u64;
        if self.buffer.len() < FILE_BUFFER_BYTES { Ok(()) } else { self.write().await }
    }

    /// Writes the rest, and creates the file even if it is empty. Returns the total number of bytes.
    pub(super) async fn finish(mut self) -> io::Result<u64> {
        self.write().await?;
        Ok(self.size_bytes)
    }

    async fn write(&mut self) -> io::Result<()> {
        let (path, file, mut buffer) = (self.path.clone(), self.file.take(), std::mem::take(&mut self.buffer));
        let work = tokio::task::spawn_blocking(move || {
            let mut file = file.map_or_else(|| File::create(path), Ok)?;
            file.write_all(&buffer)?;
            buffer.clear();
            io::Result::Ok((file, buffer))
        });
        let (file, buffer) = work.await.map_err(io::Error::other)??;
        (self.file, self.buffer) = (Some(file), buffer);
        Ok(())
    }
}
