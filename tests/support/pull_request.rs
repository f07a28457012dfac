//! A pull request of pys3local, step by step: a repository with its sources, a branch that changes them, and the action as GitHub's runner
//! runs it.

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;

use crate::git::git;
use crate::runner::{Ended, Job};
use crate::sources::{RELEASE, SOURCES, run};

/// A change of one place of pys3local.
pub(crate) struct Edit {
    pub(crate) file: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: Cow<'static, str>,
}

/// What a hurried optimisation could do: an object that is there keeps its tag.
pub(crate) const TAG_THAT_STAYS: Edit = Edit {
    file: "pys3local/providers/local.py",
    from: "        etag = S3Object.calculate_etag(data)\n",
    to: Cow::Borrowed(
        "        try:\n            etag = self.head_object(bucket_name, key).etag\n        except Exception:\n            \
         etag = S3Object.calculate_etag(data)\n",
    ),
};

/// The same code in other words.
pub(crate) const HARMLESS: Edit = Edit {
    file: "pys3local/providers/local.py",
    from: "        etag = S3Object.calculate_etag(data)\n",
    to: Cow::Borrowed("        tag = S3Object.calculate_etag(data)\n        etag = tag\n"),
};

/// A repository whose main branch is the release and whose branch `topic`, checked out, makes an edit; the commit of main.
fn repository(at: &Path, edit: &Edit) -> String {
    run(Command::new("cp").arg("-r").arg(&*SOURCES).arg(at));
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    git(at, &["add", "--force", "."]);
    git(at, &["commit", "--quiet", "--message", "release"]);
    git(at, &["tag", &format!("v{RELEASE}")]);
    git(at, &["switch", "--quiet", "--create", "topic"]);
    let file = at.join(edit.file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches(edit.from).count(), 1, "the place of the edit is there once");
    std::fs::write(&file, text.replace(edit.from, &edit.to)).unwrap();
    git(at, &["commit", "--quiet", "--all", "--message", "change"]);
    git(at, &["rev-parse", "main"])
}

/// Containers of runs whose process was started by this test.
fn containers(label: &str) -> String {
    run(Command::new("docker").args(["ps", "--all", "--quiet", "--filter", &format!("label={label}")]))
}

/// Runs the action on a pull request with this edit, as in the example except for the suites.
pub(crate) fn pull_request(edit: &Edit, inputs: &[(&str, &str)]) -> (Job, Ended) {
    let directory = tempfile::tempdir().unwrap();
    let checkout = directory.path().join("checkout");
    let main = repository(&checkout, edit);
    let mut all = vec![("binary", env!("CARGO_BIN_EXE_s3ci"))];
    all.extend(inputs);
    let job = Job::new(&checkout, &all).pull_request(&main);
    let ended = job.run();
    let record = std::fs::read_to_string(job.artifact("s3ci").join("metrics.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert!(
        record["target"]["version"].as_str().unwrap().starts_with(&format!("{RELEASE}.post1+g")),
        "{}",
        record["target"]
    );
    assert_eq!(record["runtime"]["kind"], "docker");
    let label = format!("s3ci.run={}", record["run_id"].as_str().unwrap());
    assert_eq!(containers(&label), "", "nothing is left");
    assert_eq!(std::fs::read_dir(job.tmp()).unwrap().count(), 0, "nothing is left");
    (job, ended)
}
