//! The one place that runs git, for every module that asks a repository something.
//!
//! A repository may come from somebody who is not trusted. Its configuration can name programs: a file-system monitor, hooks, filters,
//! a program for signatures, transports. So every command begins with settings that switch these off, the plumbing commands that are
//! used here apply no filters, and a name that somebody gave stands behind `--end-of-options`. Deliberately absent: what the answers
//! mean.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Settings that come before those of the repository.
const SETTINGS: [&str; 9] = [
    // A bare repository inside a tree is somebody's files, not the repository of that tree.
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "protocol.ext.allow=never",
    "log.showSignature=false",
    "gpg.program=false",
    "core.alternateRefsCommand=false",
    // Nothing is tidied up in the middle of somebody else's work.
    "gc.auto=0",
    "maintenance.auto=false",
];

/// Variables that would point git at another repository than the one asked about, as inside a git hook.
const MISLEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
];

/// Characters of a commit's name: the fewest that git prints, and all of a SHA-256.
const COMMIT_NAME: std::ops::RangeInclusive<usize> = 4..=64;

/// git in a directory, reaching nothing but the repository there. It writes nothing but what the command itself is for.
#[must_use]
pub fn offline(directory: &Path) -> Command {
    let mut command = online(directory);
    // No protocol at all: a git that is too old for GIT_NO_LAZY_FETCH would fetch what a partial clone lacks.
    command.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_OPTIONAL_LOCKS", "0");
    command
}

/// The same with the way to the remotes that the repository names, for `fetch`, `push` and `ls-remote`.
#[must_use]
pub fn online(directory: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in MISLEADING {
        command.env_remove(variable);
    }
    command.arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.arg("-C").arg(directory);
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
    command.stdin(Stdio::null());
    command
}

/// Whether a text can be the name of a commit and nothing else: hexadecimal digits. To be asked of a name that comes out of a record.
#[must_use]
pub fn is_commit_name(text: &str) -> bool {
    COMMIT_NAME.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The full name of the commit that a branch, a tag or a hash stands for; none where it stands for none.
///
/// # Errors
/// git cannot be started.
pub fn commit_of(directory: &Path, reference: &str) -> io::Result<Option<String>> {
    let spec = format!("{reference}^{{commit}}");
    let output = offline(directory).args(["rev-parse", "--verify", "--quiet", "--end-of-options", &spec]).output()?;
    Ok(text(&output).filter(|name| is_commit_name(name)))
}

/// The bytes of a file as a commit has it. `path` counts from the directory. None where there is no such commit or file, or where the
/// file has more than `most_bytes`.
///
/// # Errors
/// git cannot be started.
pub fn file_at(directory: &Path, reference: &str, path: &str, most_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(commit) = commit_of(directory, reference)? else { return Ok(None) };
    let object = format!("{commit}:./{path}");
    let size = offline(directory).args(["cat-file", "-s", &object]).output()?;
    if text(&size).and_then(|size| size.parse::<u64>().ok()).is_none_or(|size| size > most_bytes) {
        return Ok(None);
    }
    let output = offline(directory).args(["cat-file", "blob", &object]).output()?;
    Ok(output.status.success().then_some(output.stdout))
}

fn text(output: &Output) -> Option<String> {
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(directory: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(directory).args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for variable in MISLEADING {
            command.env_remove(variable);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn repository() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        git(directory.path(), &["init", "-q", "-b", "main"]);
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        std::fs::write(directory.path().join("sub/file"), "text\n").unwrap();
        git(directory.path(), &["add", "."]);
        git(directory.path(), &["commit", "-q", "-m", "first"]);
        directory
    }

    #[test]
    fn a_file_is_read_as_a_commit_has_it() {
        let directory = repository();
        std::fs::write(directory.path().join("sub/file"), "edited").unwrap();
        let at = |place: &Path, reference: &str, path: &str| file_at(place, reference, path, 100).unwrap();
        assert_eq!(at(directory.path(), "main", "sub/file").as_deref(), Some(b"text\n".as_slice()));
        assert_eq!(at(&directory.path().join("sub"), "HEAD", "file").as_deref(), Some(b"text\n".as_slice()));
        assert_eq!(at(directory.path(), "main", "gone"), None);
        assert_eq!(at(directory.path(), "gone", "sub/file"), None);
        assert_eq!(file_at(directory.path(), "main", "sub/file", 4).unwrap(), None, "it has five bytes");
    }

    #[test]
    fn a_name_that_looks_like_an_option_is_none() {
        let directory = repository();
        let file = directory.path().join("written");
        assert_eq!(commit_of(directory.path(), &format!("--output={}", file.display())).unwrap(), None);
        assert_eq!(commit_of(directory.path(), "--all").unwrap(), None);
        assert!(!file.exists());
        let name = commit_of(directory.path(), "main").unwrap().unwrap();
        assert!(is_commit_name(&name) && is_commit_name(&name[..7]));
        for text in ["", "abc", "main", "--all", "abcdefg", "0123 4567", &"0".repeat(65)] {
            assert!(!is_commit_name(text), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_program_runs_that_a_repository_names() {
        let directory = repository();
        let place = directory.path();
        let ran = place.join("ran");
        let script = place.join("program");
        std::fs::write(&script, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let program = script.to_str().unwrap();
        std::fs::create_dir(place.join("hooks")).unwrap();
        std::fs::copy(&script, place.join("hooks/post-index-change")).unwrap();
        for (name, value) in [
            ("core.fsmonitor", program),
            ("core.hooksPath", place.join("hooks").to_str().unwrap()),
            ("filter.mine.clean", program),
            ("filter.mine.process", program),
            ("log.showSignature", "true"),
            ("gpg.program", program),
            ("extensions.partialClone", "origin"),
            ("remote.origin.url", &format!("ext::{program}")),
            ("remote.origin.uploadpack", program),
        ] {
            git(place, &["config", name, value]);
        }
        std::fs::write(place.join(".gitattributes"), "* filter=mine\n").unwrap();
        let ask = |arguments: &[&str]| drop(offline(place).args(arguments).output().unwrap());
        ask(&["ls-files", "-co", "--exclude-standard", "-z"]);
        ask(&["show", "--no-patch", "--format=%H", "HEAD"]);
        ask(&["cat-file", "-e", "0123456789012345678901234567890123456789"]);
        ask(&["describe", "--tags", "HEAD"]);
        assert!(!ran.exists());
    }

    #[test]
    fn a_bare_repository_inside_a_tree_is_not_taken_for_the_trees_own() {
        let directory = repository();
        let bare = directory.path().join("bare");
        git(directory.path(), &["clone", "-q", "--bare", ".", "bare"]);
        assert_eq!(commit_of(&bare, "HEAD").unwrap(), None);
    }
}
