//! `s3ci report`: where reports go.

use crate::command::{s3ci, stderr};
use crate::sample::{record, written};

#[test]
fn a_directory_that_is_made_for_reports_is_none_of_a_checkout_s_sources() {
    let folder = tempfile::tempdir().unwrap();
    let run = written(folder.path(), "metrics.json", &record("run"));
    let render = |to: &str| {
        let output = s3ci().current_dir(folder.path()).arg("report").arg(&run).args(["--out", to]).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(folder.path().join(to).join("report.html").is_file());
        std::fs::read_to_string(folder.path().join(to).join(".gitignore")).ok()
    };
    assert_eq!(render("new/reports").as_deref(), Some("*\n"));
    std::fs::create_dir(folder.path().join("old")).unwrap();
    assert_eq!(render("old"), None, "what somebody else made is left as it is");
}

#[test]
fn a_report_named_as_other_programs_name_standard_output_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = written(folder.path(), "metrics.json", &record("run"));
    let output = s3ci().current_dir(folder.path()).arg("report").arg(&run).args(["--junit", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("/dev/stdout"), "{}", stderr(&output));
    assert!(!folder.path().join("-").exists());
}
