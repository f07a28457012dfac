//! A connection to a URL's host, in plain text or over TLS as the URL says.

use std::io;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Address;

/// A connection, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Knows how to reach one address.
#[derive(Clone)]
pub(super) struct Dialler {
    pub(super) address: Address,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl std::fmt::Debug for Dialler {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Dialler").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Dialler {
    /// Prepares for an address; for TLS this loads the system's certificates, or those of `SSL_CERT_FILE`. The error says what is wrong.
    pub(super) fn new(address: Address) -> Result<Self, String> {
        if address.tls { Self::trusting(system_roots()?, address) } else { Ok(Self { address, tls: None }) }
    }

    /// Prepares for an address with TLS whose certificate one of these has issued.
    pub(super) fn trusting(roots: RootCertStore, address: Address) -> Result<Self, String> {
        let tls = Some(tls_connector(roots, &address.host)?);
        Ok(Self { address, tls })
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.address.host.as_str(), self.address.port)).await?;
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
            None => Box::new(stream),
        })
    }
}

fn system_roots() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let none = || "no trusted certificates found".to_owned();
        return Err(found.errors.first().map_or_else(none, ToString::to_string));
    }
    Ok(roots)
}

fn tls_connector(roots: RootCertStore, host: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}
