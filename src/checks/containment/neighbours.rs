//! Keys of one bucket that are paths into another.

use super::aim::{self, FORMS};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::Security;
use crate::record::Stop;
use crate::s3::{Payload, RawRequest};
use crate::server::path_in_data;
use crate::workload::sha256_hex;

const KEY: &str = "kept";

pub(super) static CHECKS: &[Check] = &[Check {
    name: "keys-never-reach-another-bucket",
    severity: Security,
    rule: "PUT and DELETE of a key that is a path to an object of another bucket, however encoded, leave that object as it was",
    consequence: "whoever may write to one bucket overwrites and deletes the backups in all others, which keep their ETags",
    source: "CWE-22; S3 API reference, PutObject and DeleteObject: bucket and key name the object",
    scope: ANYWHERE.alone(),
    body: &another_bucket,
}];

async fn another_bucket(c: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(c).await?;
    let (directory, _) = aim::cleared(c).await?;
    let lease = c.lease(&format!("{}-b", c.bucket()));
    c.s3.create_bucket(lease.bucket()).await?;
    let (kept, other) = (c.bytes("kept", 300), c.bytes("intruder", 300));
    c.s3.put(lease.bucket(), KEY, kept.clone()).await?;
    let inventory = aim::now(directory).await?;
    let Some(file) = inventory.file_inside(&sha256_hex(&kept)) else {
        return Err(Stop::Skipped("the server keeps no file with an object's bytes alone".to_owned()));
    };
    let mut reached = Vec::new();
    for method in ["PUT", "DELETE"] {
        for form in &FORMS {
            c.s3.put(lease.bucket(), KEY, kept.clone()).await?;
            let path = format!("/{}/{}", c.bucket(), (form.write)(&path_in_data(file)));
            let request = RawRequest::to_path(method, path);
            let sent = if method == "PUT" { other.clone() } else { bytes::Bytes::new() };
            aim::send(c, &request.carrying(Payload::Hashed(sent))).await?;
            let now = match c.s3.head(lease.bucket(), KEY).await? {
                Some(_) => c.s3.get(lease.bucket(), KEY, kept.len() as u64).await?.bytes,
                None => bytes::Bytes::new(),
            };
            if now != kept {
                reached.push(format!("{method} of {}", form.name));
            }
        }
    }
    let message = format!("{} requests reach an object of another bucket", reached.len());
    ensure(reached.is_empty(), "escaped", message, "the object as it was", few(&reached))
}
