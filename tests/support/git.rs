//! Git as the one who sets up a checkout uses it.

use std::path::Path;
use std::process::Command;

/// Runs git in a directory and answers what it printed. The same commits come of the same content each time, so that images that are made of
/// them are found again and do not pile up.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=tester", "-c", "user.email=tester@localhost", "-c", "protocol.file.allow=always"]);
    command.env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
    let output = command.arg("-C").arg(directory).args(arguments).output().expect("git");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}
