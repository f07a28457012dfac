//! Where a check applies, what it needs, and whether others may run beside it.

use super::capability::Capability;
use crate::server::{Backend, EtagProfile};

/// Entries say how they differ from [`ANYWHERE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) backends: Backends,
    pub(super) needs: Needs,
    pub(super) alone: bool,
    pub(super) explained_by: &'static [&'static str],
}

/// Every backend, nothing that the server may lack, beside other checks.
pub(super) const ANYWHERE: Scope =
    Scope { backends: Backends::All, needs: Needs::Nothing, alone: false, explained_by: &[] };

impl Scope {
    pub(super) const fn on(self, backends: Backends) -> Self {
        Self { backends, ..self }
    }

    pub(super) const fn needing(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    /// The check restarts the server, measures it or fills its disk: no other check of the suite is under way meanwhile.
    pub(super) const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// Checks of other kinds whose failure would explain a failure of this one, each as `kind::name`. A check that the workflow does
    /// without is none: where it fails and the workflow passes, it explains nothing.
    pub(super) const fn explained_by(self, checks: &'static [&'static str]) -> Self {
        Self { explained_by: checks, ..self }
    }
}

/// The backends on which the rule of a check holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backends {
    All,
    /// The ETag of a simple upload is the MD5 of the content.
    WithMd5Etags,
    /// The ETag says nothing about the content.
    WithOpaqueEtags,
    /// The server stores on its own disk: it can be filled, and a second server can share it.
    OnOwnDisk,
    /// Storing is quick. On the others the check takes minutes, and finds nothing that another check does not find there.
    Quick,
}

impl Backends {
    pub(super) fn have(self, backend: Backend) -> bool {
        match self {
            Self::All => true,
            Self::WithMd5Etags => backend.etag_profile() == EtagProfile::Md5,
            Self::WithOpaqueEtags => backend.etag_profile() == EtagProfile::Opaque,
            Self::OnOwnDisk | Self::Quick => !backend.is_drime(),
        }
    }
}

/// What is asked before the body of a check runs; without it the check is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// s3ci runs the server, and can end it and start it again.
    Restart,
    /// The server offers this.
    Offered(Capability),
    /// The server does not offer this.
    NotOffered(Capability),
    /// The user asked for large files.
    LargeFiles,
}

impl Needs {
    /// How many times as long as usual the check, and each of its commands, may take.
    pub(super) fn patience(self) -> u32 {
        if self == Self::LargeFiles { 3 } else { 1 }
    }
}
