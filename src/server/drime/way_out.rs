//! What a server needs to reach the Drime cloud: certificates to trust, and a proxy.
//!
//! Deliberately absent: a proxy for the few requests that s3ci itself makes, and any of this for a server that stores elsewhere.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{DrimeError, Secret};
use crate::server::certificates::only_certificates;

/// The variables that name a proxy and its exceptions. Libraries read them in either check.
pub const PROXY_VARIABLES: [&str; 2] = ["HTTPS_PROXY", "NO_PROXY"];

/// Variables by which the libraries of Python find certificates.
const CERTIFICATE_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/// The way out of this machine. The default is a straight one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WayOut {
    /// Certificates to trust in place of the system's, in PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Values of [`PROXY_VARIABLES`]; a proxy's address may hold a password.
    pub proxy: Vec<(&'static str, Secret)>,
}

impl WayOut {
    /// The variables of a server that finds the certificates at a path.
    pub(in crate::server) fn environment(&self, certificates: &Path) -> Vec<(&'static str, String)> {
        let proxy = self.proxy.iter().map(|(name, value)| (*name, value.reveal().to_owned()));
        let bundle = self.ca_bundle.iter().flat_map(|_| CERTIFICATE_VARIABLES);
        proxy.chain(bundle.map(|name| (name, certificates.display().to_string()))).collect()
    }

    /// The certificates and nothing else that the file may hold, without empty lines; nothing where no file is named.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has none.
    pub(in crate::server) fn certificates(&self) -> Result<String, DrimeError> {
        let Some(path) = &self.ca_bundle else { return Ok(String::new()) };
        let wrong = |problem: String| DrimeError::Certificates { path: path.clone(), problem };
        let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let certificates = only_certificates(&String::from_utf8_lossy(&text));
        if certificates.is_empty() {
            Err(wrong("there is no certificate in PEM in it".to_owned()))
        } else {
            Ok(certificates)
        }
    }

    /// The issuers that s3ci itself trusts here; `None` if no file is named, and then it trusts the usual ones.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has no usable certificate.
    pub(super) fn roots(&self) -> Result<Option<RootCertStore>, DrimeError> {
        let Some(path) = &self.ca_bundle else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        let certificates = self.certificates()?;
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(certificates.as_bytes()).flatten());
        if roots.is_empty() {
            let problem = "none of its certificates can be used".to_owned();
            return Err(DrimeError::Certificates { path: path.clone(), problem });
        }
        Ok(Some(roots))
    }

    /// What must not appear in a log.
    pub(in crate::server) fn secrets(&self) -> impl Iterator<Item = String> {
        let passwords = self.proxy.iter().filter_map(|(_, value)| {
            let (userinfo, _) =
                value.reveal().split_once("://").map_or(value.reveal(), |(_, rest)| rest).rsplit_once('@')?;
            Some(userinfo.split_once(':').map_or(userinfo, |(_, password)| password).to_owned())
        });
        passwords.filter(|password| !password.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_the_certificates_alone_are_handed_on() {
        let text = "a comment\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n\n-----BEGIN CERTIFICATE-----\r\nBBBB\r\n\r\n\
                    -----END CERTIFICATE-----\nanother\n";
        assert_eq!(only_certificates(text), "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n");
        let file = tempfile::NamedTempFile::new().unwrap();
        let way_out = WayOut { ca_bundle: Some(file.path().to_owned()), proxy: Vec::new() };
        assert!(matches!(way_out.certificates(), Err(DrimeError::Certificates { .. })));
        assert_eq!(WayOut::default().certificates().unwrap(), "");
    }

    #[test]
    fn a_proxys_password_is_a_secret_and_the_variables_are_those_that_are_set() {
        let proxy = |url: &str| WayOut { ca_bundle: None, proxy: vec![("HTTPS_PROXY", Secret::new(url))] };
        assert_eq!(proxy("http://me:pa:ss@proxy:3128").secrets().collect::<Vec<_>>(), ["pa:ss"]);
        assert_eq!(proxy("http://proxy:3128").secrets().count(), 0);
        assert_eq!(proxy("http://p").environment(Path::new("/c")), [("HTTPS_PROXY", "http://p".to_owned())]);
        let trusting = WayOut { ca_bundle: Some("ca.pem".into()), proxy: Vec::new() };
        let named = [("SSL_CERT_FILE", "/c".to_owned()), ("REQUESTS_CA_BUNDLE", "/c".to_owned())];
        assert_eq!(trusting.environment(Path::new("/c")), named);
    }
}
