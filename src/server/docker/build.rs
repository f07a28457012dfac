//! Builds images from the files in `docker/`, which are part of this program, so that it needs no checkout of itself.
//!
//! The classic builder does it, which every daemon has. Certificates and package-index settings go into the build stage alone.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use bollard::Docker;
use bollard::errors::Error as Bollard;
use bollard::query_parameters::BuildImageOptions;
use futures_util::StreamExt;

use crate::event::{Event, Events};
use crate::server::description::releases_instead;
use crate::server::error::{DockerError, ServerError};
use crate::server::target::Sources;

/// A file of a build context.
pub(super) struct File {
    pub(super) name: &'static str,
    /// Its content.
    pub(super) text: &'static str,
}

/// Settings of this machine that a build needs to reach a package index.
const HOST_ARGUMENTS: [&str; 9] = [
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Lines of output that an error quotes.
const QUOTED_LINES: usize = 20;

/// What is built.
pub(super) struct Recipe<'a> {
    /// The tag of the result.
    pub(super) tag: &'a str,
    /// The base image.
    pub(super) base: &'a str,
    /// The files of the context that never vary, the Dockerfile among them.
    pub(super) files: &'a [File],
    /// Arguments of the Dockerfile's own.
    pub(super) arguments: Vec<(&'static str, String)>,
    /// The release that pip is to find, where it is one.
    pub(super) release: Option<&'a str>,
    /// The checkout.
    pub(super) sources: Option<&'a Sources>,
    /// Certificates that the build trusts.
    pub(super) ca_bundle: Option<&'a Path>,
}

/// Builds an image; its output goes to the listeners.
///
/// # Errors
///
/// The build fails; [`ServerError::UnknownRelease`] where the package index has no such release.
pub(super) async fn build(docker: &Docker, recipe: Recipe<'_>, events: &Events) -> Result<(), ServerError> {
    let context =
        context(recipe.files, recipe.sources, &certificates(recipe.ca_bundle).await?).map_err(DockerError::Pack)?;
    let mut arguments: HashMap<String, String> = HOST_ARGUMENTS
        .into_iter()
        .filter_map(|name| std::env::var(name).ok().map(|value| (name.to_owned(), value)))
        .collect();
    arguments.insert("BASE_IMAGE".to_owned(), recipe.base.to_owned());
    arguments.extend(recipe.arguments.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let options = BuildImageOptions {
        t: Some(recipe.tag.into()),
        buildargs: Some(arguments),
        rm: true,
        forcerm: true,
        ..Default::default()
    };
    let mut progress = docker.build_image(options, None, Some(bollard::body_full(context.into())));
    let mut output = Output::default();
    while let Some(step) = progress.next().await {
        match step {
            Ok(step) => {
                for line in output.push(&step.stream.unwrap_or_default()) {
                    events.emit(Event::Output { line }).await;
                }
            }
            Err(error) => return Err(output.failure(recipe.tag, recipe.release, &error)),
        }
    }
    Ok(())
}

async fn certificates(bundle: Option<&Path>) -> Result<Vec<u8>, DockerError> {
    let Some(path) = bundle else { return Ok(Vec::new()) };
    let read = tokio::fs::read(path).await;
    read.map_err(|source| DockerError::CaBundle { path: path.display().to_string(), source })
}

/// The build context as a tar archive. Times are zero, so that equal content makes equal layers.
fn context(files: &[File], sources: Option<&Sources>, certificates: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        append(&mut archive, file.name, file.text.as_bytes(), false)?;
    }
    append(&mut archive, "ca.pem", certificates, false)?;
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_mode(0o755);
    folder.set_size(0);
    archive.append_data(&mut folder, "source/", std::io::empty())?;
    for file in sources.map(|sources| sources.files.as_slice()).unwrap_or_default() {
        append(&mut archive, &format!("source/{}", file.path), &file.bytes, file.executable)?;
    }
    archive.into_inner()
}

fn append(archive: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8], executable: bool) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}

/// The output of a build: whole lines for the listeners, the last ones for an error.
#[derive(Default)]
struct Output {
    partial: String,
    last: VecDeque<String>,
}

impl Output {
    /// Takes a piece of output, and gives the lines that it completes.
    fn push(&mut self, piece: &str) -> Vec<String> {
        self.partial.push_str(piece);
        let Some(end) = self.partial.rfind(['\n', '\r']) else { return Vec::new() };
        let rest = self.partial.split_off(end + 1);
        let complete = std::mem::replace(&mut self.partial, rest);
        let lines: Vec<String> = complete
            .split(['\n', '\r'])
            .map(|line| line.chars().filter(|letter| !letter.is_control()).collect::<String>())
            .filter(|line| !line.trim().is_empty())
            .collect();
        for line in &lines {
            self.last.push_back(line.clone());
            if self.last.len() > QUOTED_LINES {
                self.last.pop_front();
            }
        }
        lines
    }

    fn failure(self, image: &str, release: Option<&str>, error: &Bollard) -> ServerError {
        match release.zip(releases_instead(&self.last)) {
            Some((version, available)) => ServerError::UnknownRelease { version: version.to_owned(), available },
            None => {
                let reason = error.to_string();
                DockerError::Build { image: image.into(), reason, output: self.last.into() }.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::image::FILES;
    use super::*;
    use crate::server::target::SourceFile;

    fn failed() -> Bollard {
        Bollard::DockerStreamError { error: "returned a non-zero code: 1".into() }
    }

    #[test]
    fn lines_are_whole_and_free_of_control_characters() {
        let mut output = Output::default();
        assert!(output.push("Collecting ").is_empty());
        assert_eq!(output.push("\u{1b}click\nStep"), ["Collecting click"]);
        assert_eq!(output.push(" 2\r\n"), ["Step 2"]);
    }

    #[test]
    fn an_unknown_release_is_recognised_with_the_known_ones() {
        let mut output = Output::default();
        output.push("ERROR: Could not find a version that satisfies the requirement pys3local==9.9.9 (from versions: 0.1.0, 0.2.1)
");
        output.push(
            "ERROR: No matching distribution found for pys3local[drime]==9.9.9
",
        );
        let ServerError::UnknownRelease { version, available } = output.failure("image", Some("9.9.9"), &failed())
        else {
            panic!("another error")
        };
        assert_eq!((version.as_str(), available), ("9.9.9", vec!["0.1.0".to_owned(), "0.2.1".to_owned()]));
    }

    #[test]
    fn an_error_quotes_the_last_lines_only() {
        let mut output = Output::default();
        for number in 0..100 {
            output.push(&format!("line {number}\n"));
        }
        let text = output.failure("s3ci/image:1", None, &failed()).to_string();
        assert!(text.contains("| line 99") && text.contains("| line 80") && !text.contains("| line 79"), "{text}");
    }

    #[test]
    fn a_checkout_lies_below_its_own_folder() {
        let script = SourceFile { path: "tools/run".into(), executable: true, bytes: b"#!".to_vec() };
        let sources = Sources { version: "1".into(), commit: None, digest: "d".into(), files: vec![script] };
        let archive = context(&FILES, Some(&sources), b"certificate").unwrap();
        let mut archive = tar::Archive::new(archive.as_slice());
        let entries: Vec<(String, u32)> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap()))
            .collect();
        assert!(entries.contains(&("source/tools/run".into(), 0o755)), "{entries:?}");
        assert!(
            entries.contains(&("ca.pem".into(), 0o644)) && entries.contains(&("Dockerfile".into(), 0o644)),
            "{entries:?}"
        );
    }
}
