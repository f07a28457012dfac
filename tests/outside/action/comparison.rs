//! What a pull request is compared with.

use std::path::Path;

use super::{recorder, words};
use crate::git::git;
use crate::runner::Job;

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

/// The job goes well, compares with this commit, and can tell the version of its checkout afterwards.
fn is_compared_with(base: &str, job: &Job, binary: &str) {
    let ended = job.run();
    assert!(ended.success, "{}", ended.log);
    assert!(words(binary).contains(&format!("git:{base}")), "{:?}", words(binary));
    assert_eq!(git(&job.workspace, &["describe", "--tags", "--abbrev=0"]), "v0.1.0", "the version can be told");
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
        let job = Job::new(&checkout, &[("binary", &binary)]).pull_request(&main);
        is_compared_with(&branched_off, &job, &binary);
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
            .pull_request(&before)
            .context("github.event.pull_request.head.sha", &head);
        is_compared_with(&main, &job, &binary);
        std::fs::remove_dir_all(&checkout).unwrap();
    }
}

/// The base of the checked-out repository says nothing of what is of another one.
#[test]
fn what_is_not_of_the_checked_out_repository_is_compared_with_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (origin, other) = (directory.path().join("origin"), directory.path().join("other"));
    let base = repository(&origin);
    repository(&other);
    git(&origin, &["switch", "--quiet", "topic"]);
    std::fs::create_dir(origin.join("server")).unwrap();
    let binary = recorder(directory.path());
    let against = |target: &str| {
        let job = Job::new(&origin, &[("binary", &binary), ("target", target)])
            .pull_request(&git(&origin, &["rev-parse", "main"]));
        let ended = job.run();
        assert!(ended.success, "{}", ended.log);
        let against = words(&binary).into_iter().skip_while(|word| word != "--against").nth(1);
        assert_eq!(ended.log.contains("compared with nothing"), against.is_none(), "{}", ended.log);
        against
    };
    let elsewhere = format!("path:{}", other.display());
    for target in ["pypi:0.2.1", "image:server", "endpoint:http://127.0.0.1:9000", &elsewhere, "git:main@../other"] {
        assert_eq!(against(target), None, "{target}");
    }
    for (target, place) in [("path:.", ""), ("git:HEAD", ""), ("path:server", "@server")] {
        assert_eq!(against(target), Some(format!("git:{base}{place}")), "{target}");
    }
}

/// The checkout's own configuration and ledger are named for what is merged, and for nothing else: s3ci takes them from the base then.
#[test]
fn the_configuration_of_a_checkout_counts_where_it_is_merged() {
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    repository(&origin);
    std::fs::write(origin.join("s3ci.toml"), "files = 5\n").unwrap();
    let binary = recorder(directory.path());
    let (main, topic) = (git(&origin, &["rev-parse", "main"]), git(&origin, &["rev-parse", "topic"]));
    let target = std::cell::Cell::new("path:.");
    let counts = |event: &str, reference: &str, sha: &str| {
        let job = Job::new(&origin, &[("binary", &binary), ("against", "none"), ("target", target.get())]);
        let job = job.context("github.event_name", event).context("github.ref", reference).context("github.sha", sha);
        let ended = job.context("github.event.repository.default_branch", "main").run();
        assert!(ended.success, "{}", ended.log);
        let words = words(&binary);
        let named = words.windows(2).any(|pair| pair == ["--config", "s3ci.toml"]);
        assert_eq!(named, words.contains(&"--accept-known-issues".to_owned()), "{words:?}");
        named
    };
    for (event, reference) in
        [("push", "refs/heads/main"), ("push", "refs/tags/v0.1.0"), ("schedule", "refs/heads/main")]
    {
        assert!(counts(event, reference, &main), "{event} {reference}");
    }
    for (event, reference, sha) in [
        ("pull_request", "refs/pull/1/merge", &main),
        ("pull_request_target", "refs/heads/main", &main),
        ("push", "refs/heads/topic", &main),
        ("push", "refs/heads/main", &topic),
        ("merge_group", "refs/heads/gh-readonly-queue/main/pr-1", &main),
    ] {
        assert!(!counts(event, reference, sha), "{event} {reference}");
    }
    // A stranger's checkout inside one's own.
    repository(&origin.join("candidate"));
    target.set("path:candidate");
    assert!(!counts("workflow_dispatch", "refs/heads/main", &main));
}

#[test]
fn a_pull_request_whose_base_is_nowhere_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let origin = directory.path().join("origin");
    repository(&origin);
    let binary = recorder(directory.path());
    let job = Job::new(&origin, &[("binary", &binary)]).pull_request(&"0".repeat(40));
    let ended = job.run();
    assert!(ended.success && !words(&binary).contains(&"--against".to_owned()), "{}", ended.log);
    assert!(
        ended.commands.iter().any(|command| command.starts_with("::warning") && command.contains("fetch-depth: 0"))
    );
}
