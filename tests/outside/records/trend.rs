//! How metrics moved: `s3ci trend`, and the programs that read a history.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use s3ci::record::RunRecord;

use crate::command::{s3ci, stderr, stdout};
use crate::sample::throughput::against;
use crate::sample::{START, record, written};

const COMMITS: usize = 200;
/// What a real comparison has beside these.
const OTHERS: [&str; 18] = [
    "head",
    "delete",
    "put.small",
    "put.medium",
    "put.large",
    "get.small",
    "get.medium",
    "get.large",
    "put.total",
    "put.cpu",
    "get.total",
    "get.cpu",
    "head.total",
    "head.cpu",
    "list.total",
    "list.cpu",
    "delete.total",
    "memory",
];
/// A release build is to draw them in 2 s; this one is not optimised, and may have company.
const BOUND: Duration = Duration::from_secs(30);

/// A level with noise around it of about a hundredth, in millionths.
fn noisy(random: &mut ChaCha8Rng, level: f64) -> u64 {
    let noise: f64 = (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
    format!("{:.0}", level * (1.0 + 0.01 * noise) * 1e6).parse().unwrap()
}

/// Uploads lose 5% at commit 80 and get 4% back at 150; downloads never change; one listing was off.
fn run(number: usize, random: &mut ChaCha8Rng) -> RunRecord {
    let put = if number < 80 {
        1.0
    } else if number < 150 {
        0.95
    } else {
        0.99
    };
    let list = if number == 120 { 0.6 } else { 1.0 };
    let mut ratios = vec![("put", noisy(random, put)), ("get", noisy(random, 1.0)), ("list", noisy(random, list))];
    ratios.extend(OTHERS.map(|name| (name, noisy(random, 1.0))));
    let mut record = against(record(&format!("run{number:03}")), "0.2.1", &ratios);
    record.started_at = START + time::Duration::hours(i64::try_from(number).unwrap());
    for metric in &mut record.suites[0].metrics {
        metric.median = noisy(random, 24.0);
    }
    record
}

fn add(folder: &Path, record: &RunRecord, commit: &str) {
    let record = written(folder, "metrics.json", record);
    let mut command = s3ci();
    command.current_dir(folder).args(["history", "add"]).arg(record);
    let output = command.args(["--to", "history.jsonl", "--commit", commit]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn two_hundred_commits_have_the_change_points_that_were_put_into_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for number in 0..COMMITS {
        add(folder.path(), &run(number, &mut random), &format!("c{number:03}"));
    }
    let page = folder.path().join("trend.html");
    let started = std::time::Instant::now();
    let output = s3ci()
        .current_dir(folder.path())
        .args(["trend", "--from", "history.jsonl", "--html"])
        .arg(&page)
        .output()
        .unwrap();
    let taken = started.elapsed();
    println!("{COMMITS} commits took {taken:?}");
    assert!(taken < BOUND, "{taken:?}");
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.ends_with(&format!("\nHTML page: {}\n", page.display())), "{text}");
    let block: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Change points")).skip(1).collect();
    let named: Vec<&str> = block.iter().take_while(|line| !line.is_empty()).copied().collect();
    let places: Vec<&str> =
        named.iter().filter(|line| line.starts_with("  ! ") || line.starts_with("  ✓ ")).copied().collect();
    assert_eq!(
        places,
        [
            "  ✓ c150 (0.2.1): throughput/local put, ratio to the reference",
            "  ✓ c150 (0.2.1): throughput/local put, figure of this kind of machine",
            "  ! c080 (0.2.1): throughput/local put, ratio to the reference",
            "  ! c080 (0.2.1): throughput/local put, figure of this kind of machine",
        ],
        "{text}"
    );
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
    for forbidden in ["<script", "<link", "<img", "http://", "https://", "url("] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    // For a look at it by hand.
    if let Some(kept) = std::env::var_os("TREND_PAGE") {
        std::fs::copy(&page, kept).unwrap();
    }
}

#[test]
fn another_reference_starts_another_series() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(6);
    for number in 0..40 {
        // The same speed, measured against something slower from the middle on.
        let (reference, level) = if number < 20 { ("0.2.0", 0.9) } else { ("0.2.1", 1.1) };
        let ratio = noisy(&mut random, level);
        let mut record = against(record(&format!("run{number}")), reference, &[("put", ratio)]);
        record.against.as_mut().unwrap().throughput[0].blocks.clear();
        record.started_at = START + time::Duration::hours(number);
        add(folder.path(), &record, &format!("c{number}"));
    }
    let output = s3ci().current_dir(folder.path()).args(["trend", "--from", "history.jsonl"]).output().unwrap();
    assert!(stdout(&output).contains("No change points."), "{}", stdout(&output));
}

#[test]
fn an_empty_history_is_said_to_be_empty() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("history.jsonl"), "").unwrap();
    let output = s3ci()
        .current_dir(folder.path())
        .args(["trend", "--from", "history.jsonl", "--html", "trend.html"])
        .output()
        .unwrap();
    let mut all = stdout(&output);
    write!(all, "{}", std::fs::read_to_string(folder.path().join("trend.html")).unwrap()).unwrap();
    assert!(output.status.success() && all.contains("the history is empty") && all.contains("The history is empty"));
    let few = "too few runs for a trend: 0; change points need at least 11";
    let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(all.matches(few).count(), 2, "{all}");
}

#[test]
fn one_run_is_too_little_for_a_trend() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &record("run"), "c1");
    let output = s3ci()
        .current_dir(folder.path())
        .args(["trend", "--from", "history.jsonl", "--html", "trend.html"])
        .output()
        .unwrap();
    let few = "too few runs for a trend: 1; change points need at least 11";
    assert!(stdout(&output).contains(&format!("No change points: {few}.")), "{}", stdout(&output));
    assert!(std::fs::read_to_string(folder.path().join("trend.html")).unwrap().contains(few));
}

#[test]
fn a_history_that_is_not_there_is_no_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Command::new("git").arg("init").arg("--quiet").arg(folder.path()).status().unwrap();
    assert!(repository.success());
    for place in ["nowhere.jsonl", "git:nowhere"] {
        for command in [&["trend"][..], &["history", "show"]] {
            let output = s3ci().current_dir(folder.path()).args(command).args(["--from", place]).output().unwrap();
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{place}: {said}");
            assert!(said.contains("nowhere") && said.contains("hint:"), "{said}");
        }
    }
}
