//! The S3 operations, one method each, with answers as plain values.

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, FsBuilder, Length};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::attributes::copy_source;
use super::file_sink::FileSink;
use super::{RequestError, S3};

/// Bytes of a file that are read or written at a time. Each time the work goes to another thread, and a request holds
/// this much in memory.
pub(super) const FILE_BUFFER_BYTES: usize = 1 << 20;

/// How long the server may take to show that it is there.
const REACHABLE_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
    /// `Content-Length`.
    pub size_bytes: Option<u64>,
    /// `Last-Modified`, in seconds since 1970.
    pub modified: Option<i64>,
}

/// A bucket as `ListBuckets` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBucket {
    pub name: String,
    /// `CreationDate`, in seconds since 1970.
    pub created: Option<i64>,
}

/// What the answer to `DeleteObjects` says about each key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteReport {
    pub deleted: Vec<String>,
    /// Key and reason.
    pub refused: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Downloaded {
    /// Bytes received; at most one chunk more than the limit.
    pub size_bytes: u64,
    /// Time from the request to the head of the answer.
    pub first_byte: Duration,
}

impl S3 {
    /// Runs a request with the client's deadline.
    ///
    /// The SDK's futures have tens of kilobytes. Boxed here, they do not make the futures of the checks as large.
    pub(super) fn within<'a, T: 'a, E>(
        &self,
        operation: &'static str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, RequestError>>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let deadline = self.deadline;
        async move {
            tokio::time::timeout(deadline, request)
                .await
                .map_err(|_| RequestError::Timeout { operation, after: deadline })?
                .map_err(|error| RequestError::from_sdk(operation, &error))
        }
        .boxed()
    }

    /// Whether the server answers within a few seconds, with any answer.
    pub async fn is_reachable(&self) -> bool {
        let ask = Self { deadline: self.deadline.min(REACHABLE_WITHIN), ..self.clone() };
        let answer = ask.within("ListBuckets", self.client.list_buckets().send()).await;
        !matches!(answer, Err(RequestError::Unreachable { .. } | RequestError::Timeout { .. }))
    }

    /// `ListBuckets`.
    pub async fn buckets(&self) -> Result<Vec<ListedBucket>, RequestError> {
        let output = self.within("ListBuckets", self.client.list_buckets().send()).await?;
        let listed = |bucket: &aws_sdk_s3::types::Bucket| {
            let created = bucket.creation_date().map(aws_sdk_s3::primitives::DateTime::secs);
            Some(ListedBucket { name: bucket.name()?.to_owned(), created })
        };
        Ok(output.buckets().iter().filter_map(listed).collect())
    }

    /// The names that `ListBuckets` shows.
    pub async fn bucket_names(&self) -> Result<Vec<String>, RequestError> {
        Ok(self.buckets().await?.into_iter().map(|bucket| bucket.name).collect())
    }

    pub async fn create_bucket(&self, bucket: &str) -> Result<(), RequestError> {
        self.within("CreateBucket", self.client.create_bucket().bucket(bucket).send()).await.map(drop)
    }

    /// `HeadBucket`.
    pub async fn bucket_exists(&self, bucket: &str) -> Result<bool, RequestError> {
        present(self.within("HeadBucket", self.client.head_bucket().bucket(bucket).send()).await)
            .map(|found| found.is_some())
    }

    pub async fn delete_bucket(&self, bucket: &str) -> Result<(), RequestError> {
        self.within("DeleteBucket", self.client.delete_bucket().bucket(bucket).send()).await.map(drop)
    }

    /// `PutObject` from memory. Returns the ETag of the answer as sent.
    pub async fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> Result<Option<String>, RequestError> {
        self.put_stream(bucket, key, ByteStream::from(bytes)).await
    }

    /// `PutObject` from a file of a known size, streamed. Returns the ETag of the answer as sent.
    pub async fn put_file(
        &self,
        bucket: &str,
        key: &str,
        path: &Path,
        size_bytes: u64,
    ) -> Result<Option<String>, RequestError> {
        let local = |message: String| RequestError::Local {
            operation: "PutObject",
            message: format!("{}: {message}", path.display()),
        };
        let stream = if size_bytes <= FILE_BUFFER_BYTES as u64 {
            ByteStream::from(tokio::fs::read(path).await.map_err(|error| local(error.to_string()))?)
        } else {
            let file = FsBuilder::new().path(path).length(Length::Exact(size_bytes)).buffer_size(FILE_BUFFER_BYTES);
            file.build().await.map_err(|error| local(error.to_string()))?
        };
        self.put_stream(bucket, key, stream).await
    }

    async fn put_stream(&self, bucket: &str, key: &str, body: ByteStream) -> Result<Option<String>, RequestError> {
        self.send_put(self.client.put_object().bucket(bucket).key(key).body(body)).await
    }

    /// Every `PutObject` goes this way, with an unsigned payload.
    pub(super) async fn send_put(&self, request: PutObjectFluentBuilder) -> Result<Option<String>, RequestError> {
        let output = self.within("PutObject", request.customize().disable_payload_signing().send()).await?;
        Ok(output.e_tag)
    }

