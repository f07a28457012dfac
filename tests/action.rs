//! The action for GitHub's workflows: its steps run as a runner runs them, on a small server in this process.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

#[cfg(test)]
mod runner;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use runner::{Cancel, Ended, Job};
use support::Behaviour;
use support::mutation::Mutation;
use support::operation::Operation;
use support::server::{ACCESS_KEY, SECRET_KEY, TestServer};

const BINARY: &str = env!("CARGO_BIN_EXE_s3ci");

/// A job that checks a test server with the binary of this build.
fn job(server: &TestServer, inputs: &[(&str, &str)]) -> Job {
    let target = format!("endpoint:{}", server.endpoint());
    let mut all = vec![("binary", BINARY), ("target", target.as_str())];
    all.extend(inputs);
    let job = Job::new(Path::new(env!("CARGO_MANIFEST_DIR")), &all);
    job.secret(SECRET_KEY).variable("AWS_ACCESS_KEY_ID", ACCESS_KEY).variable("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
}

/// Every file below a directory, with its text.
fn texts(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push((path.clone(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()));
        }
    }
    found
}

fn errors(ended: &Ended) -> Vec<&String> {
    ended.commands.iter().filter(|command| command.starts_with("::error")).collect()
}

#[test]
fn a_green_job_has_outputs_a_summary_and_reports() {
    let server = TestServer::start(Behaviour::default());
    let job = job(&server, &[("suites", "etag/local sync/local")]);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["exit-code"].as_str()), ("passed", "0"));
    assert_eq!(ended.outputs["failed"], "0");
    assert!(ended.summary.starts_with("## ✓ PASSED"), "{}", ended.summary);
    assert_eq!(errors(&ended), Vec::<&String>::new());
    for report in ["out.xml", "metrics.json", "report.txt", "report.html"] {
        assert!(job.artifact("s3ci").join(report).is_file(), "{report} is uploaded");
    }
    assert!(Path::new(&ended.outputs["junit-path"]).is_file() && Path::new(&ended.outputs["metrics-path"]).is_file());
    assert_eq!(ended.outputs["binary"], BINARY);
    assert_eq!(std::fs::read_dir(job.tmp()).unwrap().count(), 0, "nothing stays behind");
}

