//! Symptoms in parts of objects. The object is `0123456789`.

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, status};

/// The content and Content-Range.
type Sent = (String, Option<String>);
/// What a range brings, or the status of a refusal.
type Answer = Result<Sent, Option<u16>>;

async fn answers(behaviour: Behaviour) -> [Answer; 3] {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "0123456789").await;
    let [mut bounded, mut suffix, mut past] = [Err(None), Err(None), Err(None)];
    for (answer, range) in [(&mut bounded, "bytes=2-4"), (&mut suffix, "bytes=-3"), (&mut past, "bytes=10-")] {
        *answer = match fixture.s3.get_object().bucket(BUCKET).key("key").range(range).send().await {
            Ok(output) => {
                let content = output.body.collect().await.unwrap().to_vec();
                Ok((String::from_utf8(content).unwrap(), output.content_range))
            }
            Err(error) => Err(status(&error)),
        };
    }
    [bounded, suffix, past]
}

fn part(content: &str, range: &str) -> Sent {
    (content.to_owned(), Some(format!("bytes {range}/10")))
}

fn whole() -> Sent {
    ("0123456789".to_owned(), None)
}

pub(crate) async fn are_the_whole(behaviour: Behaviour) -> bool {
    answers(behaviour).await == [Ok(whole()), Ok(whole()), Ok(whole())]
}

pub(crate) async fn lack_their_end(behaviour: Behaviour) -> bool {
    answers(behaviour).await == [Ok(part("23", "2-3")), Ok(part("789", "7-9")), Err(Some(416))]
}

pub(crate) async fn begin_at_the_start(behaviour: Behaviour) -> bool {
    answers(behaviour).await == [Ok(part("234", "2-4")), Ok(part("012", "0-2")), Err(Some(416))]
}

pub(crate) async fn say_another_place(behaviour: Behaviour) -> bool {
    answers(behaviour).await == [Ok(part("234", "3-5")), Ok(part("789", "8-10")), Err(Some(416))]
}

pub(crate) async fn are_the_whole_past_the_end(behaviour: Behaviour) -> bool {
    answers(behaviour).await == [Ok(part("234", "2-4")), Ok(part("789", "7-9")), Ok(whole())]
}
