//! Symptoms in the deletion of objects.

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture};

/// A server with three objects.
async fn with_three(behaviour: Behaviour) -> Fixture {
    let fixture = Fixture::start(behaviour).await;
    for key in ["a", "b", "c"] {
        fixture.put(key, "content").await;
    }
    fixture
}

pub(crate) async fn leave_the_object(behaviour: Behaviour) -> bool {
    let fixture = with_three(behaviour).await;
    fixture.s3.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    fixture.has("a").await && fixture.keys().await == ["a", "b", "c"]
}

pub(crate) async fn leave_the_objects(behaviour: Behaviour) -> bool {
    let fixture = with_three(behaviour).await;
    fixture.delete_many(&["a", "b"], false).await == (2, 0) && fixture.keys().await == ["a", "b", "c"]
}

pub(crate) async fn report_errors(behaviour: Behaviour) -> bool {
    let fixture = with_three(behaviour).await;
    fixture.delete_many(&["a", "b"], false).await == (0, 2) && fixture.keys().await == ["a", "b", "c"]
}

pub(crate) async fn take_one_too_many(behaviour: Behaviour) -> bool {
    let fixture = with_three(behaviour).await;
    fixture.delete_many(&["b"], false).await == (1, 0) && fixture.keys().await == ["c"]
}
