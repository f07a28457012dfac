//! The directory of a run: for its owner alone, and named so that what a killed run left can be told from what a living one uses.
//!
//! It may lie in a directory that everybody may write to. Deliberately absent: what is in it.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use tempfile::TempDir;

use super::owner::{LIFETIME, Process, code_of_place};

const PREFIX: &str = "s3ci-";

/// Makes the directory of a run below another one.
///
/// # Errors
/// It cannot be made.
pub fn create(run_id: &str, inside: &Path) -> io::Result<TempDir> {
    let Process { pid, start } = Process::this();
    let name = format!("{PREFIX}{run_id}-{}-{pid}-{start}-", code_of_place());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(inside)
}

/// Removes the directories of runs that are over; how many there were. What belongs to another user is left alone, as is a link.
pub fn sweep(inside: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(inside) else { return 0 };
    let dead = entries.flatten().filter(|entry| {
        let Ok(metadata) = entry.path().symlink_metadata() else { return false };
        metadata.is_dir()
            && is_ours(&metadata)
            && is_dead(&entry.file_name().to_string_lossy(), metadata.modified().ok())
    });
    dead.filter(|entry| std::fs::remove_dir_all(entry.path()).is_ok()).count()
}

/// Whether a name is that of a run's directory whose process is gone from this host, or which nobody can need any more.
fn is_dead(name: &str, modified: Option<SystemTime>) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let [_, place, pid, start, _] = rest.split('-').collect::<Vec<_>>()[..] else { return false };
    let (Ok(pid), Ok(start)) = (pid.parse(), start.parse()) else { return false };
    if place == code_of_place() {
        return !Process { pid, start }.lives();
    }
    modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > LIFETIME)
}

#[cfg(unix)]
fn is_ours(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_metadata: &std::fs::Metadata) -> bool {
    true
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_a_dead_run_left_goes_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let living = create("0a1b2c3d", place.path()).unwrap();
        assert_eq!(living.path().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let Process { pid, start } = Process::this();
        let code = code_of_place();
        let dead = [format!("s3ci-1-{code}-{pid}-{}-x", start + 1), format!("s3ci-1-{code}-{}-1-x", i32::MAX)];
        let others = ["s3ci-notes".to_owned(), "s3ci-1-00000000-1-1-x".to_owned(), "other".to_owned()];
        for name in dead.iter().chain(&others) {
            std::fs::create_dir_all(place.path().join(name).join("deep")).unwrap();
        }
        let link = format!("s3ci-1-{code}-{}-1-link", i32::MAX);
        std::os::unix::fs::symlink("/nowhere", place.path().join(&link)).unwrap();
        assert_eq!(sweep(place.path()), 2);
        assert!(living.path().is_dir() && place.path().join(link).is_symlink());
        assert!(others.iter().all(|name| place.path().join(name).is_dir()));
        assert!(!dead.iter().any(|name| place.path().join(name).exists()));
    }
}
