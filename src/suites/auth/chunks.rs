//! Content in chunks (`aws-chunked`): the framing is taken off, wherever a write ends, and signatures and trailers are compared.

use bytes::Bytes;
use futures_util::FutureExt;

use super::digest::damaged;
use super::kept::{Kept, unless_missing};
use crate::model::{CaseSpec, Failure, Severity, Stop};
use crate::s3::{Delivery, Payload, RawRequest, Trailer};
use crate::suites::case::{Case, CaseContext};
use crate::suites::judge::few;

/// The smallest chunk that S3 allows.
const CHUNK: usize = 8 << 10;
/// The chunk of restic and minio-go.
const USUAL_CHUNK: usize = 64 << 10;

pub(super) const SIGNED: Case = Case {
    spec: CaseSpec {
        name: "integrity-signed-chunks",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks comes back as the content alone, whatever its size and wherever its writes end",
        consequence: "restic and other users of minio-go store something else than their data, depending on the network's mood",
        source: "S3 API reference, Transferring Payload in Multiple Chunks; minio-go, pkg/signer/request-signature-streaming.go",
    },
    body: |context| signed(context).boxed(),
};

async fn signed(context: &CaseContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| Payload::SignedChunks { content: bytes.clone(), chunk, trailer: None };
    all_stored(context, "an upload in signed chunks", uploads(context, payload)?).await
}

pub(super) const SIGNED_TRAILER: Case = Case {
    spec: CaseSpec {
        name: "integrity-signed-trailer",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks with a signed trailer comes back as the content alone, wherever its writes end",
        consequence: "what the AWS SDKs store from a file over HTTP is the file with signatures in between",
        source: "S3 API reference, Including Trailing Headers; AWS SDK for Rust, aws-chunked bodies",
    },
    body: |context| signed_trailer(context).boxed(),
};

async fn signed_trailer(context: &CaseContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| {
        let trailer = Some(Trailer::crc32(bytes));
        Payload::SignedChunks { content: bytes.clone(), chunk, trailer }
    };
    all_stored(context, "an upload with a signed trailer", uploads(context, payload)?).await
}

pub(super) const UNSIGNED_TRAILER: Case = Case {
    spec: CaseSpec {
        name: "integrity-unsigned-trailer",
        severity: Severity::DataLoss,
        rule: "an upload in unsigned chunks with a trailer comes back as the content alone, with a length and in HTTP's own chunks",
        consequence: "what the AWS SDKs and aws-cli store over HTTPS is the file with a frame around it",
        source: "S3 user guide, Checking object integrity: trailing checksums; botocore, AwsChunkedWrapper",
    },
    body: |context| unsigned_trailer(context).boxed(),
};

async fn unsigned_trailer(context: &CaseContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| {
        let trailer = Trailer::crc64nvme(bytes);
        Payload::UnsignedChunks { content: bytes.clone(), chunk, trailer }
    };
    let mut uploads = uploads(context, payload)?;
    for size in [0, 100, 70_000] {
        let bytes = context.bytes("in HTTP's chunks", size);
        uploads.push(Upload {
            what: format!("{size} bytes in HTTP's own chunks"),
            payload: payload(&bytes, USUAL_CHUNK),
            content: bytes,
            delivery: Delivery { without_length: true, ..Delivery::default() },
        });
    }
    all_stored(context, "an upload with an unsigned trailer", uploads).await
}

/// An upload and what must be stored by it.
pub(super) struct Upload {
    pub(super) what: String,
    pub(super) content: Bytes,
    pub(super) payload: Payload,
    pub(super) delivery: Delivery,
}

