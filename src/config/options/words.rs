//! Values with a format of their own: a share, a destination, several words that make one value.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::value::{Unfit, Value};
use crate::config::thresholds;
use crate::model::{Program, ProgramError};
use crate::record::Threshold;
use crate::server::drime::StandInSettings;

const MILLION: f64 = 1e6;

/// A share such as `5%` or `0.05`, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub ppm: u64,
}

impl Value for Share {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie between 0 and 1")]
    fn of_text(text: &str) -> Result<Self, Unfit> {
        let wrong = || Unfit::because("it must be a share such as 5% or 0.05, at least 0% and less than 100%");
        let (number, scale) = text.trim().strip_suffix('%').map_or((text, MILLION), |number| (number, MILLION / 100.0));
        let share: f64 = number.trim().parse().map_err(|_| wrong())?;
        let ppm = (share * scale).round();
        if (0.0..MILLION).contains(&ppm) { Ok(Self { ppm: ppm as u64 }) } else { Err(wrong()) }
    }

    fn text(&self) -> String {
        let (whole, rest) = (self.ppm / 10_000, self.ppm % 10_000);
        let digits = format!("{whole}.{rest:04}");
        format!("{}%", digits.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Where a text goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    Stdout,
    File(PathBuf),
}

/// A program of the model, or a file with one: a program has blanks, since no step of one word does anything alone.
impl Value for Program {
    fn of_text(text: &str) -> Result<Self, Unfit> {
        let read = |path: &str| {
            std::fs::read_to_string(path).map_err(|error| Unfit::because(format!("read the program {path}: {error}")))
        };
        let text = if text.contains(char::is_whitespace) { text.to_owned() } else { read(text)? };
        text.parse().map_err(|error: ProgramError| Unfit::because(error.to_string()))
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Value for Destination {
    const MISSING: Option<&'static str> = Some("-");

    fn of_text(text: &str) -> Result<Self, Unfit> {
        Self::of_words(&[OsStr::new(text)])
    }

    fn of_words(words: &[&OsStr]) -> Result<Self, Unfit> {
        let path = PathBuf::of_words(words)?;
        Ok(if path == Path::new("-") { Self::Stdout } else { Self::File(path) })
    }

    fn text(&self) -> String {
        match self {
            Self::Stdout => "-".to_owned(),
            Self::File(path) => path.text(),
        }
    }
}

/// Settings of the stand-in, given one by one or with commas between them.
impl Value for StandInSettings {
    const MANY: bool = true;

    fn of_text(text: &str) -> Result<Self, Unfit> {
        if text.is_empty() { Ok(Self::default()) } else { Self::of_words(&[OsStr::new(text)]) }
    }

    fn of_words(words: &[&OsStr]) -> Result<Self, Unfit> {
        let words = words.iter().map(|word| word.to_str().ok_or_else(|| Unfit::because("it is not UTF-8")));
        let words = words.collect::<Result<Vec<_>, _>>()?;
        let settings: Vec<String> = words.iter().flat_map(|word| word.split(',')).map(str::to_owned).collect();
        Self::parse(&settings).map_err(|(_, reason)| Unfit::because(reason))
    }

    fn text(&self) -> String {
        self.to_string().replace(", ", ",")
    }
}

/// Measurements that must hold, each as `METRIC=LIMIT`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thresholds(pub Vec<Threshold>);

impl Value for Thresholds {
    const MANY: bool = true;

    fn of_text(text: &str) -> Result<Self, Unfit> {
        if text.is_empty() { Ok(Self::default()) } else { Self::of_words(&[OsStr::new(text)]) }
    }

    fn of_words(words: &[&OsStr]) -> Result<Self, Unfit> {
        let threshold = |(number, word): (usize, &&OsStr)| {
            let wrong = |reason: &str| Unfit::Because { reason: reason.to_owned(), word: number };
            let text = word.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
            let (metric, limit) = text.split_once('=').ok_or_else(|| wrong("it is METRIC = LIMIT"))?;
            thresholds::threshold(metric, limit).map_err(wrong)
        };
        words.iter().enumerate().map(threshold).collect::<Result<_, _>>().map(Self)
    }

    fn text(&self) -> String {
        let words = self.0.iter().map(|threshold| {
            let Threshold { suite, metric, text, .. } = threshold;
            format!("{suite}.{metric} {text}")
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_part_of_one_or_of_a_hundred() {
        let ppm = |text: &str| Share::of_text(text).ok().map(|share| share.ppm);
        assert_eq!(
            [ppm("5%"), ppm("0.05"), ppm("2.5 %"), ppm("0")],
            [Some(50_000), Some(50_000), Some(25_000), Some(0)]
        );
        assert_eq!([ppm("100%"), ppm("5"), ppm("-1%"), ppm("some"), ppm("NaN")], [None; 5]);
        let typed = |text: &str| Share::of_text(text).unwrap().text();
        assert_eq!([typed("5%"), typed("0.0255"), typed("0")], ["5%", "2.55%", "0%"]);
    }

    #[test]
    fn a_threshold_that_is_none_is_named_by_its_number() {
        let words = ["bench/local.upload.throughput=>= 10 MB/s", "bench/local.x=> 10 MB/s"].map(OsStr::new);
        assert!(matches!(Thresholds::of_words(&words), Err(Unfit::Because { word: 1, .. })));
        assert_eq!(Thresholds::of_words(&words[..1]).unwrap().text(), "bench/local.upload.throughput >= 10 MB/s");
    }
}
