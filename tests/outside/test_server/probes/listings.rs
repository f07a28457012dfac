//! Symptoms in listings. Pages hold two entries here, and both versions of the operation must show the symptom.

use crate::server::Behaviour;
use crate::server::listing::INVENTED_KEY;
use crate::test_server::client::{BUCKET, Fixture, keys};

/// A page of a listing in either version.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    keys: Vec<String>,
    is_truncated: bool,
    next: Option<String>,
}

/// A page of two with tokens.
async fn page_2(fixture: &Fixture, token: Option<String>) -> Page {
    let request = fixture.s3.list_objects_v2().bucket(BUCKET).max_keys(2);
    let answer = request.set_continuation_token(token).send().await.unwrap();
    Page {
        keys: keys(answer.contents()),
        is_truncated: answer.is_truncated.unwrap(),
        next: answer.next_continuation_token,
    }
}

/// A page of two with markers. A delimiter that no key has makes the server say the marker.
async fn page_1(fixture: &Fixture, marker: Option<String>) -> Page {
    let request = fixture.s3.list_objects().bucket(BUCKET).max_keys(2).delimiter("|");
    let answer = request.set_marker(marker).send().await.unwrap();
    Page { keys: keys(answer.contents()), is_truncated: answer.is_truncated.unwrap(), next: answer.next_marker }
}

/// The first page in both versions.
async fn first_pages(fixture: &Fixture) -> [Page; 2] {
    [page_1(fixture, None).await, page_2(fixture, None).await]
}

/// The page that follows each of the first pages.
async fn second_pages(fixture: &Fixture, [first_1, first_2]: &[Page; 2]) -> [Page; 2] {
    [page_1(fixture, first_1.next.clone()).await, page_2(fixture, first_2.next.clone()).await]
}

/// A server with five objects `a` to `e`.
async fn with_five(behaviour: Behaviour) -> Fixture {
    let fixture = Fixture::start(behaviour).await;
    for key in ["a", "b", "c", "d", "e"] {
        fixture.put(key, "content").await;
    }
    fixture
}

pub(crate) async fn lack_one(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let old = keys(fixture.s3.list_objects().bucket(BUCKET).send().await.unwrap().contents());
    fixture.keys().await == ["a", "b", "d", "e"] && old == ["a", "b", "d", "e"] && fixture.has("c").await
}

pub(crate) async fn stop_early(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let stops = |page: &Page| page.keys == ["a", "b"] && !page.is_truncated && page.next.is_none();
    first_pages(&fixture).await.iter().all(stops) && fixture.keys().await.len() == 5
}

pub(crate) async fn say_more_without_token(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    first_pages(&fixture).await.iter().all(|page| page.is_truncated && page.next.is_none())
}

pub(crate) async fn repeat_the_first_page(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let first = first_pages(&fixture).await;
    first.iter().all(|page| page.next.is_some()) && second_pages(&fixture, &first).await == first
}

pub(crate) async fn ignore_the_prefix(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let old = fixture.s3.list_objects().bucket(BUCKET).prefix("c").send().await.unwrap();
    let new = fixture.s3.list_objects_v2().bucket(BUCKET).prefix("c").send().await.unwrap();
    old.contents().len() == 5 && new.contents().len() == 5 && new.prefix() == Some("c")
}

pub(crate) async fn show_what_is_deleted(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    fixture.s3.delete_object().bucket(BUCKET).key("b").send().await.unwrap();
    fixture.delete_many(&["d"], false).await;
    fixture.keys().await == ["a", "b", "c", "d", "e"] && !fixture.has("b").await && !fixture.has("d").await
}

pub(crate) async fn repeat_an_entry(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let first = first_pages(&fixture).await;
    let second = second_pages(&fixture, &first).await;
    let single = fixture.s3.list_objects().bucket(BUCKET).max_keys(1).marker("a").send().await.unwrap();
    second.iter().all(|page| page.keys == ["b", "c"]) && keys(single.contents()) == ["b"]
}

pub(crate) async fn show_what_never_was(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    let under = fixture.s3.list_objects_v2().bucket(BUCKET).prefix("p/").send().await.unwrap();
    fixture.keys().await.contains(&INVENTED_KEY.to_owned())
        && keys(under.contents()) == [format!("p/{INVENTED_KEY}")]
        && !fixture.has(INVENTED_KEY).await
}

pub(crate) async fn show_wrong_sizes(behaviour: Behaviour) -> bool {
    let fixture = with_five(behaviour).await;
    fixture.list().await.iter().all(|object| object.size() == Some(8)) && fixture.head("a").await.0 == 7
}
