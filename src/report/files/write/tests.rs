use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn entries(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_check_neither_creates_nor_changes_anything() {
    let folder = folder();
    let path = folder.path().join("out.xml");
    check_writable(&path).unwrap();
    assert!(entries(folder.path()).is_empty());
    fs::write(&path, "precious").unwrap();
    check_writable(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(entries(folder.path()), ["out.xml"]);
}

#[test]
fn writing_replaces_the_file_as_a_whole() {
    let folder = folder();
    let path = folder.path().join("out.xml");
    write_atomically(&path, b"a longer first version").unwrap();
    // Windows replaces no file that somebody has open.
    #[cfg(unix)]
    let mut earlier_reader = File::open(&path).unwrap();
    write_atomically(&path, b"second").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "second");
    #[cfg(unix)]
    assert_eq!(io::read_to_string(&mut earlier_reader).unwrap(), "a longer first version");
    assert_eq!(entries(folder.path()), ["out.xml"]);
}

#[test]
fn a_missing_folder_is_named_with_the_command_that_makes_it() {
    let folder = folder();
    let path = folder.path().join("a b/c/out.xml");
    let error = check_writable(&path).unwrap_err();
    assert!(matches!(&error, WriteError::MissingFolder { .. }), "{error:?}");
    assert_eq!(error.hint().unwrap(), format!("mkdir -p '{}'", path.parent().unwrap().display()));
}

#[test]
fn a_directory_is_no_report_and_a_file_holds_none() {
    let folder = folder();
    assert!(matches!(check_writable(folder.path()), Err(WriteError::Directory { .. })));
    assert!(matches!(check_writable(Path::new("")), Err(WriteError::Directory { .. })));
    assert!(matches!(check_writable(&folder.path().join("new/")), Err(WriteError::Directory { .. })));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for below in ["out.xml", "deeper/out.xml"] {
        let error = check_writable(&file.join(below)).unwrap_err();
        assert!(matches!(&error, WriteError::NotAFolder { folder, .. } if *folder == file), "{error:?}");
    }
}

#[test]
fn a_dash_is_refused_before_a_file_of_that_name_lies_about() {
    let error = check_writable(Path::new("-")).unwrap_err();
    assert!(matches!(error, WriteError::Dash), "{error}");
    assert!(error.hint().unwrap().contains("/dev/stdout"));
    let folder = folder();
    check_writable(&folder.path().join("-")).unwrap();
}

#[test]
fn a_full_or_forbidden_disk_comes_with_advice() {
    let source = |kind: ErrorKind| WriteError::Create { path: "out.xml".into(), source: kind.into() };
    for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::StorageFull] {
        assert!(source(kind).hint().is_some(), "{kind:?}");
    }
    let fault = source(ErrorKind::PermissionDenied).fault();
    assert_eq!(
        (fault.kind.as_str(), fault.message.as_str()),
        ("report", "failed to create out.xml: permission denied")
    );
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_that_refuses_new_files_is_found_before_any_work() {
        // No user may create files in /proc, not even root.
        let error = check_writable(Path::new("/proc/out.xml")).unwrap_err();
        assert!(matches!(error, WriteError::Create { .. }), "{error:?}");
    }

    #[test]
    fn devices_are_written_into_and_never_replaced() {
        check_writable(Path::new("/dev/null")).unwrap();
        write_atomically(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let full = write_atomically(Path::new("/dev/full"), b"no room").unwrap_err();
        assert!(matches!(full, WriteError::Content { .. }) && full.hint().is_some(), "{full:?}");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = folder();
        let (real, link) = (folder.path().join("real.xml"), folder.path().join("link.xml"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
    }

    #[test]
    fn a_report_is_as_readable_as_any_new_file() {
        let folder = folder();
        let (report, plain) = (folder.path().join("out.xml"), folder.path().join("plain"));
        write_atomically(&report, b"").unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&report), mode(&plain));
    }
}
