//! The action for GitHub's workflows: its steps run as a runner runs them, on a small server in this process.

mod binary;
mod comparison;
mod job;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::runner::Job;
use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};

const BINARY: &str = env!("CARGO_BIN_EXE_s3ci");

/// A job that checks a test server with the binary of this build.
fn job(server: &TestServer, inputs: &[(&str, &str)]) -> Job {
    let target = format!("endpoint:{}", server.endpoint());
    let mut all = vec![("binary", BINARY), ("target", target.as_str())];
    all.extend(inputs);
    let job = Job::new(Path::new(env!("CARGO_MANIFEST_DIR")), &all);
    job.secret(SECRET_KEY).variable("AWS_ACCESS_KEY_ID", ACCESS_KEY).variable("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
}

/// Makes a program of a script; its path.
fn program(path: &Path, script: &str) -> String {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A program that writes its arguments to a file, one a line, in the place of s3ci.
fn recorder(directory: &Path) -> String {
    let path = directory.join("recorder");
    let help = "printf '  --%s VALUE\\n' target runtime config drime backend accept-known-issues against tolerance fail-on inconclusive known-issues shard out";
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in --version) echo s3ci 9.9.9;; clean*) ;; *--help) {help};; \
         *) printf '%s\\n' \"$@\" >\"$0.words\";; esac\n"
    );
    program(&path, &script)
}

fn words(recorder: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{recorder}.words")).unwrap();
    text.lines().map(str::to_owned).collect()
}
