//! One try: a connection of its own, one request, one look at the answer.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::ReadyError;
use super::answer::{Answer, judge};
use crate::server::address::Address;
use crate::server::dial::Dialler;

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

/// Asks one address.
pub(super) struct Inquirer(Dialler);

impl Inquirer {
    /// Prepares for an address.
    pub(super) fn new(address: Address) -> Result<Self, ReadyError> {
        Dialler::new(address).map(Self).map_err(|problem| ReadyError::Tls { problem })
    }

    /// Tries once.
    pub(super) async fn attempt(&self) -> Attempt {
        let exchanged = async { self.ask(self.0.connect().await?).await };
        match exchanged.await {
            Ok(attempt) => attempt,
            Err(error) if is_untrusted(&error) => Attempt::Untrusted(error.to_string()),
            Err(error) => Attempt::Silent(error.to_string()),
        }
    }

    async fn ask(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<Attempt> {
        let Address { path, authority, .. } = &self.0.address;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::RootCertStore;
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

    fn inquirer(host: &str, port: u16, roots: &[&'static [u8]]) -> Inquirer {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().map(|root| CertificateDer::from(*root)));
        let address = Address::parse(&format!("https://{host}:{port}")).unwrap();
        Inquirer(Dialler::trusting(store, address).unwrap())
    }

    #[tokio::test]
    async fn a_trusted_server_is_heard_over_tls() {
        let attempt = inquirer("127.0.0.1", listener(ANSWER).await, &[CERTIFICATE]).attempt().await;
        assert!(matches!(attempt, Attempt::Ready), "{attempt:?}");
    }

    #[tokio::test]
    async fn an_answer_that_ends_rudely_is_still_described() {
        let port = listener(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>").await;
        let attempt = inquirer("127.0.0.1", port, &[CERTIFICATE]).attempt().await;
        assert!(matches!(&attempt, Attempt::Foreign(page) if page.ends_with("<html>")), "{attempt:?}");
    }

    #[tokio::test]
    async fn an_untrusted_server_is_not_asked_again() {
        let attempt = inquirer("127.0.0.1", listener(ANSWER).await, &[]).attempt().await;
        assert!(matches!(attempt, Attempt::Untrusted(_)), "{attempt:?}");
        let attempt = inquirer("localhost", listener(ANSWER).await, &[CERTIFICATE]).attempt().await;
        assert!(matches!(attempt, Attempt::Untrusted(_)), "the name differs: {attempt:?}");
    }
}
