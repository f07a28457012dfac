//! The base image: the user's, the pinned one, the one made from Debian packages, or a pull, in this order.

use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::{CreateImageOptions, TagImageOptions};
use futures_util::StreamExt;

use super::refusal::is_absent;
use crate::event::{Event, Events};
use crate::server::error::DockerError;

/// The pinned base, the same as the Dockerfile's default.
pub(super) const PINNED: &str = "python:3.12.11-slim-bookworm";

/// The base that `ci/base-image` makes.
const FROM_PACKAGES: &str = "s3ci/base:bookworm";

/// How long a pull may go without any news.
const SILENCE: Duration = Duration::from_secs(20);

/// An image that the daemon has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    /// Name and tag, as asked for.
    pub(super) tag: String,
    /// The daemon's id of it.
    pub(super) id: String,
}

/// Finds or pulls the base image.
///
/// # Errors
///
/// There is none, and none can be pulled.
pub(super) async fn base(docker: &Docker, chosen: Option<&str>, events: &Events) -> Result<Present, DockerError> {
    if let Some(present) = present(docker, chosen).await? {
        return Ok(present);
    }
    let wanted = chosen.unwrap_or(PINNED);
    pull(docker, wanted, events).await.map_err(|reason| DockerError::NoBase { image: wanted.into(), reason })?;
    let pulled = find(docker, wanted).await?;
    pulled.ok_or_else(|| DockerError::NoBase { image: wanted.into(), reason: "the pull left no image".into() })
}

/// The base image that the daemon has already: the chosen one, or else the pinned one or the one made from packages.
pub(super) async fn present(docker: &Docker, chosen: Option<&str>) -> Result<Option<Present>, DockerError> {
    let candidates: &[&str] = match &chosen {
        Some(tag) => &[*tag],
        None => &[PINNED, FROM_PACKAGES],
    };
    for tag in candidates {
        if let Some(present) = find(docker, tag).await? {
            return Ok(Some(present));
        }
    }
    Ok(None)
}

/// The image of an `image:` target, pulled if it is not here.
///
/// # Errors
///
/// It is not here and cannot be pulled.
pub(super) async fn given(docker: &Docker, tag: &str, events: &Events) -> Result<Present, DockerError> {
    if let Some(present) = find(docker, tag).await? {
        return Ok(present);
    }
    pull(docker, tag, events).await.map_err(|reason| DockerError::NoImage { image: tag.into(), reason })?;
    let pulled = find(docker, tag).await?;
    pulled.ok_or_else(|| DockerError::NoImage { image: tag.into(), reason: "the pull left no image".into() })
}

/// The image, if the daemon has it.
pub(super) async fn find(docker: &Docker, tag: &str) -> Result<Option<Present>, DockerError> {
    match docker.inspect_image(tag).await {
        Ok(image) => Ok(Some(Present { tag: tag.into(), id: image.id.unwrap_or_default() })),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(DockerError::during("look for an image")(error)),
    }
}

/// The image that s3ci built, if the daemon has it; it counts as used from now on.
pub(super) async fn find_to_use(docker: &Docker, tag: &str) -> Result<Option<Present>, DockerError> {
    let found = find(docker, tag).await?;
    if found.is_some() {
        let (repo, version) = split(tag);
        let options = TagImageOptions { repo: Some(repo), tag: version };
        // An image whose use is not noted is built anew one day.
        let noted = docker.tag_image(tag, Some(options)).await;
        tracing::debug!(tag, noted = noted.is_ok(), "the image is used");
    }
    Ok(found)
}

async fn pull(docker: &Docker, tag: &str, events: &Events) -> Result<(), String> {
    events.emit(Event::Preparing { step: format!("pulling {tag}") }).await;
    let (name, version) = split(tag);
    let options = CreateImageOptions { from_image: Some(name), tag: version, ..Default::default() };
    let mut news = docker.create_image(Some(options), None, None);
    loop {
        match tokio::time::timeout(SILENCE, news.next()).await {
            Err(_) => return Err(format!("the registry was silent for {} s", SILENCE.as_secs())),
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) => return Err(error.to_string()),
            Ok(Some(Ok(step))) => {
                if let Some(problem) = step.error_detail.and_then(|detail| detail.message) {
                    return Err(problem);
                }
            }
        }
    }
}

/// Name and tag; `latest` where there is neither a tag nor a digest, for the daemon would pull every tag.
fn split(reference: &str) -> (String, Option<String>) {
    if reference.contains('@') {
        return (reference.into(), None);
    }
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name.into(), Some(tag.into())),
        _ => (reference.into(), Some("latest".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_split_at_their_tag() {
        assert_eq!(split("python:3.12"), ("python".into(), Some("3.12".into())));
        assert_eq!(split("registry:5000/python"), ("registry:5000/python".into(), Some("latest".into())));
        assert_eq!(split("registry:5000/python:3"), ("registry:5000/python".into(), Some("3".into())));
        assert_eq!(split("python@sha256:0a"), ("python@sha256:0a".into(), None));
    }

    #[test]
    fn the_pinned_base_is_the_dockerfiles_default() {
        let dockerfile = include_str!("../../../docker/Dockerfile");
        assert!(dockerfile.contains(&format!("ARG BASE_IMAGE={PINNED}\n")));
    }
}
