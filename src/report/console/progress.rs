//! What happens during a run, in lines: which events are worth one, and what it says.
//!
//! Keeps just enough of the run to say where it stands. Deliberately absent: printing, clocks, and the drawing of bars.

use super::options::Verbosity;
use crate::event::Event;
use crate::record::{Backend, CheckRecord, Outcome, SuiteId};
use crate::report::plain::{format, page::Page, sanitize};
use crate::report::view::{evidence, tally::Tally};

/// Where a run stands.
#[derive(Debug, Default)]
pub(in crate::report) struct Progress {
    verbosity: Verbosity,
    /// Whether lines for what passed are left to a bar.
    bar: bool,
    suite: Option<SuiteId>,
    checks: Vec<CheckRecord>,
    planned: usize,
    step: String,
    units: Option<(u64, u64)>,
}

impl Progress {
    /// A run that has not begun. With a `bar`, lines that only say that things go on are left out.
    pub(in crate::report) fn new(verbosity: Verbosity, bar: bool) -> Self {
        Self { verbosity, bar, ..Self::default() }
    }

    /// Takes an event in and gives the lines that it is worth; each ends with a line feed.
    pub(in crate::report) fn lines(&mut self, event: &Event) -> String {
        let mut page = Page::default();
        let verbose = self.verbosity == Verbosity::Verbose;
        match event {
            Event::Preparing { step } => {
                self.enter(step);
                self.routine(&mut page, 0, "→", step);
            }
            Event::Output { line } if verbose => page.item(2, "", line),
            Event::Notice { text } => page.item(0, "notice:", text),
            Event::SuiteStarted { suite, title, checks, storage, .. } => {
                self.begin(suite.clone(), *checks);
                // Whether a service was the real one must be seen at once; a disk is a disk.
                let on = if storage.backend == Backend::Local { String::new() } else { format!(", on {storage}") };
                let checks = format::counted(*checks, "check");
                self.routine(&mut page, 0, "→", &format!("{suite}: {title}, {checks}{on}"));
            }
            Event::Fact { name, value } if verbose => page.item(4, "", &format!("{name}: {value}")),
            Event::Capability { capability, .. } if verbose => {
                page.item(4, "", &evidence::fact(&capability.name, &evidence::support(capability)));
            }
            Event::Progress { step, done, total } => {
                if self.step != *step {
                    self.enter(step);
                    self.routine(&mut page, 4, "•", step);
                }
                self.units = Some((*done, *total));
            }
            Event::Running { text } => text.clone_into(&mut self.step),
            Event::Standing { text } => {
                text.clone_into(&mut self.step);
                self.routine(&mut page, 4, "•", text);
            }
            Event::Against { against } => {
                let version = against.base.version.as_deref().unwrap_or("version unknown");
                let text = format!("against {} ({version}), {}", against.base.spec, against.base_runtime.detail);
                self.routine(&mut page, 0, "→", &sanitize::line(&text));
            }
            Event::CheckFinished { check } => self.check(&mut page, check),
            Event::Measured { metric } if verbose => {
                let value = format::quantity(metric.median, metric.unit);
                page.item(4, "", &format!("{}: {value}", metric.name));
            }
            Event::SuiteFinished { suite, end } => {
                if let Some(fault) = &end.fault {
                    page.item(2, "!", &sanitize::line(&fault.message));
                }
                page.item(0, "", &format!("{suite}: {}", Tally::of_checks(&self.checks).counts()));
                self.suite = None;
                self.enter("");
            }
            Event::Fault { fault } => page.item(0, "!", &sanitize::line(&fault.message)),
            Event::Interrupted { .. } => page.item(0, "!", "interrupted: stopping, and writing what was found"),
            Event::Prepared { prepared } => {
                let version = prepared.target.version.as_deref().unwrap_or("version unknown");
                let text = format!("{} ({version}), {}", prepared.target.spec, prepared.runtime.detail);
                self.routine(&mut page, 0, "→", &sanitize::line(&text));
            }
            Event::OnBase { suite } => {
                page.item(0, "", &format!("{} on the base: {}", suite.id, Tally::of_checks(&suite.checks).counts()));
                self.enter("");
            }
            Event::Output { .. }
            | Event::Fact { .. }
            | Event::Capability { .. }
            | Event::Measured { .. }
            | Event::Compared { .. } => {}
        }
        page.into_text()
    }

