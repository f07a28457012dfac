//! The SDK with its default checksums and signatures.
//!
//! The rest of `s3` asks for checksums only where the protocol requires them, and leaves payloads unsigned.

use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::{RequestError, S3};

/// Size of each piece of a stream.
const PIECE_BYTES: usize = 10_000;

impl S3 {
    /// The same client with the SDK's default settings for checksums.
    #[must_use]
    pub fn with_default_integrity(&self) -> Self {
        let config = self
            .client
            .config()
            .to_builder()
            .request_checksum_calculation(RequestChecksumCalculation::WhenSupported)
            .response_checksum_validation(ResponseChecksumValidation::WhenSupported)
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config), ..self.clone() }
    }

    /// `PutObject` from memory, signed as the SDK does it.
    pub async fn put_signed(&self, bucket: &str, key: &str, bytes: Bytes) -> Result<(), RequestError> {
        let request = self.client.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
        self.within("PutObject", request.send()).await.map(drop)
    }

    /// `PutObject` of a stream of known length, such as a file. The SDK signs it in chunks, with a trailer.
    pub async fn put_streamed(&self, bucket: &str, key: &str, bytes: &Bytes) -> Result<(), RequestError> {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let starts = (0..bytes.len()).step_by(PIECE_BYTES);
        let pieces: Vec<_> = starts
            .map(|start| bytes.slice(start..bytes.len().min(start + PIECE_BYTES)))
            .map(|piece| Ok::<_, std::convert::Infallible>(Frame::data(piece)))
            .collect();
        let body = SdkBody::from_body_1_x(StreamBody::new(stream::iter(pieces)));
        let request = self.client.put_object().bucket(bucket).key(key).content_length(length);
        self.within("PutObject", request.body(ByteStream::new(body)).send()).await.map(drop)
    }
}
