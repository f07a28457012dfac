//! CPU time and peak memory of a process.

use std::time::Duration;

use crate::server::spec::Usage;

/// What a process has used so far; none if the system does not know or the process is gone.
#[cfg(target_os = "linux")]
pub(super) fn of_process(pid: u32) -> Option<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let cpu = cpu_time(&stat, rustix::param::clock_ticks_per_second())?;
    Some(Usage { cpu, memory_peak_bytes: peak_memory(&status), peak_counts_data: false, peak_is_sampled: false })
}

/// What a process has used so far; none if the system does not know or the process is gone.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_process(_pid: u32) -> Option<Usage> {
    None
}

/// The usage of a server over several lives.
pub(super) fn sum(earlier: Usage, now: Usage) -> Usage {
    let memory_peak_bytes = earlier.memory_peak_bytes.max(now.memory_peak_bytes);
    Usage { cpu: earlier.cpu + now.cpu, memory_peak_bytes, peak_counts_data: false, peak_is_sampled: false }
}

/// No usage at all.
pub(super) const NOTHING: Usage =
    Usage { cpu: Duration::ZERO, memory_peak_bytes: None, peak_counts_data: false, peak_is_sampled: false };

/// User and system time in a line with the layout of /proc/PID/stat; the program's name in it may hold anything.
#[cfg(any(target_os = "linux", test))]
fn cpu_time(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(ticks_per_second.max(1));
    Some(Duration::from_nanos(u64::try_from(nanoseconds).ok()?))
}

/// The high-water mark of resident memory in a text with the layout of /proc/PID/status, in bytes.
#[cfg(any(target_os = "linux", test))]
fn peak_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_parentheses() {
        let stat = "42 (odd) name) S 1 42 42 0 -1 4194304 900 0 0 0 150 25 7 7 20 0 1 0 100 1 1";
        assert_eq!(cpu_time(stat, 100), Some(Duration::from_millis(1750)));
        assert_eq!(cpu_time("42 (x) S 1", 100), None);
    }

    #[test]
    fn peak_memory_is_in_bytes() {
        assert_eq!(peak_memory("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t   51200 kB\n"), Some(51200 * 1024));
        assert_eq!(peak_memory("Name:\tx\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_memory() {
        let usage = of_process(std::process::id()).unwrap();
        assert!(usage.memory_peak_bytes.unwrap() > 1 << 20);
    }
}
