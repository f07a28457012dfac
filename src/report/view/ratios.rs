//! A comparison with a base in rows, for every report that has a table of it.
//!
//! Deliberately absent: layout.

use crate::record::{Against, Decision, Direction, TargetIdentity, ThroughputComparison, ThroughputResult, percent};

/// One metric as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Row {
    /// `✓`, `✗`, `?` for one that decides; blank for one that informs.
    pub(in crate::report) glyph: char,
    /// Name of the metric.
    pub(in crate::report) metric: String,
    /// The candidate's quantity as a multiple of the base's.
    pub(in crate::report) ratio: String,
    /// The exact interval.
    pub(in crate::report) interval: String,
    /// The decision, the drop that it is about, and after how many blocks.
    pub(in crate::report) decision: String,
    /// The smallest drop that would have been found.
    pub(in crate::report) detectable: String,
}

/// What the head of every table says.
pub(in crate::report) const HEAD: [&str; 5] = ["metric", "ratio", "interval", "decision", "finds a drop of"];

impl Row {
    fn of(result: &ThroughputResult) -> Self {
        let blocks = format!("after {} blocks", result.blocks);
        let decides = !result.metric.contains('.') && result.direction == Direction::Higher;
        let over = result.tolerated();
        let (glyph, decision) = match result.decision {
            Some(Decision::Pass) => ('✓', format!("no drop over {over}, {blocks}")),
            Some(Decision::Fail) => ('✗', format!("drop over {over}, {blocks}")),
            Some(Decision::Inconclusive) => ('?', format!("undecided at {over}, {blocks}")),
            None if decides => ('!', format!("broken off, {blocks}")),
            None => (' ', "informs".to_owned()),
        };
        let thousandths = |ppm: u64| format!("{}.{:03}", (ppm + 500) / 1_000_000, (ppm + 500) / 1000 % 1000);
        let interval = match (result.lower_ppm, result.upper_ppm) {
            (Some(lower), Some(upper)) => format!("{} - {}", thousandths(lower), thousandths(upper)),
            _ => "too few blocks".to_owned(),
        };
        Self {
            glyph,
            metric: result.metric.clone(),
            ratio: thousandths(result.ratio_ppm),
            interval,
            decision,
            detectable: result.detectable_drop_ppm.map_or_else(|| "-".to_owned(), percent),
        }
    }
}

/// All metrics of a comparison, those that decide first.
pub(in crate::report) fn rows(comparison: &ThroughputComparison) -> Vec<Row> {
    comparison.results.iter().map(Row::of).collect()
}

/// Those that decide.
pub(in crate::report) fn deciding(comparison: &ThroughputComparison) -> Vec<Row> {
    rows(comparison).into_iter().filter(|row| row.glyph != ' ').collect()
}

/// What the target was compared with: `pypi:0.2.0 (0.2.0)`, `git:main (0.2.0, commit 0a1b2c3)`.
pub(in crate::report) fn base(against: &Against) -> String {
    let TargetIdentity { spec, version, commit, .. } = &against.base;
    let commit = commit.as_ref().filter(|commit| !spec.contains(commit.as_str()));
    let commit = commit.map(|commit| format!(", commit {}", commit.get(..7).unwrap_or(commit))).unwrap_or_default();
    format!("{spec} ({}{commit})", version.as_deref().unwrap_or("version unknown"))
}

/// What the numbers mean, in a sentence.
pub(in crate::report) fn explanation(comparison: &ThroughputComparison) -> String {
    let procedure = &comparison.procedure;
    format!(
        "A ratio is the target's quantity over the base's: of throughput, where less is worse; of cpu and memory, where more is worse. \
         A drop of {} is tolerated, or of more where the machine was calibrated to more; one as large as that fails in at most {} of 100 runs.",
        percent(procedure.tolerance_ppm),
        procedure.alpha_ppm / 10_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_row_says_what_was_decided_and_what_only_informs() {
        let record = fixture::compared();
        let shown: Vec<_> = rows(&record.against.as_ref().unwrap().throughput[0])
            .into_iter()
            .map(|row| {
                format!(
                    "{}|{}|{}|{}|{}|{}",
                    row.glyph, row.metric, row.ratio, row.interval, row.decision, row.detectable
                )
            })
            .collect();
        let expected = [
            "✗|put|0.884|0.871 - 0.902|drop over 5%, after 10 blocks|6.9%",
            "✓|get|1.002|0.981 - 1.024|no drop over 5%, after 15 blocks|8.1%",
            "?|head|0.961|0.931 - 0.999|undecided at 5%, after 30 blocks|9%",
            " |put.cpu|1.110|too few blocks|informs|-",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_verdict_by_the_floor_of_a_machine_says_so() {
        let of = |floor_ppm, tolerance_ppm| {
            let mut record = fixture::compared();
            let result = &mut record.against.as_mut().unwrap().throughput[0].results[1];
            (result.floor_ppm, result.tolerance_ppm) = (floor_ppm, tolerance_ppm);
            Row::of(result).decision
        };
        assert_eq!(of(Some(120_000), 120_000), "no drop over 12% (calibrated), after 15 blocks");
        assert_eq!(of(Some(20_000), 50_000), "no drop over 5%, after 15 blocks");
    }
}
