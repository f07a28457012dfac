//! What a Docker daemon has of a run, and waiting for it to change.

use std::process::Command;
use std::time::{Duration, Instant};

/// Standard output of a docker command that must succeed, line by line.
pub(crate) fn docker(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("docker").args(arguments).output().expect("the docker command is there");
    assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Names of the containers and networks of the s3ci with this process id.
pub(crate) fn belongings(pid: u32) -> (Vec<String>, Vec<String>) {
    let label = format!("label=s3ci.pid={pid}");
    (
        docker(&["ps", "-a", "--filter", &label, "--format", "{{.Names}}"]),
        docker(&["network", "ls", "--filter", &label, "--format", "{{.Name}}"]),
    )
}

pub(crate) fn wait_until(what: &str, within: Duration, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + within;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
