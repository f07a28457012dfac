//! What the documents tell people to type is what s3ci takes: every line of s3ci in README, docs, workflows and manifests is parsed by the
//! real parser, what needs nothing or records alone is run, scripts and tests that are named exist, and the action has the inputs and
//! outputs that are written of it. What starts servers is parsed only; the tests in Docker have command lines of their own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::git::git;
use crate::runner;
use crate::sample::{record, written};
use crate::typed::{commands, documents, root, typed, words};
use clap::Parser;
use s3ci::cli::Cli;
use s3ci::ledger::Ledger;
use s3ci::record::{Shard, SuiteId};

/// Subcommands that need neither network nor Docker, and take no time.
const CHEAP: [&str; 5] = ["list", "schema", "completions", "plan", "man"];

/// Subcommands that need the records of earlier runs.
const OF_RECORDS: [&str; 5] = ["report", "merge", "compare", "history", "trend"];

#[test]
fn every_command_of_the_documents_is_one_that_s3ci_takes() {
    let commands = commands();
    assert!(commands.len() > 20, "the documents have commands: {commands:?}");
    let refused: Vec<String> = commands
        .iter()
        .filter_map(|(path, words)| {
            let error = Cli::try_parse_from(words).err().filter(clap::Error::use_stderr)?;
            Some(format!("{}: {words:?}\n{error}", path.display()))
        })
        .collect();
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn what_is_cheap_is_run() {
    let directory = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for (path, words) in commands() {
        if words.get(1).is_some_and(|word| CHEAP.contains(&word.as_str())) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_s3ci"));
            let output = command.args(&words[1..]).current_dir(directory.path()).output().unwrap();
            assert!(output.status.success(), "{}: {words:?}: {output:?}", path.display());
            ran += 1;
        }
    }
    assert!(ran >= 4, "{ran}");
}

/// A repository with the records that the documents name: of a run, of an older one, and of the shards of one.
fn records(at: &Path) {
    git(at, &["init", "--quiet"]);
    git(at, &["commit", "--quiet", "--allow-empty", "--message", "one"]);
    written(at, "metrics.json", &record("run"));
    for name in ["old", "new"] {
        std::fs::create_dir(at.join(name)).unwrap();
        written(&at.join(name), "metrics.json", &record(name));
    }
    for (number, suite) in (1..).zip(["bench/local", "sync/local", "etag/local", "api/local"]) {
        let mut shard = record("shard");
        shard.shard = Some(Shard { number, count: 4, split: 0 });
        shard.suites[0].id = SuiteId::new(suite);
        let part = at.join(format!("part-{number}"));
        std::fs::create_dir(&part).unwrap();
        written(&part, "metrics.json", &shard);
    }
}

/// By a shell, with its patterns, pipes and redirections.
#[test]
fn what_needs_records_alone_is_run_as_it_stands() {
    let program = Path::new(env!("CARGO_BIN_EXE_s3ci")).parent().unwrap().display();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let mut ran = 0;
    for document in documents() {
        let directory = tempfile::tempdir().unwrap();
        records(directory.path());
        for line in typed(&std::fs::read_to_string(&document).unwrap()) {
            let words = words(&line);
            let word = |at: usize| words.get(at).map_or("", String::as_str);
            if word(0) == "jq" || (word(0) == "s3ci" && OF_RECORDS.contains(&word(1))) {
                let line = line.replace("/reports/RUN", ".");
                let mut shell = Command::new("sh");
                shell.args(["-e", "-c", &line]).env("PATH", &path).env("NO_COLOR", "1").current_dir(directory.path());
                let output = shell.output().unwrap();
                assert!(output.status.success(), "{}: {line}: {output:?}", document.display());
                ran += 1;
            }
        }
    }
    assert!(ran >= 12, "{ran}");
}

/// The YAML of the documents and the examples.
fn workflows() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        found.extend(blocks.map(|block| (path.clone(), block.to_owned())));
    }
    for entry in std::fs::read_dir(root().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
    }
    found
}

