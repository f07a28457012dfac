//! What a check that stands alone is: one entry, which declares it, registers it, and says where it applies.
//!
//! Each family of checks is a file with one array of entries; the module above lists the arrays. A body is an async function or an
//! async closure. Deliberately absent: what a body is handed ([`CheckContext`]), and how it is run (`execution`).

use std::fmt;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::check_context::CheckContext;
use super::scope::Scope;
use crate::record::{CheckSpec, Severity, Stop};

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
