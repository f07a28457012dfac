//! Options that are one word of a few.

use super::value::{Unfit, Value, one_of};
use crate::record::FailOn;
use crate::server::{Backends, DrimeChoice, RuntimeChoice};

/// When something is done that the surroundings may call for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Auto,
    Always,
    Never,
}

/// What becomes of a run whose throughput is undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inconclusive {
    Pass,
    Fail,
}

macro_rules! choices {
    ($($type:ty { $($word:literal => $value:path),+ $(,)? })+) => {$(
        impl Value for $type {
            const CHOICES: &'static [&'static str] = &[$($word),+];

            fn of_text(text: &str) -> Result<Self, Unfit> {
                match text {
                    $($word => Ok($value),)+
                    _ => Err(Unfit::because(format!("it must be {}", one_of(Self::CHOICES)))),
                }
            }

            fn text(&self) -> String {
                match self { $($value => $word,)+ }.to_owned()
            }
        }
    )+};
}

choices! {
    RuntimeChoice {
        "auto" => RuntimeChoice::Auto,
        "docker" => RuntimeChoice::Docker,
        "process" => RuntimeChoice::Process,
    }
    Backends { "local" => Backends::Local, "drime" => Backends::Drime, "both" => Backends::Both }
    DrimeChoice {
        "emulated" => DrimeChoice::Emulated,
        "cloud" => DrimeChoice::Cloud,
        "auto" => DrimeChoice::Auto,
    }
    Inconclusive { "pass" => Inconclusive::Pass, "fail" => Inconclusive::Fail }
    FailOn { "any" => FailOn::Any, "new" => FailOn::New }
    When { "auto" => When::Auto, "always" => When::Always, "never" => When::Never }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_of_those_that_the_message_lists() {
        for word in Backends::CHOICES {
            assert_eq!(Backends::of_text(word).unwrap().text(), *word);
        }
        let Err(Unfit::Because { reason, .. }) = RuntimeChoice::of_text("vm") else { panic!("not refused") };
        assert_eq!(reason, "it must be auto, docker or process");
    }
}
