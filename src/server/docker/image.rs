//! Which image a target runs in, named after everything that goes into it and built only when it is not there.
//!
//! It stands on the image of the dependencies, which knows no target: both arms of a comparison have the same, and a change of a checkout
//! builds the checkout alone.

use bollard::Docker;
use bollard::query_parameters::RemoveImageOptions;
use sha2::{Digest, Sha256};

use super::base::{self, Present};
use super::build::{self, File, Recipe};
use super::connect::Daemon;
use super::install::{self, Failed, Installed, Order, What};
use super::packages::Packages;
use crate::event::{Event, Events};
use crate::record::ImageIdentity;
use crate::server::description::{CONSTRAINTS, PYS3LOCAL, releases_instead};
use crate::server::error::{DockerError, ServerError};
use crate::server::settings::DockerSettings;
use crate::server::target::{Sources, Target};

/// What every server runs on.
pub(super) const DEPENDENCIES: Packages = Packages {
    name: "s3ci/dependencies",
    title: "what every server runs on",
    what: What::Dependencies,
    files: &[
        File { name: "requirements.txt", text: include_str!("../../../docker/requirements.txt") },
        File { name: "build-requirements.txt", text: include_str!("../../../docker/build-requirements.txt") },
        FILE_OF_CONSTRAINTS,
    ],
    dockerfile: include_str!("../../../docker/Dockerfile"),
    has_network: false,
};

const FILE_OF_CONSTRAINTS: File = File { name: "constraints.txt", text: CONSTRAINTS };

/// How the image of a server is built on that of the dependencies.
const DOCKERFILE: &str = include_str!("../../../docker/server/Dockerfile");

/// The image of a target.
#[derive(Debug, Clone)]
pub(super) struct ServerImage {
    /// The image.
    pub(super) present: Present,
    /// The base it was built on; none where s3ci did not build it.
    pub(super) base: Option<String>,
    /// Hash of the constraints file, likewise.
    pub(super) constraints_digest: Option<String>,
    /// The commit that the sources are of.
    pub(super) commit: Option<String>,
    /// Hash of a checkout's sources.
    pub(super) source_digest: Option<String>,
}

impl ServerImage {
    /// The image as the record names it.
    pub(super) fn identity(&self) -> ImageIdentity {
        ImageIdentity {
            tag: self.present.tag.clone(),
            id: self.present.id.clone(),
            base: self.base.clone(),
            constraints_digest: self.constraints_digest.clone(),
        }
    }
}

/// Finds or builds the image of a target.
///
/// # Errors
///
/// The target is not what it should be, or no image can be found, pulled or built for it.
pub(super) async fn of_target(
    daemon: &Daemon,
    run_id: &str,
    target: &Target,
    settings: &DockerSettings,
    events: &Events,
) -> Result<ServerImage, ServerError> {
    let docker = &daemon.docker;
    if let Target::Image(tag) = target {
        let present = base::given(docker, tag, events).await?;
        return Ok(ServerImage { present, base: None, constraints_digest: None, source_digest: None, commit: None });
    }
    let sources = target.sources().await?;
    let base = base::base(docker, settings.base_image.as_deref(), events).await?;
    let dependencies = DEPENDENCIES.on(&base, daemon, run_id, settings, events).await?;
    let tag = tag(target, sources.as_ref(), &dependencies.tag);
    let before = base::find_to_use(docker, &tag).await?;
    let present = match before {
        // Only the index can tell what is newest today, so the answer of yesterday must not serve.
        Some(present) if !matches!(target, Target::PypiLatest) => present,
        before => {
            events.emit(Event::Preparing { step: format!("building {tag} for {target}") }).await;
            let installed = server(daemon, run_id, target, sources.as_ref(), &dependencies, settings, events).await?;
            let recipe = Recipe {
                tag: &tag,
                from: ("DEPENDENCIES", &dependencies.tag),
                dockerfile: DOCKERFILE,
                installed: &installed,
                has_network: false,
                deadline: settings.build_timeout,
            };
            let built = build::build(docker, recipe, events).await?;
            forget(docker, before, &built).await;
            built
        }
    };
    Ok(ServerImage {
        present,
        base: Some(base.tag),
        constraints_digest: Some(hex::encode(Sha256::digest(CONSTRAINTS))),
        commit: sources.as_ref().and_then(|sources| sources.commit.clone()),
        source_digest: sources.map(|sources| sources.digest),
    })
}

