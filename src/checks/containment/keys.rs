//! Keys that are paths out of the data root: nothing is written there, and nothing removed.

use bytes::Bytes;
use futures_util::FutureExt;

use super::aim::{self, FORMS, file_of};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest, content_md5};
use crate::server::{DataDirectory, Inventory, path_in_data};

pub(super) const PUT: Check = Check {
    spec: CheckSpec {
        name: "keys-put-never-escapes-the-root",
        severity: Severity::Security,
        rule: "PUT of a key with .., or with an absolute path, however encoded, creates and changes no file outside the server's data",
        consequence: "whoever may store an object overwrites any file of the server's user: programs, keys, other data",
        source: "CWE-22; S3 user guide, Creating object key names: keys with more ../ than names before them are refused",
    },
    body: |context| put(context).boxed(),
};

async fn put(context: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(context).await?;
    let bytes = context.bytes("intruder", 100);
    for over in ["new files", "canaries"] {
        let (directory, before) =
            if over == "canaries" { aim::with_canaries(context).await? } else { aim::cleared(context).await? };
        for form in &FORMS {
            let path = format!("/{}/{}", context.bucket(), (form.write)(&path_in_data(&file_of(form))));
            aim::send(context, &RawRequest::to_path("PUT", path).carrying(Payload::Hashed(bytes.clone()))).await?;
        }
        untouched(directory, &before, &format!("PUT over {over}")).await?;
    }
    Ok(())
}

pub(super) const DELETE: Check = Check {
    spec: CheckSpec {
        name: "keys-delete-never-escapes-the-root",
        severity: Severity::Security,
        rule: "DELETE of a key with .., or with an absolute path, however encoded, removes no file outside the server's data",
        consequence: "whoever may delete an object removes any file of the server's user",
        source: "CWE-22; S3 API reference, DeleteObject: what is deleted is an object of the bucket",
    },
    body: |context| delete(context).boxed(),
};

async fn delete(context: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(context).await?;
    let (directory, before) = aim::with_canaries(context).await?;
    for form in &FORMS {
        let path = format!("/{}/{}", context.bucket(), (form.write)(&path_in_data(&file_of(form))));
        aim::send(context, &RawRequest::to_path("DELETE", path)).await?;
    }
    untouched(directory, &before, "DELETE").await
}

pub(super) const MULTI_DELETE: Check = Check {
    spec: CheckSpec {
        name: "keys-multi-delete-never-escapes-the-root",
        severity: Severity::Security,
        rule: "DeleteObjects of keys with .., or with absolute paths, however encoded, removes no file outside the server's data",
        consequence: "whoever may delete an object removes any file of the server's user",
        source: "CWE-22; S3 API reference, DeleteObjects: what is deleted are objects of the bucket",
    },
    body: |context| multi_delete(context).boxed(),
};

async fn multi_delete(context: &CheckContext<'_>) -> Result<(), Stop> {
    aim::with_a_name(context).await?;
    let (directory, before) = aim::with_canaries(context).await?;
    let keys: Vec<_> = FORMS.iter().map(|form| (form.write)(&path_in_data(&file_of(form)))).collect();
    let objects = keys.join("</Key></Object><Object><Key>");
    let xml = Bytes::from(format!(
        r#"<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>{objects}</Key></Object></Delete>"#
    ));
    let mut request = RawRequest::to_path("POST", format!("/{}", context.bucket()))
        .with("content-md5", content_md5(&xml))
        .carrying(Payload::Hashed(xml));
    request.query.push(("delete".to_owned(), String::new()));
    aim::send(context, &request).await?;
    untouched(directory, &before, "DeleteObjects").await
}

/// Fails a check unless everything outside the data root is as it was.
pub(super) async fn untouched(directory: &dyn DataDirectory, before: &Inventory, by: &str) -> Result<(), Stop> {
    let changes = before.changes_outside(&aim::now(directory).await?);
    let message = format!("{by} reaches {} files outside the server's data", changes.len());
    ensure(changes.is_empty(), "escaped", message, "nothing outside the server's data is touched", few(&changes))
}
