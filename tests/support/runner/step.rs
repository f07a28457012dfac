//! One script: its environment files, its process, and the signals of a cancelled job.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Cancel, State};

impl State<'_> {
    /// Runs a step's script and takes in what it left in its environment files; its exit code.
    pub(super) fn execute(&mut self, id: &str, mut command: Command) -> i32 {
        let home = self.job.home.path();
        let files =
            ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH"].map(|name| (name, home.join(format!("{name}-{id}"))));
        for (name, path) in &files {
            std::fs::write(path, "").expect("an environment file");
            command.env(name, path);
        }
        let given: Vec<String> = command.get_envs().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        for (name, _) in std::env::vars() {
            let leaks = ["S3CI_", "AWS_", "GITHUB_", "DRIME_", "INPUT_"].iter().any(|prefix| name.starts_with(prefix));
            if leaks && !given.contains(&name) {
                command.env_remove(name);
            }
        }
        command
            .envs(&self.job.environment)
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", &self.job.workspace)
            .env("GITHUB_ACTION_PATH", &self.job.action)
            .env("GITHUB_STEP_SUMMARY", home.join("summary"))
            .env("RUNNER_TEMP", home.join("temp"))
            .env("TMPDIR", self.job.tmp())
            .current_dir(&self.job.workspace)
            .stdin(Stdio::null())
            .stdout(self.log.writer())
            .stderr(self.log.writer());
        let mut child = command.spawn().expect("bash");
        let code = match (&self.job.cancel, id) {
            (Some(cancel), "run") => {
                self.ended.cancelled = true;
                cancelled(&mut child, cancel)
            }
            _ => code_of(&mut child),
        };
        let outputs = std::fs::read_to_string(&files[0].1).expect("an environment file");
        for (name, value) in outputs.lines().filter_map(|line| line.split_once('=')) {
            self.ended.values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        for (name, path) in &files[1..] {
            assert_eq!(std::fs::read_to_string(path).expect("an environment file"), "", "{name} is not used");
        }
        code
    }
}

fn code_of(child: &mut Child) -> i32 {
    child.wait().expect("a child").code().unwrap_or(-1)
}

/// SIGINT, then SIGTERM to what still runs, as the runner has it; it would kill next.
fn cancelled(child: &mut Child, cancel: &Cancel) -> i32 {
    while !(cancel.when)() {
        assert!(child.try_wait().expect("a child").is_none(), "the step ended before it was cancelled");
        std::thread::sleep(Duration::from_millis(10));
    }
    // The signal must reach s3ci, not a shell that waits for it.
    let program = std::fs::read_link(format!("/proc/{}/exe", child.id())).expect("a process");
    assert_eq!(program.file_name(), Path::new(env!("CARGO_BIN_EXE_s3ci")).file_name(), "the step is s3ci itself");
    for (signal, patience) in [("-INT", cancel.patience), ("-TERM", Duration::from_millis(2500))] {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if let Some(status) = child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    child.kill().expect("a child");
    panic!("the step did not end after SIGINT and SIGTERM");
}
