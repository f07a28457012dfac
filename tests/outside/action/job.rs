//! Inputs, outputs, reports and the end of a job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{BINARY, job, recorder, words};
use crate::runner::{Cancel, Job};
use crate::server::Behaviour;
use crate::server::mutation::Mutation;
use crate::server::operation::Operation;
use crate::server::{SECRET_KEY, TestServer};

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

#[test]
fn a_green_job_has_outputs_a_summary_and_reports() {
    let server = TestServer::start(Behaviour::default());
    let job = job(&server, &[("suites", "etag/local sync/local")]);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["exit-code"].as_str()), ("passed", "0"));
    assert_eq!(ended.outputs["failed"], "0");
    assert!(ended.summary.starts_with("## ✓ PASSED"), "{}", ended.summary);
    assert_eq!(ended.errors(), Vec::<&String>::new());
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
    assert!(ended.errors().iter().any(|error| error.contains("etag/local%3A%3A")), "{:?}", ended.commands);
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
        ("runtime", "process"),
        ("config", "mine.toml"),
        ("drime", "cloud"),
        ("accept-known-issues", "true"),
        ("shard", "2/4"),
        ("args", "--files\n20\n--work-dir\na b\n$(touch no)\n"),
    ];
    let job = Job::new(directory.path(), &inputs);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    let out = job.home.path().join("temp/s3ci");
    let expected = format!(
        "run etag/local sync --target|pypi:0.2.0; echo no|--runtime process --config mine.toml --drime cloud --backend local --against pypi:0.2.1 --tolerance 7% --fail-on new \
         --inconclusive fail --no-known-issues --accept-known-issues --shard 2/4 --out {} --files 20 --work-dir|a b||$(touch no)",
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
    assert_eq!(words(&binary), ["run", "--all", "--target", "path:.", "--runtime", "docker", "--out", &out]);
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
    assert!(ended.errors()[0].contains("does not know --tolerance"), "{:?}", ended.commands);
}

#[test]
fn shards_upload_under_names_of_their_own() {
    let server = TestServer::start(Behaviour::default());
    let job = job(&server, &[("suites", "etag/local sync/local"), ("shard", "2/2")]);
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    assert!(job.artifact("s3ci-2-of-2").join("metrics.json").is_file());
}

#[test]
fn jobs_of_a_matrix_upload_under_names_of_their_own() {
    let server = TestServer::start(Behaviour::default());
    let in_matrix = |inputs: &[(&str, &str)]| {
        let inputs = [inputs, &[("suites", "etag/local::put-is-md5")]].concat();
        let job = job(&server, &inputs).context("strategy.job-total", "3").context("strategy.job-index", "2");
        assert!(job.run().success);
        job
    };
    assert!(in_matrix(&[]).artifact("s3ci-2").join("metrics.json").is_file());
    assert!(in_matrix(&[("artifact", "mine")]).artifact("mine").join("metrics.json").is_file());
}

#[test]
fn a_key_of_several_lines_is_refused_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let ended = Job::new(directory.path(), &[("drime-key", "first-line\nsecond-line")]).run();
    assert_eq!((ended.codes["prepare"], ended.codes.get("binary")), (2, None));
    assert!(ended.errors()[0].contains("the input drime-key has a line break"), "{:?}", ended.commands);
    assert!(!ended.log.contains("-line") && !ended.commands.iter().any(|command| command.contains("-line")));
}
