//! A history as text: a line of JSON for each run, never changed once it is there.

use super::entry::{Entry, FORMAT};
use super::error::HistoryError;

/// What a history holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Its runs, in the order of their commits' time; those of the same time as they were added.
    pub entries: Vec<Entry>,
    /// Numbers of lines that are none of ours, from 1: such as one that a full disk cut off.
    pub broken: Vec<usize>,
}

impl History {
    /// Reads the lines.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut history = Self::default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Entry>(line) {
                Ok(entry) if entry.format <= FORMAT => history.entries.push(entry),
                _ => history.broken.push(number),
            }
        }
        history.entries.sort_by_key(|entry| entry.time);
        history
    }

    /// Reads what a place holds.
    ///
    /// # Errors
    /// It is no history: none of it is ours, and not all of it can be lines of ours that were cut off.
    pub(super) fn of_place(text: &str, place: &str) -> Result<Self, HistoryError> {
        let history = Self::parse(text);
        let cut_off = text.lines().filter(|line| !line.trim().is_empty()).all(|line| line.starts_with("{\""));
        if history.entries.is_empty() && !cut_off {
            return Err(HistoryError::NoHistory { place: place.to_owned() });
        }
        Ok(history)
    }

    /// The runs as they are kept, a line each.
    ///
    /// # Errors
    /// A moment outside the years 0 to 9999.
    pub fn lines(&self) -> Result<String, HistoryError> {
        self.entries.iter().try_fold(String::new(), |text, entry| Ok(text + &line(entry)? + "\n"))
    }

    /// Whether a run is there already.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.entries.iter().any(|other| other.is_same_run(entry))
    }
}

/// What has to be written behind `before` so that the entry is a line of its own; nothing where it is there already.
///
/// # Errors
/// What is there is something else, or the entry cannot be said.
pub(super) fn addition(before: &str, place: &str, entry: &Entry) -> Result<Option<String>, HistoryError> {
    if History::of_place(before, place)?.has(entry) {
        return Ok(None);
    }
    let line = line(entry)?;
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    Ok(Some(format!("{gap}{line}\n")))
}

fn line(entry: &Entry) -> Result<String, HistoryError> {
    serde_json::to_string(entry).map_err(HistoryError::Line)
}
