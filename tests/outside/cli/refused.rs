//! What is refused, and how plainly: what is wrong, and what to type instead.

use super::{code, refused, stderr};
use crate::command::{record_in, s3ci};

/// An index of packages with two releases of pys3local, which are only named.
fn index_in(directory: &std::path::Path) -> String {
    let project = directory.join("simple/pys3local");
    std::fs::create_dir_all(&project).unwrap();
    let links = ["0.1.0", "0.2.1"].map(|version| format!("<a href=\"pys3local-{version}.tar.gz\">{version}</a>\n"));
    std::fs::write(project.join("index.html"), format!("<!DOCTYPE html><html><body>{}</body></html>", links.concat()))
        .unwrap();
    format!("file://{}/simple", directory.display())
}

#[test]
fn a_release_that_does_not_exist_is_said_not_to_exist() {
    let (index, out, cache) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut run = s3ci();
    run.args(["run", "etag", "--target", "pypi:9.9.9", "--runtime", "process"]);
    run.arg("--out").arg(out.path()).arg("--cache-dir").arg(cache.path());
    run.env("PIP_INDEX_URL", index_in(index.path()))
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env_remove("PIP_EXTRA_INDEX_URL");
    let output = run.output().unwrap();
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = std::fs::read_to_string(out.path().join("report.txt")).unwrap();
    for text in [&said, &report] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("! REFUSED: failed to find release 9.9.9 of pys3local: there is no such release"),
            "{text}"
        );
        assert!(!text.contains("could not"), "{text}");
    }
    assert!(said.contains("hint: the newest releases are 0.2.1, 0.1.0; try `pypi:0.2.1`"), "{said}");
    assert_eq!(record_in(out.path()).faults[0].kind, s3ci::record::FaultKind::Target);
}

#[test]
fn a_word_that_is_no_target_is_refused_with_the_forms_that_are() {
    refused(&["run", "--all", "--target", "foo"], 2, &["the target `foo`", "hint: try `pypi:0.2.1` for a release"]);
    refused(
        &["run", "throughput", "--against", "nonsense"],
        2,
        &["failed to use --against", "the target `nonsense`", "hint: try `pypi:0.2.1` for a release"],
    );
    refused(&["run", "throughput", "--against", "0.2.0"], 2, &["--against", "hint: try `pypi:0.2.0`"]);
}

#[test]
fn a_word_where_a_number_belongs_is_refused_with_one_that_would_do() {
    for option in ["--files", "--min-size", "--max-size", "--subdirs", "--workers", "--sync-files", "--seed"] {
        let words = ["'abc'", option, "it must be a whole number, such as 100"];
        refused(&["run", "--all", option, "abc"], 2, &words);
    }
    refused(&["plan", "--all", "--shards", "abc"], 2, &["'abc'", "--shards", "it must be a whole number, such as 100"]);
    for port in ["abc", "70000"] {
        refused(&["run", "--all", "--port", port], 2, &["--port", port, "it must be a port from 1 to 65535"]);
    }
    refused(&["run", "--all", "--files=-1"], 2, &["--files", "it must be a whole number, such as 100"]);
}

#[test]
fn all_and_names_together_are_refused_with_what_each_alone_would_be() {
    for command in ["run", "plan"] {
        let words =
            ["--all", "etag sync", "hint: leave --all out to take", "or leave etag sync out to take everything"];
        refused(&[command, "--all", "etag", "sync"], 2, &words);
    }
}
