//! The metrics of a suite, laid out under the names that people know from pys3local's own reports.
//!
//! Every metric is shown once: those with a place of their own there, the others in a block `Metrics`.

use crate::record::{Metric, SuiteRecord, Unit};
use crate::report::plain::{format, page::Page};
use crate::report::view::{
    rating::Rating,
    words::{distribution, is_latency, latency_label},
};

/// The metrics that have not been shown yet.
pub(super) struct Measures<'a>(Vec<&'a Metric>);

impl<'a> Measures<'a> {
    /// All metrics of a suite.
    pub(super) fn of(suite: &'a SuiteRecord) -> Self {
        Self(suite.metrics.iter().collect())
    }

    /// How much was stored and fetched.
    pub(super) fn test_data(&mut self, page: &mut Page) {
        let files = self.take("test-data.files");
        let size = self.take("test-data.bytes");
        block(page, "Test Data", &[("Total files", files.map(value)), ("Total size", size.map(value))]);
    }

    /// How long it took, and what the server needed for it.
    pub(super) fn performance(&mut self, page: &mut Page) {
        let times = ["bucket-create.time", "upload.time", "download.time"].map(|name| self.take(name));
        let total = times.iter().flatten().map(|metric| metric.median).fold(0, u64::saturating_add);
        let total = times.iter().any(Option::is_some).then(|| format::duration(total));
        let [create, upload, download] = times.map(|metric| metric.map(value));
        let rows = [
            ("Bucket create", create),
            ("Upload time", upload),
            ("Download time", download),
            ("Total time", total),
            ("Upload rate", self.rate("upload.throughput", "upload.rate")),
            ("Download rate", self.rate("download.throughput", "download.rate")),
            ("Local copy", self.local_copy()),
            ("Server CPU", self.server_cpu()),
            ("Server memory", self.take("server.memory.peak").map(|metric| format!("{} peak", value(metric)))),
        ];
        block(page, "Performance", &rows);
    }

    /// A table of what was measured for each request, in milliseconds.
    pub(super) fn latencies(&mut self, page: &mut Page) {
        let (latencies, others) = self.0.iter().copied().partition::<Vec<_>, _>(|metric| is_latency(metric));
        self.0 = others;
        if latencies.is_empty() {
            return;
        }
        page.block("Latency in milliseconds");
        page.row(&table_row("", ["n", "p50", "p90", "p99", "p99.9", "max"].map(str::to_owned)));
        for metric in latencies {
            let percentile = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), format::milliseconds);
            let cells = [
                metric.n.to_string(),
                format::milliseconds(metric.median),
                percentile(metric.p90),
                percentile(metric.p99),
                percentile(metric.p999),
                format::milliseconds(metric.max),
            ];
            page.row(&table_row(&latency_label(&metric.name), cells));
        }
    }

    /// Whatever has no place of its own.
    pub(super) fn others(&mut self, page: &mut Page) {
        if self.0.is_empty() {
            return;
        }
        page.block("Metrics");
        for metric in self.0.drain(..) {
            page.pair(&metric.name, &distribution(metric));
        }
    }

    /// A rate with its rating and the requests per second.
    fn rate(&mut self, throughput: &str, operations: &str) -> Option<String> {
        let throughput = self.take(throughput);
        let operations = self.take(operations).map(value);
        rate(throughput, operations)
    }

    fn local_copy(&mut self) -> Option<String> {
        let parts = [self.take("local-copy.throughput"), self.take("local-copy.time")];
        let shown: Vec<String> = parts.into_iter().flatten().map(value).collect();
        (!shown.is_empty()).then(|| format!("{}, the yardstick", shown.join(" in ")))
    }

    fn server_cpu(&mut self) -> Option<String> {
        let parts: Vec<String> = ["upload", "download"]
            .into_iter()
            .filter_map(|phase| {
                self.take(&format!("server.cpu.{phase}")).map(|metric| format!("{} {phase}", value(metric)))
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn take(&mut self, name: &str) -> Option<&'a Metric> {
        let position = self.0.iter().position(|metric| metric.name == name)?;
        Some(self.0.remove(position))
    }
}

fn block(page: &mut Page, name: &str, rows: &[(&str, Option<String>)]) {
    if rows.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    page.block(name);
    for (label, value) in rows {
        if let Some(value) = value {
            page.pair(label, value);
        }
    }
}

fn rate(throughput: Option<&Metric>, operations: Option<String>) -> Option<String> {
    let rated = throughput.map(|metric| match metric.unit {
        Unit::BytesPerSecond => format!("{} ({})", value(metric), Rating::of(metric.median).words()),
        _ => value(metric),
    });
    let shown: Vec<String> = rated.into_iter().chain(operations).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn value(metric: &Metric) -> String {
    format::quantity(metric.median, metric.unit)
}

fn table_row(label: &str, cells: [String; 6]) -> String {
    let [n, p50, p90, p99, p999, max] = cells;
    format!("  {label:<26}{n:>6}{p50:>9}{p90:>9}{p99:>9}{p999:>9}{max:>9}")
}