/// The inputs that a piece of YAML gives the action.
fn inputs_used(yaml: &serde_json::Value, found: &mut Vec<String>) {
    match yaml {
        serde_json::Value::Array(items) => items.iter().for_each(|item| inputs_used(item, found)),
        serde_json::Value::Object(fields) => {
            let uses = fields.get("uses").and_then(serde_json::Value::as_str).unwrap_or_default();
            if uses.contains(".github/actions/s3ci@") {
                let with = fields.get("with").and_then(serde_json::Value::as_object).unwrap();
                found.extend(with.keys().cloned());
            }
            fields.values().for_each(|value| inputs_used(value, found));
        }
        _ => {}
    }
}

#[test]
fn the_action_has_the_inputs_and_outputs_that_are_written_of_it() {
    let action = runner::action::read();
    let mut used = 0;
    for (path, text) in workflows() {
        let yaml: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let mut names = Vec::new();
        inputs_used(&yaml, &mut names);
        for name in names {
            assert!(action.inputs.contains_key(&name), "{}: {name}", path.display());
            used += 1;
        }
    }
    assert!(used >= 4, "{used}");
    let text = std::fs::read_to_string(root().join("docs/CI.md")).unwrap();
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let table = text.split("| input |").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let rows = table.lines().skip(2).filter_map(|row| row.split('|').nth(1));
    let described: BTreeSet<String> = rows.flat_map(quoted).collect();
    assert_eq!(described, action.inputs.into_keys().collect());
    let outputs = text.split("\nOutputs: ").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let described: BTreeSet<String> = quoted(outputs).into_iter().collect();
    let missing: Vec<_> = action.outputs.keys().filter(|name| !described.contains(*name)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn scripts_and_tests_that_are_named_exist() {
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        let plain: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || "`(),;".contains(letter)).collect();
        for pair in plain.windows(2) {
            let name = pair[1];
            if pair[0] == "--test" && !name.is_empty() {
                let files = [format!("tests/{name}.rs"), format!("tests/{name}/main.rs")];
                assert!(files.iter().any(|file| root().join(file).is_file()), "{}: --test {name}", path.display());
                seen += 1;
            }
        }
        for script in plain.iter().filter(|word| word.starts_with("ci/")) {
            assert!(root().join(script.trim_end_matches(['.', ':'])).is_file(), "{}: {script}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// A link to a file of this project leads there.
#[test]
fn links_lead_somewhere() {
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                assert!(path.parent().unwrap().join(file).exists(), "{}: {link}", path.display());
            }
        }
    }
}

#[test]
fn a_line_is_split_as_a_shell_splits_it() {
    assert_eq!(words("s3ci run 'a b' --x \"$Y z\" > out # no"), ["s3ci", "run", "a b", "--x", "$Y z"]);
    let document = "text\n\n```sh\ns3ci list\n```\n```yaml\ns3ci: no\n```\n\n    $ s3ci run --all\n";
    assert_eq!(typed(document), ["s3ci list", "s3ci run --all"]);
}

/// How many checks of suites whose names end so the ledger lists for a release.
fn listed(ledger: &Ledger, version: &str, wanted: impl Fn(&str) -> bool) -> usize {
    ledger.of(Some(version)).checks().filter(|(check, _)| wanted(check.as_str())).count()
}

#[test]
fn the_counts_of_known_issues_are_those_of_the_ledger() {
    let ledger = Ledger::built_in().unwrap();
    let (drime, local) = (|check: &str| check.contains("/drime"), |check: &str| !check.contains("/drime"));
    let counts = |wanted: fn(&str) -> bool| ["0.2.0", "0.2.1"].map(|version| listed(&ledger, version, wanted));
    let (on_local, on_drime, all) = (counts(local), counts(drime), counts(|_| true));
    let document = std::fs::read_to_string(root().join("docs/KNOWN-ISSUES.md")).unwrap();
    for (name, [older, newer]) in [("local suites", on_local), ("drime suites", on_drime), ("all", all)] {
        let row = format!("| **{name}** | **{older}** | **{newer}** |");
        assert!(document.contains(&row), "docs/KNOWN-ISSUES.md lacks the row {row}");
    }
}
