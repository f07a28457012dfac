//! The containment suite on servers in Docker: one that keeps every request where it belongs, and one that lets them all out; and that
//! nothing is tried on a server that is in no container of the run's own.
//!
//! Needs a Docker daemon and a base image (`ci/base-image`). There is no way to skip this silently.

use crate::against::Outcomes;
use crate::command::{record_in, s3ci, stderr};
use crate::images::Image;
use crate::server::Behaviour;
use crate::server::TestServer;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3ci::record::{CheckRecord, Outcome};

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

/// An interpreter that says that every directory is empty.
const LIAR: &str = "#!/bin/sh\ncase \"$*\" in *inventory*) echo '{}'; exit ;; esac\nexec /opt/venv/bin/python \"$@\"\n";

/// What the suite finds on the pinned release with more at the end of its local storage.
fn checks(name: &str, more: &str) -> Vec<CheckRecord> {
    checks_in(name, more, "")
}

/// The same in an image with more instructions.
fn checks_in(name: &str, more: &str, instructions: &str) -> Vec<CheckRecord> {
    let more = BASE64_STANDARD.encode(more);
    let append = format!(
        "RUN for file in /opt/venv/lib/python3*/site-packages/pys3local/providers/local.py; \
         do echo {more} | base64 -d >> \"$file\" || exit 1; done\n{instructions}"
    );
    let (image, reports) = (Image::of_the_pinned(name, &append, None), tempfile::tempdir().unwrap());
    let run = s3ci()
        .args(["run", "--runtime", "docker", "--no-known-issues", SUITE, "--target", &image.target(), "--out"])
        .arg(reports.path())
        .output()
        .unwrap();
    let record = record_in(reports.path());
    assert!(record.faults.is_empty(), "{}", stderr(&run));
    record.suites.into_iter().flat_map(|suite| suite.checks).collect()
}

#[test]
fn a_server_that_keeps_requests_where_they_belong_passes_every_check() {
    let checks = checks("contained", CONTAINED);
    let others: Vec<_> = checks.iter().filter(|check| check.outcome != Outcome::Passed).collect();
    assert!(others.is_empty() && checks.len() == 7, "{others:?}");
}

#[test]
fn a_server_that_lets_requests_out_fails_every_check() {
    let checks = checks("open", OPEN);
    let others: Vec<_> = checks.iter().filter(|check| !check.outcome.is_failed()).collect();
    assert!(others.is_empty() && checks.len() == 7, "{others:?}");
}

/// What lies around a server's data is told by no program of the image under test.
#[test]
fn an_image_whose_interpreter_lies_about_the_data_hides_nothing() {
    let liar = BASE64_STANDARD.encode(LIAR);
    let instructions = format!(
        "RUN echo {liar} | base64 -d > /opt/venv/bin/liar && chmod 755 /opt/venv/bin/liar \
         && sed -i '1s|.*|#!/opt/venv/bin/liar|' /opt/venv/bin/pys3local"
    );
    let checks = checks_in("liar", OPEN, &instructions);
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
