//! Builds images from the files in `docker/`, which are part of this program, so that it needs no checkout of itself, and from what was
//! installed in a container.
//!
//! The classic builder does it, which every daemon has. It is told nothing of a package index: what it is told ends up in the history.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::BuildImageOptions;
use futures_util::StreamExt;

use super::archive;
use super::base::{self, Present};
use super::install::Installed;
use crate::event::{Event, Events};
use crate::server::error::DockerError;
use crate::server::log::{ServerLog, redacted};
use crate::server::package_index::PackageIndex;
use crate::server::target::Sources;

/// A file of a build context.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    pub(super) name: &'static str,
    /// Its content.
    pub(super) text: &'static str,
}

/// Lines of output that an error quotes.
const QUOTED_LINES: usize = 20;

/// What is built.
pub(super) struct Recipe<'a> {
    /// The tag of the result.
    pub(super) tag: &'a str,
    /// The argument that names the image to build on, and that image.
    pub(super) from: (&'static str, &'a str),
    pub(super) dockerfile: &'static str,
    /// What lies in `result/`.
    pub(super) installed: &'a Installed,
    /// Whether its instructions need packages of Debian; a proxy on the way there is in no history, for builders know of proxies.
    pub(super) has_network: bool,
    pub(super) deadline: Duration,
}

/// Builds an image; its output goes to the listeners.
///
/// # Errors
///
/// The build fails, or does not end in time.
pub(super) async fn build(docker: &Docker, recipe: Recipe<'_>, events: &Events) -> Result<Present, DockerError> {
    let files = [File { name: "Dockerfile", text: recipe.dockerfile }];
    let context = context(&files, None, Some(recipe.installed)).map_err(DockerError::Pack)?;
    let index = PackageIndex::of_environment();
    let (argument, image) = recipe.from;
    let mut arguments = HashMap::from([(argument.to_owned(), image.to_owned())]);
    if recipe.has_network {
        arguments.extend(index.proxies().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    let options = BuildImageOptions {
        t: Some(recipe.tag.into()),
        buildargs: Some(arguments),
        networkmode: (!recipe.has_network).then(|| "none".to_owned()),
        rm: true,
        forcerm: true,
        ..Default::default()
    };
    let mut progress = docker.build_image(options, None, Some(bollard::body_full(context.into())));
    let secrets = index.secrets();
    let log = ServerLog::new(secrets.clone());
    let building = async {
        while let Some(step) = progress.next().await {
            let said = step.map_err(|error| redacted(&error.to_string(), &secrets))?.stream.unwrap_or_default();
            for line in log.lines_of(said.as_bytes()).into_iter().filter(|line| !line.trim().is_empty()) {
                events.emit(Event::Output { line }).await;
            }
        }
        Ok(())
    };
    let late = |_| Err(format!("it did not end within {} s", recipe.deadline.as_secs()));
    let built = tokio::time::timeout(recipe.deadline, building).await.unwrap_or_else(late);
    let failed = |reason| DockerError::Build { image: recipe.tag.into(), reason, output: log.tail(QUOTED_LINES) };
    built.map_err(failed)?;
    let lost = || failed("the daemon reports success and does not have it".to_owned());
    base::find(docker, recipe.tag).await?.ok_or_else(lost)
}

/// A tar archive: files, a checkout below `source/`, and what was installed below `result/`. The times of files are zero, so that equal
/// content makes equal layers.
pub(super) fn context(
    files: &[File],
    sources: Option<&Sources>,
    installed: Option<&Installed>,
) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        append(&mut archive, file.name, file.text.as_bytes(), false)?;
    }
    for file in sources.map(|sources| sources.files.as_slice()).unwrap_or_default() {
        append(&mut archive, &format!("source/{}", file.path), &file.bytes, file.executable)?;
    }
    if let Some(installed) = installed {
        archive::append(installed, &mut archive, "result")?;
    }
    archive.into_inner()
}

fn append(archive: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8], executable: bool) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::target::SourceFile;

    #[test]
    fn a_checkout_lies_below_its_own_folder() {
        let script = SourceFile { path: "tools/run".into(), executable: true, bytes: b"#!".to_vec() };
        let sources = Sources { version: "1".into(), commit: None, digest: "d".into(), files: vec![script] };
        let file = File { name: "constraints.txt", text: "" };
        let archive = context(&[file], Some(&sources), None).unwrap();
        let mut archive = tar::Archive::new(archive.as_slice());
        let entries: Vec<(String, u32)> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap()))
            .collect();
        assert_eq!(entries, [("constraints.txt".into(), 0o644), ("source/tools/run".into(), 0o755)]);
    }
}
