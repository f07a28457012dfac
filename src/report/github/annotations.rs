//! Annotations: at most nine errors, the worst first, and one that counts the rest, because GitHub shows ten of a step.

use super::command;
use crate::report::plain::sanitize;
use crate::report::view::View;

/// The most errors that get an annotation each.
const TOLD: usize = 9;

/// Renders the annotations of a record.
pub(super) fn render(view: &View<'_>) -> String {
    let tally = &view.tally;
    let failures = tally.failed.iter().map(|failed| {
        let check = failed.check;
        let message = format!(
            "{}\n{}: {}\nrepro: {}",
            sanitize::line(&failed.failure.message),
            check.severity().words(),
            check.consequence,
            check.repro
        );
        (check.id.to_string(), message)
    });
    let troubles = tally.troubles.iter().map(|trouble| {
        let hint = trouble.fault.hint.as_ref().map(|hint| format!("\nhint: {}", sanitize::line(hint)));
        let message =
            format!("s3ci could not judge: {}{}", sanitize::text(&trouble.fault.message), hint.unwrap_or_default());
        (trouble.place.clone(), message)
    });
    let errors: Vec<_> = failures.chain(troubles).collect();
    let shown = errors.iter().take(TOLD).map(|(title, message)| command::titled("error", title, message));
    let rest = errors.len().saturating_sub(TOLD);
    let counted = (rest > 0).then(|| {
        let message = format!("{} in all, {TOLD} of them above; the step summary has all of them", errors.len());
        command::titled("error", &format!("s3ci: {rest} more"), &message)
    });
    let notices = view.notices.iter().map(|notice| command::titled("notice", "s3ci", &sanitize::line(notice)));
    shown.chain(counted).chain(notices).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_worst_comes_first_and_ten_errors_are_the_most() {
        let mut record = fixture::record();
        let failed =
            record.suites.iter().flat_map(|suite| &suite.checks).find(|check| check.outcome.is_failed()).cloned();
        record.suites[0].checks.extend(std::iter::repeat_n(failed.unwrap(), 20));
        let text = render(&View::of(&record));
        let errors: Vec<_> = text.lines().filter(|line| line.starts_with("::error ")).collect();
        assert_eq!(errors.len(), 10);
        assert!(errors[0].contains("title=etag/local%3A%3Achanges-on-same-size-edit::"), "{}", errors[0]);
        assert!(errors[9].contains("title=s3ci%3A 16 more::25 in all"), "{}", errors[9]);
    }

    #[test]
    fn a_run_without_failures_has_no_errors() {
        assert!(!render(&View::of(&fixture::clean())).contains("::error"));
    }
}
