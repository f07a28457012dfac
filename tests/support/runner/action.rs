//! `action.yml` as it is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A composite action.
#[derive(Debug, Deserialize)]
pub(crate) struct Action {
    pub(crate) inputs: BTreeMap<String, Input>,
    pub(crate) outputs: BTreeMap<String, Output>,
    pub(crate) runs: Runs,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    #[serde(default)]
    pub(crate) default: String,
    #[serde(default)]
    pub(crate) required: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Output {
    pub(crate) value: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Runs {
    pub(crate) steps: Vec<Step>,
}

/// One step: a script, or another action.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) r#if: Option<String>,
    pub(crate) run: Option<String>,
    pub(crate) shell: Option<String>,
    pub(crate) uses: Option<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) with: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) continue_on_error: bool,
}

/// The directory of the action in this repository.
pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions/s3ci")
}

/// Reads the action of this repository.
pub(crate) fn read() -> Action {
    let text = std::fs::read_to_string(directory().join("action.yml")).expect("action.yml is there");
    serde_saphyr::from_str(&text).expect("action.yml is a composite action")
}