/// Uploads of several sizes, and of one size cut at every kind of place in its framing.
fn uploads(context: &CaseContext<'_>, payload: impl Fn(&Bytes, usize) -> Payload) -> Result<Vec<Upload>, Stop> {
    let mut uploads = Vec::new();
    for size in [0, 1, USUAL_CHUNK - 1, USUAL_CHUNK, USUAL_CHUNK + 1, 200_000] {
        let bytes = context.bytes("sizes", size);
        let (payload, delivery) = (payload(&bytes, USUAL_CHUNK), Delivery::default());
        uploads.push(Upload { what: format!("{size} bytes in one write"), content: bytes, payload, delivery });
    }
    let bytes = context.bytes("cuts", 2 * CHUNK + 700);
    let whole = payload(&bytes, CHUNK);
    let raw = context.raw();
    let framed = raw.prepare(&RawRequest::to_object("PUT", context.bucket(), "cuts").carrying(whole.clone()))?.body;
    for (what, splits) in cuts(&framed) {
        let delivery = Delivery { splits, ..Delivery::default() };
        uploads.push(Upload { what, content: bytes.clone(), payload: whole.clone(), delivery });
    }
    let tiny = Bytes::from_static(b"eleven");
    let payload = payload(&tiny, CHUNK);
    let delivery = Delivery { splits: (0..400).step_by(29).collect(), ..Delivery::default() };
    uploads.push(Upload { what: "6 bytes, cut every 29 bytes".to_owned(), content: tiny, payload, delivery });
    Ok(uploads)
}

/// Where to cut a framed body: at each seam, right before and after it, and at all of them at once.
fn cuts(framed: &[u8]) -> Vec<(String, Vec<usize>)> {
    let seams = seams(framed);
    let second = seams.get(2).copied().unwrap_or_default();
    let data = seams.get(3).copied().unwrap_or_default();
    let mut cuts = vec![
        ("cut between head and body".to_owned(), vec![0]),
        ("cut in the first size".to_owned(), vec![2]),
        ("cut before the second size".to_owned(), vec![second]),
        ("cut between the CR and LF that end a chunk".to_owned(), vec![second - 1]),
        ("cut before the CRLF that ends a chunk".to_owned(), vec![second - 2]),
        ("cut in the second size line".to_owned(), vec![second + 3]),
        ("cut between the CR and LF of a size line".to_owned(), vec![data - 1]),
        ("cut before the second chunk's data".to_owned(), vec![data]),
        ("cut in the second chunk's data".to_owned(), vec![data + 4_000]),
        ("cut before the last CRLF".to_owned(), vec![framed.len() - 2]),
        ("cut at every seam".to_owned(), seams.clone()),
    ];
    if let Some(last) = seams.last() {
        cuts.push(("cut in the last chunk's line".to_owned(), vec![last + 1]));
    }
    cuts
}

/// Offsets in a framed body: where each size line begins, and where its data does.
pub(super) fn seams(framed: &[u8]) -> Vec<usize> {
    let mut seams = vec![0];
    let mut at = 0;
    while let Some(length) = framed[at..].windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&framed[at..at + length]);
        let size = line.split(';').next().and_then(|digits| usize::from_str_radix(digits, 16).ok()).unwrap_or(0);
        let data = at + length + 2;
        if size == 0 || data + size + 2 > framed.len() {
            break;
        }
        at = data + size + 2;
        seams.extend([data, at]);
    }
    seams
}

/// Sends each upload and reads it back; fails with a list of those that did not come back as they were.
pub(super) async fn all_stored(context: &CaseContext<'_>, what: &str, uploads: Vec<Upload>) -> Result<(), Stop> {
    let raw = context.raw();
    let (all, mut wrong) = (uploads.len(), Vec::new());
    for (index, upload) in uploads.into_iter().enumerate() {
        let key = format!("upload-{index}");
        context.writes(&key);
        let request = RawRequest::to_object("PUT", context.bucket(), &key).carrying(upload.payload);
        let Some(answer) = raw.deliver(&raw.prepare(&request)?, &upload.delivery).await? else { continue };
        unless_missing(what, &answer)?;
        if !answer.is_success() {
            wrong.push(("request-refused", format!("{}: {answer}", upload.what)));
            continue;
        }
        let body = context.get(&key, upload.content.len() + 2_000).await?;
        if body.bytes != upload.content {
            let framing = [&b"chunk-signature"[..], b"x-amz-checksum"];
            let framed = framing.iter().any(|mark| body.bytes.windows(mark.len()).any(|window| window == *mark));
            let how = if framed { ", framing among them" } else { "" };
            let stored = body.bytes.len();
            wrong.push((
                "stored-otherwise",
                format!("{}: {stored} of {} bytes are stored{how}", upload.what, upload.content.len()),
            ));
        }
    }
    // What is stored and wrong is worse than what is refused; which of them comes first depends on the network's mood.
    wrong.sort_by_key(|(kind, _)| *kind != "stored-otherwise");
    let Some(&(kind, _)) = wrong.first() else { return Ok(()) };
    let list: Vec<_> = wrong.iter().map(|(_, text)| text).collect();
    let message = format!("{what} is not stored as it was meant in {} of {all} forms", wrong.len());
    Err(Failure::new(kind, message, "the content and nothing else", few(&list)).into())
}

