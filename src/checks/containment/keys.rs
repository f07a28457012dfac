//! Keys that are paths out of the data root: nothing is written there, and nothing removed.

use bytes::Bytes;

use super::aim::{self, FORMS, file_of};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::Security;
use crate::record::Stop;
use crate::s3::{Payload, RawRequest, content_md5};
use crate::server::{DataDirectory, Inventory, path_in_data};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "keys-put-never-escapes-the-root",
        severity: Security,
        rule: "PUT of a key with .., or with an absolute path, however encoded, creates and changes no file outside the server's data",
        consequence: "whoever may store an object overwrites any file of the server's user: programs, keys, other data",
        source: "CWE-22; S3 user guide, Creating object key names: keys with more ../ than names before them are refused",
        scope: ANYWHERE.alone(),
        body: &put,
    },
    Check {
        name: "keys-delete-never-escapes-the-root",
        severity: Security,
        rule: "DELETE of a key with .., or with an absolute path, however encoded, removes no file outside the server's data",
        consequence: "whoever may delete an object removes any file of the server's user",
        source: "CWE-22; S3 API reference, DeleteObject: what is deleted is an object of the bucket",
        scope: ANYWHERE.alone(),
        body: &async |c: &CheckContext| {
            aim::with_a_name(c).await?;
            let (directory, before) = aim::with_canaries(c).await?;
            for form in &FORMS {
                let path = format!("/{}/{}", c.bucket(), (form.write)(&path_in_data(&file_of(form))));
                aim::send(c, &RawRequest::to_path("DELETE", path)).await?;
            }
            untouched(directory, &before, "DELETE").await
        },
    },
    Check {
        name: "keys-multi-delete-never-escapes-the-root",
        severity: Security,
        rule: "DeleteObjects of keys with .., or with absolute paths, however encoded, removes no file outside the server's data",
        consequence: "whoever may delete an object removes any file of the server's user",
        source: "CWE-22; S3 API reference, DeleteObjects: what is deleted are objects of the bucket",
        scope: ANYWHERE.alone(),
        body: &multi_delete,
    },
];

async fn put(c: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(c).await?;
    let bytes = c.bytes("intruder", 100);
    for over in ["new files", "canaries"] {
        let (directory, before) =
            if over == "canaries" { aim::with_canaries(c).await? } else { aim::cleared(c).await? };
        for form in &FORMS {
            let path = format!("/{}/{}", c.bucket(), (form.write)(&path_in_data(&file_of(form))));
            aim::send(c, &RawRequest::to_path("PUT", path).carrying(Payload::Hashed(bytes.clone()))).await?;
        }
        untouched(directory, &before, &format!("PUT over {over}")).await?;
    }
    Ok(())
}

async fn multi_delete(c: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(c).await?;
    let (directory, before) = aim::with_canaries(c).await?;
    let keys: Vec<_> = FORMS.iter().map(|form| (form.write)(&path_in_data(&file_of(form)))).collect();
    let objects = keys.join("</Key></Object><Object><Key>");
    let xml = Bytes::from(format!(
        r#"<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>{objects}</Key></Object></Delete>"#
    ));
    let mut request = RawRequest::to_path("POST", format!("/{}", c.bucket()))
        .with("content-md5", content_md5(&xml))
        .carrying(Payload::Hashed(xml));
    request.query.push(("delete".to_owned(), String::new()));
    aim::send(c, &request).await?;
    untouched(directory, &before, "DeleteObjects").await
}

/// Fails a check unless everything outside the data root is as it was.
pub(super) async fn untouched(directory: &dyn DataDirectory, before: &Inventory, by: &str) -> Result<(), Stop> {
    let changes = before.changes_outside(&aim::now(directory).await?);
    let message = format!("{by} reaches {} files outside the server's data", changes.len());
    ensure(changes.is_empty(), "escaped", message, "nothing outside the server's data is touched", few(&changes))
}
