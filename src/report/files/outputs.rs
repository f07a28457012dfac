//! The report files that a run was asked for.

use std::path::{Path, PathBuf};

use super::write::{WriteError, check_writable, write_atomically};
use crate::record::RunRecord;
use crate::report::render::{FORMATS, Format};
use crate::report::view::View;

/// Which reports go where, in the order of [`FORMATS`].
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    files: Vec<(&'static Format, PathBuf)>,
    junit_suffix: Option<String>,
}

impl Outputs {
    /// The reports for which there is a path: `path` is asked for the path of each format.
    #[must_use]
    pub fn of(path: impl Fn(&Format) -> Option<PathBuf>) -> Self {
        let files = FORMATS.iter().filter_map(|format| Some((format, path(format)?))).collect();
        Self { files, junit_suffix: None }
    }

    /// The same with what the names of JUnit's suites end with.
    #[must_use]
    pub fn with_junit_suffix(self, junit_suffix: Option<String>) -> Self {
        Self { junit_suffix, ..self }
    }

    /// The reports with what they are called.
    pub fn listed(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.files.iter().map(|(format, path)| (format.title, path.as_path()))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Where the report goes that a flag asks for.
    #[must_use]
    pub fn path(&self, flag: &str) -> Option<&Path> {
        self.files.iter().find(|(format, _)| format.flag == flag).map(|(_, path)| path.as_path())
    }

    /// Finds out, before any work, whether every report could be written.
    ///
    /// # Errors
    /// The first report that could not; see [`check_writable`]. Also two reports under one path.
    pub fn check(&self) -> Result<(), WriteError> {
        for (position, (_, path)) in self.files.iter().enumerate() {
            check_writable(path)?;
            if self.files[..position].iter().any(|(_, earlier)| same_file(earlier, path)) {
                return Err(WriteError::Twice { path: path.clone() });
            }
        }
        Ok(())
    }

    /// Writes every report; one that fails does not keep the others from being written.
    #[must_use]
    pub fn write_all(&self, record: &RunRecord) -> Vec<WriteError> {
        let view = View { junit_suffix: self.junit_suffix.clone(), ..View::of(record) };
        let write = |(format, path): &(&Format, PathBuf)| {
            let text =
                format.report.render(&view).map_err(|source| WriteError::Render { path: path.clone(), source })?;
            write_atomically(path, text.as_bytes())
        };
        self.files.iter().map(write).filter_map(Result::err).collect()
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
    use crate::report::{fixture, json};

    fn outputs_in(folder: &Path) -> Outputs {
        Outputs::of(|format| Some(folder.join(format.file_name)))
    }

    #[test]
    fn all_reports_are_written_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let (outputs, record) = (outputs_in(folder.path()), fixture::record());
        outputs.check().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the check left something behind");
        assert!(outputs.write_all(&record).is_empty());
        let written = |flag: &str| std::fs::read_to_string(outputs.path(flag).unwrap()).unwrap();
        assert_eq!(json::parse(&written("json")).unwrap(), record);
        for format in &FORMATS {
            assert_eq!(written(format.flag), format.report.render(&View::of(&record)).unwrap());
        }
        let names = ["out.xml", "metrics.json", "report.txt", "report.html"];
        assert_eq!(FORMATS.map(|format| format.file_name), names, "build servers look for these");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), names.len());
    }

    #[test]
    fn a_report_that_fails_does_not_take_the_others_along() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::of(|format| {
            let folder = if format.flag == "junit" { folder.path().join("gone") } else { folder.path().to_owned() };
            Some(folder.join(format.file_name))
        });
        let errors = outputs.write_all(&fixture::clean());
        assert!(matches!(errors.as_slice(), [WriteError::MissingFolder { .. }]), "{errors:?}");
        assert!(folder.path().join("metrics.json").exists() && folder.path().join("report.txt").exists());
    }

    #[test]
    fn two_reports_under_one_path_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::of(|format| {
            let name = if format.flag == "text" { "./out.xml" } else { format.file_name };
            Some(folder.path().join(name))
        });
        assert!(matches!(outputs.check(), Err(WriteError::Twice { .. })));
    }

    #[test]
    #[cfg(unix)]
    fn a_device_may_be_named_for_several() {
        Outputs::of(|_| Some(PathBuf::from("/dev/null"))).check().unwrap();
    }
}
