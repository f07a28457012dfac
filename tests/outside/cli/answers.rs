//! Subcommands that start no server: what they print and write.

use super::{code, refused};
use crate::command::s3ci;

#[test]
fn lists_schema_and_completions_are_printed() {
    for arguments in [
        &["list"][..],
        &["list", "--format", "json"],
        &["list", "--format", "md"],
        &["schema"],
        &["completions", "bash"],
        &["--help"],
        &["run", "--help"],
    ] {
        let output = s3ci().args(arguments).output().unwrap();
        assert_eq!((code(&output), output.stdout.is_empty()), (0, false), "{arguments:?}");
    }
}

#[test]
fn the_doctor_says_what_is_missing_and_what_mends_it() {
    let directory = tempfile::tempdir().unwrap();
    let bundle = directory.path().join("ca.pem");
    std::fs::write(&bundle, "no certificate").unwrap();
    let doctor = |format: &str| {
        let mut command = s3ci();
        command.args(["doctor", "--format", format]).env("SSL_CERT_FILE", &bundle);
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock").env("DRIME_API_KEY", "half a-key-5c1e");
        command.output().unwrap()
    };
    let output = doctor("json");
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |subject: &str| {
        let findings = findings["findings"].as_array().unwrap();
        findings
            .iter()
            .find(|finding| finding["subject"] == subject)
            .unwrap_or_else(|| panic!("{subject}: {findings:?}"))
    };
    for (subject, words) in [("docker", "/nowhere/docker.sock"), ("credentials", "blanks"), ("CA bundle", "ca.pem")] {
        assert_eq!(of(subject)["good"], false, "{subject}");
        assert!(of(subject)["detail"].as_str().unwrap().contains(words), "{}", of(subject));
        assert!(of(subject)["remedy"].is_string(), "{}", of(subject));
    }
    for subject in ["python", "git", "memory", "work directory", "work room"] {
        assert_eq!(of(subject)["good"], true, "{}", of(subject));
    }
    assert_eq!((&findings["can_run"], &findings["isolated"]), (&true.into(), &false.into()));
    let text = String::from_utf8(doctor("text").stdout).unwrap();
    assert!(text.contains("! docker") && text.contains("fix: ") && text.contains("but not isolated"), "{text}");
    assert!(!text.contains("a-key-5c1e") && !String::from_utf8_lossy(&output.stdout).contains("a-key-5c1e"));
}

#[test]
fn there_is_a_manual_page_for_each_subcommand() {
    let directory = tempfile::tempdir().unwrap();
    let man = directory.path().join("man");
    assert_eq!(code(&s3ci().arg("man").arg(&man).output().unwrap()), 0);
    for page in ["s3ci.1", "s3ci-run.1", "s3ci-merge.1", "s3ci-image-build.1"] {
        let text = std::fs::read_to_string(man.join(page)).unwrap();
        assert!(text.contains(".TH"), "{page}: {text}");
    }
    assert!(!man.join("s3ci-reap.1").exists(), "what is hidden has no page");
    refused(&["man", "/dev/null/man"], 5, &["/dev/null/man"]);
}
