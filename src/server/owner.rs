//! Which run owns a thing that s3ci made: a process on a host, for a day at the most. Everything that outlives a killed run has this mark.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// No run takes longer; what is older has no owner any more, whatever the host.
pub(super) const LIFETIME: Duration = Duration::from_hours(24);

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}

/// Name of the host; with it the process-id namespace, for two containers of one name count processes apart.
#[cfg(unix)]
pub(super) fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    match std::fs::read_link("/proc/self/ns/pid") {
        Ok(namespace) => format!("{name} {}", namespace.display()),
        Err(_) => name,
    }
}

#[cfg(not(unix))]
pub(super) fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Identifies this start of this machine; empty if the system does not know (only Linux does).
pub(super) fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// A host and this start of it: what processes are counted in.
pub(super) fn place() -> String {
    format!("{} {}", host(), boot())
}

/// A short hash of the same, which reveals no name.
pub(super) fn code_of_place() -> String {
    hex::encode(Sha256::digest(place())).chars().take(8).collect()
}

/// What identifies a process: its id and when it started, because the system uses ids again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// When it started, in ticks since the start of the machine; 0 where the system does not tell.
    pub(super) start: u64,
}

impl Process {
    pub(super) fn this() -> Self {
        let pid = i32::try_from(std::process::id()).unwrap_or_default();
        Self { pid, start: start_of(pid).unwrap_or_default() }
    }

    /// Whether it still runs, on this host.
    pub(super) fn lives(self) -> bool {
        match start_of(self.pid) {
            Some(start) if self.start > 0 => start == self.start,
            _ => process_lives(self.pid),
        }
    }
}

/// The field of `/proc/PID/stat` that tells the start; the name before it may hold anything.
fn start_of(pid: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_the_name) = stat.rsplit_once(')')?;
    after_the_name.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(unix)]
fn process_lives(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return false };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

/// Where processes cannot be asked, only the expiry counts.
#[cfg(not(unix))]
fn process_lives(_pid: i32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_the_same_id_and_another_start_is_another_one() {
        let this = Process::this();
        assert!(this.lives());
        if cfg!(target_os = "linux") {
            assert!(!Process { start: this.start + 1, ..this }.lives());
        }
        assert!(!Process { pid: i32::MAX, start: 0 }.lives());
    }
}
