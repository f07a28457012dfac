//! A history as text: a line of JSON for each run, never changed once it is there.

use serde::Deserialize;

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

/// What must be known of a line before the rest of it can be read.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl History {
    /// Reads what a place holds.
    ///
    /// # Errors
    /// It is no history: none of it is ours, and not all of it can be lines of ours that were cut off. Or a line has another format.
    pub(super) fn of_place(text: &str, place: &str) -> Result<Self, HistoryError> {
        let mut history = Self::default();
        let lines = || (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        for (number, line) in lines() {
            match (serde_json::from_str::<Versioned>(line), serde_json::from_str::<Entry>(line)) {
                (Ok(Versioned { format: found }), _) if found != FORMAT => {
                    return Err(HistoryError::Format { place: place.to_owned(), line: number, found });
                }
                (_, Ok(entry)) => history.entries.push(entry),
                _ => history.broken.push(number),
            }
        }
        if history.entries.is_empty() && !lines().all(|(_, line)| line.starts_with("{\"")) {
            return Err(HistoryError::NoHistory { place: place.to_owned() });
        }
        history.entries.sort_by_key(|entry| entry.time);
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
