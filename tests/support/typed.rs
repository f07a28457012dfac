//! What the documents, workflows and manifests tell people to type.

use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    found.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    assert!(found.len() > 5, "{found:?}");
    found
}

/// The lines of a document that are to be typed: in fenced blocks of shell, and in indented ones.
pub(crate) fn typed(text: &str) -> Vec<String> {
    let (mut lines, mut fence) = (Vec::new(), None);
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(language), None) => fence = Some(language.trim().to_owned()),
            (None, Some(language)) if ["sh", "shell", "bash"].contains(&language.as_str()) => {
                lines.push(line.to_owned());
            }
            (None, Some(language)) if ["yaml", "groovy"].contains(&language.as_str()) => lines.extend(embedded(line)),
            (None, None) => lines.extend(line.strip_prefix("    ").map(str::to_owned)),
            _ => {}
        }
    }
    lines.iter().map(|line| line.trim().trim_start_matches("$ ").to_owned()).collect()
}

/// A command of s3ci in a line of a workflow, a manifest or a pipeline, with numbers for the variables that stand for one.
pub(crate) fn embedded(line: &str) -> Option<String> {
    let line = line
        .replace("\"$S3CI\"", "s3ci")
        .replace("$((INDEX + 1))", "1")
        .replace("$SHARDS", "4")
        .replace("\"${durations[@]}\" ", "");
    let line = line.rsplit_once("$(").map_or(line.as_str(), |(_, inner)| inner.split(')').next().unwrap_or(inner));
    let mut rest = line.trim();
    while let Some(shorter) =
        ["- ", "run: ", "exec ", "sh '"].iter().find_map(|opening| rest.strip_prefix(opening).map(str::trim))
    {
        rest = shorter;
    }
    of_s3ci(&words(rest)).is_some().then(|| rest.trim_end_matches('\'').to_owned())
}

/// The words of a command as a shell has them, up to what ends the command; quotes are honoured, variables stay as they are.
pub(crate) fn words(line: &str) -> Vec<String> {
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
pub(crate) fn of_s3ci(words: &[String]) -> Option<&[String]> {
    let first = words.first()?;
    let at = match first.as_str() {
        "docker" => words.iter().position(|word| word == "s3ci/s3ci")?,
        "s3ci" => 0,
        path => path.ends_with("/s3ci").then_some(0)?,
    };
    Some(&words[at..])
}

/// Workflows and manifests.
pub(crate) fn configurations() -> Vec<PathBuf> {
    let folders = [".github/workflows", "docs/examples", "docker/kubernetes"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")).collect()
}

/// Every command of s3ci in documents and configurations, with where it stands.
pub(crate) fn commands() -> Vec<(PathBuf, Vec<String>)> {
    let texts = documents().into_iter().map(|path| (path, typed as fn(&str) -> Vec<String>));
    let texts = texts.chain(configurations().into_iter().map(|path| {
        let lines: fn(&str) -> Vec<String> = |text| text.lines().filter_map(embedded).collect();
        (path, lines)
    }));
    let commands = texts.flat_map(|(path, lines)| {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = lines(&text).into_iter().map(|line| words(&line));
        let commands: Vec<_> = lines.filter_map(|words| of_s3ci(&words).map(<[String]>::to_vec)).collect();
        commands.into_iter().map(move |words| (path.clone(), words))
    });
    commands.collect()
}
