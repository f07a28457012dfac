//! Objects and buckets of the unbroken server.

use aws_sdk_s3::types::MetadataDirective;

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, refusal, status};

async fn fixture() -> Fixture {
    Fixture::start(Behaviour::default()).await
}

/// The MD5 of `content`, quoted.
const TAG: &str = "\"9a0364b9e99bb480dd25e1f0284c8555\"";

#[tokio::test]
async fn a_bucket_lives_from_its_creation_to_its_deletion() {
    let fixture = fixture().await;
    let listed = fixture.s3.list_buckets().send().await.unwrap();
    assert_eq!(listed.buckets().iter().map(|bucket| bucket.name().unwrap()).collect::<Vec<_>>(), [BUCKET]);
    fixture.s3.head_bucket().bucket(BUCKET).send().await.unwrap();
    let location = fixture.s3.get_bucket_location().bucket(BUCKET).send().await.unwrap();
    assert_eq!(location.location_constraint().map_or("", |region| region.as_str()), "");
    let error = fixture.s3.create_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(409), Some("BucketAlreadyOwnedByYou")));

    fixture.put("key", "content").await;
    let error = fixture.s3.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(409), Some("BucketNotEmpty")));
    fixture.delete_many(&["key"], false).await;
    fixture.s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    let error = fixture.s3.head_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(status(&error), Some(404));
    let error = fixture.s3.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(404), Some("NoSuchBucket")));
}

#[tokio::test]
async fn an_object_comes_back_with_its_content_headers_and_metadata() {
    let fixture = fixture().await;
    let upload = fixture.s3.put_object().bucket(BUCKET).key("key").body(b"content".to_vec().into());
    let upload = upload.content_type("text/x-test").content_encoding("x-test").cache_control("no-store");
    let upload = upload.metadata("mtime", "1700000000.5").send().await.unwrap();
    assert_eq!(upload.e_tag(), Some(TAG));

    let got = fixture.s3.get_object().bucket(BUCKET).key("key").send().await.unwrap();
    let head = fixture.s3.head_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!((got.content_type(), head.content_type()), (Some("text/x-test"), Some("text/x-test")));
    assert_eq!((got.content_encoding(), head.content_encoding()), (Some("x-test"), Some("x-test")));
    assert_eq!((got.cache_control(), head.cache_control()), (Some("no-store"), Some("no-store")));
    assert_eq!((got.metadata(), head.metadata().unwrap().len()), (head.metadata(), 1));
    assert_eq!(head.metadata().unwrap()["mtime"], "1700000000.5");
    assert_eq!((got.e_tag(), head.e_tag()), (Some(TAG), Some(TAG)));
    assert_eq!((got.content_length(), head.content_length()), (Some(7), Some(7)));
    assert_eq!(got.last_modified(), head.last_modified());
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"content");
}

#[tokio::test]
async fn content_of_any_size_comes_back() {
    let fixture = fixture().await;
    for size in [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 5 << 20] {
        let content: Vec<u8> = (0..size).map(|at: u32| u8::try_from(at % 251).unwrap()).collect();
        let tag = fixture.put("key", content.clone()).await;
        assert!(fixture.get("key").await == (content, tag), "{size} bytes");
    }
}

#[tokio::test]
async fn keys_are_kept_as_they_are() {
    let fixture = fixture().await;
    let keys = ["a%20b", "a b", "a+b", "a/../b", "/leading", "trailing/", "é", "e\u{301}", "q?x=1&y#z", "quote\"<>"];
    for key in keys {
        fixture.put(key, key).await;
    }
    for key in keys {
        assert_eq!(fixture.get(key).await.0, key.as_bytes());
    }
    assert_eq!(fixture.list().await.len(), keys.len());
}

#[tokio::test]
async fn an_upload_may_demand_that_nothing_is_there() {
    let fixture = fixture().await;
    let upload =
        || fixture.s3.put_object().bucket(BUCKET).key("key").if_none_match("*").body(b"content".to_vec().into());
    upload().send().await.unwrap();
    fixture.put("key", "newer").await;
    let error = upload().send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(412), Some("PreconditionFailed")));
    assert_eq!(fixture.get("key").await.0, b"newer");
}

