//! What is done with the records of runs that are over: comparing them, from outside.

#[cfg(test)]
mod records_support;

#[cfg(test)]
mod comparing {
    use crate::records_support::gate::against;
    use crate::records_support::{record, red, s3ci, stderr, stdout, written};
    use s3ci::model::RunRecord;

    fn compared(from: &RunRecord, to: &RunRecord, more: &[&str]) -> (Option<i32>, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (written(folder.path(), "a.json", from), written(folder.path(), "b.json", to));
        let output = s3ci().arg("compare").args([from, to]).args(more).output().unwrap();
        (output.status.code(), stdout(&output), stderr(&output))
    }

    #[test]
    fn a_regression_is_one_and_a_mended_check_is_none() {
        let (code, text, _) = compared(&record("a"), &red("content-changed"), &[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.starts_with("✗ 1 REGRESSION") && text.contains("bench/local::content-survives"), "{text}");
        assert_eq!(compared(&red("content-changed"), &record("b"), &[]).0, Some(0));
        assert_eq!(compared(&red("content-changed"), &red("content-changed"), &[]).0, Some(0));
    }

    #[test]
    fn being_slower_has_a_code_of_its_own() {
        assert_eq!(compared(&record("a"), &red("throughput-drop"), &[]).0, Some(3));
    }

    #[test]
    fn throughput_is_compared_through_the_base_that_both_runs_had() {
        let of = |reference: &str, put: u64| against(record("a"), reference, &[("put", put), ("get", 1_000_000)]);
        let (code, text, _) = compared(&of("0.2.0", 1_000_000), &of("0.2.0", 900_000), &[]);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.starts_with("✗ 1 REGRESSION") && text.contains("✗ put: 90% of the baseline"), "{text}");
        assert!(text.contains("✓ get: 100% of the baseline"), "{text}");
        // Both lag behind the base, and neither behind the other.
        let (code, text, _) = compared(&of("0.2.0", 600_000), &of("0.2.0", 600_000), &[]);
        assert!(code == Some(0) && text.contains("✓ put: 100% of the baseline"), "{text}");
        let (code, text, _) = compared(&of("0.2.0", 1_000_000), &of("0.1.0", 500_000), &[]);
        assert!(
            code == Some(0) && text.contains("cannot be compared: the baseline was compared with another base"),
            "{text}"
        );
        let (code, text, _) = compared(&record("a"), &of("0.2.0", 500_000), &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (code, &json["throughput"][0]["found"]),
            (Some(0), &"the baseline compared nothing with a base".into())
        );
    }

