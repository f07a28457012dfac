//! One try: a connection of its own, one request, one look at the answer.

use std::io;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::ReadyError;
use super::address::Address;
use super::answer::{Answer, judge};

/// What one try found.
#[derive(Debug)]
pub(super) enum Attempt {
    /// An S3 server answered.
    Ready,
    /// Something else answered, described.
    Foreign(String),
    /// Nothing answered, and why.
    Silent(String),
    /// The peer's certificate is not trusted; trying again will not help.
    Untrusted(String),
}

/// Knows how to reach one address.
pub(super) struct Dialler {
    address: Address,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Dialler {
    /// Prepares for an address; for TLS this loads the system's certificates, or those of `SSL_CERT_FILE`.
    pub(super) fn new(address: Address) -> Result<Self, ReadyError> {
        if address.tls { Self::trusting(system_roots()?, address) } else { Ok(Self { address, tls: None }) }
    }

    fn trusting(roots: RootCertStore, address: Address) -> Result<Self, ReadyError> {
        let tls = Some(tls_connector(roots, &address.host)?);
        Ok(Self { address, tls })
    }

    /// Tries once.
    pub(super) async fn attempt(&self) -> Attempt {
        let exchanged = async {
            let stream = TcpStream::connect((self.address.host.as_str(), self.address.port)).await?;
            stream.set_nodelay(true)?;
            match &self.tls {
                Some((connector, name)) => self.ask(connector.connect(name.clone(), stream).await?).await,
                None => self.ask(stream).await,
            }
        };
        match exchanged.await {
            Ok(attempt) => attempt,
            Err(error) if is_untrusted(&error) => Attempt::Untrusted(error.to_string()),
            Err(error) => Attempt::Silent(error.to_string()),
        }
    }

    async fn ask(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<Attempt> {
        let Address { path, authority, .. } = &self.address;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: s3ci\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut received = Vec::new();
        loop {
            received.reserve(4 << 10);
            let ended = match stream.read_buf(&mut received).await {
                Ok(length) => length == 0,
                Err(_) if !received.is_empty() => true,
                Err(error) => return Err(error),
            };
            if ended && received.is_empty() {
                return Ok(Attempt::Silent("the connection was closed without an answer".to_owned()));
            }
            match judge(&received, ended) {
                Answer::S3 => return Ok(Attempt::Ready),
                Answer::Foreign(answer) => return Ok(Attempt::Foreign(answer)),
                Answer::Incomplete => {}
            }
        }
    }
}

fn is_untrusted(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

fn system_roots() -> Result<RootCertStore, ReadyError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let none = || "no trusted certificates found".to_owned();
        return Err(ReadyError::Tls { problem: found.errors.first().map_or_else(none, ToString::to_string) });
    }
    Ok(roots)
}

fn tls_connector(roots: RootCertStore, host: &str) -> Result<(TlsConnector, ServerName<'static>), ReadyError> {
    let failed = |problem: String| ReadyError::Tls { problem };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    const CERTIFICATE: &[u8] = include_bytes!("../../../tests/data/tls/certificate.der");
    const KEY: &[u8] = include_bytes!("../../../tests/data/tls/key.der");
    const ANSWER: &[u8] = b"HTTP/1.1 403 Forbidden\r\n\r\n<Error><Code>AccessDenied</Code></Error>";

    /// Answers one connection over TLS, and closes it without saying so in TLS; its port.
    async fn listener(answer: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], PrivatePkcs8KeyDer::from(KEY).into())
            .unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return };
            let _ = stream.read(&mut [0; 1024]).await;
            stream.write_all(answer).await.unwrap();
            stream.flush().await.unwrap();
        });
        port
    }

    fn dialler(host: &str, port: u16, roots: &[&'static [u8]]) -> Dialler {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().map(|root| CertificateDer::from(*root)));
        let address = Address::parse(&format!("https://{host}:{port}")).unwrap();
        Dialler::trusting(store, address).unwrap()
    }

    #[tokio::test]
    async fn a_trusted_server_is_heard_over_tls() {
        let attempt = dialler("127.0.0.1", listener(ANSWER).await, &[CERTIFICATE]).attempt().await;
        assert!(matches!(attempt, Attempt::Ready), "{attempt:?}");
    }

    #[tokio::test]
    async fn an_answer_that_ends_rudely_is_still_described() {
        let port = listener(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>").await;
        let attempt = dialler("127.0.0.1", port, &[CERTIFICATE]).attempt().await;
        assert!(matches!(&attempt, Attempt::Foreign(page) if page.ends_with("<html>")), "{attempt:?}");
    }

    #[tokio::test]
    async fn an_untrusted_server_is_not_asked_again() {
        let attempt = dialler("127.0.0.1", listener(ANSWER).await, &[]).attempt().await;
        assert!(matches!(attempt, Attempt::Untrusted(_)), "{attempt:?}");
        let attempt = dialler("localhost", listener(ANSWER).await, &[CERTIFICATE]).attempt().await;
        assert!(matches!(attempt, Attempt::Untrusted(_)), "the name differs: {attempt:?}");
    }
}