#[tokio::test]
async fn ranges_are_sent_as_asked() {
    let fixture = fixture().await;
    fixture.put("key", "content").await;
    fixture.put("empty", "").await;
    let checks = [
        ("bytes=0-0", "c", "bytes 0-0/7"),
        ("bytes=2-3", "nt", "bytes 2-3/7"),
        ("bytes=5-", "nt", "bytes 5-6/7"),
        ("bytes=-3", "ent", "bytes 4-6/7"),
        ("bytes=-30", "content", "bytes 0-6/7"),
        ("bytes=3-30", "tent", "bytes 3-6/7"),
    ];
    for (range, content, content_range) in checks {
        let got = fixture.s3.get_object().bucket(BUCKET).key("key").range(range).send().await.unwrap();
        assert_eq!((got.content_range(), got.e_tag()), (Some(content_range), Some(TAG)), "{range}");
        assert_eq!(got.body.collect().await.unwrap().to_vec(), content.as_bytes(), "{range}");
    }
    for (key, range) in [("key", "bytes=7-"), ("key", "bytes=-0"), ("empty", "bytes=0-"), ("empty", "bytes=-1")] {
        let error = fixture.s3.get_object().bucket(BUCKET).key(key).range(range).send().await.unwrap_err();
        assert_eq!(refusal(&error), (Some(416), Some("InvalidRange")), "{range}");
    }
}

#[tokio::test]
async fn conditions_on_the_tag_decide() {
    let fixture = fixture().await;
    fixture.put("key", "content").await;
    let get = || fixture.s3.get_object().bucket(BUCKET).key("key");
    get().if_match(TAG).send().await.unwrap();
    get().if_none_match("\"other\"").send().await.unwrap();
    let error = get().if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(412), Some("PreconditionFailed")));
    let error = get().if_none_match(TAG).send().await.unwrap_err();
    assert_eq!(status(&error), Some(304));
    assert_eq!(error.raw_response().unwrap().headers().get("etag"), Some(TAG));
    let error = fixture.s3.head_object().bucket(BUCKET).key("key").if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(status(&error), Some(412));
}

#[tokio::test]
async fn missing_objects_are_404_and_need_no_deleting() {
    let fixture = fixture().await;
    let error = fixture.s3.get_object().bucket(BUCKET).key("key").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(404), Some("NoSuchKey")));
    assert!(!fixture.has("key").await);
    fixture.s3.delete_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!(fixture.delete_many(&["key"], false).await, (1, 0));
    let error = fixture.s3.put_object().bucket("missing").key("key").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(404), Some("NoSuchBucket")));
}

#[tokio::test]
async fn deletions_delete_what_they_name() {
    let fixture = fixture().await;
    for key in ["a", "b", "c", "d"] {
        fixture.put(key, "content").await;
    }
    fixture.s3.delete_object().bucket(BUCKET).key("b").send().await.unwrap();
    assert_eq!(fixture.delete_many(&["a", "missing"], false).await, (2, 0));
    assert_eq!(fixture.delete_many(&["d"], true).await, (0, 0));
    assert_eq!(fixture.keys().await, ["c"]);
}

#[tokio::test]
async fn a_copy_has_content_tag_and_metadata_of_its_source() {
    let fixture = fixture().await;
    let upload = fixture.s3.put_object().bucket(BUCKET).key("a b/é%41").body(b"content".to_vec().into());
    upload.metadata("color", "red").content_type("text/x-test").send().await.unwrap();
    for source in ["bucket/a%20b/%C3%A9%2541", "/bucket/a%20b/%C3%A9%2541"] {
        let copy = fixture.s3.copy_object().bucket(BUCKET).key("copy").copy_source(source).send().await.unwrap();
        assert_eq!(copy.copy_object_result().unwrap().e_tag(), Some(TAG));
        let got = fixture.s3.get_object().bucket(BUCKET).key("copy").send().await.unwrap();
        assert_eq!((got.metadata().unwrap()["color"].as_str(), got.content_type()), ("red", Some("text/x-test")));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), b"content");
    }
    let missing = fixture.s3.copy_object().bucket(BUCKET).key("copy").copy_source("bucket/missing").send().await;
    assert_eq!(refusal(&missing.unwrap_err()), (Some(404), Some("NoSuchKey")));
}

#[tokio::test]
async fn a_copy_onto_itself_must_replace_the_metadata() {
    let fixture = fixture().await;
    fixture.put("key", "content").await;
    let copy =
        || fixture.s3.copy_object().bucket(BUCKET).key("key").copy_source("bucket/key").metadata("color", "blue");
    assert_eq!(refusal(&copy().send().await.unwrap_err()), (Some(400), Some("InvalidRequest")));
    copy().metadata_directive(MetadataDirective::Replace).send().await.unwrap();
    let head = fixture.s3.head_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!((head.metadata().unwrap()["color"].as_str(), head.e_tag()), ("blue", Some(TAG)));
    let error = copy().copy_source_if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(412), Some("PreconditionFailed")));
}
