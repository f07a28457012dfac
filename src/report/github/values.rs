//! The outputs of a step: `result`, `exit-code`, `failed`, and where the reports lie.

use std::path::Path;

use crate::exit::Exit;
use crate::record::RunRecord;
use crate::report::Outputs;
use crate::report::view::tally::Tally;

/// Renders the outputs as `name=value` lines. No value can hold a line feed but a path, whose line is left out then.
pub(super) fn render(record: &RunRecord, outputs: &Outputs) -> String {
    let failed = Tally::of(record).failed.len();
    let path = |path: Option<&Path>| path.map(|path| path.display().to_string()).unwrap_or_default();
    let values = [
        ("result", result(record).to_owned()),
        ("exit-code", record.exit_code.to_string()),
        ("failed", failed.to_string()),
        ("junit-path", path(outputs.path("junit"))),
        ("metrics-path", path(outputs.path("json"))),
    ];
    let lines = values.into_iter().filter(|(_, value)| !value.contains(['\n', '\r']));
    lines.map(|(name, value)| format!("{name}={value}\n")).collect::<Vec<_>>().concat()
}

/// The exit code as a word.
fn result(record: &RunRecord) -> &'static str {
    Exit::of(record).first().copied().unwrap_or(Exit::Success).word()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_step_learns_the_verdict_and_where_the_reports_lie() {
        let outputs = Outputs::of(|format| match format.flag {
            "junit" => Some("target/s3ci/out.xml".into()),
            "json" => Some("a\nresult=passed".into()),
            _ => None,
        });
        let text = render(&fixture::record(), &outputs);
        assert_eq!(text, "result=failed\nexit-code=1\nfailed=2\njunit-path=target/s3ci/out.xml\n");
        assert!(render(&fixture::clean(), &outputs).starts_with("result=passed\nexit-code=0\nfailed=0\n"));
    }
}
