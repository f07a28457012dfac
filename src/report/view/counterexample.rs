//! The fewest requests that show a failure, as lines: each step with what was answered, the last with what a right server answers.
//!
//! ```text
//!   1  put a/b/c.txt  11 bytes                   → "5eb6…"
//!   2  put a/b/c.txt  11 bytes, byte 3 changed   → "5eb6…", as in step 1
//!                                                  expected: an ETag of its own
//! ```

use crate::record::{CheckRecord, Counterexample};
use crate::report::plain::sanitize;

/// Steps longer than this do not push the answers of all others to the right.
const WIDEST: usize = 44;

/// The steps of a counterexample; nothing where there is none.
pub(in crate::report) fn steps(check: &CheckRecord) -> Vec<String> {
    check.counterexample.as_ref().map(lines).unwrap_or_default()
}

/// The same with aws-cli.
pub(in crate::report) fn aws_cli(check: &CheckRecord) -> Vec<String> {
    let commands = check.counterexample.iter().flat_map(|found| &found.aws_cli);
    commands.map(|command| sanitize::line(command)).collect()
}

/// How many of the replays failed.
pub(in crate::report) fn failed(check: &CheckRecord) -> Option<String> {
    let found = check.counterexample.as_ref()?;
    let steps = if found.steps.len() == 1 { "1 step" } else { &format!("{} steps", found.steps.len()) };
    Some(format!("{steps}, fails {} of {}, found with seed {}", found.failed, found.replays, found.seed))
}

fn lines(found: &Counterexample) -> Vec<String> {
    let steps: Vec<String> = found.steps.iter().map(|step| sanitize::line(&step.step)).collect();
    let widths = steps.iter().map(|step| step.chars().count()).filter(|width| *width <= WIDEST);
    let width = widths.max().unwrap_or_default();
    let mut lines = Vec::new();
    for (index, (step, words)) in found.steps.iter().zip(&steps).enumerate() {
        let answered = sanitize::line(&step.answered);
        let answer = if answered.is_empty() { String::new() } else { format!(" → {answered}") };
        lines.push(format!("{:>3}  {words:<width$} {answer}", index + 1).trim_end().to_owned());
        if let Some(expected) = &step.expected {
            lines.push(format!("     {:<width$}    expected: {}", "", sanitize::line(expected)));
        }
    }
    lines.extend(found.details.iter().map(|detail| format!("     {}", sanitize::line(detail))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CounterexampleStep;

    #[test]
    fn each_step_has_its_answer_and_the_last_one_what_was_expected() {
        let step = |step: &str, answered: &str, expected: Option<&str>| CounterexampleStep {
            step: step.to_owned(),
            answered: answered.to_owned(),
            expected: expected.map(str::to_owned),
        };
        let found = Counterexample {
            program: "put a 11; put a 11 ~3".to_owned(),
            seed: 1,
            failed: 5,
            replays: 5,
            steps: vec![
                step("put a  11 bytes", "\"5eb6\"", None),
                step("put a  11 bytes, byte 3 changed", "\"5eb6\", as in step 1", Some("an ETag of its own")),
            ],
            details: Vec::new(),
            aws_cli: Vec::new(),
        };
        let expected = "  1  put a  11 bytes                  → \"5eb6\"\n  2  put a  11 bytes, byte 3 changed  → \"5eb6\", as in step 1\n                                        expected: an ETag of its own";
        assert_eq!(lines(&found).join("\n"), expected);
    }
}
