//! Reads of a range of an object, and reads and writes under a condition.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::operations::collected;
use super::{Body, RequestError, S3};

const GET: &str = "GetObject";

/// The answer to a request for a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// 206 for a range, 200 for the whole object.
    pub status: u16,
    /// `Content-Range` as sent.
    pub content_range: Option<String>,
    pub bytes: Bytes,
}

/// A condition on the ETag of an object that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// `If-Match`.
    Matches(&'a str),
    /// `If-None-Match`.
    MatchesNot(&'a str),
}

impl S3 {
    /// `GetObject` with a `Range`. Stops after the chunk that exceeds `limit_bytes`.
    pub async fn get_range(
        &self,
        bucket: &str,
        key: &str,
        range: &str,
        limit_bytes: u64,
    ) -> Result<Part, RequestError> {
        let status = StatusNote::default();
        let read = async {
            let request = self.client.get_object().bucket(bucket).key(key).range(range);
            let output = self.within(GET, request.customize().interceptor(status.clone()).send()).await?;
            let bytes = collected(GET, output.body, limit_bytes).await?;
            Ok(Part { status: status.status(), content_range: output.content_range, bytes })
        };
        self.bounded(GET, read).await
    }

    /// `GetObject` under a condition. Stops after the chunk that exceeds `limit_bytes`.
    ///
    /// # Errors
    /// If the condition does not hold, the server refuses with 304 or 412.
    pub async fn get_if(
        &self,
        bucket: &str,
        key: &str,
        condition: Condition<'_>,
        limit_bytes: u64,
    ) -> Result<Body, RequestError> {
        let request = self.client.get_object().bucket(bucket).key(key);
        let request = match condition {
            Condition::Matches(tag) => request.if_match(tag),
            Condition::MatchesNot(tag) => request.if_none_match(tag),
        };
        let read = async {
            let output = self.within(GET, request.send()).await?;
            Ok(Body { bytes: collected(GET, output.body, limit_bytes).await?, etag: output.e_tag })
        };
        self.bounded(GET, read).await
    }

    /// `PutObject` whose body stops half way until `gate` is ready.
    pub async fn put_stalling(
        &self,
        bucket: &str,
        key: &str,
        bytes: Bytes,
        gate: impl Future<Output = ()> + Send + Sync + 'static,
    ) -> Result<Option<String>, RequestError> {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let (first, second) = (bytes.slice(..bytes.len() / 2), bytes.slice(bytes.len() / 2..));
        let rest = async move {
            gate.await;
            Ok::<_, Infallible>(Frame::data(second))
        };
        let frames = stream::iter([Ok(Frame::data(first))]).chain(stream::once(rest));
        let body = ByteStream::new(SdkBody::from_body_1_x(StreamBody::new(frames)));
        self.send_put(self.client.put_object().bucket(bucket).key(key).content_length(length).body(body)).await
    }

    /// `PutObject` with `If-None-Match: *`.
    ///
    /// # Errors
    /// If the key has an object, the server refuses with 412.
    pub async fn put_if_absent(&self, bucket: &str, key: &str, bytes: Bytes) -> Result<Option<String>, RequestError> {
        let request = self.client.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes)).if_none_match("*");
        self.send_put(request).await
    }
}

/// Takes the status from the answer, because the SDK does not return it.
#[derive(Debug, Clone, Default)]
pub(super) struct StatusNote(Arc<AtomicU16>);

impl StatusNote {
    pub(super) fn status(&self) -> u16 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for StatusNote {
    fn name(&self) -> &'static str {
        "StatusNote"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.store(context.response().status().as_u16(), Ordering::Relaxed);
        Ok(())
    }
}
