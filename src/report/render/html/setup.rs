//! What was run, where, and the line that runs it again.

use maud::{Markup, html};

use crate::record::{Against, FailOn, ImageIdentity, RunRecord, percent};
use crate::report::plain::{format, sanitize};
use crate::report::view::{
    ratios,
    words::{host, ledger, runtime},
};

pub(super) fn reproduction(record: &RunRecord) -> Markup {
    html! {
        section {
            h2 { "To repeat this run" }
            pre { (sanitize::line(&command(record))) }
            p.small.soft { "All content follows from the seed; each run of a throughput comparison draws its own orders." }
        }
    }
}

/// The run's own command line: what the line of a check has before the check, and the suites that ran.
fn command(record: &RunRecord) -> String {
    let checks = || record.suites.iter().flat_map(|suite| &suite.checks);
    let base = checks().find_map(|check| check.repro.strip_suffix(check.id.as_str()).map(str::trim_end));
    let base =
        base.map_or_else(|| format!("s3ci run --target {} --seed {}", record.target.spec, record.seed), str::to_owned);
    let suites = record.suites.iter().map(|suite| suite.id.as_str());
    std::iter::once(base.as_str()).chain(suites).collect::<Vec<_>>().join(" ")
}

pub(super) fn configuration(record: &RunRecord) -> Markup {
    let settings = &record.settings;
    let target = &record.target;
    let sizes = format!("{} to {}", format::bytes(settings.min_size_bytes), format::bytes(settings.max_size_bytes));
    let rows = [
        ("Target", Some(target.spec.clone())),
        ("Version", target.version.clone()),
        ("Sources", target.source_digest.clone()),
        ("Image", target.image.as_ref().map(image)),
        ("Base image", target.image.as_ref().and_then(|image| image.base.clone())),
        ("Constraints", target.image.as_ref().and_then(|image| image.constraints_digest.clone())),
        ("Known issues", Some(ledger(record.ledger.as_ref()))),
        ("Runtime", Some(runtime(&record.runtime))),
        ("Host", Some(host(&record.host))),
        ("Seed", Some(record.seed.to_string())),
        ("Benchmark", Some(format!("{} files of {sizes} in {} subdirectories", settings.files, settings.subdirs))),
        ("Workers", Some(settings.workers.to_string())),
        ("Sync workflow", Some(format::counted(usize::try_from(settings.sync_files).unwrap_or(usize::MAX), "file"))),
        ("Deadline", Some(format!("{} for each request", format::duration(settings.timeout_ns)))),
        ("s3ci", Some(record.tool.version.clone())),
        ("Exit code", Some(record.exit_code.to_string())),
    ];
    html! {
        section {
            h2 { "Configuration" }
            dl.card {
                @for (name, value) in rows { @if let Some(value) = value { dt { (name) } dd { (sanitize::line(&value)) } } }
                @for (name, value) in record.against.iter().flat_map(comparison) { dt { (name) } dd { (sanitize::line(&value)) } }
                @for timing in &record.timings {
                    dt { "Time: " (sanitize::line(&timing.name)) } dd { (format::duration(timing.duration_ns)) }
                }
            }
        }
    }
}

fn image(image: &ImageIdentity) -> String {
    format!("{} ({})", image.tag, image.id)
}

/// How the target was compared, and what decided.
fn comparison(against: &Against) -> Vec<(&'static str, String)> {
    let mut rows = vec![("Compared with", ratios::base(against))];
    rows.extend(against.base.image.as_ref().map(|of_base| ("Image of the base", image(of_base))));
    for found in &against.throughput {
        rows.push(("Tolerance", format!("a drop of {}", percent(found.procedure.tolerance_ppm))));
        let floor = |metric: &str, floor: Option<u64>| floor.map(|floor| format!("{metric} {}", percent(floor)));
        let floors: Vec<String> =
            found.results.iter().filter_map(|result| floor(&result.metric, result.floor_ppm)).collect();
        let floors = if floors.is_empty() { "none".to_owned() } else { floors.join(", ") };
        rows.push(("Calibrated floors", floors));
        rows.push(("Procedure", found.procedure.in_words()));
    }
    let counts = match against.fail_on {
        FailOn::Any => "all that are not in the ledger",
        FailOn::New => "only those that do not fail on the base",
    };
    rows.push(("Failed checks that count", counts.to_owned()));
    let undecided = if against.inconclusive_fails { "fails the run" } else { "does not fail the run" };
    rows.push(("Undecided throughput", undecided.to_owned()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_comparison_tells_its_base_its_tolerance_and_what_the_machine_was_calibrated_to() {
        let mut record = fixture::compared();
        let shown = |record: &RunRecord| configuration(record).into_string();
        let page = shown(&record);
        for row in ["<dd>pypi:0.2.0 (0.2.0)</dd>", "<dd>a drop of 5%</dd>", "<dt>Calibrated floors</dt><dd>none</dd>"] {
            assert!(page.contains(row), "{row}: {page}");
        }
        assert!(page.contains("<dt>Image of the base</dt>"), "{page}");
        record.against.as_mut().unwrap().throughput[0].results[1].floor_ppm = Some(120_000);
        assert!(shown(&record).contains("<dt>Calibrated floors</dt><dd>get 12%</dd>"));
        assert!(!shown(&fixture::clean()).contains("Compared with"));
    }
}
