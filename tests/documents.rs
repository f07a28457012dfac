//! What the documents tell people to type is what s3ci takes: every line of s3ci in README and docs is parsed by the real parser, what is
//! cheap is run, and scripts and tests that are named exist.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use s3ci::cli::Cli;

/// Subcommands that need neither network nor Docker, and take no time.
const CHEAP: [&str; 5] = ["list", "schema", "completions", "plan", "man"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    found.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    assert!(found.len() > 5, "{found:?}");
    found
}

/// The lines of a document that are to be typed: in fenced blocks of shell, and in indented ones.
fn typed(text: &str) -> Vec<String> {
    let (mut lines, mut fence) = (Vec::new(), None);
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(language), None) => fence = Some(language.trim().to_owned()),
            (None, Some(language)) if ["sh", "shell", "bash"].contains(&language.as_str()) => {
                lines.push(line.to_owned());
            }
            (None, None) => lines.extend(line.strip_prefix("    ").map(str::to_owned)),
            _ => {}
        }
    }
    lines.iter().map(|line| line.trim().trim_start_matches("$ ").to_owned()).collect()
}

/// The words of a command as a shell has them, up to what ends the command; quotes are honoured, variables stay as they are.
fn words(line: &str) -> Vec<String> {
    let (mut found, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => (quote, begun) = (Some(letter), true),
            (None, '|' | '>' | ';' | '&') => break,
            (None, '#') if word.is_empty() => break,
            (None, ' ') => {
                if begun || !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => word.push(letter),
        }
    }
    if begun || !word.is_empty() {
        found.push(word);
    }
    found
}

/// A command's words from s3ci on, where it is one of s3ci, or of its image.
fn of_s3ci(words: &[String]) -> Option<&[String]> {
    let first = words.first()?;
    let at = match first.as_str() {
        "docker" => words.iter().position(|word| word == "s3ci/s3ci")?,
        "s3ci" => 0,
        path => path.ends_with("/s3ci").then_some(0)?,
    };
    Some(&words[at..])
}

/// Every command of s3ci in the documents, with where it stands.
fn commands() -> Vec<(PathBuf, Vec<String>)> {
    let commands = documents().into_iter().flat_map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = typed(&text).into_iter().map(|line| words(&line));
        let commands: Vec<_> = lines.filter_map(|words| of_s3ci(&words).map(<[String]>::to_vec)).collect();
        commands.into_iter().map(move |words| (path.clone(), words))
    });
    commands.collect()
}

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

#[test]
fn scripts_and_tests_that_are_named_exist() {
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        let plain: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || "`(),;".contains(letter)).collect();
        for pair in plain.windows(2) {
            let name = pair[1];
            if pair[0] == "--test" && !name.is_empty() {
                assert!(root().join(format!("tests/{name}.rs")).is_file(), "{}: --test {name}", path.display());
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
