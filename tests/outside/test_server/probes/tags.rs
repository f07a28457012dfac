//! Symptoms in entity tags.

use crate::server::Behaviour;
use crate::test_server::client::Fixture;

/// Where the tag of the upload stands in [`four`].
pub(crate) const PUT: usize = 0;
/// Where the tag of the download stands in [`four`].
pub(crate) const GET: usize = 1;
/// Where the tag of the description stands in [`four`].
pub(crate) const HEAD: usize = 2;
/// Where the tag of the listing stands in [`four`].
pub(crate) const LIST: usize = 3;

/// The tags that four answers show for a new object.
async fn four(fixture: &Fixture, content: &str) -> [Option<String>; 4] {
    let put = fixture.put("key", content).await;
    let get = fixture.get("key").await.1;
    let head = fixture.head("key").await.1;
    let list = fixture.list().await.remove(0).e_tag;
    [put, get, head, list]
}

/// The one tag that four answers show; none if they differ.
async fn common(fixture: &Fixture, content: &str) -> Option<String> {
    let [first, others @ ..] = four(fixture, content).await;
    if others.iter().all(|tag| *tag == first) { first } else { None }
}

fn is_quoted_md5(tag: &str) -> bool {
    let digits = tag.trim_matches('"');
    tag.len() == 34 && digits.len() == 32 && digits.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
}

pub(crate) async fn are_constant(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = [common(&fixture, "one").await, common(&fixture, "eleven").await];
    tags[0].as_deref().is_some_and(is_quoted_md5) && tags[0] == tags[1]
}

pub(crate) async fn outlive_an_overwrite(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = [common(&fixture, "one").await, common(&fixture, "eleven").await];
    tags[0].is_some()
        && tags[0] == tags[1]
        && fixture.get("key").await.0 == b"eleven"
        && fixture.put("other", "eleven").await != tags[0]
}

pub(crate) async fn follow_the_size(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = [common(&fixture, "one").await, common(&fixture, "two").await, common(&fixture, "three").await];
    tags[0].is_some() && tags[0] == tags[1] && tags[2].is_some() && tags[0] != tags[2]
}

pub(crate) async fn change_by_themselves(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "one").await;
    let tags = [fixture.head("key").await.1, fixture.head("key").await.1];
    let listed = [fixture.list().await.remove(0).e_tag, fixture.list().await.remove(0).e_tag];
    tags[0] != tags[1] && listed[0] != listed[1] && tags.iter().chain(&listed).all(Option::is_some)
}

pub(crate) async fn are_unquoted(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tag = common(&fixture, "one").await;
    let copied = fixture.copy("key", "copy").await;
    tag.as_deref() == Some("f97c5d29941bfb1b2fdab0874906ab82") && copied == tag
}

pub(crate) async fn are_weak(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tag = common(&fixture, "one").await;
    let copied = fixture.copy("key", "copy").await;
    tag.as_deref() == Some("W/\"f97c5d29941bfb1b2fdab0874906ab82\"") && copied == tag
}

pub(crate) async fn are_opaque(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = [common(&fixture, "one").await, common(&fixture, "two").await];
    let opaque = |tag: &Option<String>| tag.as_deref().is_some_and(|tag| tag.starts_with('"') && !is_quoted_md5(tag));
    tags.iter().all(opaque) && tags[0] != tags[1]
}

pub(crate) async fn lack_in(behaviour: Behaviour, place: usize) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = four(&fixture, "one").await;
    (0..4).all(|at| tags[at].is_none() == (at == place))
}

pub(crate) async fn differ_in(behaviour: Behaviour, place: usize) -> bool {
    let fixture = Fixture::start(behaviour).await;
    let tags = four(&fixture, "one").await;
    let right = "\"f97c5d29941bfb1b2fdab0874906ab82\"";
    tags.iter().all(|tag| tag.as_deref().is_some_and(is_quoted_md5))
        && (0..4).all(|at| (tags[at].as_deref() == Some(right)) == (at != place))
}