/// Installs the server itself, with network where it comes from a package index.
async fn server(
    daemon: &Daemon,
    run_id: &str,
    target: &Target,
    sources: Option<&Sources>,
    dependencies: &Present,
    settings: &DockerSettings,
    events: &Events,
) -> Result<Installed, ServerError> {
    let (what, variables) = match sources {
        Some(sources) => (What::Checkout, vec![("SETUPTOOLS_SCM_PRETEND_VERSION", sources.version.clone())]),
        None => (What::Release, vec![("REQUIREMENT", requirement(target))]),
    };
    let order = Order {
        what,
        image: &dependencies.id,
        files: if what == What::Release { &[FILE_OF_CONSTRAINTS] } else { &[] },
        sources,
        variables,
        ca_bundle: settings.ca_bundle.as_deref(),
        deadline: settings.build_timeout,
    };
    install::install(daemon, run_id, order, events).await.map_err(|failed| match failed {
        Failed::Installation { reason, output } if what == What::Checkout => {
            DockerError::BuildCheckout { reason, output }.into()
        }
        Failed::Installation { reason, output } => match release(target).zip(releases_instead(&output)) {
            Some((version, available)) => ServerError::UnknownRelease { version: version.to_owned(), available },
            None => DockerError::Build { image: target.to_string(), reason, output }.into(),
        },
        Failed::Daemon(error) => error.into(),
    })
}

/// What pip installs; nothing for a checkout.
fn requirement(target: &Target) -> String {
    match target {
        Target::Pypi(_) | Target::PypiLatest => PYS3LOCAL.requirement(release(target)),
        Target::Path(_) | Target::Git { .. } | Target::Image(_) | Target::Endpoint(_) => String::new(),
    }
}

/// The release that a target names.
fn release(target: &Target) -> Option<&str> {
    match target {
        Target::Pypi(version) => Some(version),
        _ => None,
    }
}

/// A tag that differs whenever anything that goes into the image does.
fn tag(target: &Target, sources: Option<&Sources>, dependencies: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(DOCKERFILE);
    let source_digest = sources.map(|sources| sources.digest.as_str());
    // The same files are another version under another tag, and the ledger goes by versions.
    let version = sources.map(|sources| sources.version.as_str());
    for part in [dependencies, &requirement(target), source_digest.unwrap_or_default(), version.unwrap_or_default()] {
        digest.update([0]);
        digest.update(part);
    }
    let readable = match (target, source_digest) {
        (Target::Pypi(version), _) => version.as_str(),
        (_, Some(digest)) => digest.get(..12).unwrap_or(digest),
        _ => "latest",
    };
    let readable: String = readable
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' })
        .collect();
    format!("s3ci/pys3local:{readable}-{}", &hex::encode(digest.finalize())[..12])
}

/// Nobody needs the image that lost its tag to a newer one; it is no fault if it is still in use elsewhere.
async fn forget(docker: &Docker, before: Option<Present>, built: &Present) {
    if let Some(before) = before.filter(|before| before.id != built.id) {
        let removed = docker.remove_image(&before.id, None::<RemoveImageOptions>, None).await;
        tracing::debug!(image = before.id, removed = removed.is_ok(), "the image was built anew");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(digest: &str) -> Sources {
        Sources { version: "0.2.2".into(), commit: None, digest: digest.into(), files: Vec::new() }
    }

    #[test]
    fn a_tag_follows_everything_that_goes_in() {
        let release = |version: &str, base: &str| tag(&Target::Pypi(version.into()), None, base);
        let one = release("0.2.1", "sha256:1");
        assert!(one.starts_with("s3ci/pys3local:0.2.1-"), "{one}");
        assert_eq!(one, release("0.2.1", "sha256:1"));
        assert_ne!(one, release("0.2.1", "sha256:2"));
        assert_ne!(one, release("0.2.0", "sha256:1"));
        let checkout = Target::Path("/somewhere".into());
        let (first, second) = (sources("aaaabbbbccccdddd"), sources("ffffbbbbccccdddd"));
        let tagged = tag(&checkout, Some(&first), "sha256:1");
        assert!(tagged.starts_with("s3ci/pys3local:aaaabbbbcccc-"), "{tagged}");
        assert_ne!(tagged, tag(&checkout, Some(&second), "sha256:1"));
        let tagged_anew = Sources { version: "0.2.3".into(), ..first };
        assert_ne!(tagged, tag(&checkout, Some(&tagged_anew), "sha256:1"), "the ledger goes by versions");
    }

    #[test]
    fn versions_with_a_plus_still_make_a_tag() {
        let tagged = tag(&Target::Pypi("0.2.1+local".into()), None, "sha256:1");
        assert!(tagged.starts_with("s3ci/pys3local:0.2.1-local-"), "{tagged}");
    }
}
