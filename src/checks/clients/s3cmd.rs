//! s3cmd, as Debian 12 ships it. It always signs: a server that requires no signatures gets one with invented keys.

use super::access::Access;
use super::client::{Client, Copying, Counts, Mirror, UnseenEdits, environment, lines_with, words};
use super::explanation;
use super::workbench::{RESTORED, SOURCE};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::DataLoss;
use crate::server::Credentials;

pub(super) static S3CMD: Client = Client {
    name: "s3cmd",
    program: "s3cmd",
    version: &["s3cmd", "--version"],
    environment: |_| environment([]),
    settings: Some(("s3cfg", settings)),
    options: |_| words(["--config=s3cfg"]),
    counts: |output, _| Counts::transferred(lines_with(output, &["upload: ", "download: ", "remote copy: "])),
    tries_again: Some("Retrying failed request"),
    can_do_unsigned: true,
    source: "s3cmd's manual, sync",
    backends: Backends::All,
    copying: Some(Copying {
        round_trip: "sync",
        copies: "s3cmd syncs",
        up: |access| words(["sync", &format!("{SOURCE}/"), &bucket(access)]),
        down: |access| words(["sync", &bucket(access), &format!("{RESTORED}/")]),
        explained_by: explanation::ROUND_TRIP,
        over_tls: None,
        awkward_names: true,
        mirror: Some(Mirror {
            command: "s3cmd sync",
            deletes_by: "--delete-removed",
            words: |access| words(["sync", "--delete-removed", &format!("{SOURCE}/"), &bucket(access)]),
            unseen_edits: UnseenEdits::Copied,
            unseen_edits_source: Some("s3cmd's manual, --check-md5 (the default)"),
            second_sync: &["etag::put-is-md5", "etag::four-way-agreement", "api::list-read-after-write"],
            same_size_edit: &[
                (Backends::WithMd5Etags, &["etag::put-is-md5", "etag::changes-on-same-size-edit"]),
                // It goes by the MD5 that it keeps among an object's metadata.
                (Backends::WithOpaqueEtags, &["api::object-user-metadata-survives"]),
            ],
            changes: &["api::object-multi-delete", "api::list-read-after-write"],
        }),
        etags: None,
    }),
};

pub(super) static CHECKS: &[Check] = &[Check {
    name: "s3cmd-md5",
    severity: DataLoss,
    rule: "s3cmd ls --list-md5 shows the MD5 of each file",
    consequence: "s3cmd takes a changed file for an unchanged one, or the other way round",
    source: "s3cmd's manual, ls --list-md5",
    scope: ANYWHERE.on(Backends::WithMd5Etags).explained_by(&["etag::put-is-md5"]),
    body: &async |c: &CheckContext| {
        let bench = S3CMD.over_http(c)?;
        let planted = bench.plant_plain().await?;
        bench.run(&["sync", &format!("{SOURCE}/"), &bucket(bench.access())]).await?;
        let listed = bench.run(&["ls", "--recursive", "--list-md5", &bucket(bench.access())]).await?;
        let shows = |path: &str, md5: &str| {
            listed.stdout.lines().any(|line| line.contains(md5) && line.ends_with(&format!("/{path}")))
        };
        let wrong: Vec<&String> =
            planted.iter().filter(|(path, entry)| !shows(path, &entry.md5)).map(|(path, _)| path).collect();
        ensure(
            wrong.is_empty(),
            "md5-differs",
            format!("s3cmd does not get the MD5 of {}", few(&wrong)),
            "the MD5 of each file",
            listed.stdout.trim(),
        )
    },
}];

fn bucket(access: &Access) -> String {
    format!("s3://{}/", access.bucket)
}

fn settings(access: &Access) -> String {
    let host = access.endpoint.split_once("://").map_or("", |(_, host)| host);
    let keys = |credentials: &Credentials| (credentials.access_key.clone(), credentials.secret_key.clone());
    let (access_key, secret_key) =
        access.credentials.as_ref().map_or_else(|| ("any".to_owned(), "body".to_owned()), keys);
    let tls = access.authority.is_some();
    let authority = access.authority.as_deref().unwrap_or_default();
    format!(
        "[default]\naccess_key = {access_key}\nsecret_key = {secret_key}\nhost_base = {host}\nhost_bucket = {host}\n\
         use_https = {tls}\nca_certs_file = {authority}\nbucket_location = us-east-1\nprogress_meter = False\nmax_retries = 2\n"
    )
}
