//! Names of the folders that runs make in an account. Each name says which run owns the folder. So s3ci can tell what a killed run left
//! from what a running one uses, and from the user's own folders.

use crate::server::owner::{LIFETIME, Process, code_of_place, now};

const PREFIX: &str = "s3ci";

/// The owner in a folder's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// Name of the run.
    pub(super) run_id: String,
    host: String,
    pid: i32,
    expires: u64,
}

/// The name of the folder of a run's server.
pub(super) fn name(run_id: &str, number: usize) -> String {
    let expires = now() + LIFETIME.as_secs();
    format!("{PREFIX}-{run_id}-{}-{}-{expires}-{number}", code_of_place(), std::process::id())
}

impl Owner {
    /// Reads a name; none where it is not exactly of the form that s3ci gives.
    pub(super) fn of(name: &str) -> Option<Self> {
        let [prefix, run_id, host, pid, expires, number] = name.split('-').collect::<Vec<_>>().try_into().ok()?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let ours = prefix == PREFIX && plain(run_id) && host.len() == 8 && plain(host) && digits(number);
        (ours && digits(pid) && digits(expires)).then_some(())?;
        Some(Self {
            run_id: run_id.to_owned(),
            host: host.to_owned(),
            pid: pid.parse().ok()?,
            expires: expires.parse().ok()?,
        })
    }

    /// Whether the run is over: its process is gone from this host, or its time is.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone_at(&code_of_place(), now(), |pid| Process { pid, start: 0 }.lives())
    }

    fn is_gone_at(&self, host: &str, now: u64, lives: impl Fn(i32) -> bool) -> bool {
        self.expires <= now || (self.host == host && !lives(self.pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_owner() {
        let owner = Owner::of(&name("0a1b2c3d", 4)).unwrap();
        assert_eq!((owner.run_id.as_str(), owner.pid), ("0a1b2c3d", std::process::id().cast_signed()));
        assert!(!owner.is_gone(), "this process lives");
    }

    #[test]
    fn a_folder_outlives_its_run_when_the_process_or_the_time_is_over() {
        let owner = Owner::of("s3ci-run-12345678-77-1000-0").unwrap();
        assert!(!owner.is_gone_at("12345678", 999, |pid| pid == 77));
        assert!(owner.is_gone_at("12345678", 999, |_| false));
        assert!(!owner.is_gone_at("87654321", 999, |_| false), "processes of another host are believed");
        assert!(owner.is_gone_at("87654321", 1000, |_| true));
    }

    #[test]
    fn folders_of_others_are_nobodys_of_ours() {
        let others = [
            "s3ci",
            "s3ci-notes",
            "s3ci-a-b-c-d-e",
            "Photos",
            "s3ci-run-12345678-77-1000-0-x",
            "s3ci-run-12345678--1000-0",
        ];
        for name in others {
            assert_eq!(Owner::of(name), None, "{name}");
        }
    }
}
