//! The invariants of the house that a test can hold: who imports whom.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!found.is_empty(), "{directory} has sources");
    found
}

/// A path below `src` as it is written here, whatever the system puts between its parts.
fn below_src(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

/// Files below `src` that contain `text` in code, with the modules left out that may.
fn offenders(text: &str, allowed: &[&str]) -> Vec<String> {
    sources("src")
        .into_iter()
        .map(|(path, content)| (below_src(&path), content))
        .filter(|(path, _)| !allowed.iter().any(|allowed| path.starts_with(allowed)))
        .filter(|(_, content)| content.lines().any(|line| line.contains(text) && !line.trim_start().starts_with("//")))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn the_model_imports_nothing_of_the_crate() {
    let imports: Vec<_> = sources("src/model")
        .into_iter()
        .filter(|(_, content)| content.lines().any(|line| line.trim_start().starts_with("use crate::")))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(imports, Vec::<PathBuf>::new());
}

#[test]
fn libraries_stay_in_their_rooms() {
    assert_eq!(offenders("clap::", &["cli/"]), Vec::<String>::new());
    assert_eq!(offenders("bollard::", &["server/docker/"]), Vec::<String>::new());
    assert_eq!(offenders("aws_sdk_s3::", &["s3/"]), Vec::<String>::new());
    assert_eq!(offenders("junit_report::", &["report/"]), Vec::<String>::new());
    assert_eq!(offenders("indicatif::", &["report/"]), Vec::<String>::new());
}

#[test]
fn the_history_is_for_those_who_show_it() {
    assert_eq!(offenders("crate::history::", &["app/", "app.rs", "report/", "history/"]), Vec::<String>::new());
}

#[test]
fn only_the_console_writes_to_the_standard_streams() {
    for call in ["io::stdout()", "io::stderr()", "println!", "eprintln!", "print!("] {
        let allowed = ["report/console.rs", "report/options.rs"];
        assert_eq!(offenders(call, &allowed), Vec::<String>::new(), "{call}");
    }
}

#[test]
fn each_floor_imports_only_what_stands_below_it() {
    let above = [
        ("cli/", vec!["app", "run", "ledger", "plan", "report", "against", "suites", "event", "exit"]),
        (
            "workload/",
            vec![
                "app", "run", "ledger", "plan", "report", "against", "suites", "server", "config", "event", "exit",
                "cli", "s3",
            ],
        ),
        (
            "s3/",
            vec![
                "app", "run", "ledger", "plan", "report", "against", "suites", "server", "config", "event", "exit",
                "cli",
            ],
        ),
        ("event.rs", vec!["app", "run", "ledger", "plan", "report", "against", "suites", "server", "config", "exit"]),
        ("exit.rs", vec!["app", "run", "ledger", "plan", "report", "against", "suites", "server", "config", "event"]),
        ("server/", vec!["app", "run", "ledger", "plan", "report", "against", "suites", "config", "exit", "cli", "s3"]),
        ("config/", vec!["app", "run", "ledger", "plan", "report", "against", "suites", "event", "exit", "cli", "s3"]),
        ("suites/", vec!["app", "run", "ledger", "plan", "report", "against", "config", "exit", "cli"]),
        (
            "history/",
            vec![
                "app", "run", "ledger", "plan", "report", "against", "suites", "server", "config", "event", "exit",
                "cli", "s3", "workload",
            ],
        ),
        ("against/", vec!["app", "run", "ledger", "plan", "report", "suites", "config", "exit", "cli"]),
        ("report/", vec!["app", "run", "ledger", "plan", "against", "suites", "server", "config", "cli", "s3"]),
        ("plan.rs", vec!["app", "run", "ledger", "report", "config", "cli"]),
        ("plan/", vec!["app", "run", "ledger", "report", "config", "cli"]),
        ("ledger/", vec!["app", "run", "report", "server", "cli"]),
        ("run/", vec!["app", "report", "cli"]),
    ];
    let mut broken = Vec::new();
    for (path, content) in sources("src") {
        let path = below_src(&path);
        for (floor, forbidden) in &above {
            for module in forbidden.iter().filter(|_| path.starts_with(floor)) {
                if content.contains(&format!("crate::{module}::")) {
                    broken.push(format!("{path} imports {module}"));
                }
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}
