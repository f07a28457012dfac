//! The machine, as far as it explains numbers.

use crate::record::HostFingerprint;

/// What this machine is. Nothing of it names the machine or its owner.
pub(super) fn fingerprint() -> HostFingerprint {
    HostFingerprint {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        cpu_model: field("/proc/cpuinfo", "model name"),
        cpus: std::thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64),
        memory_bytes: field("/proc/meminfo", "MemTotal")
            .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
            .map(|kibibytes| kibibytes * 1024),
    }
}

/// The first value of a name in one of Linux's `name: value` files.
fn field(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut values = text.lines().filter_map(|line| line.split_once(':')).filter(|(key, _)| key.trim() == name);
    values.next().map(|(_, value)| value.trim().to_owned())
}
