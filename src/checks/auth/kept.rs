//! The object that was there before: whatever is refused, or breaks off, leaves its bytes and its tag.

use bytes::Bytes;

use crate::checks::check::CheckContext;
use crate::checks::judge::{ensure, ensure_content, ensure_same_tag, is_refusal};
use crate::record::{Failure, Stop};
use crate::s3::{Prepared, Raw, RawAnswer};

/// An object that must survive.
pub(super) struct Kept {
    pub(super) key: &'static str,
    pub(super) bytes: Bytes,
    tag: Option<String>,
}

impl Kept {
    /// Stores it.
    pub(super) async fn store(context: &CheckContext<'_>) -> Result<Self, Stop> {
        let (key, bytes) = ("kept", context.bytes("kept", 3_000));
        let tag = context.put(key, &bytes).await?;
        Ok(Self { key, bytes, tag })
    }

    /// Checks that bytes and tag are the same as before.
    pub(super) async fn remains(&self, context: &CheckContext<'_>, after: &str) -> Result<(), Stop> {
        if context.s3.head(context.bucket(), self.key).await?.is_none() {
            let message = format!("the object that was there is gone after {after}");
            return Err(Failure::new("object-lost", message, "the old object", "404").into());
        }
        let body = context.get(self.key, self.bytes.len()).await?;
        ensure_content(&format!("the object that was there, after {after}"), &self.bytes, &body.bytes)?;
        let message = format!("the tag of the object that was there is another one after {after}");
        ensure_same_tag("etag-changed", message, self.tag.as_deref(), body.etag.as_deref())
    }

    /// Sends a request on this object that must be refused, and looks at what became of the object.
    pub(super) async fn survives(
        &self,
        context: &CheckContext<'_>,
        raw: &Raw,
        request: &Prepared,
        what: &str,
    ) -> Result<(), Stop> {
        let answer = raw.send(request).await?;
        must_refuse(what, &answer)?;
        self.remains(context, what).await?;
        unless_missing(what, &answer)
    }
}

/// Fails a check unless an upload was refused with a client's error, or with the admission that the server has no such thing.
pub(super) fn must_refuse(what: &str, answer: &RawAnswer) -> Result<(), Stop> {
    let message = format!("{what} is accepted");
    ensure(!answer.is_success(), "accepted", message, "a refusal, and the old object", answer.to_string())?;
    let message = format!("{what} is not refused, but fails");
    ensure(is_refusal(answer.status), "refused-otherwise", message, "HTTP 4xx", answer.to_string())
}

/// Skips a check of which the server openly says that it has no such thing.
pub(super) fn unless_missing(what: &str, answer: &RawAnswer) -> Result<(), Stop> {
    if answer.status == 501 {
        return Err(Stop::Skipped(format!("not implemented, says the server: {what}")));
    }
    Ok(())
}

/// Fails a check unless nothing is stored under a key.
pub(super) async fn nothing_under(context: &CheckContext<'_>, key: &str, after: &str) -> Result<(), Stop> {
    let found = context.s3.head(context.bucket(), key).await?;
    let actual = found.map_or_else(String::new, |head| format!("an object of {:?} bytes", head.size_bytes));
    ensure(actual.is_empty(), "refused-and-stored", format!("there is an object after {after}"), "404", actual)
}
