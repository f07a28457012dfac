//! What was installed in a container, made ready for an image: nothing but files of the virtual environments, which belong to root.
//!
//! The archive comes from where a stranger's code ran, so every entry is made anew. Deliberately absent: running, building.

use std::io::{Error, Result, Write};
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Builder, EntryType, Header};

use super::install::{Installed, What};

/// More files than any installation has.
const MOST_ENTRIES: usize = 200_000;

/// The directories that an installation may fill.
const PLACES: [&str; 2] = ["opt/venv", "opt/tools"];

/// Appends what was installed below a directory of another archive.
///
/// # Errors
///
/// The archive cannot be read, or has something that no installation makes.
pub(super) fn append<W: Write>(installed: &Installed, into: &mut Builder<W>, below: &str) -> Result<()> {
    let mut archive = Archive::new(installed.archive.as_slice());
    for (number, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let what = format!("what was installed has an entry that no installation makes: {}", path.display());
        let refused = || Error::other(what.chars().filter(|letter| !letter.is_control()).take(300).collect::<String>());
        let inside = inside(&path).ok_or_else(refused)?;
        if number >= MOST_ENTRIES {
            return Err(Error::other("what was installed has too many files"));
        }
        let mut header = Header::new_gnu();
        // Compiled modules name the times of their sources.
        header.set_mtime(entry.header().mtime()?);
        header.set_entry_type(entry.header().entry_type());
        header.set_size(0);
        header.set_uid(0);
        header.set_gid(0);
        let is_executable = entry.header().mode()? & 0o100 != 0;
        let path = Path::new(below).join(inside);
        match entry.header().entry_type() {
            EntryType::Directory => {
                header.set_mode(0o755);
                into.append_data(&mut header, path, std::io::empty())?;
            }
            EntryType::Regular => {
                header.set_mode(if is_executable { 0o755 } else { 0o644 });
                header.set_size(entry.size());
                into.append_data(&mut header, path, &mut entry)?;
            }
            // Virtual environments have some; a server's files have none, and one of a stranger's may lead anywhere.
            EntryType::Symlink if matches!(installed.what, What::Dependencies | What::Clients) => {
                let leads_to = entry.link_name()?.ok_or_else(refused)?;
                header.set_mode(0o777);
                into.append_link(&mut header, path, leads_to)?;
            }
            _ => return Err(refused()),
        }
    }
    Ok(())
}

/// The path, where it lies in one of the places.
fn inside(path: &Path) -> Option<PathBuf> {
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (is_plain && PLACES.iter().any(|place| path.starts_with(place))).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of a hostile archive, whose path nothing has looked at.
    fn archive(path: &str, entry_type: EntryType, mode: u32) -> Vec<u8> {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(entry_type);
        header.set_mode(mode);
        header.set_size(0);
        header.set_mtime(7);
        header.set_uid(10001);
        header.set_link_name("../..").unwrap();
        header.set_cksum();
        let mut builder = Builder::new(Vec::new());
        builder.append(&header, std::io::empty()).unwrap();
        builder.into_inner().unwrap()
    }

    fn rewritten(what: What, archive: Vec<u8>) -> Result<Vec<u8>> {
        let mut into = Builder::new(Vec::new());
        append(&Installed { what, archive }, &mut into, "result")?;
        into.into_inner()
    }

    #[test]
    fn files_belong_to_root_and_have_no_special_rights() {
        let bytes = rewritten(What::Checkout, archive("opt/venv/bin/x", EntryType::Regular, 0o6777)).unwrap();
        let mut archive = Archive::new(bytes.as_slice());
        let entry = archive.entries().unwrap().next().unwrap().unwrap();
        let header = entry.header();
        assert_eq!(entry.path().unwrap(), Path::new("result/opt/venv/bin/x"));
        let found = (header.mode().unwrap(), header.uid().unwrap(), header.mtime().unwrap());
        assert_eq!(found, (0o755, 0, 7));
    }

    #[test]
    fn what_no_installation_makes_is_refused() {
        for path in ["etc/passwd", "/etc/passwd", "opt/venv/../../etc/passwd", "opt/venvs/x"] {
            assert!(rewritten(What::Dependencies, archive(path, EntryType::Regular, 0o644)).is_err(), "{path}");
        }
        for entry_type in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
            assert!(rewritten(What::Checkout, archive("opt/venv/x", entry_type, 0o644)).is_err(), "{entry_type:?}");
        }
        assert!(rewritten(What::Dependencies, archive("opt/venv/x", EntryType::Symlink, 0o777)).is_ok());
        assert!(rewritten(What::Checkout, b"no archive at all, but long enough to be looked at".repeat(20)).is_err());
    }
}
