//! Uploads in parts, on a server that takes them.

use bytes::Bytes;
use futures_util::FutureExt;

use crate::checks::capability::{Capability, answered};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, md5_of_tag, shown};
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::s3::UploadedPart;
use crate::server::EtagProfile;
use crate::workload::{md5_hex, md5_of_md5s_hex};

/// The smallest part that is not the last, by the S3 user guide.
const PART_BYTES: usize = 5 << 20;

pub(super) const COMPLETE: Check = Check {
    spec: CheckSpec {
        name: "multipart-complete",
        severity: Severity::DataLoss,
        rule: "an upload whose parts came out of order is the parts in the order of their numbers",
        consequence: "every file over some MiB that aws-cli, boto3 or rclone upload is corrupt",
        source: "S3 API reference, CompleteMultipartUpload",
    },
    body: |context| complete(context).boxed(),
};

async fn complete(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, last) = (context.bytes("first", PART_BYTES), context.bytes("last", 70_001));
    let upload = begin(context, "object").await?;
    let second = part(context, "object", &upload, 2, &last).await?;
    let parts = [part(context, "object", &upload, 1, &first).await?, second];
    context.s3.complete_upload(context.bucket(), "object", &upload, &parts).await?;
    let whole = [first, last].concat();
    let body = context.get("object", whole.len()).await?;
    ensure_content("object of two parts", &whole, &body.bytes)?;
    let head = context.head("object").await?;
    let message = "HEAD names another size than the parts have";
    let actual = format!("{:?}", head.size_bytes);
    ensure(head.size_bytes == Some(whole.len() as u64), "size-disagrees", message, whole.len().to_string(), actual)
}

pub(super) const ETAG: Check = Check {
    spec: CheckSpec {
        name: "multipart-etag",
        severity: Severity::BreaksClients,
        rule: "the tag of an upload in parts is the MD5 of the parts' MD5s and their number, `md5(md5s)-N`, in all answers; an opaque one is the same in all, and no MD5",
        consequence: "clients that compute the tag of a large file take every one for corrupt, or upload it again",
        source: "S3 user guide, checking object integrity; rclone, backend/s3; aws-cli and boto3",
    },
    body: |context| etag(context).boxed(),
};

async fn etag(context: &CheckContext<'_>) -> Result<(), Stop> {
    let contents = [context.bytes("first", PART_BYTES), context.bytes("last", 1_000)];
    let upload = begin(context, "object").await?;
    let mut parts = Vec::new();
    for (number, bytes) in (1..).zip(&contents) {
        parts.push(part(context, "object", &upload, number, bytes).await?);
    }
    let completed = context.s3.complete_upload(context.bucket(), "object", &upload, &parts).await?;
    let expected = match (context.etag_profile, &completed) {
        (EtagProfile::Md5, _) => format!("\"{}-2\"", md5_of_md5s_hex(&contents)),
        (EtagProfile::Opaque, Some(tag)) if md5_of_tag(tag).is_none() => tag.clone(),
        (EtagProfile::Opaque, _) => "a tag that does not look like an MD5".to_owned(),
    };
    let head = context.head("object").await?.etag;
    let listed = context.s3.list_all(context.bucket(), "", None, 10).await?;
    let listed = listed.into_iter().find(|entry| entry.key == "object").and_then(|entry| entry.etag);
    for (place, tag) in [("CompleteMultipartUpload", completed), ("HEAD", head), ("a listing", listed)] {
        let message = format!("{place} names another tag than an upload in parts should have");
        ensure(tag.as_deref() == Some(&expected), "multipart-etag", message, &expected, shown(tag.as_deref()))?;
    }
    Ok(())
}

pub(super) const HIDDEN: Check = Check {
    spec: CheckSpec {
        name: "multipart-hidden-until-complete",
        severity: Severity::DataLoss,
        rule: "until an upload is completed its key shows what was there before: the old object, or nothing",
        consequence: "a restore during an upload, or after one that broke off, brings back a part of a file",
        source: "S3 user guide, multipart upload: the object is there once the upload is completed",
    },
    body: |context| hidden(context).boxed(),
};

async fn hidden(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (context.bytes("old", 3_000), context.bytes("new", 4_000));
    context.put("overwritten", &old).await?;
    let mut uploads = Vec::new();
    for key in ["overwritten", "new"] {
        let upload = begin(context, key).await?;
        let part = part(context, key, &upload, 1, &new).await?;
        uploads.push((key, upload, part));
    }
    let body = context.get("overwritten", old.len()).await?;
    ensure_content("object that an upload is to replace, before its end", &old, &body.bytes)?;
    let early = context.s3.head(context.bucket(), "new").await?.is_some();
    ensure(!early, "upload-visible", "HEAD finds an object whose upload has not ended", "404", "200")?;
    let listed: Vec<_> =
        context.s3.list_all(context.bucket(), "", None, 10).await?.into_iter().map(|it| it.key).collect();
    let message = "a listing names an object whose upload has not ended";
    ensure(listed == ["overwritten"], "upload-visible", message, "overwritten", listed.join("; "))?;
    for (key, upload, part) in uploads {
        context.s3.complete_upload(context.bucket(), key, &upload, &[part]).await?;
        let body = context.get(key, new.len()).await?;
        ensure_content(&format!("{key}, after its upload has ended"), &new, &body.bytes)?;
    }
    Ok(())
}

