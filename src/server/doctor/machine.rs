//! This machine: disk space, memory, certificates, git.
//!
//! What s3ci cannot look at on this system gives no finding.

use std::path::Path;

use tokio::process::Command;

use super::Finding;

/// Bytes that this user may still write to the file system at a path.
#[cfg(unix)]
pub(super) fn free_room(path: &Path) -> Option<u64> {
    let room = rustix::fs::statvfs(path).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}

/// Bytes that this user may still write to the file system at a path.
#[cfg(not(unix))]
pub(super) fn free_room(_path: &Path) -> Option<u64> {
    None
}

/// Bytes of memory that programs can still have.
pub(super) fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Whether a file has certificates in it.
pub(super) fn certificates(path: &Path) -> Finding {
    let remedy = Some("name a file of certificates in PEM with --ca-bundle".to_owned());
    match std::fs::read_to_string(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => {
            let count = text.matches("-----BEGIN CERTIFICATE-----").count();
            Finding::good("CA bundle", format!("{}, {count} certificates", path.display()))
        }
        Ok(_) => Finding::bad("CA bundle", format!("{} has no certificate in it", path.display()), remedy),
        Err(error) => Finding::bad("CA bundle", format!("{}: {error}", path.display()), remedy),
    }
}

/// Whether git is there, which `path:` and `git:` targets ask.
pub(super) async fn git() -> Finding {
    let output = Command::new("git").arg("--version").kill_on_drop(true).output().await;
    match output {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("git version ").to_owned();
            Finding::good("git", format!("{version} (for path: and git: targets)"))
        }
        _ => {
            let remedy = "apt-get install git, or the package of your system; releases need none";
            Finding::bad("git", "not here, so commits and checkouts cannot be tested", Some(remedy.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        assert!(!certificates(&path).good);
        std::fs::write(&path, "key").unwrap();
        assert!(!certificates(&path).good);
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
        assert!(certificates(&path).good);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn room_and_memory_can_be_looked_at() {
        assert!(free_room(&std::env::temp_dir()).is_some_and(|bytes| bytes > 0));
        assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
