//! The report files that a run was asked for.

use std::path::{Path, PathBuf};

use super::{WriteError, check_writable, html, json, junit, text, write_atomically};
use crate::record::RunRecord;

/// Which reports go where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs {
    /// JUnit XML.
    pub junit: Option<PathBuf>,
    /// The record itself.
    pub json: Option<PathBuf>,
    /// The text report.
    pub text: Option<PathBuf>,
    /// The page for a browser.
    pub html: Option<PathBuf>,
}

impl Outputs {
    /// The reports with what they are, in the order in which they are written.
    #[must_use]
    pub fn listed(&self) -> Vec<(&'static str, &Path)> {
        [("JUnit", &self.junit), ("metrics", &self.json), ("text report", &self.text), ("HTML report", &self.html)]
            .into_iter()
            .filter_map(|(what, path)| path.as_deref().map(|path| (what, path)))
            .collect()
    }

    /// Finds out, before any work, whether every report could be written.
    ///
    /// # Errors
    ///
    /// The first report that could not; see [`check_writable`]. Also two reports under one path.
    pub fn check(&self) -> Result<(), WriteError> {
        let listed = self.listed();
        for (position, (_, path)) in listed.iter().enumerate() {
            check_writable(path)?;
            if listed[..position].iter().any(|(_, earlier)| same_file(earlier, path)) {
                return Err(WriteError::Twice { path: (*path).to_owned() });
            }
        }
        Ok(())
    }

    /// Writes every report; one that fails does not keep the others from being written.
    #[must_use]
    pub fn write_all(&self, record: &RunRecord) -> Vec<WriteError> {
        let junit = self.junit.as_deref().map(|path| {
            let xml = junit::render(record).map_err(|source| WriteError::Junit { path: path.to_owned(), source })?;
            write_atomically(path, xml.as_bytes())
        });
        let json = self.json.as_deref().map(|path| {
            let json = json::render(record).map_err(|source| WriteError::Json { path: path.to_owned(), source })?;
            write_atomically(path, json.as_bytes())
        });
        let text = self.text.as_deref().map(|path| write_atomically(path, text::render(record).as_bytes()));
        let html = self.html.as_deref().map(|path| write_atomically(path, html::render(record).as_bytes()));
        [junit, json, text, html].into_iter().flatten().filter_map(Result::err).collect()
    }
}

/// Whether two paths that can be written lead to one ordinary file; several reports may share a device, such as `/dev/null`.
fn same_file(one: &Path, other: &Path) -> bool {
    let is_device = |path: &Path| path.metadata().is_ok_and(|found| !found.is_file());
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let named = folder.canonicalize().ok().zip(path.file_name()).map(|(folder, name)| folder.join(name));
        path.canonicalize().ok().or(named)
    };
    place(one) == place(other) && !is_device(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn outputs_in(folder: &Path) -> Outputs {
        Outputs {
            junit: Some(folder.join("out.xml")),
            json: Some(folder.join("metrics.json")),
            text: Some(folder.join("report.txt")),
            html: Some(folder.join("report.html")),
        }
    }

    #[test]
    fn all_reports_are_written_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let (outputs, record) = (outputs_in(folder.path()), fixture::record());
        outputs.check().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the check left something behind");
        assert!(outputs.write_all(&record).is_empty());
        let written = |path: &Option<PathBuf>| std::fs::read_to_string(path.as_ref().unwrap()).unwrap();
        assert_eq!(json::parse(&written(&outputs.json)).unwrap(), record);
        assert_eq!(written(&outputs.junit), junit::render(&record).unwrap());
        assert_eq!(written(&outputs.text), text::render(&record));
        assert_eq!(written(&outputs.html), html::render(&record));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_report_that_fails_does_not_take_the_others_along() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs { junit: Some(folder.path().join("gone/out.xml")), ..outputs_in(folder.path()) };
        let errors = outputs.write_all(&fixture::clean());
        assert!(matches!(errors.as_slice(), [WriteError::MissingFolder { .. }]), "{errors:?}");
        assert!(folder.path().join("metrics.json").exists() && folder.path().join("report.txt").exists());
    }

    #[test]
    fn two_reports_under_one_path_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut outputs = outputs_in(folder.path());
        outputs.text = Some(folder.path().join("./out.xml"));
        assert!(matches!(outputs.check(), Err(WriteError::Twice { .. })));
    }

    #[test]
    #[cfg(unix)]
    fn a_device_may_be_named_for_several() {
        let null = || Some(PathBuf::from("/dev/null"));
        Outputs { junit: null(), json: null(), ..Outputs::default() }.check().unwrap();
    }
}
