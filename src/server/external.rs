//! The external runtime: an endpoint that somebody else runs.
//!
//! Owns the check that an S3 server answers there. Deliberately absent: any control over it. It is neither started nor
//! stopped, its log and its usage are unknown, and an end of it shows as requests that fail.

use std::future::pending;

use super::ready::{ReadyError, wait_until_ready, without_userinfo};
use super::target::Target;
use super::{RuntimeSettings, ServerSpec, Usage};
use crate::record::{HarnessTiming, RuntimeIdentity, RuntimeKind, ServerStart, TargetIdentity};

/// An external endpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// The target is no endpoint.
    #[error("use `{spec}` as an external server: it is no `endpoint:URL`")]
    NotAnEndpoint {
        /// The target.
        spec: String,
    },
    /// No S3 server answers there.
    #[error("reach the external server")]
    NotReady(#[from] ReadyError),
    /// Something was asked for that only the owner of the server can do.
    #[error("{what} an external server: s3ci does not run it")]
    Unsupported {
        /// What was asked for, such as `restart`.
        what: String,
    },
}

impl ExternalError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotReady(ReadyError::NotS3 { .. }) => Some("check the URL's port and path".to_owned()),
            Self::NotReady(ReadyError::TimedOut { .. }) => Some(
                "check that the server runs and is reachable; --ready-timeout says how long to wait for it".to_owned(),
            ),
            Self::NotReady(error) => error.hint(),
            Self::NotAnEndpoint { .. } => Some("try `--target endpoint:http://HOST:PORT`".to_owned()),
            Self::Unsupported { .. } => None,
        }
    }
}

/// An endpoint at which an S3 server has answered.
#[derive(Debug, Clone)]
pub struct ExternalRuntime {
    endpoint: String,
    started: ServerStart,
}

/// The server behind the endpoint.
#[derive(Debug, Clone)]
pub struct ExternalServer {
    endpoint: String,
    started: ServerStart,
}

impl ExternalRuntime {
    /// Waits for an S3 answer at the endpoint, over TLS where the URL says https.
    ///
    /// # Errors
    ///
    /// [`ExternalError::NotReady`] where none came within the timeout.
    pub async fn prepare(settings: &RuntimeSettings) -> Result<Self, ExternalError> {
        let Target::Endpoint(url) = &settings.target else {
            return Err(ExternalError::NotAnEndpoint { spec: settings.target.to_string() });
        };
        let endpoint = without_userinfo(url);
        let started = wait_until_ready(&endpoint, settings.ready_timeout, pending()).await?;
        Ok(Self { endpoint, started })
    }

    /// The server behind the endpoint, whatever was asked for: it is as its owner set it up.
    #[must_use]
    pub fn start(&self, _spec: &ServerSpec) -> ExternalServer {
        ExternalServer { endpoint: self.endpoint.clone(), started: self.started.clone() }
    }

    /// How the target is run.
    #[must_use]
    pub fn identity(&self) -> RuntimeIdentity {
        RuntimeIdentity { kind: RuntimeKind::Endpoint, isolated: false, detail: self.endpoint.clone() }
    }

    /// What is known of the target.
    #[must_use]
    pub fn target(&self) -> TargetIdentity {
        let spec = format!("endpoint:{}", self.endpoint);
        TargetIdentity { spec, version: None, commit: None, source_digest: None, image: None }
    }

    /// What the preparation took: the first answer.
    #[must_use]
    pub fn timings(&self) -> Vec<HarnessTiming> {
        vec![HarnessTiming { name: "endpoint".to_owned(), duration_ns: self.started.ready_ns }]
    }
}

impl ExternalServer {
    /// The URL that clients use, without credentials.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How long the first answer took.
    #[must_use]
    pub fn started(&self) -> &ServerStart {
        &self.started
    }

    /// Not possible.
    ///
    /// # Errors
    ///
    /// Always [`ExternalError::Unsupported`].
    pub fn restart(&self) -> Result<(), ExternalError> {
        Err(ExternalError::Unsupported { what: "restart".to_owned() })
    }

    /// Unknown.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        None
    }

    /// Unknown.
    #[must_use]
    pub fn exited(&self) -> Option<String> {
        None
    }

    /// Never resolves.
    pub async fn ended(&self) -> String {
        pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::server::{Backend, BucketMode, DockerSettings, RuntimeChoice};

    fn settings(target: &str) -> RuntimeSettings {
        RuntimeSettings {
            run_id: "test".to_owned(),
            choice: RuntimeChoice::Auto,
            target: Target::parse(target).unwrap(),
            port: None,
            ready_timeout: Duration::from_millis(200),
            docker: DockerSettings::default(),
            drime: crate::server::DrimeSettings::default(),
            work_dir: PathBuf::new(),
            cache_dir: PathBuf::new(),
            watch: None,
        }
    }

    /// Answers every connection with the same text; the address.
    async fn listener(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        address
    }

    #[tokio::test]
    async fn a_server_that_answers_is_used_as_it_is() {
        let address = listener("HTTP/1.1 200 OK\r\n\r\n<ListAllMyBucketsResult/>").await;
        let runtime =
            ExternalRuntime::prepare(&settings(&format!("endpoint:http://me:hunter2@{address}"))).await.unwrap();
        let spec = ServerSpec {
            label: "test".to_owned(),
            backend: Backend::Local,
            bucket_mode: BucketMode::Custom,
            credentials: None,
            data_bytes: 0,
            largest_object_bytes: 0,
            objects: 100,
            yard: false,
            data_limit_bytes: None,
        };
        let server = runtime.start(&spec);
        assert_eq!(server.endpoint(), format!("http://{address}"));
        assert_eq!((server.usage(), server.exited(), server.started().attempts), (None, None, 1));
        assert!(matches!(server.restart(), Err(ExternalError::Unsupported { .. })));
        assert!(tokio::time::timeout(Duration::from_millis(20), server.ended()).await.is_err(), "nobody can tell");
        let told = format!("{:?} {:?} {server:?}", runtime.identity(), runtime.target());
        assert!(told.contains(&address) && !told.contains("hunter2"), "{told}");
    }

    #[tokio::test]
    async fn what_is_no_s3_server_is_refused_with_advice() {
        let address = listener("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>").await;
        let error = ExternalRuntime::prepare(&settings(&format!("endpoint:http://{address}"))).await.unwrap_err();
        assert!(matches!(error, ExternalError::NotReady(ReadyError::NotS3 { .. })), "{error:?}");
        assert_eq!(error.hint().as_deref(), Some("check the URL's port and path"));
        let error = ExternalRuntime::prepare(&settings("pypi:0.2.1")).await.unwrap_err();
        assert!(matches!(error, ExternalError::NotAnEndpoint { .. }), "{error:?}");
    }
}
