//! Checks of the drime backend, seen failing: on stand-ins that break a rule of the service, and on a pys3local that breaks its own.

use crate::images::Image;
use crate::support::run;

/// Each broken stand-in turns these red, on the suite that says how second uploads are treated.
const MUTANTS: [(&str, &[&str]); 5] = [
    ("same-uuid-after-change", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("uuid-by-name", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("download-by-stale-hash", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("dropped-entry", &["sync-scenario", "sdk-accepts-tags", "listing-needs-no-download"]),
    ("listing-oldest-first", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
];

#[test]
fn each_broken_stand_in_turns_the_right_checks_red() {
    for (mutation, checks) in MUTANTS {
        let setting = format!("mutation={mutation}");
        let ran = run(&["etag/drime", "--runtime", "process", "--drime-set", &setting], &[]);
        let expected: Vec<_> = checks.iter().map(|check| format!("etag/drime::{check}")).collect();
        assert_eq!(ran.failed_beside_copies(), expected, "{mutation}");
        assert_eq!(ran.code(), 1);
        assert!(ran.said().contains(&setting), "the notice tells of it: {}", ran.said());
    }
}

/// Makes copies of pys3local 0.2.1 readable, so that the checks about them are judged too.
const MENDED: &str =
    "s/last_modified=datetime.now(timezone.utc),/last_modified=datetime.now(timezone.utc).replace(tzinfo=None),/";

/// The service's UUID without its dashes: what rclone takes for the MD5 of the content.
const MD5_SHAPED: &str = r#"s/etag = entry.file_name or .*/etag = entry.file_name.replace("-", "")/; s/^\( *\)etag = file_uuid$/\1etag = file_uuid.replace("-", "")/"#;

/// Releases whose drime provider has a line edited besides: name, commands of sed, and the checks of etag/drime that must be red.
const PROVIDERS: [(&str, &str, &[&str]); 6] = [
    ("mended", "", &[]),
    ("md5-shaped", MD5_SHAPED, &["uuid-format", "opaque-never-looks-like-md5"]),
    // A tag that goes with the content, and is no UUID.
    (
        "no-uuid",
        r#"s/etag = entry.file_name or .*/etag = "v1." + entry.file_name/; s/^\( *\)etag = file_uuid$/\1etag = "v1." + file_uuid/"#,
        &["uuid-format"],
    ),
    // Every listed object is fetched first, as by a provider that makes tags of content.
    (
        "listing-downloads",
        r"s/etag=\(self._get_etag_for_entry(entry, .*)\),/etag=(self.client.get_file_content(entry.hash), \1)[1],/",
        &["listing-needs-no-download"],
    ),
    // The target of a copy keeps one ETag for ever.
    (
        "copy-keeps-its-tag",
        r#"s/etag = entry.file_name or .*/etag = entry.file_name if key != "copy" else "00000000-0000-4000-8000-000000000000"/"#,
        &["copy-etag"],
    ),
    // An object that is copied onto itself grows.
    (
        "metadata-changes-content",
        r"s/^\( *\)src_obj.data,$/\1src_obj.data + bytes(src_key == dst_key),/",
        &["metadata-only-replace"],
    ),
];

#[test]
fn each_broken_provider_turns_the_right_checks_red() {
    for (name, edit, checks) in PROVIDERS {
        let provider = Image::edited(name, "providers/drime.py", &format!("{MENDED}; {edit}"));
        let ran = run(&["etag/drime", "--runtime", "docker", "--target", &provider.target()], &[]);
        let expected: Vec<_> = checks.iter().map(|check| format!("etag/drime::{check}")).collect();
        assert_eq!((ran.failed(), ran.code()), (expected, i32::from(!checks.is_empty())), "{name}: {}", ran.said());
        if name == "listing-downloads" {
            let failures = ran.failures();
            assert_eq!(failures[0].kind, "listing-downloads");
            let count = |text: &str| text.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0_u64);
            // The stand-in has counted: three listings of twenty objects.
            assert_eq!(count(&failures[0].actual) - count(&failures[0].expected), 60, "{failures:?}");
        }
    }
}

/// The same for one check of another suite each: name, command of sed, the check, and how it fails.
const ELSEWHERE: [(&str, &str, &str, &str); 2] = [
    ("md5-shaped-tags", MD5_SHAPED, "sync/drime-policies::checksum-same-size-edit-goes-unnoticed", "transferred-again"),
    // What comes after the first 30 MiB, above which the service takes parts, comes back as zeros.
    (
        "large-ends-in-zeros",
        r"s/^\( *\)data=content,$/\1data=content[: 30 << 20] + bytes(max(0, len(content) - (30 << 20))),/",
        "large/drime::forty-mebibytes",
        "content-differs",
    ),
];

#[test]
fn a_broken_provider_turns_checks_of_other_suites_red() {
    for (name, edit, check, kind) in ELSEWHERE {
        let sound = run(&[check, "--runtime", "docker"], &[]);
        assert_eq!((sound.failed(), sound.code()), (vec![], 0), "{}", sound.said());
        let provider = Image::edited(name, "providers/drime.py", edit);
        let ran = run(&[check, "--runtime", "docker", "--target", &provider.target()], &[]);
        assert_eq!((ran.failed(), ran.code()), (vec![check.to_owned()], 1), "{name}: {}", ran.said());
        assert_eq!(ran.failures()[0].kind, kind, "{name}: {}", ran.said());
    }
}
