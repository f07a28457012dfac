//! Finds by label what runs left behind on the daemon, and removes it on request.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::{
    ListContainersOptions, ListImagesOptions, ListNetworksOptions, ListVolumesOptions, RemoveImageOptions,
    RemoveVolumeOptions,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::connect::Daemon;
use super::refusal::{is_absent, is_being_removed};
use super::{labels, launch};
use crate::server::error::{DockerError, ServerError};

/// What the images are called that s3ci builds.
const OURS: [&str; 3] = ["s3ci/dependencies:", "s3ci/pys3local:", "s3ci/clients:"];

/// Containers, networks, volumes and images of s3ci that nobody uses any more.
#[derive(Debug)]
pub struct Leftovers {
    docker: Docker,
    containers: Vec<String>,
    networks: Vec<String>,
    volumes: Vec<String>,
    images: Vec<String>,
    /// By their tags: they go where nothing stands on them and nobody uses them.
    unused_images: Vec<String>,
}

impl Leftovers {
    /// Finds what dead runs left: their process is gone from this host, or they have expired.
    ///
    /// # Errors
    ///
    /// No daemon answers, or it refuses to list.
    pub async fn find() -> Result<Self, ServerError> {
        let daemon = Daemon::connect().await?;
        Ok(Self::on(&daemon.docker, labels::RUN, labels::is_orphan).await?)
    }

    /// Finds what belongs to one run, alive or not.
    ///
    /// # Errors
    ///
    /// As [`Leftovers::find`].
    pub async fn of_run(run_id: &str) -> Result<Self, ServerError> {
        let daemon = Daemon::connect().await?;
        Ok(Self::of_run_on(&daemon.docker, run_id).await?)
    }

    /// As [`Leftovers::find`], on a daemon that is connected.
    pub(super) async fn of_dead_runs_on(docker: &Docker) -> Result<Self, DockerError> {
        Self::on(docker, labels::RUN, labels::is_orphan).await
    }

    /// As [`Leftovers::of_run`], on a daemon that is connected.
    pub(super) async fn of_run_on(docker: &Docker, run_id: &str) -> Result<Self, DockerError> {
        Self::on(docker, &format!("{}={run_id}", labels::RUN), |_| true).await
    }

    /// Adds every image that s3ci built, and the stages of their builds.
    ///
    /// # Errors
    ///
    /// The daemon refuses to list.
    pub async fn with_images(mut self) -> Result<Self, ServerError> {
        let options =
            ListImagesOptions { filters: Some(filter(&format!("{}=1", labels::IMAGE))), ..Default::default() };
        let listed = self.docker.list_images(Some(options)).await;
        let mut images = listed.map_err(DockerError::during("list the images"))?;
        // The newest first: an image goes after the images that are built on it.
        images.sort_by_key(|image| std::cmp::Reverse(image.created));
        self.images = images.into_iter().map(|image| image.id).collect();
        Ok(self)
    }

    /// Adds the images that s3ci built and that no run has used for this long. Each run tags the images that it uses anew.
    ///
    /// # Errors
    ///
    /// The daemon refuses to list.
    pub async fn with_images_unused_for(mut self, duration: Duration) -> Result<Self, DockerError> {
        let options =
            ListImagesOptions { filters: Some(filter(&format!("{}=1", labels::IMAGE))), ..Default::default() };
        let listed = self.docker.list_images(Some(options)).await;
        let images = listed.map_err(DockerError::during("list the images"))?;
        let before = OffsetDateTime::now_utc() - duration;
        // The last use is never before the making.
        let old = images.into_iter().filter(|image| image.created <= before.unix_timestamp());
        for tag in old.flat_map(|image| image.repo_tags).filter(|tag| OURS.iter().any(|ours| tag.starts_with(ours))) {
            let Ok(image) = self.docker.inspect_image(&tag).await else { continue };
            let last_use = image.metadata.and_then(|metadata| metadata.last_tag_time);
            let last_use = last_use.and_then(|time| OffsetDateTime::parse(&time, &Rfc3339).ok());
            if last_use.is_some_and(|time| time <= before) {
                self.unused_images.push(tag);
            }
        }
        Ok(self)
    }

