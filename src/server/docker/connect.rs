//! The connection to a Docker daemon, and the properties of the daemon that shape a run.
//!
//! Negotiates the API version and tells apart the ways in which there is no daemon. Deliberately absent: images and containers.

use std::path::Path;
use std::time::Duration;

use bollard::models::{SystemInfo, SystemVersion};
use bollard::{API_DEFAULT_VERSION, Docker};

use super::location::Location;
use crate::server::error::DockerError;

/// The oldest API that has all that s3ci asks for; Docker Engine 20.10 has it.
const OLDEST_API: &str = "1.41";

/// How long a daemon may take to say who it is.
const GREETING: Duration = Duration::from_secs(10);

/// Seconds that any other answer of the daemon may take to begin.
const ANSWER_SECONDS: u64 = 120;

/// A daemon that answers.
#[derive(Debug, Clone)]
pub(super) struct Daemon {
    /// The client.
    pub(super) docker: Docker,
    /// Where it listens.
    pub(super) address: String,
    /// Engine version.
    pub(super) engine: String,
    /// API version in use on the daemon's side.
    pub(super) api: String,
    /// What it reports about itself and its machine.
    pub(super) info: SystemInfo,
}

impl Daemon {
    /// Connects to the daemon that the environment names.
    ///
    /// # Errors
    ///
    /// There is no daemon, this user may not use it, it is too old, or it answers with an error.
    pub(super) async fn connect() -> Result<Self, DockerError> {
        Self::connect_to(Location::find(|name| std::env::var(name).ok())?).await
    }

    /// Connects to the daemon at a location.
    ///
    /// # Errors
    ///
    /// As [`Daemon::connect`].
    pub(super) async fn connect_to(location: Location) -> Result<Self, DockerError> {
        let address = location.address.clone();
        let no_daemon = |reason: String| DockerError::NoDaemon { address: address.clone(), reason };
        let docker = open(&location).await?;
        let greeting = async {
            let docker = docker.negotiate_version().await?;
            let (version, info) = tokio::try_join!(docker.version(), docker.info())?;
            Ok((docker, version, info))
        };
        match tokio::time::timeout(GREETING, greeting).await {
            Err(_) => Err(no_daemon(format!("no answer within {} s", GREETING.as_secs()))),
            Ok(Err(source @ bollard::errors::Error::DockerResponseServerError { .. })) => {
                Err(DockerError::during("ask the Docker daemon for its version")(source))
            }
            Ok(Err(error)) => Err(no_daemon(innermost(&error))),
            Ok(Ok((docker, version, info))) => Self::accept(docker, address, version, info),
        }
    }

    fn accept(docker: Docker, address: String, version: SystemVersion, info: SystemInfo) -> Result<Self, DockerError> {
        let api = version.api_version.unwrap_or_default();
        if numbers(&api) < numbers(OLDEST_API) {
            return Err(DockerError::TooOld { found: api, needed: OLDEST_API });
        }
        if version.os.as_deref() == Some("windows") {
            return Err(DockerError::WindowsContainers { address });
        }
        Ok(Self { docker, address, engine: version.version.unwrap_or_default(), api, info })
    }

    /// The host on which published ports are reached, where that is not this machine.
    pub(super) fn remote_host(&self) -> Option<&str> {
        let authority = self.address.split_once("://").filter(|(scheme, _)| !matches!(*scheme, "unix" | "npipe"))?.1;
        let authority = authority.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        Some(host).filter(|host| !matches!(*host, "localhost" | "127.0.0.1" | "[::1]"))
    }

    /// Whether the daemon runs in a virtual machine of Docker Desktop, whose bridges are out of reach.
    pub(super) fn is_desktop(&self) -> bool {
        self.info.operating_system.as_deref().is_some_and(|name| name.contains("Docker Desktop"))
    }
}

async fn open(location: &Location) -> Result<Docker, DockerError> {
    let address = location.address.as_str();
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    let opened = match (scheme, &location.certificates) {
        ("unix", _) => {
            greet_socket(address).await?;
            Docker::connect_with_host(address)
        }
        ("npipe", _) => Docker::connect_with_host(address),
        ("tcp" | "https", Some(folder)) => with_tls(address, folder),
        ("tcp" | "http", None) => Docker::connect_with_http(address, ANSWER_SECONDS, API_DEFAULT_VERSION),
        _ => return Err(DockerError::UnsupportedScheme { address: address.into() }),
    };
    opened
        .map(|docker| docker.with_timeout(Duration::from_secs(ANSWER_SECONDS)))
        .map_err(|error| DockerError::NoDaemon { address: address.into(), reason: innermost(&error) })
}

