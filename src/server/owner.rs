//! Which run owns a thing that s3ci made: a process on a host, for a day at the most. Everything that outlives a killed run has this mark.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

#[cfg(unix)]
pub(super) fn process_lives(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return false };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

/// Where processes cannot be asked, only the expiry counts.
#[cfg(not(unix))]
pub(super) fn process_lives(_pid: i32) -> bool {
    true
}
