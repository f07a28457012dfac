//! Multipart uploads.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::{RequestError, S3};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedPart {
    /// Counted from 1.
    pub number: i32,
    /// The ETag as sent, quotes included.
    pub etag: Option<String>,
}

impl S3 {
    /// `CreateMultipartUpload`. Returns the upload id.
    pub async fn create_upload(&self, bucket: &str, key: &str) -> Result<String, RequestError> {
        const OPERATION: &str = "CreateMultipartUpload";
        let request = self.client.create_multipart_upload().bucket(bucket).key(key);
        let output = self.within(OPERATION, request.send()).await?;
        let nameless =
            || RequestError::Broken { operation: OPERATION, message: "no UploadId in the answer".to_owned() };
        output.upload_id.filter(|id| !id.is_empty()).ok_or_else(nameless)
    }

    pub async fn upload_part(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<UploadedPart, RequestError> {
        let request = self.client.upload_part().bucket(bucket).key(key).upload_id(upload).part_number(number);
        let request = request.body(ByteStream::from(bytes)).customize().disable_payload_signing();
        let output = self.within("UploadPart", request.send()).await?;
        Ok(UploadedPart { number, etag: output.e_tag })
    }

    /// `CompleteMultipartUpload`. Returns the ETag of the answer as sent.
    pub async fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: &[UploadedPart],
    ) -> Result<Option<String>, RequestError> {
        let part = |part: &UploadedPart| {
            CompletedPart::builder().part_number(part.number).set_e_tag(part.etag.clone()).build()
        };
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(part).collect())).build();
        let request = self.client.complete_multipart_upload().bucket(bucket).key(key).upload_id(upload);
        let output = self.within("CompleteMultipartUpload", request.multipart_upload(parts).send()).await?;
        Ok(output.e_tag)
    }

    pub async fn abort_upload(&self, bucket: &str, key: &str, upload: &str) -> Result<(), RequestError> {
        let request = self.client.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload);
        self.within("AbortMultipartUpload", request.send()).await.map(drop)
    }
}
