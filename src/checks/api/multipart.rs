//! Multipart uploads on a server that has them.

use bytes::Bytes;

use crate::checks::capability::Capability::Multipart;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, md5_of_etag, same_etag, same_keys};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::Needs::Offered;
use crate::checks::scope::{ANYWHERE, Scope};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;
use crate::s3::UploadedPart;
use crate::server::EtagProfile;
use crate::workload::{md5_hex, md5_of_md5s_hex};

/// The smallest part that is not the last, by the S3 user guide.
const PART_BYTES: usize = 5 << 20;

const WHERE_OFFERED: Scope = ANYWHERE.needing(Offered(Multipart));

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "multipart-complete",
        severity: DataLoss,
        rule: "a completed upload has its parts in the order of their numbers, whatever order they came in",
        consequence: "every file over some MiB that aws-cli, boto3 or rclone upload is corrupt",
        source: "S3 API reference, CompleteMultipartUpload",
        scope: WHERE_OFFERED,
        body: &complete,
    },
    Check {
        name: "multipart-etag",
        severity: BreaksClients,
        rule: "the ETag of an upload in parts is the MD5 of the parts' MD5s and their number, `md5(md5s)-N`, in all answers; an opaque one is the same in all, and no MD5",
        consequence: "clients that compute the ETag of a large file take every one for corrupt, or upload it again",
        source: "S3 user guide, checking object integrity; rclone, backend/s3; aws-cli and boto3",
        scope: WHERE_OFFERED,
        body: &etag,
    },
    Check {
        name: "multipart-hidden-until-complete",
        severity: DataLoss,
        rule: "until an upload is completed its key shows what was there before: the old object, or nothing",
        consequence: "a restore during an upload, or after one that broke off, brings back a part of a file",
        source: "S3 user guide, multipart upload: the object is there once the upload is completed",
        scope: WHERE_OFFERED,
        body: &hidden,
    },
    Check {
        name: "multipart-resend-part",
        severity: DataLoss,
        rule: "a part that is sent again under its number replaces the one sent before",
        consequence: "a client that repeats a part after a broken connection stores the broken one",
        source: "S3 API reference, UploadPart",
        scope: WHERE_OFFERED,
        body: &async |c: &CheckContext| {
            let (first, again) = (c.bytes("first", 3_000), c.bytes("again", 2_500));
            let upload = begin(c, "object").await?;
            part(c, "object", &upload, 1, &first).await?;
            let resent = part(c, "object", &upload, 1, &again).await?;
            c.s3.complete_upload(c.bucket(), "object", &upload, &[resent]).await?;
            c.holds_as("object whose part was sent twice", "object", &again).await
        },
    },
    Check {
        name: "multipart-abort-is-harmless",
        severity: DataLoss,
        rule: "an upload that is aborted leaves the object of its key alone, and cannot be completed any more",
        consequence: "a client that gives up an upload loses the version that was there",
        source: "S3 API reference, AbortMultipartUpload, and error NoSuchUpload",
        scope: WHERE_OFFERED,
        body: &abort,
    },
    Check {
        name: "multipart-wrong-part-is-refused",
        severity: DataLoss,
        rule: "completing an upload with a part that never came, or with another ETag than a part has, is refused and changes nothing",
        consequence: "a part that was lost on its way goes unnoticed: the stored file has a hole",
        source: "S3 API reference, CompleteMultipartUpload, error InvalidPart",
        scope: WHERE_OFFERED,
        body: &wrong_part,
    },
];

async fn complete(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, last) = (c.bytes("first", PART_BYTES), c.bytes("last", 70_001));
    let upload = begin(c, "object").await?;
    let second = part(c, "object", &upload, 2, &last).await?;
    let parts = [part(c, "object", &upload, 1, &first).await?, second];
    c.s3.complete_upload(c.bucket(), "object", &upload, &parts).await?;
    let whole = [first, last].concat();
    c.holds_as("object of two parts", "object", &whole).await?;
    let head = c.head("object").await?;
    let message = "HEAD names another size than the parts have";
    let actual = format!("{:?}", head.size_bytes);
    ensure(head.size_bytes == Some(whole.len() as u64), "size-disagrees", message, whole.len().to_string(), actual)
}

