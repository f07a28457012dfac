use std::process::Command;

use super::*;
use crate::server::Target;

const CI: Surroundings = Surroundings { is_ci: true, is_attended: false };
const SCRIPT: Surroundings = Surroundings { is_ci: false, is_attended: false };
const PERSON: Surroundings = Surroundings { is_ci: false, is_attended: true };
const CI_AT_A_TERMINAL: Surroundings = Surroundings { is_ci: true, is_attended: true };

/// A repository whose first commit has the first text of each file, and whose second commit, checked out, has the second.
fn checkout(files: &[(&str, Option<&str>, Option<&str>)]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(place.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        assert!(command.output().unwrap().status.success(), "git {arguments:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    for (number, message) in ["base", "head"].into_iter().enumerate() {
        for (name, base, head) in files {
            let path = place.path().join(name);
            match [base, head][number] {
                Some(text) => std::fs::write(path, text).unwrap(),
                None => drop(std::fs::remove_file(path)),
            }
        }
        git(&["add", "--all"]);
        git(&["commit", "-q", "--allow-empty", "-m", message]);
    }
    place
}

/// What is typed about a checkout: the target, and the commit before it as the base.
fn typed(place: &Path, has_base: bool) -> Settings {
    let repository = place.to_owned();
    let base = Target::Git { reference: "HEAD~1".to_owned(), repository };
    Settings { target: Some(Target::Path(place.to_owned())), against: has_base.then_some(base), ..Settings::default() }
}

/// The resulting number of benchmark files, and the notices.
fn read(flags: &Settings, place: &Path, surroundings: Surroundings) -> (Option<usize>, String) {
    let configured = configured(flags, place, surroundings).unwrap();
    (Settings::of(&configured.said).unwrap().files, configured.notices.join("\n"))
}

#[test]
fn a_person_at_a_terminal_has_the_file_of_their_checkout_and_is_told_what_it_changes() {
    let place = checkout(&[("s3ci.toml", None, Some("workers = 2\nfiles = 9\ntolerance = \"90%\"\n"))]);
    let (files, told) = read(&typed(place.path(), false), place.path(), PERSON);
    assert_eq!(files, Some(9));
    assert_eq!(told, "s3ci.toml is read: tolerance = 90%, files = 9, workers = 2", "what decides comes first");
}

#[test]
fn without_a_base_the_file_of_the_tree_under_test_is_not_read() {
    let place = checkout(&[("s3ci.toml", None, Some("files = 9\n"))]);
    for surroundings in [CI, SCRIPT, CI_AT_A_TERMINAL] {
        let (files, told) = read(&typed(place.path(), false), place.path(), surroundings);
        assert_eq!(files, None);
        assert!(told.starts_with("s3ci does not read s3ci.toml") && told.ends_with("--config s3ci.toml"), "{told}");
        let (files, told) = read(&typed(place.path(), true), place.path(), surroundings);
        assert!(files.is_none() && told.contains("the base has none"), "{told}");
    }
}

#[test]
fn with_a_base_it_is_the_bases_file_also_where_the_tree_has_removed_it_or_broken_it() {
    for (head, change) in [
        (Some("files = 9\n"), "it sets files = 9, which counts once it is merged"),
        (Some("files = 7\nfail-on = \"new\"\n"), "it sets fail-on = new, which"),
        (Some("seed = 3\n"), "it sets seed = 3 and removes files, which"),
        (Some("hunter2 = 9\n"), "it leaves one that cannot be read, which"),
        (None, "it removes it, which"),
    ] {
        let place = checkout(&[("s3ci.toml", Some("files = 7\n"), head)]);
        let (files, told) = read(&typed(place.path(), true), place.path(), CI);
        assert_eq!(files, Some(7), "{head:?}");
        assert!(told.contains("is read: files = 7") && told.contains(change) && !told.contains("hunter2"), "{told}");
    }
    let place = checkout(&[("s3ci.toml", Some("files = 7\n"), Some("files = 7\n"))]);
    let (_, told) = read(&typed(place.path(), true), place.path(), CI);
    assert_eq!(told.lines().count(), 1, "nothing changes: {told}");
}

#[test]
fn a_file_elsewhere_is_the_judges_unless_it_names_what_is_tested() {
    let (tree, judge) = (checkout(&[]), tempfile::tempdir().unwrap());
    std::fs::write(judge.path().join("s3ci.toml"), "files = 9\n").unwrap();
    assert_eq!(read(&typed(tree.path(), true), judge.path(), CI).0, Some(9));
    assert_eq!(read(&Settings::default(), judge.path(), CI).0, Some(9));
    std::fs::write(judge.path().join("s3ci.toml"), "files = 9\ntarget = \"pypi:0.2.0\"\n").unwrap();
    let (files, told) = read(&Settings::default(), judge.path(), CI);
    assert!(files.is_none() && told.contains("it names the target"), "{told}");
    assert_eq!(read(&Settings::default(), judge.path(), PERSON).0, Some(9));
}

#[test]
fn an_image_or_an_endpoint_may_come_from_the_repository_around_the_file() {
    let (place, judge) =
        (checkout(&[("s3ci.toml", Some("files = 9\n"), Some("files = 9\n"))]), tempfile::tempdir().unwrap());
    std::fs::write(judge.path().join("s3ci.toml"), "files = 9\n").unwrap();
    for target in [Target::Image("server".to_owned()), Target::Endpoint("http://127.0.0.1:9000".to_owned())] {
        let flags = Settings { target: Some(target), ..Settings::default() };
        assert_eq!(read(&flags, place.path(), CI).0, None);
        assert_eq!(read(&flags, place.path(), PERSON).0, Some(9));
        assert_eq!(read(&flags, judge.path(), CI).0, Some(9));
    }
    let release = Settings { target: Some(Target::Pypi("0.2.1".to_owned())), ..Settings::default() };
    assert_eq!(read(&release, place.path(), CI).0, Some(9), "a release comes from nowhere here");
}

#[test]
fn a_file_that_was_named_is_read_wherever_it_is() {
    let place = checkout(&[("s3ci.toml", None, Some("files = 9\n"))]);
    let flags = Settings { config: Some(place.path().join("s3ci.toml")), ..typed(place.path(), false) };
    assert_eq!(read(&flags, place.path(), CI), (Some(9), String::new()));
}

/// The configuration of a checkout whose ledger is named, and more.
fn distrust(settings: &Settings, surroundings: Surroundings) -> Result<Config, ConfigError> {
    distrusted(super::super::resolve::resolve(settings)?, surroundings)
}

#[test]
fn a_ledger_of_the_tree_under_test_stands_beside_that_of_its_base() {
    let place = checkout(&[("mine.toml", Some("# base\n"), Some("# head\n"))]);
    let path = place.path().join("mine.toml");
    let chosen = |has_base, surroundings| {
        let settings = Settings { known_issues: Some(path.clone()), ..typed(place.path(), has_base) };
        distrust(&settings, surroundings).unwrap().known_issues
    };
    let proposed =
        |of_base: &str| KnownIssues::Proposed { path: path.clone(), of_base: of_base.to_owned(), is_accepted: false };
    assert_eq!(chosen(true, CI), proposed("# base\n"));
    assert_eq!(chosen(true, PERSON), proposed("# base\n"), "the base is the same for whoever asks");
    assert_eq!(chosen(false, CI), proposed(""));
    assert_eq!(chosen(false, PERSON), KnownIssues::File(path.clone()));
    let accepted = |has_base| {
        let accept_known_issues = Some(true);
        let settings =
            Settings { known_issues: Some(path.clone()), accept_known_issues, ..typed(place.path(), has_base) };
        let Config { known_issues, notices, .. } = distrust(&settings, CI).unwrap();
        (known_issues, notices.len())
    };
    assert_eq!(accepted(false), (KnownIssues::File(path.clone()), 1), "it is said");
    assert!(matches!(accepted(true), (KnownIssues::Proposed { is_accepted: true, .. }, 0)), "the failures say it");
    let elsewhere = tempfile::tempdir().unwrap();
    let judges = elsewhere.path().join("judges.toml");
    let settings = Settings { known_issues: Some(judges.clone()), ..typed(place.path(), true) };
    assert_eq!(distrust(&settings, CI).unwrap().known_issues, KnownIssues::File(judges));
}

#[test]
fn a_baseline_of_the_tree_under_test_is_refused_unless_it_is_the_bases() {
    let is_taken = |base: Option<&str>, head: &str, surroundings| {
        let place = checkout(&[("metrics.json", base, Some(head))]);
        // As for `--calibration` and `--ca-bundle`, and as well where the directory of the file is named.
        let file = Settings { baseline: Some(place.path().join("metrics.json")), ..typed(place.path(), true) };
        let directory = Settings { baseline: Some(place.path().to_owned()), ..typed(place.path(), true) };
        [file, directory].map(|settings| distrust(&settings, surroundings).is_ok())
    };
    assert_eq!(is_taken(Some("slow"), "slow", CI), [true, true]);
    assert_eq!(is_taken(Some("slow"), "slower", CI), [false, false]);
    assert_eq!(is_taken(None, "slower", CI), [false, false]);
    assert_eq!(is_taken(Some("slow"), "slower", PERSON), [true, true]);
}

#[test]
fn auto_does_not_fall_back_to_a_process_for_a_strangers_code_in_ci() {
    let place = checkout(&[]);
    let runtime = |settings, surroundings| distrust(&settings, surroundings).unwrap().options.runtime;
    assert_eq!(runtime(typed(place.path(), false), CI), RuntimeChoice::Docker);
    assert_eq!(runtime(typed(place.path(), false), PERSON), RuntimeChoice::Auto);
    assert_eq!(runtime(Settings::default(), CI), RuntimeChoice::Auto, "a release is no stranger's code");
    let process = Settings { runtime: Some(RuntimeChoice::Process), ..typed(place.path(), false) };
    assert_eq!(runtime(process, CI), RuntimeChoice::Process, "said in so many words");
}
