//! GetObject with a Range.

use std::ops::Range;

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};

/// Size of the object that parts are read of, in bytes.
const SIZE: usize = 100_000;
const CONSEQUENCE: &str =
    "restic reads the wrong blob out of a pack, and aws-cli and boto3 put a large file together from wrong parts";
const SOURCE: &str = "RFC 9110, 14.2 and 15.3.7; S3 API reference, GetObject, Range";

pub(super) const FIRST: Check = Check {
    spec: CheckSpec {
        name: "range-first",
        severity: Severity::DataLoss,
        rule: "GET of the first bytes of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| parts(context, &[("bytes=0-0", 0..1), ("bytes=0-99", 0..100)]).boxed(),
};

pub(super) const MIDDLE: Check = Check {
    spec: CheckSpec {
        name: "range-middle",
        severity: Severity::DataLoss,
        rule: "GET of bytes in the middle of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| parts(context, &[("bytes=1-1", 1..2), ("bytes=40000-69999", 40_000..70_000)]).boxed(),
};

pub(super) const LAST: Check = Check {
    spec: CheckSpec {
        name: "range-last",
        severity: Severity::DataLoss,
        rule: "GET of the bytes from a place to the end, or past it, is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| parts(context, &[("bytes=99900-", 99_900..SIZE), ("bytes=99900-200000", 99_900..SIZE)]).boxed(),
};

pub(super) const SUFFIX: Check = Check {
    spec: CheckSpec {
        name: "range-suffix",
        severity: Severity::DataLoss,
        rule: "GET of the last so many bytes of an object is 206 with exactly these and a Content-Range that says so",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| parts(context, &[("bytes=-1", SIZE - 1..SIZE), ("bytes=-500", SIZE - 500..SIZE)]).boxed(),
};

async fn parts(context: &CheckContext<'_>, ranges: &[(&str, Range<usize>)]) -> Result<(), Stop> {
    let bytes = context.bytes("object", SIZE);
    context.put("object", &bytes).await?;
    for (header, range) in ranges {
        let part = context.s3.get_range(context.bucket(), "object", header, SIZE as u64).await?;
        ensure(
            part.status == 206,
            "range-ignored",
            format!("GET with \"Range: {header}\" is not answered with that part of the object"),
            format!("206 with {} bytes", range.len()),
            format!("{} with {} bytes", part.status, part.bytes.len()),
        )?;
        ensure_content(&format!("GET with \"Range: {header}\""), &bytes[range.clone()], &part.bytes)?;
        let expected = format!("bytes {}-{}/{SIZE}", range.start, range.end - 1);
        let message = format!("the answer to GET with \"Range: {header}\" names another part than it is");
        let actual = part.content_range.unwrap_or_else(|| "no Content-Range".to_owned());
        ensure(actual == expected, "content-range-wrong", message, expected, actual)?;
    }
    Ok(())
}

pub(super) const UNSATISFIABLE: Check = Check {
    spec: CheckSpec {
        name: "range-unsatisfiable-is-416",
        severity: Severity::BreaksClients,
        rule: "GET of bytes past the end of an object is refused with 416",
        consequence: "a client that resumes a finished download appends the whole file to it",
        source: "RFC 9110, 15.5.17; S3 API reference, error InvalidRange",
    },
    body: |context| unsatisfiable(context).boxed(),
};

async fn unsatisfiable(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", SIZE);
    context.put("object", &bytes).await?;
    let actual = match context.s3.get_range(context.bucket(), "object", "bytes=100000-", SIZE as u64).await {
        Ok(part) => format!("{} with {} bytes", part.status, part.bytes.len()),
        Err(error) if error.status() == Some(416) => return Ok(()),
        Err(error) if error.status().is_some() => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    let message = format!("GET with \"Range: bytes={SIZE}-\" of an object of {SIZE} bytes is not refused");
    ensure(false, "range-invented", message, "416", actual)
}
