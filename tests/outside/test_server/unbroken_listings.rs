//! Listings of the unbroken server.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::EncodingType;

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, keys, refusal};

async fn with(keys: &[&str]) -> Fixture {
    let fixture = Fixture::start(Behaviour::default()).await;
    for key in keys {
        fixture.put(key, *key).await;
    }
    fixture
}

/// All keys and common prefixes, in the order of their pages, by tokens.
async fn walk(fixture: &Fixture, delimiter: Option<&str>, max_keys: i32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let request = fixture.s3.list_objects_v2().bucket(BUCKET).max_keys(max_keys);
        let request = request.set_delimiter(delimiter.map(str::to_owned)).set_continuation_token(token);
        let page = request.send().await.unwrap();
        let mut entries = keys(page.contents());
        entries.extend(page.common_prefixes().iter().map(|prefix| prefix.prefix().unwrap().to_owned()));
        entries.sort();
        assert_eq!(page.key_count(), i32::try_from(entries.len()).ok());
        assert_eq!(page.is_truncated(), Some(page.next_continuation_token().is_some()));
        pages.push(entries);
        token = page.next_continuation_token;
        if token.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn pages_by_token_hold_every_key_once() {
    let fixture = with(&["e", "b", "d", "a", "c"]).await;
    assert_eq!(walk(&fixture, None, 2).await, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    assert_eq!(walk(&fixture, None, 5).await, [["a", "b", "c", "d", "e"]]);
}

#[tokio::test]
async fn pages_by_marker_hold_every_key_once() {
    let fixture = with(&["a", "b", "c"]).await;
    let first = fixture.s3.list_objects().bucket(BUCKET).max_keys(2).send().await.unwrap();
    assert_eq!((keys(first.contents()), first.is_truncated()), (vec!["a".to_owned(), "b".to_owned()], Some(true)));
    assert_eq!(first.next_marker(), None, "S3 says no marker without a delimiter");
    let second = fixture.s3.list_objects().bucket(BUCKET).max_keys(2).marker("b").send().await.unwrap();
    assert_eq!((keys(second.contents()), second.is_truncated()), (vec!["c".to_owned()], Some(false)));
}

#[tokio::test]
async fn more_than_a_thousand_objects_take_two_pages() {
    let fixture = Fixture::start(Behaviour::default()).await;
    for number in 0..1001 {
        fixture.put(&format!("{number:04}"), "").await;
    }
    let pages = walk(&fixture, None, 5000).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1]);
}

#[tokio::test]
async fn common_prefixes_are_listed_once_and_counted() {
    let fixture = with(&["a", "b/1", "b/2", "b/3", "c", "d/1", "d/2"]).await;
    assert_eq!(walk(&fixture, Some("/"), 2).await, [["a", "b/"], ["c", "d/"]]);
    assert_eq!(walk(&fixture, Some("/"), 1).await, [["a"], ["b/"], ["c"], ["d/"]]);

    let first = fixture.s3.list_objects().bucket(BUCKET).delimiter("/").max_keys(2).send().await.unwrap();
    assert_eq!(first.next_marker(), Some("b/"));
    let second = fixture.s3.list_objects().bucket(BUCKET).delimiter("/").marker("b/").send().await.unwrap();
    assert_eq!(keys(second.contents()), ["c"]);
    assert_eq!(second.common_prefixes()[0].prefix(), Some("d/"));
}

#[tokio::test]
async fn a_prefix_is_literal_and_narrows_common_prefixes() {
    let fixture = with(&["a_b/x", "a_b/y/z", "a_bc", "acb", "A_b"]).await;
    let page = fixture.s3.list_objects_v2().bucket(BUCKET).prefix("a_b").send().await.unwrap();
    assert_eq!(keys(page.contents()), ["a_b/x", "a_b/y/z", "a_bc"]);
    let page = fixture.s3.list_objects_v2().bucket(BUCKET).prefix("a_b/").delimiter("/").send().await.unwrap();
    assert_eq!(keys(page.contents()), ["a_b/x"]);
    assert_eq!(page.common_prefixes()[0].prefix(), Some("a_b/y/"));
}

