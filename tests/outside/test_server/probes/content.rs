//! Symptoms in the content and the size of objects.

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture};

/// The MD5 of `eleven`, quoted.
const TAG: &str = "\"9c8454ddf7aa50116496bac348d7550d\"";

pub(crate) async fn is_off_by_one_byte(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "eleven").await;
    let (content, _) = fixture.get("key").await;
    content.len() == 6 && content.iter().zip(b"eleven").filter(|(got, right)| got != right).count() == 1
}

pub(crate) async fn is_truncated_on_its_way(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "eleven").await;
    fixture.get("key").await.0 == b"eleve" && fixture.head("key").await.0 == 6
}

pub(crate) async fn outlives_an_overwrite(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let first = fixture.put("key", "one").await;
    let second = fixture.put("key", "two").await;
    let (content, tag) = fixture.get("key").await;
    content == b"one" && first != second && tag == second
}

pub(crate) async fn is_stored_truncated(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tag = fixture.put("key", "eleven").await;
    fixture.get("key").await.0 == b"eleve"
        && fixture.head("key").await == (5, Some(TAG.to_owned()))
        && tag.as_deref() == Some(TAG)
}

pub(crate) async fn has_a_wrong_size(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "eleven").await;
    fixture.head("key").await.0 == 7 && fixture.get("key").await.0 == b"eleven"
}

pub(crate) async fn is_described_where_there_is_none(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.has("key").await && fixture.s3.get_object().bucket(BUCKET).key("key").send().await.is_err()
}

pub(crate) async fn is_sent_where_there_is_none(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    match fixture.s3.get_object().bucket(BUCKET).key("key").send().await {
        Ok(answer) => answer.body.collect().await.unwrap().to_vec().is_empty() && !fixture.has("key").await,
        Err(_) => false,
    }
}
