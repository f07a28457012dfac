//! What the documents tell people to type that starts servers, typed: on pys3local in Docker, and on a small server where an endpoint is
//! named. It is done on little data; `--all` stands for one check here, a shard of it for one of four, and the kind `sync`, with its thousands
//! of objects, for one suite: what everything comes to is seen by `ci/check-reports`.
//!
//! Needs Docker, a base image, Python 3 with venv and a package index. There is no way to skip this silently.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use crate::git::git;
use crate::server::Behaviour;
use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};
use crate::sources::{RELEASE, SOURCES, run};
use crate::typed::{documents, of_s3ci, root, typed, words};

/// Subcommands that use Docker.
const STARTING: [&str; 4] = ["run", "image", "clean", "doctor"];
/// A command of these words takes minutes; the test program `throughput` sees it in short.
const LONG: &str = "throughput";

const ONE: &str = "etag/local::put-is-md5";
/// What the model does in minutes, done in seconds.
const SHORTER: [(&str, &str); 2] =
    [("--model-time 10m", "--model-time 5s"), ("--model-steps 5000", "--model-steps 100")];

/// One check of each of four suites, of which a shard of four takes one.
const FOUR: &str = "etag/local::put-is-md5 sync/local api/local::bucket-bad-names-are-refused bench/local";

/// What the commands name: a checkout of pys3local, and a ledger. They write nothing among its sources, so that all use one image.
fn checkout(at: &Path) {
    run(Command::new("cp").arg("-r").arg(&*SOURCES).arg(at));
    std::fs::copy(root().join("docker/known-issues.toml"), at.join("known-issues.toml")).unwrap();
    git(at, &["init", "--quiet"]);
    std::fs::write(at.join(".git/info/exclude"), "ledger.diff\n").unwrap();
    git(at, &["add", "--force", "."]);
    git(at, &["commit", "--quiet", "--message", "release"]);
    git(at, &["tag", &format!("v{RELEASE}")]);
}

/// The command of a line, as it is run here.
fn shortened(line: &str, endpoint: &str) -> Option<String> {
    let words = words(line);
    let command = of_s3ci(&words)?.get(1)?;
    if words[0] == "docker" || !STARTING.contains(&command.as_str()) || words.iter().any(|word| word == LONG) {
        return None;
    }
    let everything = if line.contains("--shard") { FOUR } else { ONE };
    let line = line.replace("--all", everything).replace(" sync etag", " sync/local etag");
    let line = SHORTER.iter().fold(line, |line, (long, short)| line.replace(long, short));
    Some(line.replace("http://127.0.0.1:9000", endpoint))
}

#[test]
fn what_starts_servers_does_what_the_documents_say() {
    let server = TestServer::start(Behaviour::default());
    let directory = tempfile::tempdir().unwrap();
    let checkout_at = directory.path().join("checkout");
    checkout(&checkout_at);
    let program = Path::new(env!("CARGO_BIN_EXE_s3ci")).parent().unwrap().display();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let mut ran = std::collections::BTreeSet::new();
    for document in documents() {
        for line in typed(&std::fs::read_to_string(&document).unwrap()) {
            let Some(line) = shortened(&line, &server.endpoint()).filter(|line| ran.insert(line.clone())) else {
                continue;
            };
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", &line]).env("PATH", &path).env("NO_COLOR", "1").current_dir(&checkout_at);
            shell.env("S3CI_FILES", "4").env("S3CI_MAX_SIZE", "4096");
            shell.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
            let since = std::time::Instant::now();
            let output = shell.output().unwrap();
            // Without the ledger a known issue is a failure.
            let red = line.contains("--no-known-issues") && output.status.code() == Some(1);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                (output.status.success() || red) && !errors.contains("error:"),
                "{}: {line}: {output:?}",
                document.display()
            );
            let said = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
            let release = said.contains("this run tests pypi:0.2.1, not the checkout in this directory");
            assert_eq!(release, !line.contains("--target"), "{line}: {said}");
            println!("{line}: {}, {:?}", output.status, since.elapsed());
        }
    }
    assert!(ran.len() >= 12, "{ran:?}");
}
