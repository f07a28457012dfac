//! Symptoms in copies.

use crate::server::Behaviour;
use crate::test_server::client::Fixture;

/// A server with an object, its copy, and the tags of both as their answers spell them.
async fn with_copy(behaviour: Behaviour) -> (Fixture, Option<String>, Option<String>) {
    let fixture = Fixture::start(behaviour).await;
    let source = fixture.put("source", "content").await;
    let copy = fixture.copy("source", "copy").await;
    (fixture, source, copy)
}

pub(crate) async fn are_not_stored(behaviour: Behaviour) -> bool {
    let (fixture, source, copy) = with_copy(behaviour).await;
    source == copy && !fixture.has("copy").await && fixture.has("source").await
}

pub(crate) async fn have_other_content(behaviour: Behaviour) -> bool {
    let (fixture, source, copy) = with_copy(behaviour).await;
    let (content, tag) = fixture.get("copy").await;
    content.len() == 7 && content != b"content" && tag == source && copy == source
}

pub(crate) async fn have_another_tag(behaviour: Behaviour) -> bool {
    let (fixture, source, copy) = with_copy(behaviour).await;
    let (content, tag) = fixture.get("copy").await;
    content == b"content" && tag == copy && fixture.head("copy").await.1 == copy && copy != source
}

pub(crate) async fn destroy_their_source(behaviour: Behaviour) -> bool {
    let (fixture, _, _) = with_copy(behaviour).await;
    !fixture.has("source").await && fixture.get("copy").await.0 == b"content"
}

pub(crate) async fn look_for_an_encoded_source(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("a b", "decoded").await;
    fixture.put("a%20b", "encoded").await;
    fixture.copy("a%20b", "copy").await;
    fixture.get("copy").await.0 == b"encoded"
}
