//! Keys of one bucket that are paths into another.

use futures_util::FutureExt;

use super::aim::{self, FORMS};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest};
use crate::server::path_in_data;
use crate::workload::sha256_hex;

const KEY: &str = "kept";

pub(super) const ANOTHER_BUCKET: Check = Check {
    spec: CheckSpec {
        name: "keys-never-reach-another-bucket",
        severity: Severity::Security,
        rule: "PUT and DELETE of a key that is a path to an object of another bucket, however encoded, leave that object as it was",
        consequence: "whoever may write to one bucket overwrites and deletes the backups in all others, which keep their ETags",
        source: "CWE-22; S3 API reference, PutObject and DeleteObject: bucket and key name the object",
    },
    body: |context| another_bucket(context).boxed(),
};

async fn another_bucket(context: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(context).await?;
    let (directory, _) = aim::cleared(context).await?;
    let lease = context.lease(&format!("{}-b", context.bucket()));
    context.s3.create_bucket(lease.bucket()).await?;
    let (kept, other) = (context.bytes("kept", 300), context.bytes("intruder", 300));
    context.s3.put(lease.bucket(), KEY, kept.clone()).await?;
    let inventory = aim::now(directory).await?;
    let Some(file) = inventory.file_inside(&sha256_hex(&kept)) else {
        return Err(Stop::Skipped("the server keeps no file with an object's bytes alone".to_owned()));
    };
    let mut reached = Vec::new();
    for method in ["PUT", "DELETE"] {
        for form in &FORMS {
            context.s3.put(lease.bucket(), KEY, kept.clone()).await?;
            let path = format!("/{}/{}", context.bucket(), (form.write)(&path_in_data(file)));
            let request = RawRequest::to_path(method, path);
            let sent = if method == "PUT" { other.clone() } else { bytes::Bytes::new() };
            aim::send(context, &request.carrying(Payload::Hashed(sent))).await?;
            let now = match context.s3.head(lease.bucket(), KEY).await? {
                Some(_) => context.s3.get(lease.bucket(), KEY, kept.len() as u64).await?.bytes,
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
