//! The client of these tests: the AWS SDK, and a bucket with the few requests that the tests make.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, Object, ObjectIdentifier};

use crate::server::Behaviour;
use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};

/// The bucket of most tests.
pub(crate) const BUCKET: &str = "bucket";

/// How long a request may take; a hanging server is seen after that.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A configuration in path style, without retries, and with checksums only where S3 requires them.
pub(crate) fn configuration(server: &TestServer) -> Builder {
    aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(server.endpoint())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(DEADLINE).build())
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
}

pub(crate) fn client(server: &TestServer) -> Client {
    Client::from_conf(configuration(server).build())
}

/// A server with a bucket, unless its mutation prevents that, and its client.
pub(crate) struct Fixture {
    pub(crate) server: TestServer,
    pub(crate) s3: Client,
}

impl Fixture {
    pub(crate) async fn start(behaviour: impl Into<Behaviour>) -> Self {
        let server = TestServer::start(behaviour);
        let s3 = client(&server);
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        Self { server, s3 }
    }

    /// Uploads; gives back the tag as the answer spells it.
    pub(crate) async fn put(&self, key: &str, content: impl Into<Vec<u8>>) -> Option<String> {
        let body = ByteStream::from(content.into());
        self.s3.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap().e_tag
    }

    /// Downloads; gives back the content and the tag.
    pub(crate) async fn get(&self, key: &str) -> (Vec<u8>, Option<String>) {
        let answer = self.s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        let tag = answer.e_tag;
        (answer.body.collect().await.unwrap().to_vec(), tag)
    }

    /// Asks for size and tag.
    pub(crate) async fn head(&self, key: &str) -> (i64, Option<String>) {
        let answer = self.s3.head_object().bucket(BUCKET).key(key).send().await.unwrap();
        (answer.content_length.unwrap(), answer.e_tag)
    }

    /// Whether an object is there, by `HeadObject`.
    pub(crate) async fn has(&self, key: &str) -> bool {
        match self.s3.head_object().bucket(BUCKET).key(key).send().await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(status(&error), Some(404));
                false
            }
        }
    }

    /// Lists all of the bucket, in one page.
    pub(crate) async fn list(&self) -> Vec<Object> {
        self.s3.list_objects_v2().bucket(BUCKET).send().await.unwrap().contents.unwrap_or_default()
    }

    /// The keys of the bucket, in one page.
    pub(crate) async fn keys(&self) -> Vec<String> {
        keys(&self.list().await)
    }

    /// Deletes with `DeleteObjects`; gives back how many were reported as deleted, and how many as failed.
    pub(crate) async fn delete_many(&self, keys: &[&str], quiet: bool) -> (usize, usize) {
        let named = keys.iter().map(|key| ObjectIdentifier::builder().key(*key).build().unwrap()).collect();
        let delete = Delete::builder().set_objects(Some(named)).quiet(quiet).build().unwrap();
        let answer = self.s3.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
        (answer.deleted().len(), answer.errors().len())
    }

    /// Copies within the bucket; gives back the tag as the answer spells it.
    pub(crate) async fn copy(&self, from: &str, to: &str) -> Option<String> {
        let source = format!("{BUCKET}/{from}");
        let answer = self.s3.copy_object().copy_source(source).bucket(BUCKET).key(to).send().await.unwrap();
        answer.copy_object_result.unwrap().e_tag
    }
}

/// The keys of a listing.
pub(crate) fn keys(objects: &[Object]) -> Vec<String> {
    objects.iter().map(|object| object.key().unwrap().to_owned()).collect()
}

/// The status of an error that the server answered with.
pub(crate) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// The status and the code of an error that the server answered with.
pub(crate) fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E>) -> (Option<u16>, Option<&str>) {
    (status(error), error.code())
}
