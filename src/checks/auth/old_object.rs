//! The object that was there before: whatever is refused, or breaks off, leaves its bytes and its ETag.

use bytes::Bytes;

use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_etag};
use crate::checks::refusal::{Refusal, refused};
use crate::record::Stop;
use crate::s3::{Prepared, Raw, RawAnswer};

/// An object that must survive.
pub(super) struct OldObject {
    bytes: Bytes,
    etag: Option<String>,
}

impl OldObject {
    pub(super) const KEY: &str = "kept";

    pub(super) async fn store(c: &CheckContext<'_>) -> Result<Self, Stop> {
        let bytes = c.bytes("kept", 3_000);
        let etag = c.put(Self::KEY, &bytes).await?;
        Ok(Self { bytes, etag })
    }

    /// Fails the check unless bytes and ETag are the same as before.
    pub(super) async fn remains(&self, c: &CheckContext<'_>, after: &str) -> Result<(), Stop> {
        let message = format!("the object that was there is gone after {after}");
        ensure(c.finds(Self::KEY).await?, "object-lost", message, "the old object", "404")?;
        let body = c.get(Self::KEY, self.bytes.len()).await?;
        same(format!("the object that was there, after {after}"), &self.bytes, &body.bytes)?;
        let message = format!("the ETag of the object that was there is another one after {after}");
        same_etag("etag-changed", message, self.etag.as_deref(), body.etag.as_deref())
    }

    /// Sends a request on this object that must be refused, and looks at what became of the object.
    pub(super) async fn survives(
        &self,
        c: &CheckContext<'_>,
        raw: &Raw,
        request: &Prepared,
        what: &str,
    ) -> Result<(), Stop> {
        let answer = raw.send(request).await?;
        refused(what, &answer, Refusal::ANY)?;
        self.remains(c, what).await?;
        unless_missing(what, &answer)
    }
}

/// Skips a check if the server says openly that it does not have that feature.
pub(super) fn unless_missing(what: &str, answer: &RawAnswer) -> Result<(), Stop> {
    if answer.status == 501 {
        return Err(Stop::Skipped(format!("not implemented, says the server: {what}")));
    }
    Ok(())
}

/// Fails a check unless nothing is stored under a key.
pub(super) async fn nothing_under(c: &CheckContext<'_>, key: &str, after: &str) -> Result<(), Stop> {
    let found = c.s3.head(c.bucket(), key).await?;
    let actual = found.map_or_else(String::new, |head| format!("an object of {:?} bytes", head.size_bytes));
    ensure(actual.is_empty(), "refused-and-stored", format!("there is an object after {after}"), "404", actual)
}