#[tokio::test]
async fn start_after_leaves_out_what_comes_before() {
    let fixture = with(&["a", "b", "c"]).await;
    let page = fixture.s3.list_objects_v2().bucket(BUCKET).start_after("a").max_keys(1).send().await.unwrap();
    assert_eq!((keys(page.contents()), page.start_after()), (vec!["b".to_owned()], Some("a")));
    let token = page.next_continuation_token().unwrap();
    let request = fixture.s3.list_objects_v2().bucket(BUCKET).start_after("a").continuation_token(token);
    assert_eq!(keys(request.send().await.unwrap().contents()), ["c"]);
}

#[tokio::test]
async fn the_limit_of_a_page_has_bounds() {
    let fixture = with(&["a"]).await;
    let none = fixture.s3.list_objects_v2().bucket(BUCKET).max_keys(0).send().await.unwrap();
    assert_eq!((none.contents().len(), none.is_truncated(), none.max_keys()), (0, Some(false), Some(0)));
    let many = fixture.s3.list_objects_v2().bucket(BUCKET).max_keys(2000).send().await.unwrap();
    assert_eq!((many.contents().len(), many.max_keys()), (1, Some(1000)));
    let error = fixture.s3.list_objects_v2().bucket(BUCKET).max_keys(-1).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(400), Some("InvalidArgument")));
}

#[tokio::test]
async fn a_token_that_the_server_never_gave_is_refused() {
    let fixture = with(&["a"]).await;
    let error = fixture.s3.list_objects_v2().bucket(BUCKET).continuation_token("a").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(400), Some("InvalidArgument")));
}

#[tokio::test]
async fn keys_are_ordered_by_their_utf8_bytes() {
    // In UTF-16, which some servers sort by, the last two change places.
    let sorted = ["A", "a", "a b", "é", "\u{ffee}", "\u{10000}"];
    let fixture = with(&[sorted[5], sorted[2], sorted[4], sorted[0], sorted[3], sorted[1]]).await;
    assert_eq!(fixture.keys().await, sorted);
}

#[tokio::test]
async fn keys_are_percent_encoded_on_request_only() {
    let fixture = with(&["dir/a b+c%é", "<&>\"'"]).await;
    assert_eq!(fixture.keys().await, ["<&>\"'", "dir/a b+c%é"]);
    let request = fixture.s3.list_objects_v2().bucket(BUCKET).encoding_type(EncodingType::Url).prefix("dir/a b");
    let page = request.send().await.unwrap();
    assert_eq!(keys(page.contents()), ["dir/a%20b%2Bc%25%C3%A9"]);
    assert_eq!((page.prefix(), page.encoding_type()), (Some("dir/a%20b"), Some(&EncodingType::Url)));
}

#[tokio::test]
async fn control_characters_in_keys_survive_listing_and_deletion() {
    let sorted = ["\u{1}\u{1b}[31m", "a\tb\nc\rd", "del\u{7f}"];
    let fixture = with(&sorted).await;
    assert_eq!(fixture.keys().await, sorted);
    assert_eq!(fixture.delete_many(&sorted, false).await, (3, 0));
    assert!(fixture.keys().await.is_empty());
}

#[tokio::test]
async fn entries_say_size_tag_and_time_of_the_object() {
    let before = DateTime::from(std::time::SystemTime::now()).secs();
    let fixture = with(&["key"]).await;
    let after = DateTime::from(std::time::SystemTime::now()).secs();
    let entry = fixture.list().await.remove(0);
    let head = fixture.s3.head_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!((entry.size(), entry.e_tag()), (Some(3), head.e_tag()));
    assert_eq!(entry.last_modified(), head.last_modified());
    assert!((before..=after).contains(&entry.last_modified().unwrap().secs()));
}

#[tokio::test]
async fn a_listing_of_no_bucket_is_refused() {
    let fixture = with(&[]).await;
    let error = fixture.s3.list_objects_v2().bucket("missing").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(404), Some("NoSuchBucket")));
    let error = fixture.s3.list_objects().bucket("missing").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(404), Some("NoSuchBucket")));
}
