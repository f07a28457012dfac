//! A listing, followed to its end.

use aws_sdk_s3::types::Object;

use super::{RequestError, S3};

/// One entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The key.
    pub key: String,
    /// The tag as sent, quotes included.
    pub etag: Option<String>,
    /// Size in bytes, as the server says.
    pub size_bytes: Option<u64>,
    /// When it was stored, as the server says, in seconds since 1970.
    pub modified: Option<i64>,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries in the order sent.
    pub entries: Vec<Listed>,
    /// Whether the server says that there is more.
    pub truncated: bool,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

/// Why a listing could not be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// A request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The server says that there is more, but not where.
    #[error("page {page} is truncated but names no continuation token, after {keys} keys")]
    TruncatedWithoutToken {
        /// The page, counted from 1.
        page: usize,
        /// Keys received so far.
        keys: usize,
    },
    /// The token leads to the page that was just read.
    #[error("the continuation token does not advance: page {page} names the token of the page before it")]
    TokenStandsStill {
        /// The page, counted from 1.
        page: usize,
    },
    /// More entries, or more pages, than there can be.
    #[error("the listing does not end: {keys} keys and still more pages, where at most {bound} keys were stored")]
    Endless {
        /// Keys received so far.
        keys: usize,
        /// The most there can be.
        bound: usize,
    },
}

impl S3 {
    /// One page of `ListObjectsV2`.
    ///
    /// # Errors
    /// Whatever keeps the answer from being a listing.
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

    /// Follows a listing to its end; `bound` is the most entries that there can be.
    ///
    /// # Errors
    /// A request that fails, and every way in which a server's pages lead nowhere.
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
            // A page without any entry leads nowhere either, however new its token.
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

/// The entries of a page.
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

/// Whether the server says that there is more; every listing has to say.
pub(super) fn truncated(operation: &'static str, said: Option<bool>) -> Result<bool, RequestError> {
    let message = "not a listing: the answer has no IsTruncated";
    said.ok_or_else(|| RequestError::Broken { operation, message: message.to_owned() })
}