#[test]
fn a_red_job_fails_with_annotations_and_uploads_its_reports() {
    let server = TestServer::start(Mutation::EtagOfFirstUploadKept);
    let job = job(&server, &[("suites", "etag/local")]);
    let ended = job.run();
    assert_eq!((ended.success, ended.codes["run"]), (false, 1), "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["exit-code"].as_str()), ("failed", "1"));
    assert!(ended.summary.starts_with("## ✗ FAILED"), "{}", ended.summary);
    assert!(ended.summary.contains("changes-on-same-size-edit"), "{}", ended.summary);
    assert!(errors(&ended).iter().any(|error| error.contains("etag/local%3A%3A")), "{:?}", ended.commands);
    assert!(job.artifact("s3ci").join("out.xml").is_file());
}

#[test]
fn a_secret_is_nowhere() {
    let key = "drime-key-3f9a7c51";
    let server = TestServer::start(Mutation::EtagOfFirstUploadKept);
    let job = job(&server, &[("suites", "etag/local"), ("drime-key", key), ("args", "-vv")]);
    let ended = job.run();
    assert_eq!(ended.masked, [key], "a key that is no secret of the repository's is masked too");
    let files = texts(job.home.path());
    assert!(files.len() > 8, "{files:?}");
    for secret in [key, SECRET_KEY] {
        for (path, text) in &files {
            assert!(!text.contains(secret), "{} has a secret in it", path.display());
        }
        assert!(!ended.log.contains(secret) && !ended.commands.iter().any(|command| command.contains(secret)));
    }
}

#[test]
fn a_cancelled_job_ends_in_time_with_its_reports_and_leaves_nothing() {
    for patience in [Duration::from_millis(7500), Duration::ZERO] {
        let server = std::rc::Rc::new(TestServer::start(Behaviour::default()));
        let seen = std::rc::Rc::clone(&server);
        let puts = move || seen.requests().iter().filter(|line| line.operation == Operation::PutObject).count() > 40;
        let cancel = Cancel { when: Box::new(puts), patience };
        let job = job(&server, &[("suites", "etag/local bench/local"), ("args", "--files 3000 --max-size 2000")]);
        let job = job.cancelled(cancel);
        let ended = job.run();
        assert!(ended.cancelled);
        let code = ended.codes["run"];
        assert!(code == 130 || (patience.is_zero() && code == 143), "{code}: {}", ended.log);
        if !patience.is_zero() {
            assert!(job.artifact("s3ci").join("out.xml").is_file(), "reports of what was done are uploaded");
            assert_eq!(ended.outputs["result"], "interrupted");
            assert_eq!(server.buckets(), Vec::<String>::new(), "buckets are given back");
        }
        // Where the second signal ended s3ci at once, its watchdog clears up.
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while std::fs::read_dir(job.tmp()).unwrap().count() > 0 {
            assert!(std::time::Instant::now() < deadline, "{:?}", texts(&job.tmp()));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A program that writes its arguments to a file, one a line, in the place of s3ci.
fn recorder(directory: &Path) -> String {
    let path = directory.join("recorder");
    let help = "printf '  --%s VALUE\\n' target backend against tolerance fail-on inconclusive known-issues shard out";
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in --version) echo s3ci 9.9.9;; clean*) ;; *--help) {help};; \
         *) printf '%s\\n' \"$@\" >\"$0.words\";; esac\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn words(recorder: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{recorder}.words")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn inputs_become_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let inputs = [
        ("binary", binary.as_str()),
        ("target", "pypi:0.2.0; echo no"),
        ("against", "pypi:0.2.1"),
        ("suites", "etag/local\n  sync\n"),
        ("backend", "local"),
        ("tolerance", "7%"),
        ("fail-on", "new"),
        ("inconclusive", "fail"),
        ("known-issues", "none"),
        ("shard", "2/4"),
        ("args", "--files\n20\n--work-dir\na b\n$(touch no)\n"),
    ];
    let job = Job::new(directory.path(), &inputs);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    let out = job.home.path().join("temp/s3ci");
    let expected = format!(
        "run etag/local sync --target|pypi:0.2.0; echo no|--backend local --against pypi:0.2.1 --tolerance 7% --fail-on new \
         --inconclusive fail --no-known-issues --shard 2/4 --out {} --files 20 --work-dir|a b||$(touch no)",
        out.display()
    );
    let expected: Vec<&str> = expected
        .split('|')
        .enumerate()
        .flat_map(|(part, text)| if part % 2 == 0 { text.split_whitespace().collect() } else { vec![text] })
        .collect();
    assert_eq!(words(&binary), expected);
    assert!(!directory.path().join("no").exists(), "no input is a command");
}

#[test]
fn nothing_said_is_everything_of_the_checkout() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let job = Job::new(directory.path(), &[("binary", &binary), ("artifact", "none")]);
    assert!(job.run().success);
    let out = job.home.path().join("temp/s3ci").display().to_string();
    assert_eq!(words(&binary), ["run", "--all", "--target", "path:.", "--out", &out]);
    assert_eq!(std::fs::read_dir(job.home.path().join("artifacts")).unwrap().count(), 0);
}

