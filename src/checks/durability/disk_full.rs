//! A full disk: an overwrite that does not fit is refused, and the old object stays.

use super::lost;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{same, same_etag};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::DataLoss;
use crate::record::{Failure, Fault, FaultKind, Stop};
use crate::s3::RequestError;

/// What the disk is filled with.
const FILLER_BYTES: usize = 8 << 20;
/// The object that is to survive.
const OLD_BYTES: usize = 1 << 20;
/// Its new version: more than can be free once a filler did not fit, the space of the old version included.
const NEW_BYTES: usize = FILLER_BYTES + 2 * OLD_BYTES;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "disk-full-keeps-the-old-object",
    severity: DataLoss,
    rule: "an upload that does not fit on the disk is refused and leaves no part of it, an overwrite leaves the old bytes and ETag, and the server goes on",
    consequence: "a backup to a full disk destroys the backup that was there",
    source: "S3 API reference, PutObject: an object is never added in part",
    scope: ANYWHERE.on(Backends::OnOwnDisk).alone(),
    body: &keeps_old_object,
}];

async fn keeps_old_object(c: &CheckContext<'_>) -> Result<(), Stop> {
    let Some(limit) = c.server().data_limit_bytes() else {
        return Err(Stop::Skipped("only in a container does the server have a disk that s3ci may fill".to_owned()));
    };
    let old = c.bytes("old", OLD_BYTES);
    let etag = c.put("object", &old).await?;
    let fillers = fill(c, limit).await?;
    refuses(c, "object", NEW_BYTES, "an overwrite that does not fit").await?;

    let body = c.s3.get(c.bucket(), "object", old.len() as u64).await;
    let body = body.map_err(|error| {
        lost("object-lost", "the object that a full disk kept from being overwritten", "the old object", error)
    })?;
    same("the object, after its overwrite was refused", &old, &body.bytes)?;
    let message = "the object has another ETag after its overwrite was refused";
    same_etag("etag-unstable", message, etag.as_deref(), body.etag.as_deref())?;
    whole_or_absent(c, &filler(fillers)).await?;
    goes_on(c, fillers).await
}

/// Stores until the server refuses something because the disk is full; returns the number of fillers.
async fn fill(c: &CheckContext<'_>, limit_bytes: u64) -> Result<usize, Stop> {
    let most = usize::try_from(limit_bytes).unwrap_or(usize::MAX) / FILLER_BYTES + 1;
    for number in 0..most {
        let key = filler(number);
        let bytes = c.bytes(&key, FILLER_BYTES);
        match c.put(&key, &bytes).await {
            Ok(_) => {}
            Err(Stop::Failed(_)) if number > 0 => return Ok(number),
            Err(stop) => return Err(stop),
        }
    }
    // The server accepted more than fits: either the disk is larger than s3ci asked for, or the server did not store it.
    for number in 0..most {
        let key = filler(number);
        let bytes = c.bytes(&key, FILLER_BYTES);
        c.holds_as(format!("{key}, accepted by a full disk"), &key, &bytes).await?;
    }
    let hint = "the daemon may not bound the file systems of its containers";
    Err(Fault::new(FaultKind::DiskNotFull, format!("the disk of {limit_bytes} bytes holds more than that"))
        .with_hint(hint)
        .into())
}

/// Whether an upload that was refused left nothing, or all of it.
async fn whole_or_absent(c: &CheckContext<'_>, key: &str) -> Result<(), Stop> {
    let bytes = c.bytes(key, FILLER_BYTES);
    match c.s3.get(c.bucket(), key, bytes.len() as u64).await {
        Ok(body) => same(format!("{key}, refused by a full disk and there all the same"), &bytes, &body.bytes),
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(lost("object-torn", &format!("{key}, refused by a full disk,"), "404", error)),
    }
}

fn filler(number: usize) -> String {
    format!("filler-{number:03}")
}

async fn refuses(c: &CheckContext<'_>, key: &str, size: usize, what: &str) -> Result<(), Stop> {
    let bytes = c.bytes("does not fit", size);
    match c.s3.put(c.bucket(), key, bytes.clone()).await {
        Err(RequestError::Rejected { .. } | RequestError::Broken { .. }) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => {
            let message = format!("{what} is accepted by a full disk");
            Err(Failure::new("disk-full-accepted", message, "a refusal", "200").into())
        }
    }
}

/// Frees space and checks that the server stores again.
async fn goes_on(c: &CheckContext<'_>, fillers: usize) -> Result<(), Stop> {
    for number in 0..=fillers {
        match c.s3.delete(c.bucket(), &filler(number)).await {
            // What was refused need not be there, and what DELETE says then is a rule of its own.
            Err(error) if number == fillers && error.status() == Some(404) => {}
            answer => answer?,
        }
    }
    let bytes = c.bytes("after", NEW_BYTES);
    c.put("object", &bytes).await?;
    c.holds_as("the object, overwritten once there was room again", "object", &bytes).await
}
