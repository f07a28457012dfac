//! Renderings of a record: each a function of a [`View`](super::view::View) to text, in a file of its own.
//!
//! A format of a report file is one file here that implements [`Report`], one line in [`FORMATS`], and the row of its flag among the
//! options. Exports, comparisons of two records, histories and trends are texts of their own and stand beside.
//!
//! Deliberately absent: writing files, which `files` does, and printing, which the console does.

pub mod compare;
mod error;
pub mod export;
pub(super) mod headlines;
pub mod history;
pub(super) mod html;
pub mod json;
pub(super) mod junit;
mod text;
pub mod trend;

pub use error::RenderError;
pub use text::render as text;

use super::view::View;

/// A rendering of a record.
pub trait Report: Sync {
    /// # Errors
    /// The format cannot say what the record holds.
    fn render(&self, view: &View<'_>) -> Result<String, RenderError>;
}

/// A format of report files.
#[derive(Clone, Copy)]
pub struct Format {
    /// The flag that asks for it, without dashes.
    pub flag: &'static str,
    /// Its name in the directory that `--out` names.
    pub file_name: &'static str,
    /// What a list of written reports calls it.
    pub title: &'static str,
    pub report: &'static dyn Report,
}

/// Every format, in the order in which reports are written and listed.
pub static FORMATS: [Format; 4] = [
    Format { flag: "junit", file_name: "out.xml", title: "JUnit", report: &junit::Junit },
    Format { flag: "json", file_name: "metrics.json", title: "metrics", report: &json::Json },
    Format { flag: "text", file_name: "report.txt", title: "text report", report: &text::Text },
    Format { flag: "html", file_name: "report.html", title: "HTML report", report: &html::Html },
];

impl std::fmt::Debug for Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.flag)
    }
}
