//! GetObject with a Range.

use std::ops::Range;

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

/// Size of the object that parts are read of, in bytes.
const SIZE: usize = 100_000;
const CONSEQUENCE: &str =
    "restic reads the wrong blob out of a pack, and aws-cli and boto3 put a large file together from wrong parts";
const SOURCE: &str = "RFC 9110, 14.2 and 15.3.7; S3 API reference, GetObject, Range";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "range-first",
        severity: DataLoss,
        rule: "GET of the first bytes of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| parts(c, &[("bytes=0-0", 0..1), ("bytes=0-99", 0..100)]).await,
    },
    Check {
        name: "range-middle",
        severity: DataLoss,
        rule: "GET of bytes in the middle of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| parts(c, &[("bytes=1-1", 1..2), ("bytes=40000-69999", 40_000..70_000)]).await,
    },
    Check {
        name: "range-last",
        severity: DataLoss,
        rule: "GET of the bytes from a place to the end, or past it, is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            parts(c, &[("bytes=99900-", 99_900..SIZE), ("bytes=99900-200000", 99_900..SIZE)]).await
        },
    },
    Check {
        name: "range-suffix",
        severity: DataLoss,
        rule: "GET of the last so many bytes of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            parts(c, &[("bytes=-1", SIZE - 1..SIZE), ("bytes=-500", SIZE - 500..SIZE)]).await
        },
    },
    Check {
        name: "range-unsatisfiable-is-416",
        severity: BreaksClients,
        rule: "GET of bytes past the end of an object is refused with 416",
        consequence: "a client that resumes a finished download appends the whole file to it",
        source: "RFC 9110, 15.5.17; S3 API reference, error InvalidRange",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put("object", &c.bytes("object", SIZE)).await?;
            let answer = c.s3.get_range(c.bucket(), "object", "bytes=100000-", SIZE as u64).await;
            let what = "GET with \"Range: bytes=100000-\" of an object of 100000 bytes";
            refused(what, &answer, Refusal::with(416).unless_is("range-invented"))
        },
    },
];

async fn parts(c: &CheckContext<'_>, ranges: &[(&str, Range<usize>)]) -> Result<(), Stop> {
    let bytes = c.bytes("object", SIZE);
    c.put("object", &bytes).await?;
    for (header, range) in ranges {
        let part = c.s3.get_range(c.bucket(), "object", header, SIZE as u64).await?;
        ensure(
            part.status == 206,
            "range-ignored",
            format!("GET with \"Range: {header}\" is not answered with that part of the object"),
            format!("206 with {} bytes", range.len()),
            format!("{} with {} bytes", part.status, part.bytes.len()),
        )?;
        same(format!("GET with \"Range: {header}\""), &bytes[range.clone()], &part.bytes)?;
        let expected = format!("bytes {}-{}/{SIZE}", range.start, range.end - 1);
        let message = format!("the answer to GET with \"Range: {header}\" names another part than it is");
        let actual = part.content_range.unwrap_or_else(|| "no Content-Range".to_owned());
        ensure(actual == expected, "content-range-wrong", message, expected, actual)?;
    }
    Ok(())
}
