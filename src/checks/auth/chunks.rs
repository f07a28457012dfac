//! Content in chunks (`aws-chunked`): the framing is taken off, whatever the size and wherever a write ends.

use bytes::Bytes;
use futures_util::FutureExt;

use super::framed::{CHUNK, seams};
use super::stored::{Upload, all_stored};
use crate::checks::check::{Check, CheckContext};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Delivery, Payload, RawRequest, Trailer};

/// The chunk of restic and minio-go.
const USUAL_CHUNK: usize = 64 << 10;
/// Bytes of a write where there are many: no divisor of a chunk, so that each ends elsewhere.
const WRITE: usize = 10_000;

pub(super) const SIGNED: Check = Check {
    spec: CheckSpec {
        name: "integrity-signed-chunks",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks comes back as the content alone, whatever its size and wherever its writes end",
        consequence: "restic and other users of minio-go store something else than their data, depending on the network's mood",
        source: "S3 API reference, Transferring Payload in Multiple Chunks; minio-go, pkg/signer/request-signature-streaming.go",
    },
    body: |context| signed(context).boxed(),
};

async fn signed(context: &CheckContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| Payload::SignedChunks { content: bytes.clone(), chunk, trailer: None };
    all_stored(context, "an upload in signed chunks", uploads(context, payload)?).await
}

pub(super) const SIGNED_TRAILER: Check = Check {
    spec: CheckSpec {
        name: "integrity-signed-trailer",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks with a signed trailer comes back as the content alone, wherever its writes end",
        consequence: "what the AWS SDKs store from a file over HTTP is the file with signatures in between",
        source: "S3 API reference, Including Trailing Headers; AWS SDK for Rust, aws-chunked bodies",
    },
    body: |context| signed_trailer(context).boxed(),
};

async fn signed_trailer(context: &CheckContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| {
        let trailer = Some(Trailer::crc32(bytes));
        Payload::SignedChunks { content: bytes.clone(), chunk, trailer }
    };
    all_stored(context, "an upload with a signed trailer", uploads(context, payload)?).await
}

pub(super) const UNSIGNED_TRAILER: Check = Check {
    spec: CheckSpec {
        name: "integrity-unsigned-trailer",
        severity: Severity::DataLoss,
        rule: "an upload in unsigned chunks with a trailer comes back as the content alone, with a length and in HTTP's own chunks",
        consequence: "what the AWS SDKs and aws-cli store over HTTPS is the file with a frame around it",
        source: "S3 user guide, Checking object integrity: trailing checksums; botocore, AwsChunkedWrapper",
    },
    body: |context| unsigned_trailer(context).boxed(),
};

async fn unsigned_trailer(context: &CheckContext<'_>) -> Result<(), Stop> {
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

/// Uploads of several sizes, each in one write, in two and in many, and of one size cut at every kind of place in its framing.
fn uploads(context: &CheckContext<'_>, payload: impl Fn(&Bytes, usize) -> Payload) -> Result<Vec<Upload>, Stop> {
    let mut uploads = Vec::new();
    for size in [0, 1, USUAL_CHUNK - 1, USUAL_CHUNK, USUAL_CHUNK + 1, 200_000] {
        let bytes = context.bytes("sizes", size);
        let middle = size / 2 + 40;
        let writes =
            [("one write", vec![]), ("two writes", vec![middle]), ("many writes", (0..size).step_by(WRITE).collect())];
        for (how, splits) in writes {
            uploads.push(Upload {
                what: format!("{size} bytes in {how}"),
                content: bytes.clone(),
                payload: payload(&bytes, USUAL_CHUNK),
                delivery: Delivery { splits, ..Delivery::default() },
            });
        }
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
