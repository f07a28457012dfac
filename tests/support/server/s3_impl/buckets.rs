//! The operations on buckets.

use s3s::dto::{
    Bucket, CreateBucketInput, CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, DeleteBucketPolicyOutput,
    GetBucketLocationInput, GetBucketLocationOutput, HeadBucketInput, HeadBucketOutput, ListBucketsOutput, Owner,
    PutBucketVersioningOutput, Timestamp,
};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::server::mutation::Mutation;

pub(super) fn list(server: &MemoryS3) -> ListBucketsOutput {
    let store = server.store();
    let mut named: Vec<_> = store.buckets.iter().map(|(name, bucket)| (name, &bucket.created)).collect();
    if let Some((name, created)) = &store.last_deleted
        && server.breaks(Mutation::ListBucketsNamesDeleted)
    {
        named.push((name, created));
    }
    if !named.is_empty() && server.breaks(Mutation::ListBucketsNamesTwice) {
        named.extend(named.clone());
    }
    let has_times = named.is_empty() || !server.breaks(Mutation::ListBucketsWithoutTime);
    let bucket = |(name, created): (&String, &Timestamp)| Bucket {
        name: Some(name.clone()),
        creation_date: has_times.then(|| created.clone()),
        bucket_region: None,
    };
    ListBucketsOutput {
        buckets: Some(named.into_iter().map(bucket).collect()),
        owner: Some(Owner { id: Some("owner".to_owned()), display_name: Some("owner".to_owned()) }),
        ..ListBucketsOutput::default()
    }
}

pub(super) fn create(server: &MemoryS3, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let location = Some(format!("/{}", input.bucket));
    if input.bucket.contains('.') && server.breaks(Mutation::DottedBucketRefused) {
        return Err(s3_error!(InvalidBucketName));
    }
    let is_there = server.store().buckets.contains_key(&input.bucket);
    if is_there && server.breaks(Mutation::CreateAgainEmptiesBucket) {
        server.store().buckets.remove(&input.bucket);
    }
    if !server.breaks(Mutation::CreateBucketLies) && !server.store().create(input.bucket) {
        return Err(if server.breaks(Mutation::CreateAgainSaysTaken) {
            s3_error!(BucketAlreadyExists, "The bucket name is not available.")
        } else {
            s3_error!(BucketAlreadyOwnedByYou, "You already own this bucket.")
        });
    }
    Ok(CreateBucketOutput { location })
}

/// Not implemented, which the mutation forgets to say.
pub(super) fn delete_policy(server: &MemoryS3, bucket: &str) -> S3Result<DeleteBucketPolicyOutput> {
    if server.breaks(Mutation::DeletePolicyDeletesBucket) {
        server.store().buckets.remove(bucket);
        return Ok(DeleteBucketPolicyOutput {});
    }
    Err(s3_error!(NotImplemented))
}

/// Not implemented, which the mutation forgets to say.
pub(super) fn put_versioning(server: &MemoryS3, bucket: String) -> S3Result<PutBucketVersioningOutput> {
    if server.breaks(Mutation::PutVersioningCreatesBucket) {
        server.store().create(bucket);
        return Ok(PutBucketVersioningOutput {});
    }
    Err(s3_error!(NotImplemented))
}

pub(super) fn head(server: &MemoryS3, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
    let found = server.store().bucket(&input.bucket).map(|_| ());
    if found.is_err() && !server.breaks(Mutation::HeadBucketAlwaysOk) {
        found?;
    }
    Ok(HeadBucketOutput { bucket_region: Some("us-east-1".to_owned()), ..HeadBucketOutput::default() })
}

pub(super) fn location(server: &MemoryS3, input: &GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
    server.store().bucket(&input.bucket)?;
    // S3 says nothing where the region is us-east-1.
    Ok(GetBucketLocationOutput { location_constraint: None })
}

pub(super) fn delete(server: &MemoryS3, input: &DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    let mut store = server.store();
    let is_empty = store.bucket(&input.bucket)?.objects.is_empty();
    if !is_empty && !server.breaks(Mutation::DeleteNonEmptyBucketSucceeds) {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty."));
    }
    if !server.breaks(Mutation::DeleteBucketDoesNothing) {
        store.last_deleted = store.buckets.remove(&input.bucket).map(|bucket| (input.bucket.clone(), bucket.created));
    }
    Ok(DeleteBucketOutput {})
}