fn with_tls(address: &str, folder: &Path) -> Result<Docker, bollard::errors::Error> {
    // Only the first installation counts, so the answer says nothing that matters here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let file = |name: &str| folder.join(name);
    let (key, certificate, authority) = (file("key.pem"), file("cert.pem"), file("ca.pem"));
    Docker::connect_with_ssl(address, &key, &certificate, &authority, ANSWER_SECONDS, API_DEFAULT_VERSION)
}

/// Opens the socket once by hand: the client's own errors no longer tell a missing daemon from a missing permission.
#[cfg(unix)]
async fn greet_socket(address: &str) -> Result<(), DockerError> {
    let path = address.trim_start_matches("unix://");
    match tokio::net::UnixStream::connect(path).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(DockerError::PermissionDenied { address: path.into() })
        }
        Err(error) => Err(DockerError::NoDaemon { address: address.into(), reason: error.to_string() }),
    }
}

#[cfg(not(unix))]
async fn greet_socket(address: &str) -> Result<(), DockerError> {
    Err(DockerError::UnsupportedScheme { address: address.into() })
}

/// The last cause of an error, which names the system's reason.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn at(address: impl Into<String>) -> Location {
        Location { address: address.into(), certificates: None }
    }

    /// A daemon that gives the same answer to every request.
    async fn daemon_answering(status: &'static str, body: &'static str) -> Location {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        at(address)
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_missing_socket_is_no_daemon() {
        let error = Daemon::connect_to(at("unix:///nowhere/docker.sock")).await.unwrap_err();
        assert!(matches!(error, DockerError::NoDaemon { .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("--runtime process"));
    }

    #[tokio::test]
    async fn a_closed_port_is_no_daemon() {
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error = Daemon::connect_to(at(format!("tcp://{port}"))).await.unwrap_err();
        assert!(matches!(&error, DockerError::NoDaemon { reason, .. } if reason.contains("refused")), "{error:?}");
    }

    #[tokio::test]
    async fn an_unknown_scheme_is_refused_before_anything_is_opened() {
        let error = Daemon::connect_to(at("ssh://somewhere")).await.unwrap_err();
        assert!(matches!(error, DockerError::UnsupportedScheme { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn an_old_daemon_is_refused() {
        let location = daemon_answering("200 OK", r#"{"Version":"18.06","ApiVersion":"1.38"}"#).await;
        let error = Daemon::connect_to(location).await.unwrap_err();
        assert_eq!(error.to_string(), "use Docker API 1.38: s3ci needs 1.41 or newer");
    }

    #[tokio::test]
    async fn a_daemon_of_windows_containers_is_as_good_as_none() {
        let body = r#"{"Version":"27.0","ApiVersion":"1.46","Os":"windows"}"#;
        let error = Daemon::connect_to(daemon_answering("200 OK", body).await).await.unwrap_err();
        assert!(matches!(error, DockerError::WindowsContainers { .. }), "{error:?}");
        assert!(error.is_about_the_daemon() && error.hint().unwrap().contains("--runtime process"));
    }

    #[tokio::test]
    async fn a_daemon_that_answers_with_an_error_is_told_from_none() {
        let location = daemon_answering("500 Internal Server Error", r#"{"message":"disk is full"}"#).await;
        let error = Daemon::connect_to(location).await.unwrap_err();
        assert!(matches!(error, DockerError::Daemon { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn a_remote_daemon_publishes_on_its_own_host() {
        let location = daemon_answering("200 OK", r#"{"Version":"27.0","ApiVersion":"1.46"}"#).await;
        let mut daemon = Daemon::connect_to(location).await.unwrap();
        assert_eq!(daemon.remote_host(), None);
        daemon.address = "tcp://docker:2375".into();
        assert_eq!(daemon.remote_host(), Some("docker"));
        daemon.address = "unix:///var/run/docker.sock".into();
        assert_eq!(daemon.remote_host(), None);
    }
}
