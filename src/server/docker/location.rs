//! Where the Docker daemon listens: `DOCKER_HOST`, the CLI's context, or a socket in one of the usual places.
//!
//! Reads the environment and the CLI's files in the CLI's own order. Deliberately absent: connecting.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::server::error::DockerError;

/// The socket of a daemon that was installed in the usual way.
const USUAL_SOCKET: &str = "unix:///var/run/docker.sock";

/// An address and what it takes to be trusted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// A URL such as `unix:///var/run/docker.sock`.
    pub(super) address: String,
    /// Directory with `ca.pem`, `cert.pem` and `key.pem`, where TLS is asked for.
    pub(super) certificates: Option<PathBuf>,
}

impl Location {
    fn plain(address: impl Into<String>) -> Self {
        Self { address: address.into(), certificates: None }
    }

    /// Finds the daemon that the CLI would talk to; `environment` looks up a variable.
    ///
    /// # Errors
    ///
    /// A context was chosen that is missing or cannot be read.
    pub(super) fn find(environment: impl Fn(&str) -> Option<String>) -> Result<Self, DockerError> {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let folder = variable("DOCKER_CONFIG").map(PathBuf::from).or_else(|| {
            variable("HOME").or_else(|| variable("USERPROFILE")).map(|home| Path::new(&home).join(".docker"))
        });
        if let Some(address) = variable("DOCKER_HOST") {
            let certificates = variable("DOCKER_TLS_VERIFY")
                .and_then(|_| variable("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| folder.clone()));
            return Ok(Self { address, certificates });
        }
        if let Some(folder) = &folder {
            let chosen = variable("DOCKER_CONTEXT").or_else(|| current_context(folder));
            if let Some(name) = chosen.filter(|name| name != "default") {
                return of_context(folder, &name);
            }
        }
        if cfg!(windows) {
            return Ok(Self::plain("npipe:////./pipe/docker_engine"));
        }
        let rootless = variable("XDG_RUNTIME_DIR")
            .into_iter()
            .flat_map(|folder| [format!("unix://{folder}/docker.sock"), format!("unix://{folder}/podman/podman.sock")]);
        let usual = std::iter::once(USUAL_SOCKET.to_owned());
        let existing = usual
            .chain(rootless)
            .find(|address| address.strip_prefix("unix://").is_some_and(|path| Path::new(path).exists()));
        Ok(Self::plain(existing.unwrap_or_else(|| USUAL_SOCKET.to_owned())))
    }
}

#[derive(Deserialize)]
struct CliConfig {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct ContextFile {
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
}

/// The context that `docker context use` chose. A file that cannot be read chooses none, as for the CLI.
fn current_context(folder: &Path) -> Option<String> {
    let text = std::fs::read(folder.join("config.json")).ok()?;
    serde_json::from_slice::<CliConfig>(&text).ok()?.current_context.filter(|name| !name.is_empty())
}

fn of_context(folder: &Path, name: &str) -> Result<Location, DockerError> {
    let wrong = |reason: String| DockerError::Context { name: name.into(), reason };
    let digest = hex::encode(Sha256::digest(name.as_bytes()));
    let file = folder.join("contexts/meta").join(&digest).join("meta.json");
    let text = std::fs::read(&file).map_err(|error| wrong(format!("{}: {error}", file.display())))?;
    let context: ContextFile = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let host = context.endpoints.docker.and_then(|endpoint| endpoint.host);
    let address = host.ok_or_else(|| wrong("it names no Docker endpoint".into()))?;
    let certificates = Some(folder.join("contexts/tls").join(&digest).join("docker")).filter(|path| path.is_dir());
    Ok(Location { address, certificates })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(variables: &[(&str, &str)]) -> Result<Location, DockerError> {
        Location::find(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    fn folder_with_context(name: &str, meta: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("contexts/meta").join(hex::encode(Sha256::digest(name)));
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("meta.json"), meta).unwrap();
        folder
    }

    #[test]
    fn docker_host_overrides_every_context() {
        let found = find(&[("DOCKER_HOST", "tcp://docker:2375"), ("DOCKER_CONTEXT", "absent"), ("HOME", "/nowhere")]);
        assert_eq!(found.unwrap(), Location::plain("tcp://docker:2375"));
    }

    #[test]
    fn tls_takes_its_certificates_from_the_named_folder() {
        let found = find(&[
            ("DOCKER_HOST", "tcp://docker:2376"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certs/client"),
        ]);
        assert_eq!(found.unwrap().certificates, Some(PathBuf::from("/certs/client")));
        let without =
            find(&[("DOCKER_HOST", "tcp://docker:2376"), ("DOCKER_TLS_VERIFY", ""), ("DOCKER_CERT_PATH", "/certs")]);
        assert_eq!(without.unwrap().certificates, None);
    }

    #[test]
    fn a_context_leads_to_its_endpoint() {
        let folder =
            folder_with_context("colima", r#"{"Name":"colima","Endpoints":{"docker":{"Host":"unix:///run/c.sock"}}}"#);
        let config = folder.path().to_str().unwrap();
        let found = find(&[("DOCKER_CONFIG", config), ("DOCKER_CONTEXT", "colima")]).unwrap();
        assert_eq!(found, Location::plain("unix:///run/c.sock"));

        std::fs::write(folder.path().join("config.json"), r#"{"currentContext":"colima"}"#).unwrap();
        assert_eq!(find(&[("DOCKER_CONFIG", config)]).unwrap().address, "unix:///run/c.sock");
    }

    #[test]
    fn a_missing_context_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            find(&[("DOCKER_CONFIG", folder.path().to_str().unwrap()), ("DOCKER_CONTEXT", "gone")]).unwrap_err();
        assert!(error.to_string().starts_with("read the Docker context `gone`"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn a_rootless_socket_is_found_where_there_is_no_other() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("podman")).unwrap();
        std::fs::write(folder.path().join("podman/podman.sock"), "").unwrap();
        let found = find(&[("XDG_RUNTIME_DIR", folder.path().to_str().unwrap())]).unwrap();
        let expected = if Path::new("/var/run/docker.sock").exists() {
            USUAL_SOCKET.to_owned()
        } else {
            format!("unix://{}/podman/podman.sock", folder.path().display())
        };
        assert_eq!(found.address, expected);
    }
}