    async fn on(
        docker: &Docker,
        label: &str,
        wanted: impl Fn(&HashMap<String, String>) -> bool,
    ) -> Result<Self, DockerError> {
        let options = ListContainersOptions { all: true, filters: Some(filter(label)), ..Default::default() };
        let containers =
            docker.list_containers(Some(options)).await.map_err(DockerError::during("list the containers"))?;
        let networks = docker.list_networks(Some(ListNetworksOptions { filters: Some(filter(label)) })).await;
        let networks = networks.map_err(DockerError::during("list the networks"))?;
        let options = ListVolumesOptions { filters: Some(filter(label)) };
        let volumes = docker.list_volumes(Some(options)).await.map_err(DockerError::during("list the volumes"))?;
        let volumes = volumes.volumes.unwrap_or_default();
        let is_wanted = |labels: &Option<HashMap<String, String>>| labels.as_ref().is_some_and(&wanted);
        Ok(Self {
            docker: docker.clone(),
            containers: containers.into_iter().filter(|one| is_wanted(&one.labels)).filter_map(|one| one.id).collect(),
            networks: networks.into_iter().filter(|one| is_wanted(&one.labels)).filter_map(|one| one.id).collect(),
            volumes: volumes.into_iter().filter(|one| wanted(&one.labels)).map(|one| one.name).collect(),
            images: Vec::new(),
            unused_images: Vec::new(),
        })
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        [&self.containers, &self.networks, &self.volumes, &self.images, &self.unused_images]
            .iter()
            .all(|all| all.is_empty())
    }

    /// What there is, in words: `2 containers and 1 network`.
    pub fn summary(&self) -> String {
        let counts = [
            (self.containers.len(), "container"),
            (self.networks.len(), "network"),
            (self.volumes.len(), "volume"),
            (self.images.len() + self.unused_images.len(), "image"),
        ];
        let parts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
            .collect();
        if parts.is_empty() { "nothing".into() } else { parts.join(" and ") }
    }

    /// Removes all of it, containers first, for they hold networks and images.
    ///
    /// # Errors
    ///
    /// The daemon refuses a removal; s3ci has tried the rest too.
    pub async fn remove(self) -> Result<(), ServerError> {
        let mut first = None;
        for container in &self.containers {
            first = first.or(launch::remove(&self.docker, container).await.err());
        }
        for network in &self.networks {
            match self.docker.remove_network(network).await {
                Err(error) if !is_absent(&error) => {
                    first = first.or(Some(DockerError::during("remove a network")(error)));
                }
                _ => {}
            }
        }
        for volume in &self.volumes {
            match self.docker.remove_volume(volume, None::<RemoveVolumeOptions>).await {
                // One that is in use goes with its container.
                Err(error) if !is_absent(&error) && !is_being_removed(&error) => {
                    first = first.or(Some(DockerError::during("remove a volume")(error)));
                }
                _ => {}
            }
        }
        for image in &self.unused_images {
            let removed = self.docker.remove_image(image, None::<RemoveImageOptions>, None).await;
            tracing::debug!(image, removed = removed.is_ok(), "nothing has used the image for long");
        }
        for image in &self.images {
            let options = RemoveImageOptions { force: true, ..Default::default() };
            match self.docker.remove_image(image, Some(options), None).await {
                Err(error) if !is_absent(&error) && !is_being_removed(&error) => {
                    first = first.or(Some(DockerError::during("remove an image")(error)));
                }
                _ => {}
            }
        }
        first.map_or(Ok(()), |error| Err(error.into()))
    }
}

fn filter(label: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![label.to_owned()])])
}