    /// `GetObject` into memory. Stops after the chunk that exceeds `limit_bytes`.
    pub async fn get(&self, bucket: &str, key: &str, limit_bytes: u64) -> Result<Body, RequestError> {
        const OPERATION: &str = "GetObject";
        let read = async {
            let request = self.client.get_object().bucket(bucket).key(key);
            let output = self.within(OPERATION, request.send()).await?;
            Ok(Body { bytes: collected(OPERATION, output.body, limit_bytes).await?, etag: output.e_tag })
        };
        self.bounded(OPERATION, read).await
    }

    /// `GetObject` into a file, streamed. Stops after the chunk that exceeds `limit_bytes`.
    pub async fn get_to_file(
        &self,
        bucket: &str,
        key: &str,
        path: &Path,
        limit_bytes: u64,
    ) -> Result<Downloaded, RequestError> {
        const OPERATION: &str = "GetObject";
        let local = |error: std::io::Error| RequestError::Local {
            operation: OPERATION,
            message: format!("{}: {error}", path.display()),
        };
        let read = async {
            let started = Instant::now();
            let mut output = self.within(OPERATION, self.client.get_object().bucket(bucket).key(key).send()).await?;
            let first_byte = started.elapsed();
            let mut file = FileSink::new(path);
            while let Some(chunk) = output.body.next().await {
                let chunk = chunk.map_err(|error| broken_body(OPERATION, &error))?;
                file.take(&chunk).await.map_err(local)?;
                if file.size_bytes > limit_bytes {
                    break;
                }
            }
            let size_bytes = file.finish().await.map_err(local)?;
            Ok(Downloaded { size_bytes, first_byte })
        };
        self.bounded(OPERATION, read).await
    }

    /// `None` if the answer is 404.
    pub async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, RequestError> {
        let output =
            present(self.within("HeadObject", self.client.head_object().bucket(bucket).key(key).send()).await)?;
        Ok(output.map(|output| Head {
            etag: output.e_tag,
            size_bytes: output.content_length.and_then(|length| u64::try_from(length).ok()),
            modified: output.last_modified.map(|instant| instant.secs()),
        }))
    }

    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), RequestError> {
        self.within("DeleteObject", self.client.delete_object().bucket(bucket).key(key).send()).await.map(drop)
    }

    /// `DeleteObjects`. Returns the keys that the server did not delete, each with its reason.
    pub async fn delete_many(&self, bucket: &str, keys: &[String]) -> Result<Vec<(String, String)>, RequestError> {
        self.delete_reporting(bucket, keys, false).await.map(|report| report.refused)
    }

    pub async fn delete_reporting(
        &self,
        bucket: &str,
        keys: &[String],
        quiet: bool,
    ) -> Result<DeleteReport, RequestError> {
        const OPERATION: &str = "DeleteObjects";
        let local = |error: aws_sdk_s3::error::BuildError| RequestError::Local {
            operation: OPERATION,
            message: error.to_string(),
        };
        let objects = keys
            .iter()
            .map(|key| ObjectIdentifier::builder().key(key).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(local)?;
        let delete = Delete::builder().set_objects(Some(objects)).set_quiet(quiet.then_some(true)).build();
        let request = self.client.delete_objects().bucket(bucket).delete(delete.map_err(local)?);
        let output = self.within(OPERATION, request.send()).await?;
        let reason = |error: &aws_sdk_s3::types::Error| {
            format!("{}: {}", error.code().unwrap_or("(no code)"), error.message().unwrap_or_default())
        };
        Ok(DeleteReport {
            deleted: output.deleted().iter().filter_map(|deleted| deleted.key().map(str::to_owned)).collect(),
            refused: output
                .errors()
                .iter()
                .map(|error| (error.key().unwrap_or_default().to_owned(), reason(error)))
                .collect(),
        })
    }

    /// `CopyObject` within a bucket. Returns the ETag of the answer as sent.
    pub async fn copy(&self, bucket: &str, source: &str, destination: &str) -> Result<Option<String>, RequestError> {
        let request =
            self.client.copy_object().bucket(bucket).key(destination).copy_source(copy_source(bucket, source));
        let output = self.within("CopyObject", request.send()).await?;
        Ok(output.copy_object_result.and_then(|result| result.e_tag))
    }

    /// Applies the client's deadline to a request whose body is read here.
    pub(super) async fn bounded<T>(
        &self,
        operation: &'static str,
        request: impl Future<Output = Result<T, RequestError>>,
    ) -> Result<T, RequestError> {
        tokio::time::timeout(self.deadline, request)
            .await
            .unwrap_or(Err(RequestError::Timeout { operation, after: self.deadline }))
    }
}

/// Stops after the chunk that exceeds the limit.
pub(super) async fn collected(
    operation: &'static str,
    mut body: ByteStream,
    limit_bytes: u64,
) -> Result<Bytes, RequestError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| broken_body(operation, &error))?);
        if bytes.len() as u64 > limit_bytes {
            break;
        }
    }
    Ok(bytes.into())
}

fn broken_body(operation: &'static str, error: &dyn std::error::Error) -> RequestError {
    let cause = std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string);
    RequestError::Broken { operation, message: format!("the body broke off: {}", cause.unwrap_or_default()) }
}

/// Turns a 404 into `None`.
fn present<T>(answer: Result<T, RequestError>) -> Result<Option<T>, RequestError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}
