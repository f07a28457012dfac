//! The requests on objects and listings with all that may be said in them, and their answers with all that is read from them.
//!
//! The other files have the requests as clients usually make them. The random programs of the model suites need everything.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use bytes::Bytes;

use super::attributes::copy_source;
use super::listing::{entries, truncated};
use super::operations::collected;
use super::selective::StatusNote;
use super::{Attributes, Listed, RequestError, S3};

/// What GET is asked for besides a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub range: Option<String>,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
}

/// What PUT says besides a content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    pub attributes: Attributes,
    pub tags: BTreeMap<String, String>,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHeaders {
    /// As sent, quotes included.
    pub etag: Option<String>,
    pub size_bytes: Option<u64>,
    /// Last-Modified, in seconds since 1970.
    pub modified: Option<i64>,
    pub attributes: Attributes,
}

/// An object, or a part of it, with its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeObject {
    pub headers: ObjectHeaders,
    /// 200, or 206 for a part.
    pub status: u16,
    pub content_range: Option<String>,
    pub bytes: Bytes,
}

/// What a page of a listing is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// `ListObjects`, and not `ListObjectsV2`.
    pub version_1: bool,
    pub prefix: String,
    pub delimiter: Option<String>,
    pub max_keys: Option<u32>,
    pub start_after: Option<String>,
    /// Where the page before said that this one begins.
    pub token: Option<String>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholePage {
    pub entries: Vec<Listed>,
    pub prefixes: Vec<String>,
    pub truncated: bool,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// The headers in the answers of GET and HEAD, whose types have nothing in common but the names of their fields.
macro_rules! headers {
    ($output:ident) => {
        ObjectHeaders {
            etag: $output.e_tag,
            size_bytes: $output.content_length.and_then(|length| u64::try_from(length).ok()),
            modified: $output.last_modified.map(|instant| instant.secs()),
            attributes: Attributes {
                content_type: $output.content_type,
                content_encoding: $output.content_encoding,
                cache_control: $output.cache_control,
                content_disposition: $output.content_disposition,
                metadata: $output.metadata.unwrap_or_default().into_iter().collect(),
            },
        }
    };
}

/// Tags as the header `x-amz-tagging` has them; none where there are none.
fn tagging(tags: &BTreeMap<String, String>) -> Option<String> {
    let encoded = |text: &str| copy_source("", text).trim_start_matches('/').replace('/', "%2F");
    let pairs: Vec<String> = tags.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

impl S3 {
    /// `GetObject`; at most `limit_bytes` of the content and what came with the chunk that passed them.
    pub async fn read(
        &self,
        bucket: &str,
        key: &str,
        asked: &Asked,
        limit_bytes: u64,
    ) -> Result<WholeObject, RequestError> {
        const OPERATION: &str = "GetObject";
        let status = StatusNote::default();
        let read = async {
            let request = self
                .client
                .get_object()
                .bucket(bucket)
                .key(key)
                .set_range(asked.range.clone())
                .set_if_match(asked.if_match.clone())
                .set_if_none_match(asked.if_none_match.clone());
            let output = self.within(OPERATION, request.customize().interceptor(status.clone()).send()).await?;
            let content_range = output.content_range;
            let bytes = collected(OPERATION, output.body, limit_bytes).await?;
            Ok(WholeObject { headers: headers!(output), status: status.status(), content_range, bytes })
        };
        self.bounded(OPERATION, read).await
    }

    /// `HeadObject`.
    pub async fn headers(&self, bucket: &str, key: &str) -> Result<ObjectHeaders, RequestError> {
        let output = self.within("HeadObject", self.client.head_object().bucket(bucket).key(key).send()).await?;
        Ok(headers!(output))
    }

    /// `PutObject`. Returns the ETag of the answer as sent.
    pub async fn write(
        &self,
        bucket: &str,
        key: &str,
        bytes: Bytes,
        sent: &Sent,
    ) -> Result<Option<String>, RequestError> {
        let Attributes { content_type, content_encoding, cache_control, content_disposition, .. } = &sent.attributes;
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(bytes))
            .set_content_type(content_type.clone())
            .set_content_encoding(content_encoding.clone())
            .set_cache_control(cache_control.clone())
            .set_content_disposition(content_disposition.clone())
            .set_metadata(sent.attributes.metadata_to_send())
            .set_tagging(tagging(&sent.tags))
            .set_if_match(sent.if_match.clone())
            .set_if_none_match(sent.if_none_match.clone());
        self.send_put(request).await
    }

    /// `CopyObject`, each place a bucket and a key; with the directive REPLACE where there are attributes. Returns the ETag of
    /// the answer as sent.
    pub async fn copy_from(
        &self,
        source: (&str, &str),
        destination: (&str, &str),
        replace: Option<&Attributes>,
    ) -> Result<Option<String>, RequestError> {
        let request = self.client.copy_object().bucket(destination.0).key(destination.1);
        let request = request.copy_source(copy_source(source.0, source.1));
        let request = match replace {
            None => request,
            Some(attributes) => request
                .metadata_directive(MetadataDirective::Replace)
                .set_content_type(attributes.content_type.clone())
                .set_content_encoding(attributes.content_encoding.clone())
                .set_cache_control(attributes.cache_control.clone())
                .set_content_disposition(attributes.content_disposition.clone())
                .set_metadata(attributes.metadata_to_send()),
        };
        let output = self.within("CopyObject", request.send()).await?;
        Ok(output.copy_object_result.and_then(|result| result.e_tag))
    }

    /// `CreateMultipartUpload` with headers and tags. Returns the upload id.
    pub async fn begin_upload(&self, bucket: &str, key: &str, sent: &Sent) -> Result<String, RequestError> {
        const OPERATION: &str = "CreateMultipartUpload";
        let Attributes { content_type, content_encoding, cache_control, content_disposition, .. } = &sent.attributes;
        let request = self
            .client
            .create_multipart_upload()
            .bucket(bucket)
            .key(key)
            .set_content_type(content_type.clone())
            .set_content_encoding(content_encoding.clone())
            .set_cache_control(cache_control.clone())
            .set_content_disposition(content_disposition.clone())
            .set_metadata(sent.attributes.metadata_to_send())
            .set_tagging(tagging(&sent.tags));
        let output = self.within(OPERATION, request.send()).await?;
        let message = "no UploadId in the answer".to_owned();
        output.upload_id.filter(|id| !id.is_empty()).ok_or(RequestError::Broken { operation: OPERATION, message })
    }

    /// `DeleteObjectTagging`.
    pub async fn delete_tags(&self, bucket: &str, key: &str) -> Result<(), RequestError> {
        let request = self.client.delete_object_tagging().bucket(bucket).key(key);
        self.within("DeleteObjectTagging", request.send()).await.map(drop)
    }

    /// A page of a listing of either version.
    pub async fn page(&self, bucket: &str, asked: &PageRequest) -> Result<WholePage, RequestError> {
        const VERSION_1: &str = "ListObjects";
        const VERSION_2: &str = "ListObjectsV2";
        let prefix = (!asked.prefix.is_empty()).then(|| asked.prefix.clone());
        let max_keys = asked.max_keys.and_then(|size| i32::try_from(size).ok());
        if asked.version_1 {
            let request = self
                .client
                .list_objects()
                .bucket(bucket)
                .set_prefix(prefix)
                .set_delimiter(asked.delimiter.clone())
                .set_max_keys(max_keys)
                .set_marker(asked.token.clone().or_else(|| asked.start_after.clone()));
            let output = self.within(VERSION_1, request.send()).await?;
            let prefixes = output.common_prefixes().iter().filter_map(|prefix| prefix.prefix().map(str::to_owned));
            return Ok(WholePage {
                entries: entries(VERSION_1, output.contents())?,
                prefixes: prefixes.collect(),
                truncated: truncated(VERSION_1, output.is_truncated())?,
                next: output.next_marker().map(str::to_owned),
            });
        }
        let request = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .set_prefix(prefix)
            .set_delimiter(asked.delimiter.clone())
            .set_max_keys(max_keys)
            .set_start_after(asked.start_after.clone())
            .set_continuation_token(asked.token.clone());
        let output = self.within(VERSION_2, request.send()).await?;
        let prefixes = output.common_prefixes().iter().filter_map(|prefix| prefix.prefix().map(str::to_owned));
        Ok(WholePage {
            entries: entries(VERSION_2, output.contents())?,
            prefixes: prefixes.collect(),
            truncated: truncated(VERSION_2, output.is_truncated())?,
            next: output.next_continuation_token().map(str::to_owned),
        })
    }
}
