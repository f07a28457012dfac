//! How a text becomes a value: one way for flags, variables and the file.

use std::ffi::OsStr;
use std::num::IntErrorKind;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Target, TargetError};

/// Why a text is not a value of its option.
#[derive(Debug)]
pub enum Unfit {
    /// What would do; `word` is the one that does not, of those that were given.
    Because { reason: String, word: usize },
    /// A target is wrong, and its own error says how.
    Target(TargetError),
}

impl Unfit {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self::Because { reason: reason.into(), word: 0 }
    }
}

/// What an option can hold.
pub trait Value: Sized {
    /// The text of a flag without a value, where that may be.
    const MISSING: Option<&'static str> = None;
    /// Whether several texts make one value.
    const MANY: bool = false;
    /// Whether the text may hold a password, so that messages do not repeat it.
    const SECRET: bool = false;
    /// The texts that it takes, where they are few.
    const CHOICES: &'static [&'static str] = &[];

    /// Reads a text.
    ///
    /// # Errors
    /// What would do.
    fn of_text(text: &str) -> Result<Self, Unfit>;

    /// Reads what was given: one text, unless there may be several.
    ///
    /// # Errors
    /// What would do.
    fn of_words(words: &[&OsStr]) -> Result<Self, Unfit> {
        let [word] = words else { return Err(Unfit::because("you can give it only once")) };
        Self::of_text(word.to_str().ok_or_else(|| Unfit::because("it is not UTF-8"))?)
    }

    /// The value as it would be typed.
    fn text(&self) -> String;
}

/// Refuses a value outside of its bounds.
pub(super) fn bounded<T: Value + PartialOrd>(value: T, bounds: (&str, &str)) -> Result<T, Unfit> {
    let range: RangeInclusive<T> = T::of_text(bounds.0)?..=T::of_text(bounds.1)?;
    if range.contains(&value) {
        return Ok(value);
    }
    Err(Unfit::because(format!("it must be at least {} and at most {}", bounds.0, bounds.1)))
}

/// Words as a sentence lists them: `auto, docker or process`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn of_text(text: &str) -> Result<Self, Unfit> {
                text.parse().map_err(|error: std::num::ParseIntError| match error.kind() {
                    IntErrorKind::PosOverflow => Unfit::because(format!("it must be at most {}", Self::MAX)),
                    _ => Unfit::because("it must be a whole number, such as 100"),
                })
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

whole_numbers!(u64, usize);

/// A port.
impl Value for u16 {
    fn of_text(text: &str) -> Result<Self, Unfit> {
        let number = text.parse().ok().filter(|port| *port > 0);
        number.ok_or_else(|| Unfit::because(format!("it must be a port from 1 to {}", Self::MAX)))
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    const MISSING: Option<&'static str> = Some("true");

    fn of_text(text: &str) -> Result<Self, Unfit> {
        text.parse().map_err(|_| Unfit::because("it must be true or false"))
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// Seconds, or numbers with units: `90`, `1m 30s`.
impl Value for Duration {
    fn of_text(text: &str) -> Result<Self, Unfit> {
        let seconds = text.parse().map(Self::from_secs);
        seconds.or_else(|_| humantime::parse_duration(text)).map_err(|error| Unfit::because(error.to_string()))
    }

    fn text(&self) -> String {
        humantime::format_duration(*self).to_string()
    }
}

impl Value for String {
    fn of_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.to_owned())
    }

    fn text(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    fn of_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.into())
    }

    fn of_words(words: &[&OsStr]) -> Result<Self, Unfit> {
        let [word] = words else { return Err(Unfit::because("you can give it only once")) };
        Ok(word.into())
    }

    fn text(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

/// No message of it contains the password of a URL, nor does its text.
impl Value for Target {
    const SECRET: bool = true;

    fn of_text(text: &str) -> Result<Self, Unfit> {
        Self::parse(text).map_err(Unfit::Target)
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason<T: Value>(text: &str) -> String {
        match T::of_text(text).err() {
            Some(Unfit::Because { reason, .. }) => reason,
            _ => panic!("{text} is not refused"),
        }
    }

    #[test]
    fn what_would_do_is_said() {
        assert_eq!(reason::<u64>("-1"), "it must be a whole number, such as 100");
        assert_eq!(reason::<u64>("99999999999999999999"), format!("it must be at most {}", u64::MAX));
        assert_eq!((reason::<u16>("0"), reason::<u16>("70000")).0, "it must be a port from 1 to 65535");
        assert_eq!(reason::<bool>("yes"), "it must be true or false");
        assert!(!reason::<Duration>("soon").is_empty());
    }

    #[test]
    fn a_duration_is_seconds_or_has_units_and_can_be_typed_again() {
        assert_eq!(Duration::of_text("90").unwrap(), Duration::of_text("1m 30s").unwrap());
        assert_eq!(Duration::of_text("90").unwrap().text(), "1m 30s");
    }

    #[test]
    fn bounds_are_named() {
        assert!(bounded(5_u64, ("1", "5")).is_ok());
        let Err(Unfit::Because { reason, .. }) = bounded(Duration::ZERO, ("10ms", "24h")) else {
            panic!("not refused")
        };
        assert_eq!(reason, "it must be at least 10ms and at most 24h");
    }
}
