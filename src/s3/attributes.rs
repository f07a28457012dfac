//! Headers that S3 stores with an object: how to send them, read them, and replace them with a copy.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use bytes::Bytes;

use super::{RequestError, S3};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    /// The `x-amz-meta-…` headers, without that prefix.
    pub metadata: BTreeMap<String, String>,
}

/// The types of the two answers have nothing in common but the names of their fields.
macro_rules! attributes {
    ($output:ident) => {
        Attributes {
            content_type: $output.content_type,
            content_encoding: $output.content_encoding,
            cache_control: $output.cache_control,
            content_disposition: $output.content_disposition,
            metadata: $output.metadata.unwrap_or_default().into_iter().collect(),
        }
    };
}

impl Attributes {
    pub(super) fn metadata_to_send(&self) -> Option<HashMap<String, String>> {
        (!self.metadata.is_empty()).then(|| self.metadata.clone().into_iter().collect())
    }
}

impl S3 {
    /// `PutObject` with headers. Returns the ETag of the answer as sent.
    pub async fn put_with(
        &self,
        bucket: &str,
        key: &str,
        bytes: Bytes,
        attributes: &Attributes,
    ) -> Result<Option<String>, RequestError> {
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(bytes))
            .set_content_type(attributes.content_type.clone())
            .set_content_encoding(attributes.content_encoding.clone())
            .set_cache_control(attributes.cache_control.clone())
            .set_content_disposition(attributes.content_disposition.clone())
            .set_metadata(attributes.metadata_to_send());
        self.send_put(request).await
    }

    pub async fn attributes_by_head(&self, bucket: &str, key: &str) -> Result<Attributes, RequestError> {
        let output = self.within("HeadObject", self.client.head_object().bucket(bucket).key(key).send()).await?;
        Ok(attributes!(output))
    }

    /// Leaves the content of the answer unread.
    pub async fn attributes_by_get(&self, bucket: &str, key: &str) -> Result<Attributes, RequestError> {
        let output = self.within("GetObject", self.client.get_object().bucket(bucket).key(key).send()).await?;
        Ok(attributes!(output))
    }

    /// `CopyObject` of an object onto itself with the directive REPLACE.
    pub async fn replace_attributes(
        &self,
        bucket: &str,
        key: &str,
        attributes: &Attributes,
    ) -> Result<(), RequestError> {
        let request = self
            .client
            .copy_object()
            .bucket(bucket)
            .key(key)
            .copy_source(copy_source(bucket, key))
            .metadata_directive(MetadataDirective::Replace)
            .set_content_type(attributes.content_type.clone())
            .set_metadata(attributes.metadata_to_send());
        self.within("CopyObject", request.send()).await.map(drop)
    }
}

/// URL-encoded, as the header of a copy wants it.
pub(super) fn copy_source(bucket: &str, key: &str) -> String {
    let mut text = format!("{bucket}/");
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
