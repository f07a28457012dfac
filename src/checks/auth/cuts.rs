//! Framed uploads of several sizes, cut on their way at every kind of place.

use bytes::Bytes;

use super::framed::{CHUNK, seams};
use super::stored::Upload;
use crate::checks::check_context::CheckContext;
use crate::record::Stop;
use crate::s3::{Delivery, Payload, RawRequest};

/// The chunk of restic and minio-go.
pub(super) const USUAL_CHUNK: usize = 64 << 10;
/// Bytes of a write where there are many: no divisor of a chunk, so that each ends elsewhere.
const WRITE: usize = 10_000;

/// Uploads of several sizes, each in one write, in two and in many, and of one size cut at every kind of place in its framing.
pub(super) fn uploads(c: &CheckContext<'_>, payload: impl Fn(&Bytes, usize) -> Payload) -> Result<Vec<Upload>, Stop> {
    let mut uploads = Vec::new();
    for size in [0, 1, USUAL_CHUNK - 1, USUAL_CHUNK, USUAL_CHUNK + 1, 200_000] {
        let bytes = c.bytes("sizes", size);
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
    let bytes = c.bytes("cuts", 2 * CHUNK + 700);
    let whole = payload(&bytes, CHUNK);
    let raw = c.raw();
    let framed = raw.prepare(&RawRequest::to_object("PUT", c.bucket(), "cuts").carrying(whole.clone()))?.body;
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
