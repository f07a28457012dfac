//! What a client has to know to reach the server, and nothing else of the run.

use crate::server::Credentials;

#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) bucket: String,
    /// URL of the server, or of the proxy before it.
    pub(super) endpoint: String,
    /// What to sign with; nothing where the server lets in anybody.
    pub(super) credentials: Option<Credentials>,
    /// File of the certificate to trust, over TLS.
    pub(super) authority: Option<String>,
}
