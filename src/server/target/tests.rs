//! Specifications, and sources of repositories that the tests make themselves.

use std::path::Path;
use std::process::Command;

use super::*;

const PROJECT: &str = "[project]\nname = \"pys3local\"\n";

fn git(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A repository with one commit tagged v0.2.1.
fn tagged() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    git(path, &["init", "-q", "-b", "main"]);
    write(path, "pyproject.toml", PROJECT);
    write(path, "pys3local/cli.py", "print(1)\n");
    write(path, ".gitignore", "*.log\n");
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "first"]);
    git(path, &["tag", "v0.2.1"]);
    directory
}

fn paths(sources: &Sources) -> Vec<&str> {
    sources.files.iter().map(|file| file.path.as_str()).collect()
}

async fn sources(target: &Target) -> Sources {
    target.sources().await.unwrap().unwrap()
}

fn of_path(directory: &Path) -> Target {
    Target::Path(directory.to_owned())
}

fn of_git(reference: &str, directory: &Path) -> Target {
    Target::Git { reference: reference.to_owned(), repository: directory.to_owned() }
}

#[test]
fn every_form_is_read_and_shown_again() {
    for spec in [
        "pypi:0.2.1",
        "pypi:latest",
        "path:a/b:c",
        "git:v0.2.1",
        "git:main@../x",
        "image:r.io:5000/a:b",
        "endpoint:http://h:1/x",
    ] {
        assert_eq!(Target::parse(spec).unwrap().to_string(), spec);
    }
}

#[test]
fn a_git_reference_ends_at_the_at_sign_before_a_directory() {
    assert_eq!(split_reference("HEAD@{1}"), ("HEAD@{1}", None));
    assert_eq!(split_reference("HEAD@{1}@/a@b"), ("HEAD@{1}", Some("/a@b")));
    assert_eq!(split_reference("@"), ("@", None));
    assert_eq!(split_reference("@@dir"), ("@", Some("dir")));
}

#[test]
fn what_is_meant_is_suggested() {
    let hint = |spec: &str| Target::parse(spec).unwrap_err().hint();
    assert_eq!(hint("0.2.1").as_deref(), Some("try `pypi:0.2.1`"));
    assert_eq!(hint("latest").as_deref(), Some("try `pypi:latest`"));
    assert_eq!(hint("src").as_deref(), Some("try `path:src`"));
    assert_eq!(hint("./src").as_deref(), Some("try `path:./src`"));
    assert_eq!(hint("https://u:p@host").as_deref(), Some("try `endpoint:https://host`"));
    let unknown = hint("no-such-thing").unwrap();
    assert!(unknown.starts_with("try `pypi:0.2.1` for a release, `path:DIR` for a checkout, "), "{unknown}");
}

#[test]
fn malformed_targets_are_refused_without_their_password() {
    for spec in [
        "",
        "pip:1",
        "pypi:",
        "pypi:>=0.2",
        "pypi:-r",
        "path:",
        "git:",
        "git:--upload-pack=x",
        "git:a@",
        "image:",
        "image:a b",
    ] {
        let message = Target::parse(spec).unwrap_err().to_string();
        assert!(message.starts_with(&format!("understand the target `{spec}`")), "{message}");
    }
    for spec in ["endpoint:ftp://me:hunter2@host", "endpoint:http://me:hunter2@", "http+x://me:hunter2@host"] {
        let error = Target::parse(spec).unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"), "{error:?}");
    }
}

#[test]
fn credentials_of_an_endpoint_are_never_shown() {
    let target = Target::parse("endpoint:https://me:hunter2@host:9000/x").unwrap();
    assert_eq!(format!("{target} {target:?}"), "endpoint:https://host:9000/x Target(endpoint:https://host:9000/x)");
}

#[tokio::test]
async fn a_clean_tagged_checkout_has_the_tags_version() {
    let directory = tagged();
    let from_path = sources(&of_path(directory.path())).await;
    assert_eq!(from_path.version, "0.2.1");
    assert_eq!(paths(&from_path), [".gitignore", "pyproject.toml", "pys3local/cli.py"]);
    let from_git = sources(&of_git("v0.2.1", directory.path())).await;
    assert_eq!(from_git, from_path);
}

#[tokio::test]
async fn an_edited_checkout_is_dirty_and_has_another_digest() {
    let directory = tagged();
    let before = sources(&of_path(directory.path())).await;
    write(directory.path(), "pys3local/new.py", "");
    write(directory.path(), "server.log", "ignored");
    std::fs::remove_file(directory.path().join("pys3local/cli.py")).unwrap();
    let after = sources(&of_path(directory.path())).await;
    let commit = after.version.strip_prefix("0.2.1.post0+g").and_then(|rest| rest.strip_suffix(".dirty"));
    assert!(commit.is_some_and(|commit| commit.len() >= 7), "{}", after.version);
    assert_eq!(paths(&after), [".gitignore", "pyproject.toml", "pys3local/new.py"]);
    assert_ne!(after.digest, before.digest);
    assert_eq!(sources(&of_git("HEAD", directory.path())).await, before, "a commit does not see the work tree");
}