pub(super) const SIGNED_TAMPERED: Case = Case {
    spec: CaseSpec {
        name: "integrity-signed-chunks-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload with a chunk of other content than was signed is refused, and the old object remains",
        consequence: "content that was damaged, or exchanged, on its way is stored as if it were right",
        source: "S3 API reference, Transferring Payload in Multiple Chunks: each chunk has its signature",
    },
    body: |context| {
        let bytes = context.bytes("content", CHUNK + 700);
        let sent = damaged(&bytes);
        let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer: None };
        mismatch(context, bytes, sent, payload, "an upload with a chunk of other content than was signed").boxed()
    },
};

pub(super) const SIGNED_TRAILER_MISMATCH: Case = Case {
    spec: CaseSpec {
        name: "integrity-signed-trailer-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged before it was signed is stored, though the SDK sent its checksum along",
        source: "S3 user guide, Checking object integrity: trailing checksums",
    },
    body: |context| {
        let bytes = context.bytes("content", 700);
        let trailer = Some(Trailer::crc32(&damaged(&bytes)));
        let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
        let what = "an upload with a signed trailer that has the checksum of other content";
        mismatch(context, bytes.clone(), bytes, payload, what).boxed()
    },
};

pub(super) const UNSIGNED_TRAILER_MISMATCH: Case = Case {
    spec: CaseSpec {
        name: "integrity-unsigned-trailer-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload in unsigned chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though nothing but this checksum protects it",
        source: "S3 user guide, Checking object integrity: trailing checksums",
    },
    body: |context| {
        let bytes = context.bytes("content", 700);
        let trailer = Trailer::crc64nvme(&damaged(&bytes));
        let payload = Payload::UnsignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
        let what = "an upload with an unsigned trailer that has the checksum of other content";
        mismatch(context, bytes.clone(), bytes, payload, what).boxed()
    },
};

/// Sends an upload in which some of the content was exchanged after it was signed, if it was.
async fn mismatch(
    context: &CaseContext<'_>,
    meant: Bytes,
    sent: Bytes,
    payload: Payload,
    what: &str,
) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    let request = RawRequest::to_object("PUT", context.bucket(), kept.key).carrying(payload);
    let mut prepared = raw.prepare(&request)?;
    prepared.body = exchanged(&prepared.body, &meant, &sent);
    kept.survives(context, &raw, &prepared, what).await
}

/// A framed body in which the bytes of `sent` stand where those of `meant` stood.
fn exchanged(framed: &Bytes, meant: &[u8], sent: &[u8]) -> Bytes {
    let Some(at) = meant.iter().zip(sent).position(|(one, other)| one != other) else { return framed.clone() };
    // Before the byte stand the size lines of its chunk and of all before it, and the CRLF of those before it.
    let seams = seams(framed);
    let data = seams.get(1 + 2 * (at / CHUNK)).copied().unwrap_or_default();
    let mut framed = framed.to_vec();
    if let Some(byte) = framed.get_mut(data + at % CHUNK) {
        *byte = sent[at];
    }
    framed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMED: &[u8] = b"3;chunk-signature=x\r\nabc\r\n2;chunk-signature=y\r\nde\r\n0;chunk-signature=z\r\n\r\n";

    #[test]
    fn seams_are_where_lines_and_data_begin() {
        let starts: Vec<_> = seams(FRAMED).into_iter().map(|at| char::from(FRAMED[at])).collect();
        assert_eq!(starts, ['3', 'a', '2', 'd', '0']);
    }
}