    /// Where the run stands, in one line.
    pub(in crate::report) fn standing(&self) -> String {
        let suite =
            self.suite.as_ref().map(|suite| format!("{suite}, {} of {} checks done", self.checks.len(), self.planned));
        let units = self.units.map(|(done, total)| format!(" {done}/{total}")).unwrap_or_default();
        let step = (!self.step.is_empty()).then(|| format!("{}{units}", self.step));
        let parts: Vec<String> = suite.into_iter().chain(step).collect();
        sanitize::line(&if parts.is_empty() { "getting ready".to_owned() } else { parts.join(", ") })
    }

    /// How far the present step has come, or else the present suite, in units done and in all; none when neither is known.
    pub(in crate::report) fn position(&self) -> Option<(u64, u64)> {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let checks = self.suite.as_ref().map(|_| (count(self.checks.len()), count(self.planned)));
        self.units.or(checks).filter(|(_, total)| *total > 0)
    }

    fn begin(&mut self, suite: SuiteId, planned: usize) {
        self.suite = Some(suite);
        self.planned = planned;
        self.checks.clear();
        self.enter("");
    }

    fn enter(&mut self, step: &str) {
        step.clone_into(&mut self.step);
        self.units = None;
    }

    fn check(&mut self, page: &mut Page, check: &CheckRecord) {
        let name = check.id.name();
        match &check.outcome {
            Outcome::Passed => {
                self.routine(page, 2, "✓", &format!("{name} ({})", format::duration(check.duration_ns)));
            }
            Outcome::Skipped { reason } => {
                self.routine(page, 2, "-", &format!("{name}: skipped: {}", sanitize::line(reason)));
            }
            Outcome::Known(known) => {
                self.routine(page, 2, "~", &format!("{name}: known: {}", sanitize::line(&known.reason)));
            }
            Outcome::Inconclusive { reason } => {
                page.item(2, "?", &format!("{name}: inconclusive: {}", sanitize::line(reason)));
            }
            Outcome::Failed(failure) => {
                page.item(
                    2,
                    "✗",
                    &format!("{name}: {} ({})", sanitize::line(&failure.message), check.severity().words()),
                );
            }
            Outcome::NotJudged(fault) => {
                page.item(2, "!", &format!("{name}: not judged: {}", sanitize::line(&fault.message)));
            }
        }
        self.checks.push(check.clone());
        self.enter("");
    }

    /// A line that a bar makes unnecessary, unless everything was asked for.
    fn routine(&self, page: &mut Page, indent: usize, lead: &str, text: &str) {
        if !self.bar || self.verbosity == Verbosity::Verbose {
            page.item(indent, lead, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_standing_follows_the_step_and_forgets_it_with_the_check() {
        let suite = fixture::clean().suites.remove(0);
        let mut progress = Progress::new(Verbosity::Normal, true);
        assert_eq!((progress.standing().as_str(), progress.position()), ("getting ready", None));
        let checks = suite.checks.len();
        progress.lines(&Event::SuiteStarted {
            suite: suite.id.clone(),
            at: time::OffsetDateTime::UNIX_EPOCH,
            storage: suite.storage,
            title: suite.title,
            checks,
        });
        assert_eq!(progress.position(), Some((0, 2)));
        progress.lines(&Event::Progress { step: "upload", done: 40, total: 100 });
        assert_eq!(progress.standing(), "bench/local, 0 of 2 checks done, upload 40/100");
        assert_eq!(progress.position(), Some((40, 100)));
        progress.lines(&Event::CheckFinished { check: Box::new(suite.checks[0].clone()) });
        assert_eq!(progress.standing(), "bench/local, 1 of 2 checks done");
        progress.lines(&Event::SuiteFinished { suite: suite.id, end: Box::default() });
        assert_eq!((progress.standing().as_str(), progress.position()), ("getting ready", None));
    }
}
