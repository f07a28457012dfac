//! A distribution as a strip on a logarithmic scale, which shows the median, the bulk and the tail.
//!
//! Places are percentages of the strip's width, so that it fits a phone and a wide screen without a script.

use maud::{Markup, html};

use crate::record::Metric;

/// The scale that several strips share: whole decades around all values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    lowest: u32,
    decades: u32,
}

impl Scale {
    /// The decades that hold every value; none where there is no value.
    pub(super) fn around(metrics: &[&Metric]) -> Option<Self> {
        let least = metrics.iter().map(|metric| metric.min).min()?;
        let most = metrics.iter().map(|metric| metric.max).max()?;
        let lowest = least.max(1).ilog10();
        let highest = most.max(1).ilog10() + 1;
        Some(Self { lowest, decades: highest - lowest })
    }

    /// The whole decades, ends included, each with its place in per cent.
    pub(super) fn ticks(self) -> impl Iterator<Item = (u64, f64)> {
        (0..=self.decades).map(move |step| {
            let value = 10_u64.saturating_pow(self.lowest + step);
            (value, f64::from(step) / f64::from(self.decades) * 100.0)
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a place on the screen needs no more digits than a float has")]
    fn place(self, value: u64) -> f64 {
        let decades = (value.max(1) as f64).log10() - f64::from(self.lowest);
        (decades / f64::from(self.decades) * 100.0).clamp(0.0, 100.0)
    }
}

/// Draws one distribution: from least to most a thin line, to the 90th percentile a band, to the 99th a fainter one, and the
/// median a stroke. Few samples are shown one by one instead.
pub(super) fn draw(metric: &Metric, scale: Scale, label: &str) -> Markup {
    let place = |value| percent(scale.place(value));
    let band = |from: u64, to: u64| percent((scale.place(to) - scale.place(from)).max(0.0));
    let dots = if metric.n > 1 { metric.samples.as_slice() } else { &[] };
    html! {
        svg role="img" aria-label=(label) {
            @for (_, tick) in scale.ticks() { line.rail x1=(percent(tick)) x2=(percent(tick)) y1="0" y2="100%" {} }
            line.whisker x1=(place(metric.min)) x2=(place(metric.max)) y1="50%" y2="50%" {}
            @if dots.is_empty() {
                @if let Some(p90) = metric.p90 {
                    rect.most x=(place(metric.min)) width=(band(metric.min, p90)) y="25%" height="50%" rx="2" {}
                    @if let Some(p99) = metric.p99 {
                        rect.rest x=(place(p90)) width=(band(p90, p99)) y="25%" height="50%" {}
                    }
                }
            }
            @for sample in dots { circle.dot cx=(place(*sample)) cy="50%" r="3.5" {} }
            line.middle x1=(place(metric.median)) x2=(place(metric.median)) y1="10%" y2="90%" {}
        }
    }
}

/// A place as SVG takes it.
pub(super) fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Direction, Unit};

    fn of(min: u64, max: u64) -> Metric {
        Metric { min, max, ..Metric::single("x", Unit::Nanoseconds, Direction::Lower, min) }
    }

    #[test]
    fn a_scale_spans_whole_decades() {
        let metric = of(1_900_000, 14_050_000);
        let scale = Scale::around(&[&metric]).unwrap();
        let ticks: Vec<_> = scale.ticks().collect();
        assert_eq!(ticks, [(1_000_000, 0.0), (10_000_000, 50.0), (100_000_000, 100.0)]);
        assert_eq!((percent(scale.place(10_000_000)), percent(scale.place(0))), ("50.00%".into(), "0.00%".into()));
        assert!(Scale::around(&[]).is_none());
    }

    #[test]
    fn one_value_and_the_greatest_have_a_scale_too() {
        for value in [0, 1, 10, u64::MAX] {
            let metric = of(value, value);
            let scale = Scale::around(&[&metric]).unwrap();
            assert!(scale.place(value).is_finite() && scale.ticks().count() == 2, "{value}");
        }
    }
}