pub(super) const RESEND: Check = Check {
    spec: CheckSpec {
        name: "multipart-resend-part",
        severity: Severity::DataLoss,
        rule: "a part that is sent again under its number replaces the one sent before",
        consequence: "a client that repeats a part after a broken connection stores the broken one",
        source: "S3 API reference, UploadPart",
    },
    body: |context| resend(context).boxed(),
};

async fn resend(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, again) = (context.bytes("first", 3_000), context.bytes("again", 2_500));
    let upload = begin(context, "object").await?;
    part(context, "object", &upload, 1, &first).await?;
    let resent = part(context, "object", &upload, 1, &again).await?;
    context.s3.complete_upload(context.bucket(), "object", &upload, &[resent]).await?;
    let body = context.get("object", again.len()).await?;
    ensure_content("object whose part was sent twice", &again, &body.bytes)
}

pub(super) const ABORT: Check = Check {
    spec: CheckSpec {
        name: "multipart-abort-is-harmless",
        severity: Severity::DataLoss,
        rule: "an upload that is aborted leaves the object of its key alone, and cannot be completed any more",
        consequence: "a client that gives up an upload loses the version that was there",
        source: "S3 API reference, AbortMultipartUpload, and error NoSuchUpload",
    },
    body: |context| abort(context).boxed(),
};

async fn abort(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (context.bytes("old", 3_000), context.bytes("new", 4_000));
    context.put("object", &old).await?;
    let upload = begin(context, "object").await?;
    let part = part(context, "object", &upload, 1, &new).await?;
    context.s3.abort_upload(context.bucket(), "object", &upload).await?;
    let body = context.get("object", old.len()).await?;
    ensure_content("object whose overwrite was aborted", &old, &body.bytes)?;
    refuses_to_complete(context, "an upload that was aborted", &upload, &[part], &["NoSuchUpload"]).await?;
    let body = context.get("object", old.len()).await?;
    ensure_content("object whose aborted overwrite was completed in vain", &old, &body.bytes)
}

pub(super) const WRONG_PART: Check = Check {
    spec: CheckSpec {
        name: "multipart-wrong-part-is-refused",
        severity: Severity::DataLoss,
        rule: "completing an upload with a part that never came, or with another tag than a part has, is refused and changes nothing",
        consequence: "a part that was lost on its way goes unnoticed: the stored file has a hole",
        source: "S3 API reference, CompleteMultipartUpload, error InvalidPart",
    },
    body: |context| wrong_part(context).boxed(),
};

async fn wrong_part(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (old, new) = (context.bytes("old", 3_000), context.bytes("new", 4_000));
    context.put("object", &old).await?;
    let upload = begin(context, "object").await?;
    // As the last one it may be as small as it is, whatever is looked at first.
    let sent = part(context, "object", &upload, 2, &new).await?;
    let other = Some(format!("\"{}\"", md5_hex(b"another part")));
    let missing = [UploadedPart { number: 1, etag: other.clone() }, sent.clone()];
    let changed = [UploadedPart { etag: other, ..sent }];
    for (what, parts) in [("a part that never came", missing.as_slice()), ("the tag of another part", &changed)] {
        let codes = ["InvalidPart", "InvalidPartOrder"];
        refuses_to_complete(context, &format!("an upload with {what}"), &upload, parts, &codes).await?;
        let body = context.get("object", old.len()).await?;
        ensure_content(&format!("object after {what} was refused"), &old, &body.bytes)?;
    }
    Ok(())
}

/// Begins an upload; skips the check where the server takes none.
async fn begin(context: &CheckContext<'_>, key: &str) -> Result<String, Stop> {
    context.requires(Capability::Multipart).await?;
    let upload = context.s3.create_upload(context.bucket(), key).await?;
    context.uploads(key, &upload);
    Ok(upload)
}

async fn part(
    context: &CheckContext<'_>,
    key: &str,
    upload: &str,
    number: i32,
    bytes: &Bytes,
) -> Result<UploadedPart, Stop> {
    Ok(context.s3.upload_part(context.bucket(), key, upload, number, bytes.clone()).await?)
}

async fn refuses_to_complete(
    context: &CheckContext<'_>,
    what: &str,
    upload: &str,
    parts: &[UploadedPart],
    codes: &[&str],
) -> Result<(), Stop> {
    let expected = format!("HTTP 4xx {}", codes.join(" or "));
    let error = match context.s3.complete_upload(context.bucket(), "object", upload, parts).await {
        Ok(_) => return Err(Failure::new("upload-completed", format!("{what} is completed"), expected, "200").into()),
        Err(error) => answered(error)?,
    };
    let refused = error.status().is_some_and(|status| (400..500).contains(&status));
    let in_words = error.code().is_some_and(|code| codes.contains(&code));
    let message = format!("completing {what} is refused in other words than S3's, or fails");
    ensure(refused && in_words, "refused-otherwise", message, expected, error.to_string())
}
