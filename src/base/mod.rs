//! Small things that many modules need: durations as numbers, locks, medians, quoting for a shell, chains of causes, named files, and git.
//!
//! Deliberately absent: anything that knows what s3ci is about, and what a well-kept crate does (`hex`, `shell-words`).

pub mod git;
mod read;

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use read::{MOST_BYTES_OF_A_FILE, MOST_BYTES_OF_A_RECORD, Misread, read_bounded, read_file};

/// A duration as whole nanoseconds, the unit of the record; the largest number where it has more (584 years).
#[must_use]
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Locks a mutex. A thread that panicked while it held the lock leaves data that is still whole here: no update takes two steps.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The median of numbers in any order; the mean of the middle two where their count is even, none where there are none.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// A word as it is typed in a POSIX shell: in quotes only where it needs them. The ledger's symptoms quote such lines.
#[must_use]
pub fn shell_word(word: &str) -> String {
    // An option such as `--config=file` is not an assignment, and needs no quotes.
    let is_plain =
        word.starts_with('-') && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=./:,@%+".contains(&byte));
    if is_plain { word.to_owned() } else { shell_words::quote(word).into_owned() }
}

/// What an error stems from, the nearest cause first. A cause that only repeats its effect is left out.
#[must_use]
pub fn causes_of(error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if text != last {
            causes.push(text.clone());
        }
        last = text;
        next = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_listed_once() {
        #[derive(Debug, thiserror::Error)]
        enum Layer {
            #[error("outer")]
            Outer(#[source] Box<Layer>),
            #[error(transparent)]
            Through(std::num::ParseIntError),
        }
        let error = Layer::Outer(Box::new(Layer::Outer(Box::new(Layer::Through("x".parse::<u8>().unwrap_err())))));
        assert_eq!(causes_of(&error), ["invalid digit found in string"]);
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_middle_two() {
        assert_eq!(median([]), None);
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn only_words_that_need_quotes_get_them() {
        assert_eq!(shell_word("path:./here"), "path:./here");
        assert_eq!(shell_word("--config=s3cfg"), "--config=s3cfg");
        assert_eq!(shell_word("--name=it's"), r"'--name=it'\''s'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
