//! Files that are no objects are not served as such.

use super::aim::{self, FORMS, file_of, song_of};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::Security;
use crate::record::Stop;
use crate::s3::{RawRequest, RequestError};
use crate::server::path_in_data;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "keys-get-never-escapes-the-root",
    severity: Security,
    rule: "GET, HEAD and a copy of a key with .., or with an absolute path, however encoded, find no file outside the server's data",
    consequence: "whoever may read an object reads any file of the server's user, such as keys and passwords",
    source: "CWE-22; S3 API reference, GetObject: what is read is an object of the bucket",
    scope: ANYWHERE.alone(),
    body: &get,
}];

async fn get(c: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(c).await?;
    aim::with_canaries(c).await?;
    let (raw, bucket) = (c.raw(), c.bucket());
    let mut served = Vec::new();
    for form in &FORMS {
        let key = (form.write)(&path_in_data(&file_of(form)));
        let song = song_of(form);
        let requests = [
            RawRequest::to_path("GET", format!("/{bucket}/{key}")),
            RawRequest::to_path("HEAD", format!("/{bucket}/{key}")),
            RawRequest::to_object("PUT", bucket, "copy").with("x-amz-copy-source", format!("{bucket}/{key}")),
        ];
        for request in requests {
            match raw.send(&raw.prepare(&request)?).await {
                Ok(answer)
                    if answer.is_success() || answer.body.windows(song.len()).any(|part| part == song.as_bytes()) =>
                {
                    served.push(format!("{} of {}: {answer}", request.method, form.name));
                }
                Ok(_) | Err(RequestError::Broken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let message = format!("{} requests find files that are no objects", served.len());
    ensure(served.is_empty(), "served", message, "a refusal of each", few(&served))
}
