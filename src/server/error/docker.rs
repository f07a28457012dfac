//! The errors of a Docker daemon and of images on it.

use std::error::Error;
use std::io;

use super::quoted;
use crate::record::FaultKind;

/// Something that the daemon's client says.
type Source = Box<dyn Error + Send + Sync>;

/// A step between s3ci and a Docker daemon failed.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// Nothing listens where a daemon was expected.
    #[error("reach a Docker daemon at {address}: {reason}")]
    NoDaemon { address: String, reason: String },
    /// The socket is there, and this user may not use it.
    #[error("use the Docker socket {address}: permission denied")]
    PermissionDenied { address: String },
    #[error("use the Docker address {address}: only unix://, npipe://, tcp://, http:// and https:// are supported")]
    UnsupportedScheme { address: String },
    /// A named context is missing or cannot be read.
    #[error("read the Docker context `{name}`: {reason}")]
    Context { name: String, reason: String },
    #[error("use Docker API {found}: s3ci needs {needed} or newer")]
    TooOld { found: String, needed: &'static str },
    /// The daemon runs containers of Windows, and servers are containers of Linux.
    #[error("use the Docker daemon at {address}: it runs Windows containers")]
    WindowsContainers { address: String },
    /// The daemon refused a request, or its answer made no sense.
    #[error("{step}")]
    Daemon { step: &'static str, source: Source },
    /// There is no base image, and none could be pulled.
    #[error("find a base image: {image} is not here and could not be pulled: {reason}")]
    NoBase { image: String, reason: String },
    /// The image of an `image:` target is neither here nor to be pulled.
    #[error("find the image {image}: it is not here and could not be pulled: {reason}")]
    NoImage { image: String, reason: String },
    #[error("read the CA bundle {path}")]
    CaBundle { path: String, source: io::Error },
    /// The build context could not be packed.
    #[error("pack the files for the image build")]
    Pack(#[source] io::Error),
    /// `output` is the last lines of the build's own.
    #[error("build the image {image}: {reason}{}", quoted(output))]
    Build { image: String, reason: String, output: Vec<String> },
    /// What a checkout brings along to build itself does not do so, or not within its limits. `output` is the last lines of its own.
    #[error("build the checkout: {reason}{}", quoted(output))]
    BuildCheckout { reason: String, output: Vec<String> },
    /// The image is there, and pys3local is not in it or does not run.
    #[error("ask the image {image} for its pys3local: {reason}")]
    Probe { image: String, reason: String },
    /// Containers get out of a network that is to keep them in, and have to be kept in.
    #[error("isolate a server in Docker: {reason}")]
    NotIsolated { reason: String },
    #[error("create the run's network: the daemon has no address range left")]
    NoSubnet,
    /// The container was removed by force and is still there.
    #[error("remove the container {name}: it is still there after {seconds} s")]
    StillThere { name: String, seconds: u64 },
    /// s3ci could not plant canaries around a server's data, or look at them.
    #[error("search the container {container} around the server's data: {reason}")]
    DataDirectory { container: String, reason: String },
    /// The container runs, and the daemon gave it no address.
    #[error("find the address of the container {name}: the daemon names none")]
    NoAddress { name: String },
}

impl DockerError {
    /// Wraps the daemon's refusal of a step.
    pub(in crate::server) fn during<E: Into<Source>>(step: &'static str) -> impl Fn(E) -> Self {
        move |source| Self::Daemon { step, source: source.into() }
    }

    /// Whether no daemon could be used at all, as opposed to one that refused something.
    pub(in crate::server) fn is_about_the_daemon(&self) -> bool {
        matches!(self.kind(), FaultKind::DockerUnreachable | FaultKind::DockerUnusable)
    }

    /// Stable, kebab-case class of the error.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::NoDaemon { .. } | Self::PermissionDenied { .. } => FaultKind::DockerUnreachable,
            Self::UnsupportedScheme { .. }
            | Self::Context { .. }
            | Self::TooOld { .. }
            | Self::WindowsContainers { .. } => FaultKind::DockerUnusable,
            Self::NotIsolated { .. } => FaultKind::DockerNotIsolated,
            Self::Daemon { .. } | Self::NoSubnet | Self::StillThere { .. } | Self::NoAddress { .. } => {
                FaultKind::Docker
            }
            Self::DataDirectory { .. } => FaultKind::DataDirectory,
            Self::NoBase { .. } | Self::NoImage { .. } | Self::CaBundle { .. } | Self::Pack(_) => FaultKind::Image,
            Self::Build { .. } | Self::BuildCheckout { .. } => FaultKind::ImageBuild,
            Self::Probe { .. } => FaultKind::ImageProbe,
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoDaemon { .. } => "start Docker, set DOCKER_HOST, or do without isolation: `--runtime process`",
            Self::PermissionDenied { .. } => {
                "add your user to the `docker` group and log in again, or do without isolation: `--runtime process`"
            }
            Self::UnsupportedScheme { .. } => {
                "set DOCKER_HOST to unix://… or tcp://…; for ssh, forward the socket first"
            }
            Self::Context { .. } => "`docker context ls` shows the contexts; DOCKER_HOST overrides them",
            Self::TooOld { .. } => "use Docker Engine 20.10 or newer",
            Self::WindowsContainers { .. } => {
                "switch Docker to Linux containers, or run without isolation: --runtime process"
            }
            Self::Daemon { .. } => "`docker info` shows whether the daemon works; its log says more",
            Self::NoBase { .. } => {
                "without a registry, run `ci/base-image` once, which makes s3ci/base:bookworm from Debian packages, \
                 or name an image that is here: `s3ci image build --base-image IMAGE`"
            }
            Self::NoImage { .. } => "`docker images` lists the images that are here",
            Self::CaBundle { .. } => {
                "give a PEM file with `--ca-bundle`, or unset SSL_CERT_FILE, PIP_CERT and REQUESTS_CA_BUNDLE"
            }
            Self::Pack(_) => "check that the checkout is readable and does not change during the build",
            Self::Build { .. } => {
                "the lines above are from the build; behind a TLS-inspecting proxy give its certificates with `--ca-bundle`, \
                 with a package mirror set PIP_INDEX_URL"
            }
            Self::BuildCheckout { .. } => {
                "a checkout is built without network, with the tools of docker/build-requirements.txt alone; `--build-timeout` gives it \
                 more time"
            }
            Self::Probe { .. } => "the image needs `sh` and `pys3local` on its PATH",
            Self::NotIsolated { .. } => {
                "in CI a server runs isolated or not at all: use Docker Engine on this machine, and have a base image there \
                 (`s3ci image build`)"
            }
            Self::NoSubnet => "`s3ci clean` removes what earlier runs left, `docker network prune` all unused networks",
            Self::StillThere { .. } => "`docker ps -a` shows it; `s3ci clean` tries again",
            Self::DataDirectory { .. } => {
                "the image needs `sh`, and `pys3local` as a script with its interpreter on the first line"
            }
            Self::NoAddress { .. } => "try `--port 10001`, which publishes the port on loopback",
        };
        Some(hint.into())
    }
}
