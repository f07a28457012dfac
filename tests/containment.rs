//! The containment suite on servers in Docker: one that keeps every request where it belongs, and one that lets them all out; and that
//! nothing is tried on a server that is in no container of the run's own.
//!
//! Needs a Docker daemon and a base image (`ci/base-image`). There is no way to skip this silently.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "mutations, faults and hostile answers are for other tests")]
mod support;

#[cfg(test)]
#[expect(dead_code, reason = "failed checks of servers in this process are for other tests")]
mod command;

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use command::{Outcomes, record_in, s3ci};
use s3ci::record::{CheckRecord, Outcome};
use support::Behaviour;
use support::server::TestServer;

/// The suite that is tried.
const SUITE: &str = "containment/local";

/// Refuses names and keys that lead out of where they belong, at the one place where they become paths.
const CONTAINED: &str = r#"
_bucket_path, _object_path = LocalStorageProvider._get_bucket_path, LocalStorageProvider._get_object_path


def _valid_bucket_path(self, bucket_name):
    self._validate_bucket_name(bucket_name)
    return _bucket_path(self, bucket_name)


def _valid_object_path(self, bucket_name, key):
    if key.startswith("/") or ".." in key.split("/"):
        raise InvalidKeyName(key)
    return _object_path(self, bucket_name, key)


LocalStorageProvider._get_bucket_path, LocalStorageProvider._get_object_path = _valid_bucket_path, _valid_object_path
"#;

/// Serves whatever file a key leads to, known to the database or not. All else lets the pinned release out by itself.
const OPEN: &str = r#"
_load = LocalStorageProvider._load_metadata


def _load_or_invent(self, bucket_name, key):
    try:
        return _load(self, bucket_name, key)
    except NoSuchKey:
        size = self._get_object_path(bucket_name, key).stat().st_size
        return S3Object(key=key, size=size, etag="0", last_modified=datetime.utcnow(), content_type="text/plain")


LocalStorageProvider._load_metadata = _load_or_invent
"#;

/// An image of the pinned release with more at the end of its local storage.
struct Edited(String);

impl Edited {
    fn build(name: &str, more: &str) -> Self {
        let made = s3ci().args(["image", "build"]).output().expect("s3ci runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let tags = String::from_utf8_lossy(&made.stdout).into_owned();
        let release = tags.split_whitespace().find(|word| word.starts_with("s3ci/pys3local:")).expect("an image");
        let tag = format!("s3ci/test:{name}");
        let more = BASE64_STANDARD.encode(more);
        let dockerfile = format!(
            "FROM {release}\nUSER 0\nRUN for file in /opt/venv/lib/python3*/site-packages/pys3local/providers/local.py; \
             do echo {more} | base64 -d >> \"$file\" || exit 1; done\nUSER 10001\n"
        );
        let mut build = Command::new("docker")
            .args(["build", "--quiet", "--tag", &tag, "-"])
            .env("DOCKER_BUILDKIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        build.stdin.take().unwrap().write_all(dockerfile.as_bytes()).unwrap();
        assert!(build.wait().unwrap().success());
        Self(tag)
    }

    /// What the suite finds on it.
    fn checks(&self) -> Vec<CheckRecord> {
        let reports = tempfile::tempdir().unwrap();
        let target = format!("image:{}", self.0);
        let run = s3ci()
            .args(["run", "--runtime", "docker", "--no-known-issues", SUITE, "--target", &target, "--out"])
            .arg(reports.path())
            .output()
            .unwrap();
        let record = record_in(reports.path());
        assert!(record.faults.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
        record.suites.into_iter().flat_map(|suite| suite.checks).collect()
    }
}

impl Drop for Edited {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).output();
    }
}

#[test]
fn a_server_that_keeps_requests_where_they_belong_passes_every_check() {
    let checks = Edited::build("contained", CONTAINED).checks();
    let others: Vec<_> = checks.iter().filter(|check| check.outcome != Outcome::Passed).collect();
    assert!(others.is_empty() && checks.len() == 7, "{others:?}");
}

#[test]
fn a_server_that_lets_requests_out_fails_every_check() {
    let checks = Edited::build("open", OPEN).checks();
    let others: Vec<_> = checks.iter().filter(|check| !check.outcome.is_failed()).collect();
    assert!(others.is_empty() && checks.len() == 7, "{others:?}");
}

#[test]
fn on_a_server_that_is_in_no_container_of_its_own_nothing_is_tried() {
    let server = TestServer::start(Behaviour::default());
    let outcomes = Outcomes::of(&server, &[SUITE]);
    let checks = &outcomes.record.suites[0].checks;
    let skipped =
        |check: &CheckRecord| matches!(&check.outcome, Outcome::Skipped { reason } if reason.contains("docker"));
    assert!(checks.len() == 7 && checks.iter().all(skipped), "{checks:?}");
    assert_eq!(outcomes.output.status.code(), Some(2), "nothing was checked, which is no success");
    let asked: Vec<_> = server.requests().into_iter().filter(|request| request.path != "/").collect();
    assert!(asked.is_empty(), "{asked:?}");
}