#[tokio::test]
async fn commits_after_a_tag_are_counted() {
    let directory = tagged();
    git(directory.path(), &["commit", "-q", "--allow-empty", "-m", "second"]);
    let version = sources(&of_git("main", directory.path())).await.version;
    assert!(version.starts_with("0.2.1.post1+g"), "{version}");
}

#[tokio::test]
async fn sources_outside_git_leave_caches_out_and_take_the_packaged_version() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    write(path, "pyproject.toml", PROJECT);
    assert_eq!(sources(&of_path(path)).await.version, "0+unknown");
    write(path, "PKG-INFO", "Name: pys3local\nVersion: 0.1.4\n");
    for left_out in ["build/x", "dist/x", ".venv/x", "py/pyvenv.cfg", "a/__pycache__/x", "node_modules/x", "a/b.pyc"] {
        write(path, left_out, "x");
    }
    write(path, "a/build/kept.py", "x");
    let found = sources(&of_path(path)).await;
    assert_eq!(found.version, "0.1.4");
    assert_eq!(paths(&found), ["PKG-INFO", "a/build/kept.py", "pyproject.toml"]);
}

#[tokio::test]
async fn an_unpacked_release_that_a_repository_ignores_is_still_read() {
    let directory = tagged();
    write(directory.path(), ".gitignore", "vendor/\n");
    write(directory.path(), "vendor/pyproject.toml", PROJECT);
    let found = sources(&of_path(&directory.path().join("vendor"))).await;
    assert_eq!((found.version.as_str(), paths(&found)), ("0+unknown", vec!["pyproject.toml"]));
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_inside_the_sources_only() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let outside = tempfile::NamedTempFile::new().unwrap();
    let directory = tagged();
    let path = directory.path();
    symlink("../pyproject.toml", path.join("pys3local/inner")).unwrap();
    symlink(outside.path(), path.join("outer")).unwrap();
    symlink("../../etc", path.join("escape")).unwrap();
    write(path, "run", "#!/bin/sh\n");
    std::fs::set_permissions(path.join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "links"]);
    let expected = [".gitignore", "pyproject.toml", "pys3local/cli.py", "pys3local/inner", "run"];
    let from_path = sources(&of_path(path)).await;
    let from_git = sources(&of_git("HEAD", path)).await;
    assert_eq!(paths(&from_path), expected);
    assert_eq!(from_git.files, from_path.files);
    assert_eq!(from_git.files[3].bytes, PROJECT.as_bytes());
    assert!(from_git.files[4].executable && !from_git.files[2].executable);
}

#[tokio::test]
async fn what_is_no_pys3local_is_refused_before_any_work() {
    let directory = tagged();
    let path = directory.path();
    let check = async |target: Target| target.validate().await.unwrap_err();
    assert!(matches!(check(of_path(&path.join("gone"))).await, TargetError::NotADirectory { .. }));
    assert!(matches!(check(of_path(&path.join("pys3local"))).await, TargetError::NoProjectFile { .. }));
    assert!(matches!(check(of_git("v9", path)).await, TargetError::UnknownReference { .. }));
    assert!(matches!(check(of_git("--help", path)).await, TargetError::UnknownReference { .. }));
    assert!(matches!(check(of_git("main", &path.join("pys3local"))).await, TargetError::NoProjectFile { .. }));
    write(path, "pyproject.toml", "[project]\nname = \"flask\"\n");
    assert!(matches!(check(of_path(path)).await, TargetError::WrongProject { .. }));
    assert!(of_git("main", path).validate().await.is_ok(), "the commit is still good");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_that_a_tree_brings_is_run_to_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let outside = tempfile::tempdir().unwrap();
    let ran = outside.path().join("ran");
    let directory = tagged();
    let path = directory.path();
    write(path, "program", &format!("#!/bin/sh\ntouch {}\ncat\n", ran.display()));
    std::fs::set_permissions(path.join("program"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = path.join("program").display().to_string();
    write(path, ".gitattributes", "*.py filter=mine export-subst\n");
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "second"]);
    // A bare repository as a subdirectory can be part of a tree, other than one that is called .git.
    git(path, &["clone", "-q", "--bare", ".", "sub"]);
    write(path, "sub/pyproject.toml", PROJECT);
    for place in [path.to_owned(), path.join("sub")] {
        for name in ["core.fsmonitor", "filter.mine.clean", "filter.mine.smudge", "filter.mine.process"] {
            git(&place, &["config", name, &program]);
        }
    }
    git(&path.join("sub"), &["config", "core.bare", "false"]);
    git(&path.join("sub"), &["config", "core.worktree", "."]);
    std::fs::remove_file(path.join("pys3local/cli.py")).unwrap();
    write(path, "pys3local/cli.py", "print(2)\n");
    let _ = std::fs::remove_file(&ran);
    for target in [of_path(path), of_git("HEAD", path), of_path(&path.join("sub"))] {
        sources(&target).await;
        assert!(!ran.exists(), "{target} runs what is in it");
    }
    let of_head = sources(&of_git("HEAD", path)).await;
    assert!(of_head.files.iter().any(|file| file.bytes == b"print(1)\n"), "a commit is read as it is stored");
}
