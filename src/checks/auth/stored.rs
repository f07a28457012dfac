//! Uploads that must come back as the content alone, whatever they were framed with.

use bytes::Bytes;

use super::old_object::unless_missing;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::few;
use crate::record::{Failure, Stop};
use crate::s3::{Delivery, Payload, RawRequest};

/// An upload and what must be stored by it.
pub(super) struct Upload {
    pub(super) what: String,
    pub(super) content: Bytes,
    pub(super) payload: Payload,
    pub(super) delivery: Delivery,
}

/// Sends each upload and reads it back; fails with a list of those that did not come back as they were.
pub(super) async fn all_stored(c: &CheckContext<'_>, what: &str, uploads: Vec<Upload>) -> Result<(), Stop> {
    let raw = c.raw();
    let (all, mut wrong) = (uploads.len(), Vec::new());
    for (index, upload) in uploads.into_iter().enumerate() {
        let key = format!("upload-{index}");
        c.writes(&key);
        let request = RawRequest::to_object("PUT", c.bucket(), &key).carrying(upload.payload);
        let Some(answer) = raw.deliver(&raw.prepare(&request)?, &upload.delivery).await? else { continue };
        unless_missing(what, &answer)?;
        if !answer.is_success() {
            wrong.push(("request-refused", format!("{}: {answer}", upload.what)));
            continue;
        }
        let body = c.get(&key, upload.content.len() + 2_000).await?;
        if body.bytes != upload.content {
            let framing = [&b"chunk-signature"[..], b"x-amz-checksum"];
            let framed = framing.iter().any(|mark| body.bytes.windows(mark.len()).any(|window| window == *mark));
            let how = if framed { ", framing among them" } else { "" };
            let stored = body.bytes.len();
            wrong.push((
                "stored-otherwise",
                format!("{}: {stored} of {} bytes are stored{how}", upload.what, upload.content.len()),
            ));
        }
    }
    // What is stored and wrong is worse than what is refused; which of them comes first depends on the network.
    wrong.sort_by_key(|(kind, _)| *kind != "stored-otherwise");
    let Some(&(kind, _)) = wrong.first() else { return Ok(()) };
    let list: Vec<_> = wrong.iter().map(|(_, text)| text).collect();
    let message = format!("{what} is not stored as it was meant in {} of {all} forms", wrong.len());
    Err(Failure::new(kind, message, "the content and nothing else", few(&list)).into())
}
