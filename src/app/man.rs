//! `s3ci man`.

use std::path::Path;

use super::refusal::Refusal;
use crate::cli::manual_pages;
use crate::exit::Exit;

/// Writes manual pages into a directory, which is made where it is missing.
pub(super) fn write(directory: &Path) -> Result<Exit, Refusal> {
    let written = std::fs::create_dir_all(directory).and_then(|()| manual_pages(directory));
    written.map(|()| Exit::Success).map_err(|error| {
        let what = format!("write manual pages to {}", directory.display());
        Refusal::new(what, &error, Exit::Report).hint("name a directory that you may write to")
    })
}
