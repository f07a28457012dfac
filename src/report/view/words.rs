//! Words for what more than one report names: how the server was run, on which machine, how a metric is spread.
//!
//! Deliberately absent: layout, and the single numbers, which `format` has.

use crate::record::{HostFingerprint, LedgerIdentity, Metric, RuntimeIdentity, RuntimeKind, Unit};
use crate::report::plain::format;

/// Which ledger of known issues applied.
pub(in crate::report) fn ledger(ledger: Option<&LedgerIdentity>) -> String {
    ledger.map_or_else(
        || "no ledger".to_owned(),
        |ledger| {
            let checks = format::counted(usize::try_from(ledger.checks).unwrap_or(usize::MAX), "check");
            format!("{checks} in {} ({})", ledger.source, ledger.digest)
        },
    )
}

/// How the server was run; says so where it was not isolated.
pub(in crate::report) fn runtime(runtime: &RuntimeIdentity) -> String {
    let kind = match runtime.kind {
        RuntimeKind::Docker => "docker",
        RuntimeKind::Process => "process",
        RuntimeKind::Endpoint => "endpoint",
    };
    let isolation = if runtime.isolated { "" } else { ", not isolated" };
    format!("{kind}{isolation} ({})", runtime.detail)
}

/// The machine in one line.
pub(in crate::report) fn host(host: &HostFingerprint) -> String {
    let mut parts = vec![format!("{} {}", host.os, host.arch)];
    parts.extend(host.cpu_model.clone());
    parts.push(format!("{} CPU{}", host.cpus, if host.cpus == 1 { "" } else { "s" }));
    parts.extend(host.memory_bytes.map(|size| format!("{} memory", format::bytes(size))));
    parts.join(", ")
}

/// A metric in one line: its value, or its median with how it is spread.
pub(in crate::report) fn distribution(metric: &Metric) -> String {
    let show = |value| format::quantity(value, metric.unit);
    if metric.n <= 1 {
        return show(metric.median);
    }
    let percentiles = [("p90", metric.p90), ("p99", metric.p99), ("p99.9", metric.p999)]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!(", {name} {}", show(value))))
        .collect::<String>();
    let (median, min, max) = (show(metric.median), show(metric.min), show(metric.max));
    format!("{median} (median of {}; {min} to {max}{percentiles})", metric.n)
}

/// Whether a metric was taken of each request.
pub(in crate::report) fn is_latency(metric: &Metric) -> bool {
    metric.unit == Unit::Nanoseconds
        && metric.name.split('.').skip(1).any(|part| matches!(part, "latency" | "first-byte"))
}

/// `upload.latency.small` as `upload small`, `download.first-byte` as `download first byte`.
pub(in crate::report) fn latency_label(name: &str) -> String {
    let words = name.split('.').filter(|part| *part != "latency").map(|part| part.replace('-', " "));
    words.collect::<Vec<_>>().join(" ")
}
