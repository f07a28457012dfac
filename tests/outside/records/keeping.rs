//! What runs measured, kept commit by commit: `s3ci history`, and several who add at once.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use s3ci::history::Store;

use crate::command::{s3ci, stderr, stdout};
use crate::sample::{record, written};

const PROCESSES: usize = 8;

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
        command.env_remove(name);
    }
    let output = command.arg("-C").arg(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
    stdout(&output)
}

fn repository(directory: &Path, arguments: &[&str]) {
    std::fs::create_dir_all(directory).unwrap();
    git(directory, &[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
}

fn adding(record: &Path, to: &str, commit: &str) -> Child {
    let mut command = s3ci();
    // Nobody: as on many a machine of a CI service.
    command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("EMAIL", "");
    command.args(["history", "add"]).arg(record).args(["--to", to, "--commit", commit]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Eight processes add a run each to places that are one history, at the same time; then once more.
fn together(places: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<PathBuf> = (0..PROCESSES)
        .map(|number| written(folder.path(), &format!("{number}.json"), &record(&format!("run{number}"))))
        .collect();
    for words in ["added to", "was there before in"] {
        let children: Vec<Child> = records
            .iter()
            .zip(places.iter().cycle())
            .enumerate()
            .map(|(number, (record, place))| adding(record, place, &format!("commit{number}")))
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            let said = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(words), "{said}");
        }
        for place in places {
            let history = Store::parse(place).unwrap().read().unwrap();
            let mut runs: Vec<String> = history.entries.iter().map(|entry| entry.run_id.clone()).collect();
            runs.sort();
            assert_eq!(runs, (0..PROCESSES).map(|number| format!("run{number}")).collect::<Vec<_>>());
            assert_eq!(history.broken, Vec::<usize>::new());
        }
    }
}

#[test]
fn eight_processes_lose_nothing_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    together(&[folder.path().join("history.jsonl").display().to_string()]);
}

#[test]
fn eight_processes_lose_nothing_in_a_branch_of_a_repository_without_a_remote() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path(), &[]);
    together(&[format!("git:s3ci-history@{}", folder.path().display())]);
    assert_eq!(git(folder.path(), &["rev-list", "--count", "s3ci-history"]).trim(), "8");
}

#[test]
fn eight_processes_of_four_clones_lose_nothing_in_a_branch_of_their_remote() {
    let folder = tempfile::tempdir().unwrap();
    let remote = folder.path().join("remote.git");
    repository(&remote, &["--bare"]);
    let clones = ["a", "b", "c", "d"].map(|name| {
        let clone = folder.path().join(name);
        repository(&clone, &[]);
        git(&clone, &["remote", "add", "origin", remote.to_str().unwrap()]);
        format!("git:s3ci-history@{}", clone.display())
    });
    together(&clones);
    assert_eq!(git(&remote, &["rev-list", "--count", "s3ci-history"]).trim(), "8");
    assert_eq!(git(&remote, &["ls-tree", "--name-only", "s3ci-history"]).trim(), "history.jsonl");
    let leftovers = git(&folder.path().join("a"), &["for-each-ref", "refs/s3ci", "refs/heads"]);
    assert_eq!(leftovers, "", "the clones' own branches are left alone");
}

