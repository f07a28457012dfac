//! A history in a file: one lock, one write, one flush.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use super::entry::Entry;
use super::error::HistoryError;
use super::lines::addition;

pub(super) fn read(path: &Path) -> Result<String, HistoryError> {
    std::fs::read_to_string(path).map_err(|source| HistoryError::Read { path: path.to_owned(), source })
}

/// Appends an entry. `false` if the file has it already.
pub(super) fn add(path: &Path, entry: &Entry) -> Result<bool, HistoryError> {
    let wrong = |source| HistoryError::Write { path: path.to_owned(), source };
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(wrong)?;
    // The lock ends when the file is closed, also if the process dies.
    file.lock().map_err(wrong)?;
    let mut before = String::new();
    file.read_to_string(&mut before).map_err(wrong)?;
    let Some(text) = addition(&before, &path.display().to_string(), entry)? else { return Ok(false) };
    append(&mut file, &text).map(|()| true).map_err(|source| {
        // Take back half a line, which a full disk leaves. The lock keeps others from writing behind it.
        drop(file.set_len(before.len() as u64));
        wrong(source)
    })
}

fn append(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_data()
}
