//! The labels by which s3ci knows its containers and networks, and which say whether their run is still going on.

use std::collections::HashMap;

use crate::server::owner::{LIFETIME, Process, now, place};

/// Label with the run's name.
pub(super) const RUN: &str = "s3ci.run";
/// Label of every image that s3ci built.
pub(super) const IMAGE: &str = "s3ci.image";

const HOST: &str = "s3ci.host";
const PID: &str = "s3ci.pid";
const START: &str = "s3ci.start";
const EXPIRES: &str = "s3ci.expires";

/// The labels of what belongs to a run of this process.
pub(super) fn of_run(run_id: &str) -> HashMap<String, String> {
    let (expires, process) = (now() + LIFETIME.as_secs(), Process::this());
    HashMap::from([
        (RUN.into(), run_id.into()),
        (HOST.into(), place()),
        (PID.into(), process.pid.to_string()),
        (START.into(), process.start.to_string()),
        (EXPIRES.into(), expires.to_string()),
    ])
}

/// Whether the run that wrote the labels is over: its process is gone from this host, or its time is.
pub(super) fn is_orphan(labels: &HashMap<String, String>) -> bool {
    is_orphan_at(labels, &place(), now(), Process::lives)
}

fn is_orphan_at(labels: &HashMap<String, String>, host: &str, now: u64, lives: impl Fn(Process) -> bool) -> bool {
    let number = |label: &str| labels.get(label).and_then(|value| value.parse::<u64>().ok());
    if number(EXPIRES).is_none_or(|expires| expires <= now) {
        return true;
    }
    let ours = labels.get(HOST).is_some_and(|name| name == host);
    let process = number(PID).and_then(|pid| Some(Process { pid: i32::try_from(pid).ok()?, start: number(START)? }));
    ours && process.is_none_or(|process| !lives(process))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(host: &str, expires: u64) -> HashMap<String, String> {
        HashMap::from([
            (HOST.into(), host.into()),
            (PID.into(), "7".into()),
            (START.into(), "70".into()),
            (EXPIRES.into(), expires.to_string()),
        ])
    }

    #[test]
    fn what_a_living_process_of_this_host_made_is_no_orphan() {
        assert!(!is_orphan_at(&labels("here", 100), "here", 50, |process| process == Process { pid: 7, start: 70 }));
        assert!(is_orphan_at(&labels("here", 100), "here", 50, |_| false));
    }

    #[test]
    fn processes_of_another_host_are_believed_until_they_expire() {
        assert!(!is_orphan_at(&labels("there", 100), "here", 99, |_| false));
        assert!(is_orphan_at(&labels("there", 100), "here", 100, |_| true));
    }

    #[test]
    fn labels_without_an_expiry_are_of_nobody() {
        assert!(is_orphan_at(&HashMap::new(), "here", 0, |_| true));
    }

    #[test]
    fn a_run_of_this_process_is_alive() {
        assert!(!is_orphan(&of_run("x")));
    }
}