#[test]
fn what_else_is_in_the_branch_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    repository(path, &[]);
    std::fs::write(path.join("README"), "ours\n").unwrap();
    git(path, &["add", "README"]);
    git(path, &["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "one"]);
    git(path, &["branch", "kept"]);
    let record = written(path, "a.json", &record("one"));
    let added = adding(&record, &format!("git:kept@{}", path.display()), "HEAD").wait_with_output().unwrap();
    assert!(added.status.success(), "{}", stderr(&added));
    assert_eq!(git(path, &["show", "kept:README"]), "ours\n");
    let history = Store::parse(&format!("git:kept@{}", path.display())).unwrap().read().unwrap();
    assert_eq!(history.entries[0].commit, git(path, &["rev-parse", "main"]).trim(), "HEAD is named as what it is");
    let refused = adding(&record, &format!("git:main@{}", path.display()), "HEAD").wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    assert!(stderr(&refused).contains("checked out") && stderr(&refused).contains("hint:"), "{}", stderr(&refused));
}

/// What was tested may not be what is checked out by the time that it is kept.
#[test]
fn a_run_is_kept_under_the_commit_that_it_was_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    repository(path, &[]);
    let commit = |message: &str| {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@y"];
        let commit = ["commit", "--quiet", "--allow-empty", "-m", message];
        git(path, &[identity.as_slice(), &commit].concat());
        git(path, &["rev-parse", "HEAD"]).trim().to_owned()
    };
    let (tested, here) = (commit("one"), commit("two"));
    let add = |name: &str, of: Option<&String>| {
        let mut record = record(name);
        record.target.commit = of.cloned();
        let record = written(path, &format!("{name}.json"), &record);
        let output = s3ci()
            .current_dir(path)
            .args(["history", "add"])
            .arg(&record)
            .args(["--to", "kept.jsonl"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    add("of-a-checkout", Some(&tested));
    add("of-a-release", None);
    let history = Store::parse(path.join("kept.jsonl").to_str().unwrap()).unwrap().read().unwrap();
    let commits: Vec<&str> = history.entries.iter().map(|entry| entry.commit.as_str()).collect();
    assert_eq!(commits, [&tested, &here]);
}

#[test]
#[cfg(unix)]
fn a_remote_that_refuses_is_told_from_one_that_others_were_faster_at() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, clone) = (folder.path().join("remote.git"), folder.path().join("clone"));
    repository(&remote, &["--bare"]);
    repository(&clone, &[]);
    git(&clone, &["remote", "add", "origin", remote.to_str().unwrap()]);
    let hook = remote.join("hooks/pre-receive");
    std::fs::create_dir_all(remote.join("hooks")).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho this branch is protected\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let record = written(folder.path(), "a.json", &record("one"));
    let to = format!("git:kept@{}", clone.display());
    let refused = adding(&record, &to, "one").wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    assert!(stderr(&refused).contains("declined"), "{}", stderr(&refused));
    std::fs::remove_dir_all(&remote).unwrap();
    let gone = adding(&record, &to, "one").wait_with_output().unwrap();
    assert_eq!(gone.status.code(), Some(4));
    assert!(stderr(&gone).contains("ls-remote"), "{}", stderr(&gone));
}

#[test]
fn a_history_of_another_format_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let record = written(folder.path(), "a.json", &record("one"));
    let history = folder.path().join("history.jsonl");
    let to = history.display().to_string();
    assert!(adding(&record, &to, "one").wait().unwrap().success());
    let older = std::fs::read_to_string(&history).unwrap().replace("{\"format\":2,", "{\"format\":1,");
    std::fs::write(&history, &older).unwrap();
    let refused = adding(&record, &to, "two").wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("line 1 has format 1, and this s3ci reads format 2"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("hint: begin a new history"), "{}", stderr(&refused));
    assert_eq!(std::fs::read_to_string(&history).unwrap(), older);
}

/// A slip of the hand must not write into somebody's settings, nor read them as a history without runs.
#[test]
fn what_is_no_history_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let record = written(directory.path(), "a.json", &record("one"));
    let path = directory.path().join("s3ci.toml");
    let to = path.display().to_string();
    for text in ["seed = 1\n", "{\n  \"schema_version\": \"1.0\"\n}\n"] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(adding(&record, &to, "one").wait().unwrap().code(), Some(2), "{text}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let shown = s3ci().args(["history", "show", "--from", &to]).output().unwrap();
        assert_eq!(shown.status.code(), Some(2), "{text}");
        assert!(stderr(&shown).contains("it holds something else"), "{shown:?}");
    }
}

#[test]
fn a_line_that_was_cut_off_is_named_and_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history.jsonl");
    let record = written(folder.path(), "a.json", &record("one"));
    let to = history.display().to_string();
    std::fs::write(&history, "{\"format\":2,\"commit\":\"ab").unwrap();
    assert!(adding(&record, &to, "one").wait().unwrap().success());
    let shown = s3ci().args(["history", "show", "--from", &to]).output().unwrap();
    let text = stdout(&shown);
    assert!(text.contains("one") && text.contains("line 1 is not"), "{text}");
    let json = s3ci().args(["history", "show", "--from", &to, "--format", "json"]).output().unwrap();
    assert_eq!(stdout(&json).lines().count(), 1);
}

#[test]
fn bad_places_are_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let record = written(folder.path(), "a.json", &record("one"));
    let nowhere = folder.path().join("missing/history.jsonl").display().to_string();
    let outside = format!("git:kept@{}", folder.path().display());
    for (to, code) in [("git:a..b", 2), (nowhere.as_str(), 5), (outside.as_str(), 4)] {
        let output = adding(&record, to, "one").wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{to}: {}", stderr(&output));
        assert!(stderr(&output).contains("hint:"), "{to}: {}", stderr(&output));
    }
}

/// A record comes from wherever the tests ran; the name in it must not become an option of git's.
#[test]
fn a_commit_of_a_record_that_is_an_option_of_git_is_refused_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    repository(path, &[]);
    git(path, &["-c", "user.name=t", "-c", "user.email=t@e.org", "commit", "-q", "--allow-empty", "-m", "first"]);
    let mut record = record("one");
    record.target.commit = Some(format!("--output={}/written", path.display()));
    let record = written(path, "a.json", &record);
    let output = s3ci().current_dir(path).args(["history", "add"]).arg(&record).args(["--to", "kept.jsonl"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let names = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.starts_with("written")), "git wrote a file");
}
