//! What a check that stands alone is: one entry, which declares it, registers it, and says where it applies.
//!
//! Each family of checks is a file with one array of entries; the module above lists the arrays. A body is an async function or an
//! async closure. Deliberately absent: what a body is handed ([`CheckContext`]), and how it is run (`execution`).

use std::fmt;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::capability::Capability;
use super::check_context::CheckContext;
use crate::record::{CheckSpec, Severity, Stop};
use crate::server::{Backend, EtagProfile};

#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) rule: &'static str,
    pub(super) consequence: &'static str,
    pub(super) source: &'static str,
    pub(super) scope: Scope,
    pub(super) body: &'static dyn Body,
}

impl Check {
    pub(super) const fn spec(&self) -> CheckSpec {
        let Self { name, severity, rule, consequence, source, .. } = *self;
        CheckSpec { name, severity, rule, consequence, source }
    }
}

/// Where a check applies, what it needs, and whether others may run beside it. Entries say how they differ from [`ANYWHERE`].
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
    /// The ETag tells nothing of the content.
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

/// The body of a check: an async function of a [`CheckContext`], or whatever else runs on one.
pub(super) trait Body: Sync {
    fn run<'a>(&'a self, c: &'a CheckContext<'a>) -> BoxFuture<'a, Result<(), Stop>>;
}

impl fmt::Debug for dyn Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Body")
    }
}

/// An async function of a [`CheckContext`] whose future can move between threads, which `AsyncFn` cannot say.
pub(super) trait AsyncBody<'a>: Fn(&'a CheckContext<'a>) -> Self::Future {
    type Future: Future<Output = Result<(), Stop>> + Send + 'a;
}

impl<'a, F, R> AsyncBody<'a> for F
where
    F: Fn(&'a CheckContext<'a>) -> R,
    R: Future<Output = Result<(), Stop>> + Send + 'a,
{
    type Future = R;
}

impl<F> Body for F
where
    F: for<'a> AsyncBody<'a> + Sync,
{
    fn run<'a>(&'a self, c: &'a CheckContext<'a>) -> BoxFuture<'a, Result<(), Stop>> {
        self(c).boxed()
    }
}
