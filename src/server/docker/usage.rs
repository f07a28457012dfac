//! CPU time and peak memory of a container.
//!
//! Where the container runs on this machine, the kernel's own accounts are read: that takes microseconds, while the daemon
//! answers once a second. Elsewhere the daemon is asked; on cgroup v2 it tells no peak, and the most that was seen stands for it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::StatsOptions;
use futures_util::StreamExt;

use crate::server::spec::Usage;

/// Accounts for one container.
#[derive(Debug)]
pub(super) struct Accounting {
    accounts: Option<Accounts>,
    seen_bytes: AtomicU64,
}

/// The files of a container's control groups.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Accounts {
    /// One hierarchy for each controller.
    V1 { cpu: PathBuf, memory: PathBuf },
    /// One hierarchy for all.
    V2 { group: PathBuf },
}

impl Accounting {
    /// Accounts for the container whose first process has this id on this machine, if it is on this machine.
    pub(super) fn of(pid: Option<i64>) -> Self {
        let accounts = pid.and_then(|pid| Accounts::find(Path::new("/proc"), Path::new("/sys/fs/cgroup"), pid));
        Self { accounts, seen_bytes: AtomicU64::new(0) }
    }

    /// What the container has used since its start; none where it is gone.
    pub(super) async fn usage(&self, docker: &Docker, name: &str) -> Option<Usage> {
        match self.accounts.as_ref().and_then(Accounts::read) {
            Some(usage) => Some(usage),
            None => self.ask(docker, name).await,
        }
    }

    async fn ask(&self, docker: &Docker, name: &str) -> Option<Usage> {
        let options = StatsOptions { stream: false, one_shot: true };
        let stats = docker.stats(name, Some(options)).next().await?.ok()?;
        let cpu = stats.cpu_stats?.cpu_usage?.total_usage?;
        let memory = stats.memory_stats.unwrap_or_default();
        let now = memory.usage.unwrap_or(0);
        let seen = self.seen_bytes.fetch_max(now, Ordering::Relaxed).max(now);
        let (peak, peak_is_sampled) = match memory.max_usage {
            Some(kept) => (Some(kept), false),
            None => ((seen > 0).then_some(seen), true),
        };
        let cpu = Duration::from_nanos(cpu);
        Some(Usage { cpu, memory_peak_bytes: peak, peak_counts_data: true, peak_is_sampled })
    }
}

impl Accounts {
    /// The accounts of a process's groups, where those are a container's: a process of another machine's number may exist here too.
    fn find(processes: &Path, cgroups: &Path, pid: i64) -> Option<Self> {
        let groups = std::fs::read_to_string(processes.join(pid.to_string()).join("cgroup")).ok()?;
        let of = |controller: &str| {
            let mut lines = groups.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
            let (_, group) = lines.find(|(controllers, _)| controllers.split(',').any(|one| one == controller))?;
            let is_container = group.contains("docker") || group.contains("libpod");
            is_container.then(|| group.trim_start_matches('/').to_owned())
        };
        if let (Some(cpu), Some(memory)) = (of("cpuacct"), of("memory")) {
            let file = |controller: &str, group: String, name: &str| cgroups.join(controller).join(group).join(name);
            return Some(Self::V1 {
                cpu: file("cpuacct", cpu, "cpuacct.usage"),
                memory: file("memory", memory, "memory.max_usage_in_bytes"),
            });
        }
        Some(Self::V2 { group: cgroups.join(of("")?) })
    }

    /// What the kernel says; none where it does not keep these accounts.
    fn read(&self) -> Option<Usage> {
        let number = |path: &Path| std::fs::read_to_string(path).ok()?.trim().parse().ok();
        match self {
            Self::V1 { cpu, memory } => {
                let cpu = Duration::from_nanos(number(cpu)?);
                Some(Usage { cpu, memory_peak_bytes: number(memory), peak_counts_data: true, peak_is_sampled: false })
            }
            Self::V2 { group } => {
                let accounts = std::fs::read_to_string(group.join("cpu.stat")).ok()?;
                let micros = accounts.lines().find_map(|line| line.strip_prefix("usage_usec ")?.parse().ok())?;
                let memory_peak_bytes = Some(number(&group.join("memory.peak"))?);
                Some(Usage {
                    cpu: Duration::from_micros(micros),
                    memory_peak_bytes,
                    peak_counts_data: true,
                    peak_is_sampled: false,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        fn find(&self, pid: i64) -> Option<Accounts> {
            Accounts::find(&self.0.path().join("proc"), &self.0.path().join("cgroup"), pid)
        }
    }

    #[test]
    fn one_hierarchy_tells_micros_and_the_peak() {
        let machine = Machine::new();
        machine.write("proc/7/cgroup", "0::/system.slice/docker-abc.scope\n");
        machine.write("cgroup/system.slice/docker-abc.scope/cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
        machine.write("cgroup/system.slice/docker-abc.scope/memory.peak", "4096\n");
        let usage = machine.find(7).unwrap().read().unwrap();
        let cpu = Duration::from_micros(1500);
        assert_eq!(usage, Usage { cpu, memory_peak_bytes: Some(4096), peak_counts_data: true, peak_is_sampled: false });
    }

    #[test]
    fn many_hierarchies_tell_nanoseconds_and_the_peak() {
        let machine = Machine::new();
        machine.write("proc/7/cgroup", "8:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/docker/abc\n");
        machine.write("cgroup/cpuacct/docker/abc/cpuacct.usage", "2500\n");
        machine.write("cgroup/memory/docker/abc/memory.max_usage_in_bytes", "8192\n");
        let usage = machine.find(7).unwrap().read().unwrap();
        let cpu = Duration::from_nanos(2500);
        assert_eq!(usage, Usage { cpu, memory_peak_bytes: Some(8192), peak_counts_data: true, peak_is_sampled: false });
    }

    #[test]
    fn a_process_outside_any_container_is_not_accounted_for() {
        let machine = Machine::new();
        machine.write("proc/8/cgroup", "0::/user.slice\n");
        assert_eq!(machine.find(8), None);
        assert_eq!(machine.find(9), None);
    }

    #[test]
    fn a_kernel_without_the_accounts_is_told_apart() {
        let machine = Machine::new();
        machine.write("proc/7/cgroup", "0::/docker/abc\n");
        assert_eq!(machine.find(7).unwrap().read(), None);
    }
}
