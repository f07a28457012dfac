//! Speed: a bar for each transfer, and a strip for each operation and size class.

use maud::{Markup, html};

use super::strip::{self, Scale, percent};
use crate::record::{Metric, RunRecord, SuiteRecord, Unit};
use crate::report::plain::{format, sanitize};
use crate::report::view::{
    rating::Rating,
    words::{is_latency, latency_label},
};

pub(super) fn figures(record: &RunRecord) -> Markup {
    let rates: Vec<_> =
        record.suites.iter().flat_map(|suite| transfers(suite).map(move |metric| (suite, metric))).collect();
    let measured: Vec<&SuiteRecord> = record.suites.iter().filter(|suite| latencies(suite).next().is_some()).collect();
    html! {
        @if !rates.is_empty() {
            section {
                h2 { "Throughput" }
                div.card { (bars(&rates)) (yardstick(record)) }
            }
        }
        @if !measured.is_empty() {
            section {
                h2 { "Latency of each request" }
                p.small.soft {
                    "The stroke is the median, the band reaches to the 90th percentile and its faint end to the 99th, the line from the "
                    "fastest to the slowest request. Where there are few, each is a dot. The scale is logarithmic."
                }
                @for suite in measured { (distributions(suite)) }
            }
        }
    }
}

/// Upload and download, in bytes per second.
fn transfers(suite: &SuiteRecord) -> impl Iterator<Item = &Metric> {
    let transfer = |metric: &&Metric| metric.unit == Unit::BytesPerSecond && !metric.name.starts_with("local-copy.");
    suite.metrics.iter().filter(transfer)
}

fn bars(rates: &[(&SuiteRecord, &Metric)]) -> Markup {
    let most = rates.iter().map(|(_, metric)| metric.median).max().unwrap_or(1).max(1);
    html! {
        div.chart {
            @for (suite, metric) in rates {
                span.name { (sanitize::line(suite.id.as_str())) " " b { (operation(&metric.name)) } }
                svg.wide role="img" aria-label=(format::bytes_per_second(metric.median)) {
                    rect.bar x="0" y="20%" height="60%" rx="3" width=(percent(share(metric.median, most))) {}
                }
                span.figure {
                    b { (format::bytes_per_second(metric.median)) }
                    span.soft.small { " " (Rating::of(metric.median).words()) (operations(suite, metric)) }
                }
            }
        }
    }
}

fn operation(name: &str) -> String {
    sanitize::line(name.trim_end_matches(".throughput"))
}

/// The requests per second beside a transfer, where they were measured.
fn operations(suite: &SuiteRecord, transfer: &Metric) -> String {
    let name = transfer.name.replace(".throughput", ".rate");
    let rate = suite.metrics.iter().find(|metric| metric.name == name && metric.unit == Unit::OperationsPerSecond);
    rate.map(|metric| format!(", {}", format::quantity(metric.median, metric.unit))).unwrap_or_default()
}

/// What the machine itself can do, and what the words beside the bars are.
fn yardstick(record: &RunRecord) -> Markup {
    let copies = record.suites.iter().flat_map(|suite| &suite.metrics);
    let copy = copies.filter(|metric| metric.name == "local-copy.throughput").map(|metric| metric.median).max();
    html! {
        p.small.soft {
            @if let Some(copy) = copy { "A local copy of the same files reaches " (format::bytes_per_second(copy)) ". " }
            "The words are pys3local's own bands, over 50 MB/s excellent, 20 to 50 good, 10 to 20 acceptable; they are remarks and fail no run."
        }
    }
}

fn latencies(suite: &SuiteRecord) -> impl Iterator<Item = &Metric> {
    suite.metrics.iter().filter(|metric| is_latency(metric))
}

fn distributions(suite: &SuiteRecord) -> Markup {
    let metrics: Vec<&Metric> = latencies(suite).collect();
    let Some(scale) = Scale::around(&metrics) else { return html! {} };
    html! {
        div.card {
            h3 { (sanitize::line(suite.id.as_str())) }
            div.chart {
                @for metric in &metrics {
                    span.name { (sanitize::line(&latency_label(&metric.name))) span.soft.small { " of " (metric.n) } }
                    span.wide { (strip::draw(metric, scale, &spoken(metric))) }
                    span.figure { (format::duration(metric.median)) }
                }
                span.name {}
                div.axis.wide {
                    @for (value, place) in scale.ticks() { span style={ "left:" (percent(place)) } { (tick(value)) } }
                }
                span.figure {}
            }
        }
    }
}

/// A whole decade without the decimals that it does not need.
fn tick(nanoseconds: u64) -> String {
    format::duration(nanoseconds).replacen(".00", "", 1)
}

/// The strip for those who cannot see it.
fn spoken(metric: &Metric) -> String {
    let tail = [("p90", metric.p90), ("p99", metric.p99), ("p99.9", metric.p999)]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!(", {name} {}", format::duration(value))))
        .collect::<String>();
    let (min, median, max) =
        (format::duration(metric.min), format::duration(metric.median), format::duration(metric.max));
    format!("median {median}, {min} to {max}{tail}")
}

#[expect(clippy::cast_precision_loss, reason = "a length on the screen needs no more digits than a float has")]
fn share(value: u64, most: u64) -> f64 {
    value as f64 / most as f64 * 100.0
}
