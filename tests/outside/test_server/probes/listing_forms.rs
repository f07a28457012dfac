//! Symptoms in listings of version 1, after a key, of one level, and in the meaning of prefix and order.

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, keys};

async fn with(behaviour: Behaviour, stored: &[&str]) -> Fixture {
    let fixture = Fixture::start(behaviour).await;
    for key in stored {
        fixture.put(key, "content").await;
    }
    fixture
}

/// Keys and common prefixes of the first level.
async fn level(fixture: &Fixture) -> (Vec<String>, Vec<String>) {
    let answer = fixture.s3.list_objects_v2().bucket(BUCKET).delimiter("/").send().await.unwrap();
    let prefixes = answer.common_prefixes().iter().map(|prefix| prefix.prefix().unwrap().to_owned()).collect();
    (keys(answer.contents()), prefixes)
}

pub(crate) async fn ignore_the_marker(behaviour: Behaviour) -> bool {
    let fixture = with(behaviour, &["a", "b"]).await;
    let old = fixture.s3.list_objects().bucket(BUCKET).marker("a").send().await.unwrap();
    let new = fixture.s3.list_objects_v2().bucket(BUCKET).start_after("a").send().await.unwrap();
    keys(old.contents()) == ["a", "b"] && keys(new.contents()) == ["b"]
}

pub(crate) async fn ignore_start_after(behaviour: Behaviour) -> bool {
    let fixture = with(behaviour, &["a", "b"]).await;
    let old = fixture.s3.list_objects().bucket(BUCKET).marker("a").send().await.unwrap();
    let new = fixture.s3.list_objects_v2().bucket(BUCKET).start_after("a").send().await.unwrap();
    keys(old.contents()) == ["b"] && keys(new.contents()) == ["a", "b"]
}

pub(crate) async fn ignore_the_delimiter(behaviour: Behaviour) -> bool {
    let (keys, prefixes) = level(&with(behaviour, &["a", "b/1", "b/2"]).await).await;
    keys == ["a", "b/1", "b/2"] && prefixes.is_empty()
}

pub(crate) async fn repeat_common_prefixes(behaviour: Behaviour) -> bool {
    let (keys, prefixes) = level(&with(behaviour, &["a", "b/1", "b/2"]).await).await;
    keys == ["a"] && prefixes == ["b/", "b/"]
}

pub(crate) async fn match_patterns(behaviour: Behaviour) -> bool {
    let fixture = with(behaviour, &["a_b", "axb", "A_b", "c%d", "cxxd", "e"]).await;
    let mut found = Vec::new();
    for prefix in ["a_b", "c%d", "x"] {
        let answer = fixture.s3.list_objects_v2().bucket(BUCKET).prefix(prefix).send().await.unwrap();
        found.push(keys(answer.contents()));
    }
    found == [vec!["A_b", "a_b", "axb"], vec!["c%d", "cxxd"], vec![]]
}

pub(crate) async fn are_in_another_order(behaviour: Behaviour) -> bool {
    let fixture = with(behaviour, &["a", "\u{ff5e}", "\u{1f600}"]).await;
    fixture.keys().await == ["a", "\u{1f600}", "\u{ff5e}"]
}
