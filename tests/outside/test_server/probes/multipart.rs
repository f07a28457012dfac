//! Symptoms in uploads in parts.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, status};

const PART_BYTES: usize = 5 << 20;

struct Uploading {
    fixture: Fixture,
    upload: String,
    parts: Vec<CompletedPart>,
}

impl Uploading {
    /// An upload over an object.
    async fn start(behaviour: Behaviour) -> Option<Self> {
        let fixture = Fixture::start(behaviour).await;
        fixture.put("key", "old").await;
        let created = fixture.s3.create_multipart_upload().bucket(BUCKET).key("key").send().await;
        let upload = created.ok()?.upload_id?;
        Some(Self { fixture, upload, parts: Vec::new() })
    }

    /// Sends a part; it is completed with the tag that it is answered with last.
    async fn part(&mut self, number: i32, content: &[u8]) {
        let request = self.fixture.s3.upload_part().bucket(BUCKET).key("key").upload_id(&self.upload);
        let body = ByteStream::from(content.to_vec());
        let tag = request.part_number(number).body(body).send().await.unwrap().e_tag;
        self.parts.retain(|part| part.part_number != Some(number));
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(tag).build());
        self.parts.sort_by_key(|part| part.part_number);
    }

    /// Ends the upload; its tag, or none where that is refused.
    async fn complete(&self) -> Option<String> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let request = self.fixture.s3.complete_multipart_upload().bucket(BUCKET).key("key").upload_id(&self.upload);
        request.multipart_upload(parts).send().await.ok()?.e_tag
    }

    async fn abort(&self) -> bool {
        let request = self.fixture.s3.abort_multipart_upload().bucket(BUCKET).key("key").upload_id(&self.upload);
        request.send().await.is_ok()
    }

    async fn content(&self) -> Vec<u8> {
        self.fixture.get("key").await.0
    }
}

/// Status and code of the refusal to begin an upload.
async fn refusal(behaviour: Behaviour) -> Option<(Option<u16>, String)> {
    let fixture = Fixture::start(behaviour).await;
    let error = fixture.s3.create_multipart_upload().bucket(BUCKET).key("key").send().await.err()?;
    Some((status(&error), error.code().unwrap_or_default().to_owned()))
}

pub(crate) async fn is_not_implemented(behaviour: Behaviour) -> bool {
    refusal(behaviour).await == Some((Some(501), "NotImplemented".to_owned()))
}

pub(crate) async fn is_refused_in_other_words(behaviour: Behaviour) -> bool {
    let refused = refusal(behaviour).await == Some((Some(400), "InvalidRequest".to_owned()));
    refused && !is_taken_for_the_object(behaviour).await
}

pub(crate) async fn is_taken_for_the_object(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "old").await;
    let request = fixture.s3.upload_part().bucket(BUCKET).key("key").upload_id("none").part_number(1);
    let taken = request.body(ByteStream::from_static(b"part")).send().await.is_ok();
    taken && fixture.get("key").await.0 == b"part"
}

pub(crate) async fn is_put_together_by_arrival(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(2, b"last").await;
    uploading.part(1, &vec![b'1'; PART_BYTES]).await;
    uploading.complete().await.is_some() && uploading.content().await.starts_with(b"last")
}

pub(crate) async fn has_the_tag_of_a_simple_upload(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"part").await;
    uploading.complete().await.is_some_and(|tag| !tag.contains('-'))
}

pub(crate) async fn shows_before_its_end(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"part").await;
    uploading.content().await == b"part"
}

pub(crate) async fn keeps_the_first_part(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"first").await;
    uploading.part(1, b"again").await;
    uploading.complete().await.is_some() && uploading.content().await == b"first"
}

pub(crate) async fn deletes_when_aborted(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"part").await;
    let aborted = uploading.abort().await;
    aborted && uploading.fixture.s3.head_object().bucket(BUCKET).key("key").send().await.is_err()
}

pub(crate) async fn outlives_its_abortion(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"part").await;
    uploading.abort().await && uploading.complete().await.is_some()
}

pub(crate) async fn is_completed_with_anything(behaviour: Behaviour) -> bool {
    let Some(mut uploading) = Uploading::start(behaviour).await else { return false };
    uploading.part(1, b"part").await;
    uploading.parts.push(CompletedPart::builder().part_number(2).e_tag("\"none\"").build());
    uploading.complete().await.is_some()
}
