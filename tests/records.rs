//! What is done with the records of runs that are over: comparing them, from outside.

#[cfg(test)]
mod records_support;

#[cfg(test)]
mod comparing {
    use crate::records_support::{record, red, s3ci, stderr, stdout, written};
    use s3ci::model::RunRecord;

    fn compared(from: &RunRecord, to: &RunRecord, more: &[&str]) -> (Option<i32>, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (written(folder.path(), "a.json", from), written(folder.path(), "b.json", to));
        let output = s3ci().arg("compare").args([from, to]).args(more).output().unwrap();
        (output.status.code(), stdout(&output), stderr(&output))
    }

    #[test]
    fn a_regression_is_one_and_a_mended_check_is_none() {
        let (code, text, _) = compared(&record("a"), &red("content-changed"), &[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.starts_with("✗ 1 REGRESSION") && text.contains("bench/local::content-survives"), "{text}");
        assert_eq!(compared(&red("content-changed"), &record("b"), &[]).0, Some(0));
        assert_eq!(compared(&red("content-changed"), &red("content-changed"), &[]).0, Some(0));
    }

    #[test]
    fn being_slower_has_a_code_of_its_own() {
        assert_eq!(compared(&record("a"), &red("throughput-drop"), &[]).0, Some(3));
    }

    #[test]
    fn a_program_reads_json() {
        let (code, text, _) = compared(&record("a"), &red("content-changed"), &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &json["regressions"]), (Some(1), &1.into()));
    }

    #[test]
    fn what_cannot_be_compared_is_refused_with_the_reason() {
        let mut other = record("b");
        other.suites[0].cases.clear();
        let (code, _, said) = compared(&record("a"), &other, &[]);
        assert_eq!(code, Some(2));
        assert!(said.contains("no case in common") && said.contains("hint:"), "{said}");
        let output = s3ci().args(["compare", "/nowhere/a.json", "/nowhere/b.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("/nowhere/a.json"));
    }
}
