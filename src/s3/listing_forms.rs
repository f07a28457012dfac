//! Other forms of listing: version 1, after a key, with a delimiter, URL-encoded.

use aws_sdk_s3::types::EncodingType;

use super::listing::{entries, truncated};
use super::{Listed, Page, RequestError, S3};

/// A page of a listing with the delimiter `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub entries: Vec<Listed>,
    pub prefixes: Vec<String>,
    pub truncated: bool,
    pub next_token: Option<String>,
}

/// The answer to a listing with `encoding-type=url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedListing {
    /// `EncodingType` of the answer.
    pub encoding: Option<String>,
    /// As sent, not decoded.
    pub keys: Vec<String>,
}

impl S3 {
    /// One page of `ListObjects`, version 1. Only some servers send a marker for the next page; without one, use the
    /// last key.
    pub async fn list_page_v1(
        &self,
        bucket: &str,
        page_size: Option<u32>,
        marker: Option<String>,
    ) -> Result<Page, RequestError> {
        const OPERATION: &str = "ListObjects";
        let page_size = page_size.and_then(|size| i32::try_from(size).ok());
        let request = self.client.list_objects().bucket(bucket).set_max_keys(page_size).set_marker(marker);
        let output = self.within(OPERATION, request.send()).await?;
        let entries = entries(OPERATION, output.contents())?;
        let truncated = truncated(OPERATION, output.is_truncated())?;
        Ok(Page { entries, truncated, next_token: output.next_marker })
    }

    /// The first page of `ListObjectsV2` with `start-after`.
    pub async fn list_after(&self, bucket: &str, start_after: &str) -> Result<Vec<Listed>, RequestError> {
        const OPERATION: &str = "ListObjectsV2";
        let request = self.client.list_objects_v2().bucket(bucket).start_after(start_after);
        let output = self.within(OPERATION, request.send()).await?;
        truncated(OPERATION, output.is_truncated())?;
        entries(OPERATION, output.contents())
    }

    /// A page of `ListObjectsV2` with the delimiter `/` and a prefix, which may be empty.
    pub async fn list_level(
        &self,
        bucket: &str,
        prefix: &str,
        page_size: Option<u32>,
        token: Option<String>,
    ) -> Result<Level, RequestError> {
        const OPERATION: &str = "ListObjectsV2";
        let request = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .delimiter("/")
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .set_max_keys(page_size.and_then(|size| i32::try_from(size).ok()))
            .set_continuation_token(token);
        let output = self.within(OPERATION, request.send()).await?;
        let prefixes = output.common_prefixes().iter().filter_map(|prefix| prefix.prefix().map(str::to_owned));
        Ok(Level {
            entries: entries(OPERATION, output.contents())?,
            prefixes: prefixes.collect(),
            truncated: truncated(OPERATION, output.is_truncated())?,
            next_token: output.next_continuation_token().map(str::to_owned),
        })
    }

    /// The first page of `ListObjectsV2` with `encoding-type=url`.
    pub async fn list_url_encoded(&self, bucket: &str) -> Result<EncodedListing, RequestError> {
        const OPERATION: &str = "ListObjectsV2";
        let request = self.client.list_objects_v2().bucket(bucket).encoding_type(EncodingType::Url);
        let output = self.within(OPERATION, request.send()).await?;
        truncated(OPERATION, output.is_truncated())?;
        let keys = entries(OPERATION, output.contents())?.into_iter().map(|entry| entry.key).collect();
        Ok(EncodedListing { encoding: output.encoding_type().map(|encoding| encoding.as_str().to_owned()), keys })
    }
}
