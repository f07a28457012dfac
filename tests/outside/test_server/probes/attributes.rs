//! Symptoms in the headers of objects.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture};

/// Stores an object with a type and metadata.
async fn with_headers(behaviour: Behaviour) -> Fixture {
    let fixture = Fixture::start(behaviour).await;
    let body = ByteStream::from_static(b"content");
    let request = fixture.s3.put_object().bucket(BUCKET).key("key").body(body);
    request.content_type("text/plain").metadata("mtime", "1").send().await.unwrap();
    fixture
}

/// The type and the metadata that both answers show; none if they differ.
async fn shown(fixture: &Fixture) -> Option<(String, Option<String>)> {
    let head = fixture.s3.head_object().bucket(BUCKET).key("key").send().await.unwrap();
    let get = fixture.s3.get_object().bucket(BUCKET).key("key").send().await.unwrap();
    let mtime = |metadata: Option<std::collections::HashMap<String, String>>| metadata?.get("mtime").cloned();
    let head = (head.content_type.unwrap(), mtime(head.metadata));
    (head == (get.content_type.unwrap(), mtime(get.metadata))).then_some(head)
}

pub(crate) async fn lack_metadata(behaviour: Behaviour) -> bool {
    shown(&with_headers(behaviour).await).await == Some(("text/plain".to_owned(), None))
}

pub(crate) async fn lack_the_type(behaviour: Behaviour) -> bool {
    let expected = ("binary/octet-stream".to_owned(), Some("1".to_owned()));
    shown(&with_headers(behaviour).await).await == Some(expected)
}

pub(crate) async fn stay_where_they_are_replaced(behaviour: Behaviour) -> bool {
    let fixture = with_headers(behaviour).await;
    let request = fixture.s3.copy_object().bucket(BUCKET).key("key").copy_source(format!("{BUCKET}/key"));
    let request = request.metadata_directive(MetadataDirective::Replace).metadata("mtime", "2");
    request.send().await.unwrap();
    shown(&fixture).await == Some(("text/plain".to_owned(), Some("1".to_owned())))
}
