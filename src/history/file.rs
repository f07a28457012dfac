//! A history in a file: one lock, one write, one flush.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use super::entry::Entry;
use super::error::HistoryError;
use super::lines::addition;

/// The text.
pub(super) fn read(path: &Path) -> Result<String, HistoryError> {
    std::fs::read_to_string(path).map_err(|source| HistoryError::Read { path: path.to_owned(), source })
}

/// Appends an entry; false where it is there already.
pub(super) fn add(path: &Path, entry: &Entry) -> Result<bool, HistoryError> {
    let wrong = |source| HistoryError::Write { path: path.to_owned(), source };
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(wrong)?;
    // Held until the file is closed, also by a process that dies.
    file.lock().map_err(wrong)?;
    let mut before = String::new();
    file.read_to_string(&mut before).map_err(wrong)?;
    let Some(text) = addition(&before, &path.display().to_string(), entry)? else { return Ok(false) };
    append(&mut file, &text).map(|()| true).map_err(|source| {
        // Half a line, of a disk that is full, is taken back; the lock keeps others from writing behind it.
        drop(file.set_len(before.len() as u64));
        wrong(source)
    })
}

fn append(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_data()
}
