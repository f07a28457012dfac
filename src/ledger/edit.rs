//! Changes of a ledger's text that leave the rest of it as it was written, comments and order included.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::LedgerError;
use super::error::support_word;
use super::file::OPEN_REASON;
use super::proposal::Drafts;
use crate::base::Misread;
use crate::record::{CheckId, FailureKind, Severity, Support};

/// What new entries say in place of a reason.
const REASON: &str = "TODO: say in a sentence why the server fails";
/// Longest list of checks on one line.
const LINE_BYTES: usize = 120;

/// A symptom that was seen, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Draft {
    pub(super) severity: Severity,
    pub(super) kind: FailureKind,
    pub(super) actual: String,
}

/// A change. Entries are counted from the top of the file.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Listed checks that passed, each with its entry.
    pub(super) gone: Vec<(CheckId, usize)>,
    /// Listed checks that fail otherwise, each with its entry; their new symptoms are among the drafts.
    pub(super) changed: Vec<(CheckId, usize)>,
    /// Symptoms that the ledger lacks.
    pub(super) drafts: Drafts,
    /// What a server offers otherwise than listed, by the entry of `[[capabilities]]` and the name.
    pub(super) offers: BTreeMap<(usize, String), Support>,
}

impl Edits {
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.drafts.is_empty() && self.offers.is_empty()
    }

    /// The text after the changes; new entries hold for `versions`.
    pub(super) fn apply(&self, source: &str, text: &str, versions: Option<&str>) -> Result<String, LedgerError> {
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            let at = error.span().map_or(0, |span| span.start);
            LedgerError::Uneditable { file: source.to_owned(), source: Misread::at(text, at, "it cannot be edited") }
        })?;
        let mut drafts = self.drafts.clone();
        let mut kept_headings = String::new();
        if let Some(entries) = document.get_mut("issue").and_then(Item::as_array_of_tables_mut) {
            let mut empty = Vec::new();
            for (index, table) in entries.iter_mut().enumerate() {
                self.rewrite(index, table, &mut drafts);
                if checks_of(table).is_empty() {
                    empty.push(index);
                }
            }
            for index in empty.into_iter().rev() {
                let heading = entries.get(index).map(heading).unwrap_or_default();
                entries.remove(index);
                match entries.get_mut(index) {
                    Some(next) => put_before(next, &heading),
                    None => kept_headings.insert_str(0, &heading),
                }
            }
        }
        if let Some(entries) = document.get_mut("capabilities").and_then(Item::as_array_of_tables_mut) {
            for ((entry, name), support) in &self.offers {
                let value = entries.get_mut(*entry).and_then(|table| table.get_mut(name)).and_then(Item::as_value_mut);
                set(value, support_word(*support));
            }
        }
        let mut text = document.to_string();
        text.push_str(&kept_headings);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for (draft, checks) in &drafts {
            text.push_str(&entry(draft, checks, versions));
        }
        Ok(text)
    }

    /// Takes what passed out of an entry. Where all that remains fails in one other way, the entry gets that symptom; otherwise what
    /// fails otherwise goes as well, to an entry of its own.
    fn rewrite(&self, index: usize, table: &mut Table, drafts: &mut Drafts) {
        let of_entry = |list: &[(CheckId, usize)]| -> Vec<String> {
            list.iter().filter(|(_, entry)| *entry == index).map(|(check, _)| check.to_string()).collect()
        };
        let (gone, changed) = (of_entry(&self.gone), of_entry(&self.changed));
        remove_checks(table, &gone);
        let left = checks_of(table);
        if changed.is_empty() {
            return;
        }
        let one =
            drafts.iter().find(|(_, checks)| left.iter().all(|check| checks.iter().any(|it| it.as_str() == check)));
        let Some(draft) = one.map(|(draft, _)| draft.clone()) else {
            remove_checks(table, &changed);
            return;
        };
        set(table.get_mut("severity").and_then(Item::as_value_mut), draft.severity.as_str());
        if let Some(symptom) = table.get_mut("symptom").and_then(Item::as_inline_table_mut) {
            set(symptom.get_mut("kind"), draft.kind.as_str());
            set(symptom.get_mut("actual"), &draft.actual);
        }
        if let Some(reason) = table.get_mut("reason").and_then(Item::as_value_mut) {
            let before = reason.as_str().unwrap_or_default().to_owned();
            set(Some(reason), &format!("{OPEN_REASON}: is this still why? {before}"));
        }
        if let Some(checks) = drafts.get_mut(&draft) {
            checks.retain(|check| !left.iter().any(|it| it == check.as_str()));
        }
        drafts.retain(|_, checks| !checks.is_empty());
    }
}

fn checks_of(table: &Table) -> Vec<String> {
    let checks = table.get("checks").and_then(Item::as_array).into_iter().flat_map(Array::iter);
    checks.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn remove_checks(table: &mut Table, gone: &[String]) {
    let Some(checks) = table.get_mut("checks").and_then(Item::as_array_mut) else { return };
    let before = checks.len();
    checks.retain(|check| check.as_str().is_none_or(|check| !gone.iter().any(|it| it == check)));
    // What is left of a list on lines of its own does not begin in the middle of one.
    if let Some(first) = checks.get_mut(0).filter(|_| before > 1)
        && !first.decor().prefix().and_then(toml_edit::RawString::as_str).is_some_and(|prefix| prefix.contains('\n'))
    {
        first.decor_mut().set_prefix("");
    }
}

/// Gives a value another text and leaves the space around it.
fn set(value: Option<&mut Value>, text: &str) {
    if let Some(value) = value {
        let decor = value.decor().clone();
        *value = Value::from(text);
        *value.decor_mut() = decor;
    }
}

/// What stands before an entry and is not about it: all up to the last empty line.
fn heading(table: &Table) -> String {
    let before = table.decor().prefix().and_then(toml_edit::RawString::as_str).unwrap_or_default();
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let last_empty = lines.iter().rposition(|line| line.trim().is_empty()).unwrap_or(0);
    lines[..last_empty].concat()
}

fn put_before(table: &mut Table, heading: &str) {
    let before = table.decor().prefix().and_then(toml_edit::RawString::as_str).unwrap_or_default();
    let all = format!("{heading}{before}");
    table.decor_mut().set_prefix(all);
}

/// An entry as the ledger's are written.
fn entry(draft: &Draft, checks: &[CheckId], versions: Option<&str>) -> String {
    let spelled = |text: &str| Value::from(text).to_string();
    let names: Vec<String> = checks.iter().map(|check| spelled(check.as_str())).collect();
    let on_one_line = format!("checks = [{}]", names.join(", "));
    let checks = if on_one_line.len() <= LINE_BYTES {
        on_one_line
    } else {
        format!("checks = [\n  {},\n]", names.join(",\n  "))
    };
    let versions = versions.map(|versions| format!("versions = {}\n", spelled(versions))).unwrap_or_default();
    format!(
        "\n[[issue]]\n{checks}\n{versions}severity = \"{}\"\nsymptom = {{ kind = {}, actual = {} }}\nreason = {}\n",
        draft.severity,
        spelled(draft.kind.as_str()),
        spelled(&draft.actual),
        spelled(REASON)
    )
}
