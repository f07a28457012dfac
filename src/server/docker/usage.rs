//! CPU time and peak memory of a container.
//!
//! The daemon tells both on cgroup v1. On v2 it tells no peak: that is read from this machine's cgroup where the container runs
//! here, and otherwise is the most that was seen at the moments of asking.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::StatsOptions;
use futures_util::StreamExt;

use crate::server::Usage;

/// Accounts for one container.
#[derive(Debug)]
pub(super) struct Accounting {
    peak_file: Option<PathBuf>,
    seen_bytes: AtomicU64,
}

impl Accounting {
    /// Accounts for the container whose first process has this id on this machine, if it is on this machine.
    pub(super) fn of(pid: Option<i64>) -> Self {
        let peak_file = pid.and_then(|pid| peak_file(Path::new("/proc"), Path::new("/sys/fs/cgroup"), pid));
        Self { peak_file, seen_bytes: AtomicU64::new(0) }
    }

    /// What the container has used since its start; none where it is gone.
    pub(super) async fn usage(&self, docker: &Docker, name: &str) -> Option<Usage> {
        let options = StatsOptions { stream: false, one_shot: true };
        let stats = docker.stats(name, Some(options)).next().await?.ok()?;
        let cpu = stats.cpu_stats?.cpu_usage?.total_usage?;
        let memory = stats.memory_stats.unwrap_or_default();
        let now = memory.usage.unwrap_or(0);
        let seen = self.seen_bytes.fetch_max(now, Ordering::Relaxed).max(now);
        let peak = memory.max_usage.or_else(|| self.read_peak()).or((seen > 0).then_some(seen));
        Some(Usage { cpu: Duration::from_nanos(cpu), memory_peak_bytes: peak })
    }

    fn read_peak(&self) -> Option<u64> {
        std::fs::read_to_string(self.peak_file.as_ref()?).ok()?.trim().parse().ok()
    }
}

/// `memory.peak` of the process's cgroup, on a unified hierarchy whose kernel has it.
fn peak_file(processes: &Path, cgroups: &Path, pid: i64) -> Option<PathBuf> {
    let groups = std::fs::read_to_string(processes.join(pid.to_string()).join("cgroup")).ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let file = cgroups.join(group).join("memory.peak");
    // The root group has no such file, so that a process of another machine's number is not taken for the container's.
    (group.contains("docker") || group.contains("libpod")).then_some(file).filter(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found_in_a_containers_own_group_only() {
        let machine = tempfile::tempdir().unwrap();
        let (processes, cgroups) = (machine.path().join("proc"), machine.path().join("cgroup"));
        for (pid, group) in [(7, "system.slice/docker-abc.scope"), (8, "user.slice")] {
            std::fs::create_dir_all(processes.join(pid.to_string())).unwrap();
            std::fs::write(processes.join(pid.to_string()).join("cgroup"), format!("0::/{group}\n")).unwrap();
            std::fs::create_dir_all(cgroups.join(group)).unwrap();
            std::fs::write(cgroups.join(group).join("memory.peak"), "4096\n").unwrap();
        }
        let found = peak_file(&processes, &cgroups, 7).unwrap();
        let accounting = Accounting { peak_file: Some(found), seen_bytes: AtomicU64::new(0) };
        assert_eq!(accounting.read_peak(), Some(4096));
        assert_eq!(peak_file(&processes, &cgroups, 8), None);
        assert_eq!(peak_file(&processes, &cgroups, 9), None);
    }
}