#[test]
fn a_binary_that_is_older_than_the_action_is_told() {
    let server = TestServer::start(Behaviour::default());
    let directory = tempfile::tempdir().unwrap();
    let old = recorder(directory.path());
    let text = std::fs::read_to_string(&old).unwrap().replace(" tolerance", "");
    std::fs::write(&old, text).unwrap();
    let ended = job(&server, &[("binary", &old), ("tolerance", "5%")]).run();
    assert_eq!(ended.codes["run"], 2, "{}", ended.log);
    assert!(errors(&ended)[0].contains("does not know --tolerance"), "{:?}", ended.commands);
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=tester", "-c", "user.email=tester@localhost", "-c", "protocol.file.allow=always"];
    let output = Command::new("git").args(identity).arg("-C").arg(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with a tag, a main branch that went on, and a branch of a pull request; the commit where it branched off.
fn repository(at: &Path) -> String {
    std::fs::create_dir(at).unwrap();
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    let commit = |text: &str| {
        std::fs::write(at.join("file"), text).unwrap();
        git(at, &["add", "."]);
        git(at, &["commit", "--quiet", "--message", text]);
        git(at, &["rev-parse", "HEAD"])
    };
    commit("first");
    git(at, &["tag", "v0.1.0"]);
    let branched_off = commit("second");
    git(at, &["switch", "--quiet", "--create", "topic"]);
    commit("change");
    git(at, &["switch", "--quiet", "main"]);
    std::fs::write(at.join("other"), "goes on").unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "--quiet", "--message", "main goes on"]);
    branched_off
}

#[test]
fn a_pull_request_is_compared_with_where_it_branched_off_even_in_a_shallow_checkout() {
    let directory = tempfile::tempdir().unwrap();
    let (origin, checkout) = (directory.path().join("origin"), directory.path().join("checkout"));
    let branched_off = repository(&origin);
    let binary = recorder(directory.path());
    let main = git(&origin, &["rev-parse", "main"]);
    for depth in ["1", "100"] {
        let url = format!("file://{}", origin.display());
        git(
            directory.path(),
            &["clone", "--quiet", "--depth", depth, "--branch", "topic", &url, checkout.to_str().unwrap()],
        );
        let job = Job::new(&checkout, &[("binary", &binary)])
            .context("github.event_name", "pull_request")
            .context("github.event.pull_request.base.sha", &main);
        let ended = job.run();
        assert!(ended.success, "{}", ended.log);
        assert!(words(&binary).contains(&format!("git:{branched_off}")), "{:?}", words(&binary));
        assert_eq!(git(&checkout, &["describe", "--tags", "--abbrev=0"]), "v0.1.0", "the version can be told");
        std::fs::remove_dir_all(&checkout).unwrap();
    }
}

/// What GitHub checks out: the merge with the base as it is now, which is on no branch, while the event names an older one.
#[test]
fn a_merge_of_a_pull_request_is_compared_with_what_it_is_merged_into_however_shallow() {
    let directory = tempfile::tempdir().unwrap();
    let (origin, checkout) = (directory.path().join("origin"), directory.path().join("checkout"));
    let before = repository(&origin);
    git(&origin, &["switch", "--quiet", "--detach", "main"]);
    git(&origin, &["merge", "--quiet", "--no-edit", "topic"]);
    git(&origin, &["update-ref", "refs/pull/1/merge", "HEAD"]);
    git(&origin, &["switch", "--quiet", "main"]);
    let (main, head) = (git(&origin, &["rev-parse", "main"]), git(&origin, &["rev-parse", "topic"]));
    assert_ne!(main, before);
    let binary = recorder(directory.path());
    for depth in ["1", "100"] {
        let url = format!("file://{}", origin.display());
        let merge = "refs/remotes/pull/1/merge";
        git(directory.path(), &["init", "--quiet", checkout.to_str().unwrap()]);
        git(&checkout, &["remote", "add", "origin", &url]);
        let refspec = format!("+refs/pull/1/merge:{merge}");
        git(&checkout, &["fetch", "--quiet", "--no-tags", "--depth", depth, "origin", &refspec]);
        git(&checkout, &["checkout", "--quiet", "--detach", merge]);
        let job = Job::new(&checkout, &[("binary", &binary)])
            .context("github.event_name", "pull_request")
            .context("github.event.pull_request.base.sha", &before)
            .context("github.event.pull_request.head.sha", &head);
        let ended = job.run();
        assert!(ended.success, "{}", ended.log);
        assert!(words(&binary).contains(&format!("git:{main}")), "{:?}", words(&binary));
        assert_eq!(git(&checkout, &["describe", "--tags", "--abbrev=0"]), "v0.1.0", "the version can be told");
        std::fs::remove_dir_all(&checkout).unwrap();
    }
}

