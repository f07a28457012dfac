//! Object tags, which a user gives an object. They have nothing to do with its `ETag`.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{Tag, Tagging};

use super::{RequestError, S3};

impl S3 {
    /// `PutObjectTagging`.
    pub async fn put_tags(&self, bucket: &str, key: &str, tags: &BTreeMap<String, String>) -> Result<(), RequestError> {
        const OPERATION: &str = "PutObjectTagging";
        let local = |error: aws_sdk_s3::error::BuildError| RequestError::Local {
            operation: OPERATION,
            message: error.to_string(),
        };
        let tags = tags.iter().map(|(name, value)| Tag::builder().key(name).value(value).build());
        let tags = tags.collect::<Result<Vec<_>, _>>().map_err(local)?;
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build().map_err(local)?;
        let request = self.client.put_object_tagging().bucket(bucket).key(key).tagging(tagging);
        self.within(OPERATION, request.send()).await.map(drop)
    }

    /// `GetObjectTagging`.
    pub async fn tags(&self, bucket: &str, key: &str) -> Result<BTreeMap<String, String>, RequestError> {
        let request = self.client.get_object_tagging().bucket(bucket).key(key);
        let output = self.within("GetObjectTagging", request.send()).await?;
        Ok(output.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }
}
