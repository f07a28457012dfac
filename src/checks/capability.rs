//! What a server may lack without being wrong: asked for once in a suite, and only where a check depends on it.
//!
//! A server that lacks something has to say so (501) and to leave everything as it is. The answer is a result of its own in the
//! record, and decides which checks apply; whether a rule holds is for those checks to judge.

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::sync::OnceCell;

use super::SuiteContext;
use super::judge::OTHER_ETAG;
use crate::event::Event;
use crate::record::{CapabilityRecord, Stop, Support};
use crate::s3::{RequestError, S3, UploadedPart};

/// Key of the object that is asked about.
const KEY: &str = "capability";
/// An upload that no server has begun.
pub(super) const NO_SUCH_UPLOAD: &str = "s3ci-never-began-this-upload";

/// Something that a server may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capability {
    /// Uploads in parts.
    Multipart,
    /// `If-None-Match: *` on `PutObject`.
    ConditionalWrites,
    /// Tags of objects.
    Tagging,
}

impl Capability {
    fn name(self) -> &'static str {
        match self {
            Self::Multipart => "multipart",
            Self::ConditionalWrites => "conditional-writes",
            Self::Tagging => "tagging",
        }
    }

    /// What a reader calls it; a plural.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Multipart => "multipart uploads",
            Self::ConditionalWrites => "conditional writes",
            Self::Tagging => "tags of objects",
        }
    }
}

/// What asking showed.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// Whether it is offered.
    pub(super) support: Support,
    /// Whether checks about its rules apply. Where the server refuses to begin an upload, other checks judge that.
    pub(super) applies: bool,
    detail: String,
}

impl Offer {
    fn new(support: Support, applies: bool, detail: impl Into<String>) -> Self {
        Self { support, applies, detail: detail.into() }
    }
}

/// What is known of one server.
#[derive(Debug, Default)]
pub(super) struct Capabilities {
    multipart: OnceCell<Offer>,
    conditional_writes: OnceCell<Offer>,
    tagging: OnceCell<Offer>,
}

impl Capabilities {
    /// What the server offers: asked for the first time, by the client of the check that depends on it, and remembered from then on.
    pub(super) async fn offer(
        &self,
        context: &SuiteContext<'_>,
        s3: &S3,
        capability: Capability,
    ) -> Result<&Offer, Stop> {
        let cell = match capability {
            Capability::Multipart => &self.multipart,
            Capability::ConditionalWrites => &self.conditional_writes,
            Capability::Tagging => &self.tagging,
        };
        cell.get_or_try_init(async || {
            let offer = ask(context, s3, capability).await?;
            let Offer { support, detail, .. } = &offer;
            let (name, support, detail) = (capability.name().to_owned(), *support, detail.clone());
            let capability = CapabilityRecord { name, support, detail, expected: None };
            context.events.emit(Event::Capability { capability, exchanges: s3.exchanges() }).await;
            Ok(offer)
        })
        .await
    }
}

/// Asks on an object of its own in a bucket of its own.
async fn ask(context: &SuiteContext<'_>, s3: &S3, capability: Capability) -> Result<Offer, Stop> {
    let lease = context.leases.enter(context.bucket_name(), false);
    let object = Object { s3, bucket: lease.bucket(), old: Bytes::from_static(b"the old object") };
    object.s3.create_bucket(object.bucket).await?;
    lease.writes(KEY);
    object.s3.put(object.bucket, KEY, object.old.clone()).await?;
    Ok(match capability {
        Capability::Multipart => object.multipart().await?,
        Capability::ConditionalWrites => object.conditional_write().await?,
        Capability::Tagging => object.tags().await?,
    })
}

/// The object that is asked about.
struct Object<'a> {
    s3: &'a S3,
    bucket: &'a str,
    old: Bytes,
}