    #[test]
    fn a_program_reads_json() {
        let (code, text, _) = compared(&record("a"), &red("content-changed"), &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &json["regressions"]), (Some(1), &1.into()));
    }

    #[test]
    fn what_cannot_be_compared_is_refused_with_the_reason() {
        let mut other = record("b");
        other.suites[0].cases.clear();
        let (code, _, said) = compared(&record("a"), &other, &[]);
        assert_eq!(code, Some(2));
        assert!(said.contains("no case in common") && said.contains("hint:"), "{said}");
        let output = s3ci().args(["compare", "/nowhere/a.json", "/nowhere/b.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("/nowhere/a.json"));
    }
}

#[cfg(test)]
mod keeping {
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};

    use s3ci::history::Store;

    use crate::records_support::{record, s3ci, stderr, stdout, written};

    const PROCESSES: usize = 8;

    fn git(directory: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
            command.env_remove(name);
        }
        let output = command.arg("-C").arg(directory).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn repository(directory: &Path, arguments: &[&str]) {
        std::fs::create_dir_all(directory).unwrap();
        git(directory, &[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
    }

    fn adding(record: &Path, to: &str, commit: &str) -> Child {
        let mut command = s3ci();
        // Nobody: as on many a machine of a CI service.
        command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("EMAIL", "");
        command.args(["history", "add"]).arg(record).args(["--to", to, "--commit", commit]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Eight processes add a run each to places that are one history, at the same time; then once more.
    fn together(places: &[String]) {
        let folder = tempfile::tempdir().unwrap();
        let records: Vec<PathBuf> = (0..PROCESSES)
            .map(|number| written(folder.path(), &format!("{number}.json"), &record(&format!("run{number}"))))
            .collect();
        for words in ["added to", "was there before in"] {
            let children: Vec<Child> = records
                .iter()
                .zip(places.iter().cycle())
                .enumerate()
                .map(|(number, (record, place))| adding(record, place, &format!("commit{number}")))
                .collect();
            for child in children {
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "{}", stderr(&output));
                let said = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(said.contains(words), "{said}");
            }
            for place in places {
                let history = Store::parse(place).unwrap().read().unwrap();
                let mut runs: Vec<String> = history.entries.iter().map(|entry| entry.run_id.clone()).collect();
                runs.sort();
                assert_eq!(runs, (0..PROCESSES).map(|number| format!("run{number}")).collect::<Vec<_>>());
                assert_eq!(history.broken, Vec::<usize>::new());
            }
        }
    }

    #[test]
    fn eight_processes_lose_nothing_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        together(&[folder.path().join("history.jsonl").display().to_string()]);
    }

    #[test]
    fn eight_processes_lose_nothing_in_a_branch_of_a_repository_without_a_remote() {
        let folder = tempfile::tempdir().unwrap();
        repository(folder.path(), &[]);
        together(&[format!("git:s3ci-history@{}", folder.path().display())]);
        assert_eq!(git(folder.path(), &["rev-list", "--count", "s3ci-history"]).trim(), "8");
    }

    #[test]
    fn eight_processes_of_four_clones_lose_nothing_in_a_branch_of_their_remote() {
        let folder = tempfile::tempdir().unwrap();
        let remote = folder.path().join("remote.git");
        repository(&remote, &["--bare"]);
        let clones = ["a", "b", "c", "d"].map(|name| {
            let clone = folder.path().join(name);
            repository(&clone, &[]);
            git(&clone, &["remote", "add", "origin", remote.to_str().unwrap()]);
            format!("git:s3ci-history@{}", clone.display())
        });
        together(&clones);
        assert_eq!(git(&remote, &["rev-list", "--count", "s3ci-history"]).trim(), "8");
        assert_eq!(git(&remote, &["ls-tree", "--name-only", "s3ci-history"]).trim(), "history.jsonl");
        let leftovers = git(&folder.path().join("a"), &["for-each-ref", "refs/s3ci", "refs/heads"]);
        assert_eq!(leftovers, "", "the clones' own branches are left alone");
    }

    #[test]
    fn what_else_is_in_the_branch_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        repository(path, &[]);
        std::fs::write(path.join("README"), "ours\n").unwrap();
        git(path, &["add", "README"]);
        git(path, &["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "one"]);
        git(path, &["branch", "kept"]);
        let record = written(path, "a.json", &record("one"));
        let added = adding(&record, &format!("git:kept@{}", path.display()), "HEAD").wait_with_output().unwrap();
        assert!(added.status.success(), "{}", stderr(&added));
        assert_eq!(git(path, &["show", "kept:README"]), "ours\n");
        let history = Store::parse(&format!("git:kept@{}", path.display())).unwrap().read().unwrap();
        assert_eq!(history.entries[0].commit, git(path, &["rev-parse", "main"]).trim(), "HEAD is named as what it is");
        let refused = adding(&record, &format!("git:main@{}", path.display()), "HEAD").wait_with_output().unwrap();
        assert_eq!(refused.status.code(), Some(4));
        assert!(stderr(&refused).contains("checked out") && stderr(&refused).contains("hint:"), "{}", stderr(&refused));
    }

    #[test]
    #[cfg(unix)]
    fn a_remote_that_refuses_is_told_from_one_that_others_were_faster_at() {
        let folder = tempfile::tempdir().unwrap();
        let (remote, clone) = (folder.path().join("remote.git"), folder.path().join("clone"));
        repository(&remote, &["--bare"]);
        repository(&clone, &[]);
        git(&clone, &["remote", "add", "origin", remote.to_str().unwrap()]);
        let hook = remote.join("hooks/pre-receive");
        std::fs::create_dir_all(remote.join("hooks")).unwrap();
        std::fs::write(&hook, "#!/bin/sh\necho this branch is protected\nexit 1\n").unwrap();
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let record = written(folder.path(), "a.json", &record("one"));
        let to = format!("git:kept@{}", clone.display());
        let refused = adding(&record, &to, "one").wait_with_output().unwrap();
        assert_eq!(refused.status.code(), Some(4));
        assert!(stderr(&refused).contains("declined"), "{}", stderr(&refused));
        std::fs::remove_dir_all(&remote).unwrap();
        let gone = adding(&record, &to, "one").wait_with_output().unwrap();
        assert_eq!(gone.status.code(), Some(4));
        assert!(stderr(&gone).contains("ls-remote"), "{}", stderr(&gone));
    }

    #[test]
    fn a_line_that_was_cut_off_is_named_and_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.jsonl");
        let record = written(folder.path(), "a.json", &record("one"));
        let to = history.display().to_string();
        std::fs::write(&history, "{\"format\":1,\"commit\":\"ab").unwrap();
        assert!(adding(&record, &to, "one").wait().unwrap().success());
        let shown = s3ci().args(["history", "show", "--from", &to]).output().unwrap();
        let text = stdout(&shown);
        assert!(text.contains("one") && text.contains("line 1 is not"), "{text}");
        let json = s3ci().args(["history", "show", "--from", &to, "--format", "json"]).output().unwrap();
        assert_eq!(stdout(&json).lines().count(), 1);
    }

    #[test]
    fn bad_places_are_refused_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let record = written(folder.path(), "a.json", &record("one"));
        let nowhere = folder.path().join("missing/history.jsonl").display().to_string();
        let outside = format!("git:kept@{}", folder.path().display());
        for (to, code) in [("git:a..b", 2), (nowhere.as_str(), 5), (outside.as_str(), 4)] {
            let output = adding(&record, to, "one").wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{to}: {}", stderr(&output));
            assert!(stderr(&output).contains("hint:"), "{to}: {}", stderr(&output));
        }
    }
}

#[cfg(test)]
mod trend {
    use std::fmt::Write;
    use std::path::Path;

    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use s3ci::model::RunRecord;

    use crate::records_support::gate::against;
    use crate::records_support::{START, record, s3ci, stderr, stdout, written};

    const COMMITS: usize = 200;

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
        let ratios = [("put", noisy(random, put)), ("get", noisy(random, 1.0)), ("list", noisy(random, list))];
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
        println!("{COMMITS} commits took {:?}", started.elapsed());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = stdout(&output);
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
            record.gate.as_mut().unwrap().throughput[0].blocks.clear();
            record.started_at = START + time::Duration::hours(number);
            add(folder.path(), &record, &format!("c{number}"));
        }
        let output = s3ci().current_dir(folder.path()).args(["trend", "--from", "history.jsonl"]).output().unwrap();
        assert!(stdout(&output).contains("No change points."), "{}", stdout(&output));
    }

    #[test]
    fn an_empty_history_is_said_to_be_empty() {
        let folder = tempfile::tempdir().unwrap();
        let output = s3ci()
            .current_dir(folder.path())
            .args(["trend", "--from", "history.jsonl", "--html", "trend.html"])
            .output()
            .unwrap();
        let mut all = stdout(&output);
        write!(all, "{}", std::fs::read_to_string(folder.path().join("trend.html")).unwrap()).unwrap();
        assert!(
            output.status.success() && all.contains("the history is empty") && all.contains("The history is empty")
        );
    }
}
