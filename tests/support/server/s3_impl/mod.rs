//! The operations, as the `s3s` crate calls them: the trait's methods here, what they do in a file for each family.

mod buckets;
mod conditions;
mod copies;
mod deletes;
mod keys;
mod listings;
mod multipart;
mod objects;
mod ranges;
mod tagging;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::latent::{How, Lurking};
use super::mutation::Mutation;
use super::rules::Rules;
use super::store::Store;
use super::tags::{self, Place};

/// S3 over a store in memory, with at most one rule broken.
#[derive(Debug, Clone)]
pub(super) struct MemoryS3 {
    store: Arc<Mutex<Store>>,
    answers: Arc<AtomicU64>,
    /// Uploads that are being stored, as the mutation of concurrent writers counts them.
    writers: Arc<AtomicU64>,
    rules: Rules,
    lurking: Lurking,
}

impl MemoryS3 {
    /// An empty server.
    pub(super) fn new(rules: Rules, lurking: Lurking) -> Self {
        Self { store: Arc::default(), answers: Arc::default(), writers: Arc::default(), rules, lurking }
    }

    /// What a fault does when the server was ended and started again.
    pub(super) fn restarted(&self, killed: bool) {
        self.lurking.restarted(&mut self.store(), killed);
    }

    /// What a fault does to an object that was just stored; the tag to be shown, where it has one.
    fn stored(&self, bucket: &str, key: &str, how: &How, place: Place) -> Option<ETag> {
        let tag = self.lurking.stored(&mut self.store(), bucket, key, how)?;
        self.shown(place, &tag)
    }

    /// The store, locked.
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no other answer has.
    fn number(&self) -> u64 {
        self.answers.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether the server breaks this rule; asked last, as [`Rules`] has it.
    fn breaks(&self, rule: Mutation) -> bool {
        self.rules.breaks(rule)
    }

    /// The tag that an answer shows for an object of this stored tag.
    fn shown(&self, place: Place, tag: &str) -> Option<ETag> {
        tags::shown(&self.rules, place, tag, self.number())
    }
}

#[async_trait::async_trait]
impl S3 for MemoryS3 {
    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        Ok(S3Response::new(buckets::list(self)))
    }

    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let bucket = req.input.bucket.clone();
        let made = buckets::create(self, req.input)?;
        self.lurking.made(&mut self.store(), &bucket);
        Ok(S3Response::new(made))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        buckets::head(self, &req.input).map(S3Response::new)
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        buckets::location(self, &req.input).map(S3Response::new)
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        buckets::delete(self, &req.input).map(S3Response::new)
    }

    async fn delete_bucket_policy(
        &self,
        req: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        buckets::delete_policy(self, &req.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_versioning(
        &self,
        req: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        buckets::put_versioning(self, req.input.bucket).map(S3Response::new)
    }

    async fn put_object(&self, mut req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let announced = req.headers.get("x-amz-decoded-content-length").cloned();
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        self.lurking.before_put(&mut req.input);
        let writing = self.lurking.writing();
        let mut output = objects::put(self, req.input, req.trailing_headers, announced).await?;
        let torn = objects::torn(self, writing.beside_others, &bucket, &key);
        output.e_tag = self.stored(&bucket, &key, &How::Put, Place::Put).or(output.e_tag);
        objects::mend(self, &bucket, &key, torn).await;
        self.lurking.takes_its_time().await;
        Ok(S3Response::new(output))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        objects::get(self, &req.input).map(S3Response::new)
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        objects::head(self, &req.input).map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        multipart::create(self, req.input).map(S3Response::new)
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        multipart::part(self, req.input).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        let parts = multipart::contents(self, &req.input);
        let mut output = multipart::complete(self, req.input)?;
        output.e_tag = self.stored(&bucket, &key, &How::Parts(parts), Place::Put).or(output.e_tag);
        Ok(S3Response::new(output))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        multipart::abort(self, &req.input).map(S3Response::new)
    }

    async fn put_object_tagging(
        &self,
        req: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let (bucket, key, tags) = (req.input.bucket.clone(), req.input.key.clone(), req.input.tagging.tag_set.clone());
        let output = tagging::put(self, req.input)?;
        self.lurking.tagged(&mut self.store(), &bucket, &key, &tags);
        Ok(S3Response::new(output))
    }

    async fn get_object_tagging(
        &self,
        req: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        tagging::get(self, &req.input).map(S3Response::new)
    }

    async fn delete_object_tagging(
        &self,
        req: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let output = tagging::delete(self, &req.input)?;
        self.lurking.tagged(&mut self.store(), &req.input.bucket, &req.input.key, &[]);
        Ok(S3Response::new(output))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        let replaces =
            req.input.metadata_directive.as_ref().is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
        let how = How::copy(&req.input.copy_source, replaces);
        let mut output = copies::copy(self, req.input)?;
        let tag = self.stored(&bucket, &key, &how, Place::Copy);
        if let Some(result) = &mut output.copy_object_result {
            result.e_tag = tag.or(result.e_tag.take());
        }
        Ok(S3Response::new(output))
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let writing = self.lurking.writing();
        if self.lurking.delete_lags(writing.beside_others) {
            let server = self.clone();
            drop(tokio::spawn(async move {
                tokio::time::sleep(Lurking::moment()).await;
                deletes::one(&server, &req.input)
            }));
            return Ok(S3Response::new(DeleteObjectOutput::default()));
        }
        let output = deletes::one(self, &req.input)?;
        self.lurking.deleted(&mut self.store(), &req.input.bucket, &req.input.key);
        self.lurking.takes_its_time().await;
        Ok(S3Response::new(output))
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let (bucket, mut input) = (req.input.bucket.clone(), req.input);
        let named: Vec<String> = input.delete.objects.iter().map(|object| object.key.clone()).collect();
        let kept = self.lurking.kept_by_many(&self.store(), &bucket, &named);
        let left_out: Vec<_> = input.delete.objects.extract_if(.., |object| kept.contains(&object.key)).collect();
        let mut output =
            if input.delete.objects.is_empty() { DeleteObjectsOutput::default() } else { deletes::many(self, input)? };
        // What was not deleted is reported as if it had been.
        let report = |object: ObjectIdentifier| DeletedObject { key: Some(object.key), ..DeletedObject::default() };
        if !left_out.is_empty() {
            output.deleted.get_or_insert_default().extend(left_out.into_iter().map(report));
        }
        for key in named.iter().filter(|key| !kept.contains(key)) {
            self.lurking.deleted(&mut self.store(), &bucket, key);
        }
        Ok(S3Response::new(output))
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        listings::version_1(self, req.input).map(S3Response::new)
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        listings::version_2(self, req.input).map(S3Response::new)
    }
}