impl Object<'_> {
    async fn multipart(&self) -> Result<Offer, Stop> {
        let upload = match self.s3.create_upload(self.bucket, KEY).await {
            Ok(upload) => upload,
            Err(error) => return self.without_multipart(answered(error)?).await,
        };
        let new = Bytes::from_static(b"the new object, in one part");
        let uploaded = async {
            let part = self.s3.upload_part(self.bucket, KEY, &upload, 1, new.clone()).await?;
            self.s3.complete_upload(self.bucket, KEY, &upload, &[part]).await?;
            Ok::<_, RequestError>(self.s3.get(self.bucket, KEY, new.len() as u64).await?.bytes)
        };
        Ok(match uploaded.await {
            Ok(bytes) if bytes == new => Offer::new(Support::Supported, true, "an upload in one part is stored"),
            Ok(_) => Offer::new(Support::Broken, true, "an upload in one part is accepted and not stored"),
            Err(error) => {
                // It may be gone already.
                let _ = self.s3.abort_upload(self.bucket, KEY, &upload).await;
                Offer::new(Support::Broken, true, answered(error)?.to_string())
            }
        })
    }

    /// A server that does not begin an upload must refuse the rest of it as well.
    async fn without_multipart(&self, refusal: RequestError) -> Result<Offer, Stop> {
        for request in MultipartRequest::ALL {
            let answer = request.send(self.s3, self.bucket, KEY).await;
            let kept = self.is_old().await?;
            match answer {
                Ok(()) => {
                    let harm = if kept { "without effect" } else { "and destroys the object" };
                    let detail = format!("{} is accepted {harm}", request.name());
                    return Ok(Offer::new(Support::Broken, false, detail));
                }
                Err(error) if !kept => {
                    let detail = format!("{} is refused and destroys the object: {}", request.name(), answered(error)?);
                    return Ok(Offer::new(Support::Broken, false, detail));
                }
                Err(error) => drop(answered(error)?),
            }
        }
        Ok(Offer { applies: false, ..refused(&refusal) })
    }

    async fn conditional_write(&self) -> Result<Offer, Stop> {
        let answer = self.s3.put_if_absent(self.bucket, KEY, Bytes::from_static(b"another object")).await;
        let kept = self.is_old().await?;
        Ok(match answer {
            Ok(_) => {
                Offer::new(Support::Broken, true, "`If-None-Match: *` is ignored: an object that exists is overwritten")
            }
            Err(error) if !kept => {
                Offer::new(Support::Broken, true, format!("the object is overwritten in spite of {}", answered(error)?))
            }
            Err(error) if error.status() == Some(412) => {
                Offer::new(Support::Supported, true, "an object that exists is kept")
            }
            Err(error) => refused(&answered(error)?),
        })
    }

    async fn tags(&self) -> Result<Offer, Stop> {
        let tags = BTreeMap::from([("kind".to_owned(), "backup".to_owned())]);
        let answer = self.s3.put_tags(self.bucket, KEY, &tags).await;
        if !self.is_old().await? {
            return Ok(Offer::new(Support::Broken, true, "PutObjectTagging destroys the object"));
        }
        if let Err(error) = answer {
            return Ok(refused(&answered(error)?));
        }
        Ok(match self.s3.tags(self.bucket, KEY).await {
            Ok(found) if found == tags => Offer::new(Support::Supported, true, "tags come back"),
            Ok(_) => Offer::new(Support::Broken, true, "tags are accepted and do not come back"),
            Err(error) => Offer::new(Support::Broken, true, answered(error)?.to_string()),
        })
    }

    async fn is_old(&self) -> Result<bool, Stop> {
        match self.s3.get(self.bucket, KEY, 1_000).await {
            Ok(body) => Ok(body.bytes == self.old),
            Err(error) => answered(error).map(|_| false).map_err(Stop::from),
        }
    }
}

/// A refusal in S3's words, or in others.
fn refused(error: &RequestError) -> Offer {
    let lacking = is_not_implemented(error);
    let support = if lacking { Support::Unsupported } else { Support::Broken };
    Offer::new(support, !lacking, error.to_string())
}

/// Whether a server says that it lacks what was asked for.
pub(super) fn is_not_implemented(error: &RequestError) -> bool {
    error.status() == Some(501) && error.code() == Some("NotImplemented")
}

/// An error that is an answer; any other error says nothing about the server.
pub(super) fn answered(error: RequestError) -> Result<RequestError, RequestError> {
    match error {
        RequestError::Rejected { .. } | RequestError::Broken { .. } => Ok(error),
        other => Err(other),
    }
}

/// The requests of an upload, each of which could be mistaken for one to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MultipartRequest {
    /// Could be taken for anything that POST does.
    Create,
    /// Could be taken for `PutObject`.
    UploadPart,
    /// Could be taken for anything that POST does.
    Complete,
    /// Could be taken for `DeleteObject`.
    Abort,
}

impl MultipartRequest {
    /// All of them, in the order in which a client sends them.
    pub(super) const ALL: [Self; 4] = [Self::Create, Self::UploadPart, Self::Complete, Self::Abort];

    /// Name of the operation.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "CreateMultipartUpload",
            Self::UploadPart => "UploadPart",
            Self::Complete => "CompleteMultipartUpload",
            Self::Abort => "AbortMultipartUpload",
        }
    }

    /// Sends it; for an upload that was never begun where it does not begin one.
    pub(super) async fn send(self, s3: &S3, bucket: &str, key: &str) -> Result<(), RequestError> {
        let part = UploadedPart { number: 1, etag: Some(OTHER_ETAG.to_owned()) };
        match self {
            Self::Create => s3.create_upload(bucket, key).await.map(drop),
            Self::UploadPart => {
                let bytes = Bytes::from_static(b"a part of an upload that was never begun");
                s3.upload_part(bucket, key, NO_SUCH_UPLOAD, 1, bytes).await.map(drop)
            }
            Self::Complete => s3.complete_upload(bucket, key, NO_SUCH_UPLOAD, &[part]).await.map(drop),
            Self::Abort => s3.abort_upload(bucket, key, NO_SUCH_UPLOAD).await,
        }
    }
}
