//! Symptoms in buckets.

use crate::server::Behaviour;
use crate::server::TestServer;
use crate::test_server::client::{BUCKET, Fixture, client};

pub(crate) async fn outlive_their_deletion(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    fixture.s3.head_bucket().bucket(BUCKET).send().await.is_ok() && fixture.server.buckets() == [BUCKET]
}

pub(crate) async fn vanish_with_objects(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "content").await;
    fixture.s3.delete_bucket().bucket(BUCKET).send().await.is_ok() && fixture.server.buckets().is_empty()
}

pub(crate) async fn are_not_created(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.s3.head_bucket().bucket(BUCKET).send().await.is_err() && fixture.server.buckets().is_empty()
}

pub(crate) async fn seem_to_exist(behaviour: Behaviour) -> bool {
    let server = TestServer::start(behaviour);
    let s3 = client(&server);
    s3.head_bucket().bucket(BUCKET).send().await.is_ok() && s3.list_objects_v2().bucket(BUCKET).send().await.is_err()
}
