//! An endpoint as a host: a server that somebody else runs.
//!
//! Owns the check that an S3 server answers there. Deliberately absent: any control over it. It is neither started nor stopped, its log
//! and its usage are unknown, and an end of it shows as requests that fail.

use std::future::pending;
use std::time::Duration;

use async_trait::async_trait;

use super::address::without_userinfo;
use super::clients::{StartedAgent, ToolboxSpec};
use super::error::ServerError;
use super::host::{Host, Server, Volume};
use super::ready::wait_until_ready;
use super::settings::RuntimeSettings;
use super::spec::{ServerSpec, Shutdown};
use crate::event::Events;
use crate::record::{HarnessTiming, RuntimeIdentity, RuntimeKind, ServerStart, TargetIdentity};

/// An endpoint at which an S3 server has answered.
#[derive(Debug, Clone)]
pub(super) struct EndpointHost {
    endpoint: String,
    started: ServerStart,
}

impl EndpointHost {
    /// Waits for an S3 answer at the endpoint, over TLS where the URL says https.
    pub(super) async fn prepare(url: &str, ready_timeout: Duration) -> Result<Self, ServerError> {
        let endpoint = without_userinfo(url);
        let started = wait_until_ready(&endpoint, ready_timeout, pending()).await;
        Ok(Self { endpoint, started: started.map_err(ServerError::EndpointNotReady)? })
    }
}

#[async_trait]
impl Host for EndpointHost {
    fn identity(&self) -> RuntimeIdentity {
        RuntimeIdentity { kind: RuntimeKind::Endpoint, isolated: false, detail: self.endpoint.clone() }
    }

    fn target(&self) -> TargetIdentity {
        let spec = format!("endpoint:{}", self.endpoint);
        TargetIdentity { spec, version: None, commit: None, source_digest: None, image: None }
    }

    /// The first answer.
    fn timings(&self) -> Vec<HarnessTiming> {
        vec![HarnessTiming { name: "endpoint".to_owned(), duration_ns: self.started.ready_ns }]
    }

    async fn beside(&self, _: &RuntimeSettings, _: &Events) -> Result<Box<dyn Host>, ServerError> {
        Err(ServerError::NotOurs { what: "start another server beside" })
    }

    /// The server behind the endpoint, whatever was asked for: it is as its owner set it up.
    async fn start(&self, _: &ServerSpec, _: Option<&Volume>) -> Result<Box<dyn Server>, ServerError> {
        Ok(Box::new(EndpointServer(self.clone())))
    }

    async fn volume(&self, _: &ServerSpec) -> Result<Option<Volume>, ServerError> {
        Ok(None)
    }

    async fn clients(&self, _: &dyn Server, _: &ToolboxSpec, _: &Events) -> Result<Option<StartedAgent>, ServerError> {
        Ok(None)
    }

    async fn close(self: Box<Self>) -> Result<(), ServerError> {
        Ok(())
    }
}

/// The server behind the endpoint.
struct EndpointServer(EndpointHost);

#[async_trait]
impl Server for EndpointServer {
    fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    fn started(&self) -> &ServerStart {
        &self.0.started
    }

    fn supports_restart(&self) -> bool {
        false
    }

    async fn restart(&self, _: Shutdown) -> Result<(), ServerError> {
        Err(ServerError::NotOurs { what: "restart" })
    }

    fn exited(&self) -> Option<String> {
        None
    }

    async fn ended(&self) -> String {
        pending().await
    }

    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::server::ready::ReadyError;
    use crate::server::spec::{Backend, BucketMode};

    const SHORT: Duration = Duration::from_millis(200);

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
        let host = EndpointHost::prepare(&format!("http://me:hunter2@{address}"), SHORT).await.unwrap();
        let spec = ServerSpec {
            label: "test".to_owned(),
            backend: Backend::Local,
            bucket_mode: BucketMode::Custom,
            credentials: None,
            data_bytes: 0,
            largest_object_bytes: 0,
            objects: 100,
            canaries: false,
            data_limit_bytes: None,
        };
        let server = host.start(&spec, None).await.unwrap();
        assert_eq!(server.endpoint(), format!("http://{address}"));
        assert_eq!((server.usage().await, server.exited(), server.started().attempts), (None, None, 1));
        assert!(matches!(server.restart(Shutdown::Orderly).await, Err(ServerError::NotOurs { .. })));
        assert!(tokio::time::timeout(Duration::from_millis(20), server.ended()).await.is_err(), "nobody can tell");
        let told = format!("{:?} {:?} {server:?}", host.identity(), host.target());
        assert!(told.contains(&address) && !told.contains("hunter2"), "{told}");
    }

    #[tokio::test]
    async fn what_is_no_s3_server_is_refused_with_advice() {
        let address = listener("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>").await;
        let error = EndpointHost::prepare(&format!("http://{address}"), SHORT).await.unwrap_err();
        assert!(matches!(error, ServerError::EndpointNotReady(ReadyError::NotS3 { .. })), "{error:?}");
        assert_eq!(error.hint().as_deref(), Some("check the URL's port and path"));
    }
}