async fn etag(c: &CheckContext<'_>) -> Result<(), Stop> {
    let contents = [c.bytes("first", PART_BYTES), c.bytes("last", 1_000)];
    let upload = begin(c, "object").await?;
    let mut parts = Vec::new();
    for (number, bytes) in (1..).zip(&contents) {
        parts.push(part(c, "object", &upload, number, bytes).await?);
    }
    let completed = c.s3.complete_upload(c.bucket(), "object", &upload, &parts).await?;
    let expected = match (c.etag_profile(), &completed) {
        (EtagProfile::Md5, _) => format!("\"{}-2\"", md5_of_md5s_hex(&contents)),
        (EtagProfile::Opaque, Some(etag)) if md5_of_etag(etag).is_none() => etag.clone(),
        (EtagProfile::Opaque, _) => "an ETag that does not look like an MD5".to_owned(),
    };
    let head = c.head("object").await?.etag;
    let listed = c.list(10).await?;
    let listed = listed.into_iter().find(|entry| entry.key == "object").and_then(|entry| entry.etag);
    for (place, etag) in [("CompleteMultipartUpload", completed), ("HEAD", head), ("a listing", listed)] {
        let message = format!("{place} names another ETag than an upload in parts should have");
        same_etag("multipart-etag", message, Some(&expected), etag.as_deref())?;
    }
    Ok(())
}

async fn hidden(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (c.bytes("old", 3_000), c.bytes("new", 4_000));
    c.put("overwritten", &old).await?;
    let mut uploads = Vec::new();
    for key in ["overwritten", "new"] {
        let upload = begin(c, key).await?;
        let part = part(c, key, &upload, 1, &new).await?;
        uploads.push((key, upload, part));
    }
    c.holds_as("object that an upload is to replace, before its end", "overwritten", &old).await?;
    let early = c.finds("new").await?;
    ensure(!early, "upload-visible", "HEAD finds an object whose upload has not ended", "404", "200")?;
    let message = "a listing names an object whose upload has not ended";
    same_keys("upload-visible", message, &["overwritten"], &c.keys(10).await?)?;
    for (key, upload, part) in uploads {
        c.s3.complete_upload(c.bucket(), key, &upload, &[part]).await?;
        c.holds_as(format!("{key}, after its upload has ended"), key, &new).await?;
    }
    Ok(())
}

async fn abort(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (c.bytes("old", 3_000), c.bytes("new", 4_000));
    c.put("object", &old).await?;
    let upload = begin(c, "object").await?;
    let part = part(c, "object", &upload, 1, &new).await?;
    c.s3.abort_upload(c.bucket(), "object", &upload).await?;
    c.holds_as("object whose overwrite was aborted", "object", &old).await?;
    complete_is_refused(c, "an upload that was aborted", &upload, &[part], &["NoSuchUpload"]).await?;
    c.holds_as("object whose aborted overwrite was completed in vain", "object", &old).await
}

async fn wrong_part(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (c.bytes("old", 3_000), c.bytes("new", 4_000));
    c.put("object", &old).await?;
    let upload = begin(c, "object").await?;
    // The last part may be that small, so the size cannot be the reason for a refusal.
    let sent = part(c, "object", &upload, 2, &new).await?;
    let other = Some(format!("\"{}\"", md5_hex(b"another part")));
    let missing = [UploadedPart { number: 1, etag: other.clone() }, sent.clone()];
    let changed = [UploadedPart { etag: other, ..sent }];
    for (what, parts) in [("a part that never came", missing.as_slice()), ("the ETag of another part", &changed)] {
        let codes = &["InvalidPart", "InvalidPartOrder"];
        complete_is_refused(c, &format!("an upload with {what}"), &upload, parts, codes).await?;
        c.holds_as(format!("object after {what} was refused"), "object", &old).await?;
    }
    Ok(())
}

async fn begin(c: &CheckContext<'_>, key: &str) -> Result<String, Stop> {
    let upload = c.s3.create_upload(c.bucket(), key).await?;
    c.uploads(key, &upload);
    Ok(upload)
}

async fn part(c: &CheckContext<'_>, key: &str, upload: &str, number: i32, bytes: &Bytes) -> Result<UploadedPart, Stop> {
    Ok(c.s3.upload_part(c.bucket(), key, upload, number, bytes.clone()).await?)
}

async fn complete_is_refused(
    c: &CheckContext<'_>,
    what: &str,
    upload: &str,
    parts: &[UploadedPart],
    codes: &'static [&'static str],
) -> Result<(), Stop> {
    let answer = c.s3.complete_upload(c.bucket(), "object", upload, parts).await;
    let refusal = Refusal::with_code(codes).accepted_is("upload-completed");
    refused(&format!("CompleteMultipartUpload of {what}"), &answer, refusal)
}
