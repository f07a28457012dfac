//! Whether servers can run on this machine, and how, as findings for a person.
//!
//! Looks only: nothing is pulled, built, installed or removed. Deliberately absent: what a run is to do with it; the credentials of
//! the environment are looked at where they are read.

mod machine;

use std::path::Path;

use serde::Serialize;

use super::docker::{self, Survey};
use super::error::ServerError;
use super::process;
use super::settings::DockerSettings;

/// The images of the server and of the clients, and the base image that they are built on.
const IMAGES_BYTES: u64 = 2 << 30;

/// What a server, s3ci and the clients need beside the test data.
const PROGRAMS_BYTES: u64 = 512 << 20;

/// What a container's clock may differ by; S3 refuses signatures that are 15 minutes off.
const CLOCK_SECONDS: i64 = 60;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// Whether it is as a run needs it.
    pub good: bool,
    /// What was found.
    pub detail: String,
    /// How to fix it, such as a command.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    #[must_use]
    pub fn good(subject: &'static str, detail: impl Into<String>) -> Self {
        Self { subject, good: true, detail: detail.into(), remedy: None }
    }

    /// Something that keeps a run, or a part of it, from working.
    #[must_use]
    pub fn bad(subject: &'static str, detail: impl Into<String>, remedy: Option<String>) -> Self {
        Self { subject, good: false, detail: detail.into(), remedy }
    }

    fn failed(subject: &'static str, error: &ServerError) -> Self {
        Self::bad(subject, format!("failed to {error}"), error.hint())
    }
}

/// What was found, and whether any runtime can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Whether Docker or, failing that, a process can run servers.
    pub can_run: bool,
    /// Whether Docker can: the real thing, isolated. A base image that is not here is pulled by the first run, or made by hand.
    pub isolated: bool,
    /// What was found, in the order in which a run needs it.
    pub findings: Vec<Finding>,
}

/// Looks at Docker, the base image, leftovers, disk space, Python, git, certificates and the clock.
pub async fn examine(settings: &DockerSettings, work_dir: &Path, data_bytes: u64) -> Diagnosis {
    let mut findings = Vec::new();
    let mut isolated = false;
    match docker::survey(settings).await {
        Ok(survey) => {
            isolated = true;
            findings.extend(of_daemon(survey, data_bytes));
        }
        Err(error) => {
            findings.push(Finding::failed("docker", &error));
            findings.extend(machine::available_memory().map(|bytes| memory(bytes, data_bytes, "this machine")));
        }
    }
    findings.extend(machine::free_room(work_dir).map(|bytes| room("work room", bytes, data_bytes * 2, work_dir)));
    let python = process::interpreter().await.map_err(ServerError::from);
    let can_run = isolated || python.is_ok();
    findings.push(match python {
        Ok(python) => Finding::good("python", format!("{python} (for the process runtime)")),
        Err(error) => Finding::failed("python", &error),
    });
    findings.push(machine::git().await);
    findings.push(match &settings.ca_bundle {
        Some(path) => machine::certificates(path),
        None => Finding::good("CA bundle", "the system's (name another with --ca-bundle)"),
    });
    Diagnosis { can_run, isolated, findings }
}

/// What the daemon says of itself and of the machine that it is on.
fn of_daemon(survey: Survey, data_bytes: u64) -> Vec<Finding> {
    let mut findings = vec![Finding::good("docker", survey.daemon)];
    findings.push(match survey.base {
        Some(base) => Finding::good("base image", base),
        None => Finding::bad(
            "base image",
            "none here; the first run tries to pull it",
            Some("if nothing can be pulled, run ci/base-image".to_owned()),
        ),
    });
    findings.push(match survey.leftovers {
        None => Finding::good("leftovers", "none"),
        Some(leftovers) => Finding::bad("leftovers", leftovers, Some("s3ci clean".to_owned())),
    });
    // The disk and the memory of another machine cannot be looked at from here; that machine's total can.
    let local = survey.root.filter(|_| survey.is_here);
    let free = local.as_deref().and_then(|root| Some((machine::free_room(root)?, root)));
    findings.extend(free.map(|(bytes, root)| room("disk", bytes, IMAGES_BYTES, root)));
    let here = if survey.is_here { machine::available_memory() } else { None };
    findings.extend(here.or(survey.memory_bytes).map(|bytes| memory(bytes, data_bytes, "the Docker host")));
    findings.extend(survey.clock_ahead_seconds.map(clock));
    findings
}

