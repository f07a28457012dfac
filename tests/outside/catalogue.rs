//! `docs/CHECKS.md` is the catalogue as the binary prints it.

use std::path::Path;
use std::process::Command;

#[test]
fn the_document_of_the_checks_is_current() {
    let printed = Command::new(env!("CARGO_BIN_EXE_s3ci")).args(["list", "--format", "md"]).output().unwrap();
    assert!(printed.status.success());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CHECKS.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let stale: Vec<&str> = kept.lines().filter(|line| !printed.lines().any(|other| other == *line)).collect();
    let missing: Vec<&str> = printed.lines().filter(|line| !kept.lines().any(|other| other == *line)).collect();
    assert!(
        kept == printed,
        "docs/CHECKS.md is not current; make it anew: cargo run -q -- list --format md > docs/CHECKS.md\n\
         not in the catalogue: {stale:#?}\nnot in the document: {missing:#?}"
    );
}
