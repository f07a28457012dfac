//! A history as text: one line of JSON for each run. Lines never change once they are written.

use serde::Deserialize;

use super::entry::{Entry, FORMAT};
use super::error::HistoryError;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In the order of the commits' time. Runs of the same time stay in the order in which they were added.
    pub entries: Vec<Entry>,
    /// Numbers of the lines that are not entries, from 1. A full disk can cut off a line.
    pub broken: Vec<usize>,
}

/// What must be known of a line before the rest of it can be read.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl History {
    /// Reads the text of a file or branch.
    ///
    /// # Errors
    /// It is not a history: it has no entry, and some line is not the start of one that was cut off. Or a line has another format.
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

    /// The runs as text, one line each.
    ///
    /// # Errors
    /// A time outside the years 0 to 9999.
    pub fn lines(&self) -> Result<String, HistoryError> {
        self.entries.iter().try_fold(String::new(), |text, entry| Ok(text + &line(entry)? + "\n"))
    }

    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.entries.iter().any(|other| other.is_same_run(entry))
    }
}

/// The text to append to `before`, so that the entry is on a line of its own. `None` if it is there already.
///
/// # Errors
/// `before` is not a history, or JSON cannot hold the entry.
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