fn room(subject: &'static str, free: u64, needed: u64, at: &Path) -> Finding {
    let detail = format!("{} free at {}", size(free), at.display());
    if free >= needed {
        return Finding::good(subject, detail);
    }
    let remedy = if subject == "disk" {
        "s3ci clean --images removes what s3ci built; `docker system df` shows what uses the disk"
    } else {
        "name a directory with more free space with --work-dir, or use less data: --files and --max-size"
    };
    Finding::bad(subject, format!("{detail}; a run needs {}", size(needed)), Some(remedy.to_owned()))
}

fn memory(available: u64, data_bytes: u64, of: &str) -> Finding {
    let needed = PROGRAMS_BYTES + data_bytes;
    let detail = format!("{} on {of}", size(available));
    if available >= needed {
        return Finding::good("memory", detail);
    }
    let remedy = "the server keeps objects in memory: end other programs, or use less data: --files and --max-size";
    Finding::bad("memory", format!("{detail}; a run needs {}", size(needed)), Some(remedy.to_owned()))
}

fn clock(ahead_seconds: i64) -> Finding {
    if ahead_seconds.abs() <= CLOCK_SECONDS {
        return Finding::good("clock", "containers have this machine's time");
    }
    let (by, way) = (ahead_seconds.unsigned_abs(), if ahead_seconds > 0 { "ahead" } else { "behind" });
    let remedy = "set both clocks: `sudo timedatectl set-ntp true`; Docker Desktop sets its own when it is restarted";
    Finding::bad(
        "clock",
        format!("containers are {by} s {way} of this machine, and signatures depend on it"),
        Some(remedy.into()),
    )
}

fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes < 1024 {
        format!("{mebibytes} MiB")
    } else {
        format!("{}.{} GiB", mebibytes >> 10, ((mebibytes & 1023) * 10) >> 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey() -> Survey {
        Survey {
            daemon: "Engine 20.10".into(),
            base: Some("base".into()),
            leftovers: None,
            is_here: true,
            root: Some(std::env::temp_dir()),
            memory_bytes: Some(8 << 30),
            clock_ahead_seconds: Some(0),
        }
    }

    fn bad(survey: Survey, data_bytes: u64) -> Vec<&'static str> {
        let findings = of_daemon(survey, data_bytes);
        assert!(findings.iter().all(|finding| finding.good == finding.remedy.is_none()), "{findings:?}");
        findings.into_iter().filter(|finding| !finding.good).map(|finding| finding.subject).collect()
    }

    #[test]
    fn what_is_missing_is_named_with_what_mends_it() {
        assert_eq!(bad(survey(), 1), Vec::<&str>::new());
        assert_eq!(bad(Survey { base: None, ..survey() }, 1), ["base image"]);
        assert_eq!(bad(Survey { leftovers: Some("2 containers".into()), ..survey() }, 1), ["leftovers"]);
        assert_eq!(bad(Survey { clock_ahead_seconds: Some(-3600), ..survey() }, 1), ["clock"]);
        assert_eq!(bad(survey(), 1 << 50), ["memory"]);
        let far = Survey { is_here: false, memory_bytes: Some(1 << 28), ..survey() };
        assert_eq!(bad(far, 1), ["memory"], "of another machine, its own memory counts");
        assert!(!room("disk", 1 << 30, 2 << 30, Path::new("/")).good);
    }

    #[test]
    fn sizes_are_read_at_a_glance() {
        assert_eq!((size(5 << 20).as_str(), size(3 << 29).as_str()), ("5 MiB", "1.5 GiB"));
    }
}