#[test]
fn a_pull_request_whose_base_is_nowhere_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    repository(&origin);
    let binary = recorder(directory.path());
    let job = Job::new(&origin, &[("binary", &binary)])
        .context("github.event_name", "pull_request")
        .context("github.event.pull_request.base.sha", &"0".repeat(40));
    let ended = job.run();
    assert!(ended.success && !words(&binary).contains(&"--against".to_owned()), "{}", ended.log);
    assert!(
        ended.commands.iter().any(|command| command.starts_with("::warning") && command.contains("fetch-depth: 0"))
    );
}

/// A release on disk; the checksum of its archive.
fn release(directory: &Path, program: &str) -> String {
    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let name = format!("s3ci-9.9.9-{triple}");
    let at = directory.join("v9.9.9");
    std::fs::create_dir_all(at.join(&name)).unwrap();
    std::fs::copy(program, at.join(&name).join("s3ci")).unwrap();
    let archive = at.join(format!("{name}.tar.gz"));
    let made = Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&at).arg(&name).status().unwrap();
    assert!(made.success());
    let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
    String::from_utf8(sum.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_release_is_run_only_with_its_checksum() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let sum = release(directory.path(), &binary);
    let releases = format!("file://{}", directory.path().display());
    let with =
        |sha256: &str| Job::new(directory.path(), &[("version", "9.9.9"), ("sha256", sha256), ("releases", &releases)]);
    let good = with(&format!("{} {sum}", "0".repeat(64)));
    let ended = good.run();
    assert!(ended.success, "{}", ended.log);
    assert_eq!(words(&ended.outputs["binary"])[0], "run");
    let other = with(&"0".repeat(64));
    let ended = other.run();
    assert_eq!((ended.success, ended.codes["binary"], ended.codes.get("run")), (false, 4, None), "{}", ended.log);
    assert!(errors(&ended)[0].contains(&sum), "{:?}", ended.commands);
    assert!(!other.home.path().join("temp/s3ci-binary").exists(), "nothing of it is unpacked");
    let ended = with("").run();
    assert_eq!((ended.codes["prepare"], ended.codes.get("binary")), (2, None));
}

/// The compiler is stood in: what counts here is what it is asked to build, and that the result is what runs.
#[test]
fn where_no_release_can_be_had_it_is_built_from_the_sources_of_the_action() {
    let directory = tempfile::tempdir().unwrap();
    let binary = recorder(directory.path());
    let cargo = directory.path().join("bin/cargo");
    std::fs::create_dir(cargo.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}/cargo.words'\nwhile [ \"$1\" != --target-dir ]; do shift; done\n\
         mkdir -p \"$2/release\" && cp '{binary}' \"$2/release/s3ci\"\n",
        directory.path().display()
    );
    std::fs::write(&cargo, script).unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", cargo.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let sum = "0".repeat(64);
    let missing = [("version", "9.9.9"), ("sha256", sum.as_str()), ("releases", "file:///nowhere")];
    for (inputs, warned) in [(missing.as_slice(), true), (&[], false)] {
        let job = Job::new(directory.path(), inputs).variable("PATH", &path);
        let ended = job.run();
        assert!(ended.success, "{}", ended.log);
        let asked = std::fs::read_to_string(directory.path().join("cargo.words")).unwrap();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(
            asked.starts_with(&format!("build\n--release\n--locked\n--manifest-path\n{}\n", manifest.display())),
            "{asked}"
        );
        assert_eq!(words(&ended.outputs["binary"])[0], "run");
        assert_eq!(ended.commands.iter().any(|command| command.contains("building from source")), warned);
        let key = format!("s3ci-Linux-{}-", std::env::consts::ARCH);
        assert_eq!(ended.cache_keys.iter().filter(|found| found.starts_with(&key)).count(), usize::from(!warned));
    }
}

#[test]
fn shards_upload_under_names_of_their_own() {
    let server = TestServer::start(Behaviour::default());
    let job = job(&server, &[("suites", "etag/local sync/local"), ("shard", "2/2")]);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    assert!(job.artifact("s3ci-2-of-2").join("metrics.json").is_file());
}
