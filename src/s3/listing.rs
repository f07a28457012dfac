//! A listing, read page by page to its end.

use aws_sdk_s3::types::Object;

use super::{RequestError, S3};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
    /// Size in bytes, as the server says.
    pub size_bytes: Option<u64>,
    /// Last-Modified as the server says, in seconds since 1970.
    pub modified: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order of the answer.
    pub entries: Vec<Listed>,
    /// `IsTruncated`: the server says that more pages follow.
    pub truncated: bool,
    pub next_token: Option<String>,
}

/// Why s3ci could not read a listing to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The server says that more pages follow, and gives no token for them.
    #[error("page {page} is truncated but names no continuation token, after {keys} keys")]
    TruncatedWithoutToken {
        /// Counted from 1.
        page: usize,
        keys: usize,
    },
    /// The token leads to the page that was read before.
    #[error("the continuation token does not advance: page {page} names the token of the page before it")]
    TokenStandsStill {
        /// Counted from 1.
        page: usize,
    },
    /// There are more entries or pages than there can be.
    #[error("the listing does not end: {keys} keys and still more pages, where at most {bound} keys were stored")]
    Endless { keys: usize, bound: usize },
}

impl S3 {
    pub async fn list_page(
        &self,
        bucket: &str,
        prefix: &str,
        page_size: Option<u32>,
        token: Option<String>,
    ) -> Result<Page, RequestError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
            .set_max_keys(page_size.and_then(|size| i32::try_from(size).ok()))
            .set_continuation_token(token);
        let output = self.within("ListObjectsV2", request.send()).await?;
        Ok(Page {
            entries: entries("ListObjectsV2", output.contents())?,
            truncated: truncated("ListObjectsV2", output.is_truncated())?,
            next_token: output.next_continuation_token().map(str::to_owned),
        })
    }

    /// Reads all pages. `bound` is the most entries that the listing can have.
    pub async fn list_all(
        &self,
        bucket: &str,
        prefix: &str,
        page_size: Option<u32>,
        bound: usize,
    ) -> Result<Vec<Listed>, ListError> {
        let mut entries = Vec::new();
        let mut token: Option<String> = None;
        for page_number in 1.. {
            let page = self.list_page(bucket, prefix, page_size, token.clone()).await?;
            entries.extend(page.entries);
            // A server that sends empty pages with ever new tokens would never end.
            if entries.len() > bound || page_number > bound + 1 {
                return Err(ListError::Endless { keys: entries.len(), bound });
            }
            if !page.truncated {
                break;
            }
            if page.next_token.is_none() {
                return Err(ListError::TruncatedWithoutToken { page: page_number, keys: entries.len() });
            }
            if page.next_token == token {
                return Err(ListError::TokenStandsStill { page: page_number });
            }
            token = page.next_token;
        }
        Ok(entries)
    }
}

pub(super) fn entries(operation: &'static str, objects: &[Object]) -> Result<Vec<Listed>, RequestError> {
    let entry = |object: &Object| {
        let key = object
            .key()
            .ok_or_else(|| RequestError::Broken { operation, message: "an entry has no key".to_owned() })?;
        Ok(Listed {
            key: key.to_owned(),
            etag: object.e_tag().map(str::to_owned),
            size_bytes: object.size().and_then(|size| u64::try_from(size).ok()),
            modified: object.last_modified().map(aws_sdk_s3::primitives::DateTime::secs),
        })
    };
    objects.iter().map(entry).collect()
}

/// Every listing must have `IsTruncated`.
pub(super) fn truncated(operation: &'static str, said: Option<bool>) -> Result<bool, RequestError> {
    let message = "not a listing: the answer has no IsTruncated";
    said.ok_or_else(|| RequestError::Broken { operation, message: message.to_owned() })
}
