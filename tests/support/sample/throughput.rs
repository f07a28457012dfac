//! Comparisons with a reference, made by hand.

use s3ci::record::{
    Against, Arm, Decision, Direction, Estimator, FailOn, RunRecord, RuntimeIdentity, RuntimeKind, SuiteId,
    TargetIdentity, ThroughputBlock, ThroughputComparison, ThroughputPass, ThroughputProcedure, ThroughputResult,
};

/// A run against a reference release, with these ratios in millionths.
pub(crate) fn against(mut record: RunRecord, reference: &str, ratios: &[(&str, u64)]) -> RunRecord {
    record.against = Some(Against {
        base: TargetIdentity {
            spec: format!("pypi:{reference}"),
            version: Some(reference.to_owned()),
            commit: None,
            source_digest: None,
            image: None,
        },
        base_runtime: RuntimeIdentity { kind: RuntimeKind::Docker, isolated: true, detail: "Engine 28.1".to_owned() },
        throughput: vec![comparison(ratios)],
        verdicts: Vec::new(),
        fail_on: FailOn::Any,
        inconclusive_fails: false,
    });
    record
}

/// The logarithms of ten blocks around a ratio, as noisy as those of a quiet machine.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "ratios of tests are small")]
fn blocks(ratio: u64) -> Vec<i64> {
    let center = ((ratio as f64 / 1e6).ln() * 1e6) as i64;
    (0..10).map(|block| center + 6_000 * (block * 7 % 5 - 2)).collect()
}

fn is_operation(metric: &str) -> bool {
    ["put", "get", "head", "list", "delete"].contains(&metric)
}

fn comparison(ratios: &[(&str, u64)]) -> ThroughputComparison {
    let pass = |(operation, ratio): &(&str, u64)| ThroughputPass {
        operation: (*operation).to_owned(),
        order: "bc".repeat(50),
        base_ns: 400_000_000,
        candidate_ns: 400_000_000 * 1_000_000 / ratio,
        base_cpu_ns: None,
        candidate_cpu_ns: None,
    };
    let result = |(operation, ratio): &(&str, u64)| ThroughputResult {
        metric: (*operation).to_owned(),
        direction: Direction::Higher,
        estimator: Estimator::MedianOfRatios,
        decision: Some(if *ratio < 950_000 { Decision::Fail } else { Decision::Pass }),
        blocks: 10,
        ratio_ppm: *ratio,
        lower_ppm: Some(ratio - 12_000),
        upper_ppm: Some(ratio + 12_000),
        alpha_ppm: 2_500,
        tolerance_ppm: 50_000,
        floor_ppm: None,
        detectable_drop_ppm: Some(60_000),
        log_ratios_ppm: blocks(*ratio),
    };
    ThroughputComparison {
        suite: SuiteId::new("throughput/local"),
        procedure: ThroughputProcedure {
            version: 1,
            seed: 1,
            drawn_for: String::new(),
            objects: 100,
            min_size_bytes: 1024,
            max_size_bytes: 1 << 20,
            listings: 20,
            passes: ratios.iter().filter(|(name, _)| is_operation(name)).map(|(name, _)| (*name).to_owned()).collect(),
            looks: vec![10, 15, 20, 30],
            alpha_ppm: 50_000,
            alpha_per_look_ppm: 2_500,
            tolerance_ppm: 50_000,
        },
        blocks: vec![ThroughputBlock {
            number: 1,
            started_first: Arm::Base,
            duration_ns: 9_000_000_000,
            passes: ratios.iter().filter(|(name, _)| is_operation(name)).map(pass).collect(),
            base_memory_bytes: None,
            candidate_memory_bytes: None,
        }],
        results: ratios.iter().map(result).collect(),
    }
}
