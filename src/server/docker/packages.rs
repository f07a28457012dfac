//! An image of packages on the base image: they are installed in a container, and the image is built from what came out of it.
//!
//! The image of the dependencies and that of the clients are such images. Deliberately absent: a server, which comes on top.

use sha2::{Digest, Sha256};

use super::base::{self, Present};
use super::build::{self, File, Recipe};
use super::connect::Daemon;
use super::install::{self, Order, What};
use crate::event::{Event, Events};
use crate::server::error::ServerError;
use crate::server::settings::DockerSettings;

/// What goes into an image of packages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packages {
    /// The image's name without its version.
    pub(super) name: &'static str,
    /// What a user reads that it has.
    pub(super) title: &'static str,
    pub(super) what: What,
    pub(super) files: &'static [File],
    pub(super) dockerfile: &'static str,
    /// Whether the Dockerfile itself needs packages of Debian.
    pub(super) has_network: bool,
}

impl Packages {
    /// Finds the image on this base, or builds it.
    ///
    /// # Errors
    ///
    /// The packages cannot be installed, or the build fails.
    pub(super) async fn on(
        &self,
        base: &Present,
        daemon: &Daemon,
        run_id: &str,
        settings: &DockerSettings,
        events: &Events,
    ) -> Result<Present, ServerError> {
        let docker = &daemon.docker;
        let tag = self.tag(&base.id);
        if let Some(present) = base::find_to_use(docker, &tag).await? {
            return Ok(present);
        }
        events.emit(Event::Preparing { step: format!("building {tag} with {}", self.title) }).await;
        let order = Order {
            what: self.what,
            image: &base.id,
            files: self.files,
            sources: None,
            variables: Vec::new(),
            ca_bundle: settings.ca_bundle.as_deref(),
            deadline: settings.build_timeout,
        };
        let installed = install::install(daemon, run_id, order, events).await;
        let recipe = Recipe {
            tag: &tag,
            from: ("BASE_IMAGE", &base.tag),
            dockerfile: self.dockerfile,
            installed: &installed.map_err(|failed| failed.into_build(&tag))?,
            has_network: self.has_network,
            deadline: settings.build_timeout,
        };
        Ok(build::build(docker, recipe, events).await?)
    }

    /// A tag that differs whenever anything that goes into the image does: what is installed, how, and on what.
    fn tag(&self, base_id: &str) -> String {
        let mut digest = Sha256::new();
        let files = self.files.iter().flat_map(|file| [file.name, file.text]);
        for part in files.chain([install::SCRIPT, self.dockerfile, base_id]) {
            digest.update(part);
            digest.update([0]);
        }
        format!("{}:{}", self.name, &hex::encode(digest.finalize())[..12])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{clients, image};
    use super::*;

    #[test]
    fn a_tag_follows_the_base_and_what_goes_in() {
        let (clients, dependencies) = (clients::PACKAGES, image::DEPENDENCIES);
        assert!(clients.tag("sha256:1").starts_with("s3ci/clients:"));
        assert!(dependencies.tag("sha256:1").starts_with("s3ci/dependencies:"));
        for packages in [clients, dependencies] {
            assert_eq!(packages.tag("sha256:1"), packages.tag("sha256:1"));
            assert_ne!(packages.tag("sha256:1"), packages.tag("sha256:2"));
            let other = Packages { files: &[File { name: "requirements.txt", text: "another" }], ..packages };
            assert_ne!(packages.tag("sha256:1"), other.tag("sha256:1"));
        }
    }

    #[test]
    fn the_pinned_base_is_the_default_of_each_dockerfile() {
        for packages in [clients::PACKAGES, image::DEPENDENCIES] {
            assert!(packages.dockerfile.contains(&format!("ARG BASE_IMAGE={}\n", base::PINNED)), "{packages:?}");
        }
    }
}
