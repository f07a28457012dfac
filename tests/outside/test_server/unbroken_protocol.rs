//! Signatures, digests, and the server's own life.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::SdkError;

use crate::server::Behaviour;
use crate::server::operation::Operation;
use crate::server::{ACCESS_KEY, TestServer};
use crate::test_server::client::{BUCKET, Fixture, client, configuration, refusal};

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let server = TestServer::start(Behaviour::default());
    let with = |access: &str| {
        let credentials = Credentials::new(access, "wrong", None, None, "test");
        Client::from_conf(configuration(&server).credentials_provider(credentials).build())
    };
    let error = with(ACCESS_KEY).list_buckets().send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(403), Some("SignatureDoesNotMatch")));
    let error = with("unknown").list_buckets().send().await.unwrap_err();
    assert_eq!(refusal(&error).0, Some(403));
}

#[tokio::test]
async fn an_upload_of_another_digest_is_refused_and_changes_nothing() {
    let fixture = Fixture::start(Behaviour::default()).await;
    fixture.put("key", "content").await;
    let upload = || fixture.s3.put_object().bucket(BUCKET).key("key").body(b"other".to_vec().into());
    let error = upload().content_md5("mgNkuembtIDdJeHwKEyFVQ==").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(400), Some("BadDigest")));
    let error = upload().content_md5("nonsense").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(400), Some("InvalidDigest")));
    let error = upload().checksum_crc32("AAAAAA==").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(400), Some("BadDigest")));
    assert_eq!(fixture.get("key").await.0, b"content");

    let right = fixture.s3.put_object().bucket(BUCKET).key("key").body(b"content".to_vec().into());
    right.content_md5("mgNkuembtIDdJeHwKEyFVQ==").send().await.unwrap();
}

#[tokio::test]
async fn the_default_integrity_mode_of_the_sdk_works() {
    let fixture = Fixture::start(Behaviour::default()).await;
    let configuration = configuration(&fixture.server)
        .request_checksum_calculation(RequestChecksumCalculation::WhenSupported)
        .response_checksum_validation(ResponseChecksumValidation::WhenSupported);
    let s3 = Client::from_conf(configuration.build());
    let body = b"content".to_vec().into();
    let upload = s3.put_object().bucket(BUCKET).key("key").body(body).send().await.unwrap();
    assert!(upload.checksum_crc32().is_some());
    let got = s3.get_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!(got.content_encoding(), None);
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"content");
}

#[tokio::test]
async fn what_the_server_does_not_have_is_refused_without_side_effects() {
    let fixture = Fixture::start(Behaviour::default()).await;
    fixture.put("key", "content").await;
    let error = fixture.s3.put_object_acl().bucket(BUCKET).key("key").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(501), Some("NotImplemented")));
    let error = fixture.s3.delete_bucket_policy().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(501), Some("NotImplemented")));
    assert_eq!(fixture.get("key").await.0, b"content");
}

#[tokio::test]
async fn requests_are_logged_with_their_operation() {
    let fixture = Fixture::start(Behaviour::default()).await;
    fixture.put("a b", "content").await;
    fixture.get("a b").await;
    fixture.head("a b").await;
    fixture.list().await;
    fixture.s3.list_objects().bucket(BUCKET).send().await.unwrap();
    fixture.s3.get_bucket_location().bucket(BUCKET).send().await.unwrap();
    fixture.s3.head_bucket().bucket(BUCKET).send().await.unwrap();
    fixture.s3.list_buckets().send().await.unwrap();
    fixture.copy("a%20b", "copy").await;
    fixture.delete_many(&["copy"], false).await;
    fixture.s3.delete_object().bucket(BUCKET).key("a b").send().await.unwrap();
    let refused = fixture.s3.get_bucket_versioning().bucket(BUCKET).send().await;
    assert!(refused.is_err());
    fixture.s3.delete_bucket().bucket(BUCKET).send().await.unwrap();

    let requests = fixture.server.requests();
    let operations: Vec<Operation> = requests.iter().map(|request| request.operation).collect();
    assert_eq!(
        operations,
        [
            Operation::CreateBucket,
            Operation::PutObject,
            Operation::GetObject,
            Operation::HeadObject,
            Operation::ListObjectsV2,
            Operation::ListObjects,
            Operation::GetBucketLocation,
            Operation::HeadBucket,
            Operation::ListBuckets,
            Operation::CopyObject,
            Operation::DeleteObjects,
            Operation::DeleteObject,
            Operation::Other,
            Operation::DeleteBucket,
        ]
    );
    assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("PUT", "/bucket/a%20b"));
    assert!(requests[4].query.split('&').any(|pair| pair == "list-type=2"), "{}", requests[4].query);
}

#[tokio::test]
async fn a_stopped_server_refuses_connections() {
    let mut server = TestServer::start(Behaviour::default());
    let s3 = client(&server);
    s3.list_buckets().send().await.unwrap();
    server.stop();
    let error = s3.list_buckets().send().await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
}
