//! A file that a body is written to with few hand-overs to the threads that do file work: one where it fits the buffer.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::operations::FILE_BUFFER_BYTES;

/// A file under way; it is made with the first full buffer, or at the end.
pub(super) struct FileSink {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
    /// Bytes taken so far.
    pub(super) size_bytes: u64,
}

impl FileSink {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, buffer: Vec::new(), size_bytes: 0 }
    }

    /// Takes the next bytes; writes when the buffer is full.
    pub(super) async fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.size_bytes += bytes.len() as u64;
        if self.buffer.len() < FILE_BUFFER_BYTES { Ok(()) } else { self.write().await }
    }

    /// Writes what is left, and makes the file if nothing ever came; the bytes in all.
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
