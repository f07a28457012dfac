//! What is judged does not configure its judge: a hostile checkout, tried on the binary. None of these runs gets as far as a server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::git::git;
use s3ci::record::RunRecord;

/// Stands for everything secret in the environment.
const SECRET: &str = "hunter2hunter2";

/// A checkout that somebody proposes. Its project is pys3local, and its build backend, which needs nothing, leaves a mark on the machine
/// that runs it.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Self {
        let checkout = Self(tempfile::tempdir().unwrap());
        checkout.write(
            "pyproject.toml",
            "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"pys3local\"\n\
             version = \"0.2.1\"\n",
        );
        let mark = checkout.mark().display().to_string();
        checkout.write("backend.py", &format!("open({mark:?}, \"w\").close()\n"));
        git(checkout.path(), &["init", "--quiet", "--initial-branch", "main"]);
        checkout
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file that the checkout's own code makes where it runs.
    fn mark(&self) -> PathBuf {
        self.path().join(".git/it-ran-on-the-host")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn commit(&self, message: &str) {
        git(self.path(), &["add", "."]);
        git(self.path(), &["commit", "--quiet", "--message", message]);
    }

    /// s3ci in the checkout, as in CI, and without a Docker daemon.
    fn s3ci(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_s3ci"));
        for (name, _) in std::env::vars() {
            if ["S3CI_", "AWS_", "GITHUB_", "DRIME_", "PIP_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.path());
        command.env("NO_COLOR", "1").env("CI", "true").env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_NO_INDEX", "1").env("A_SECRET", SECRET);
        command
    }

    /// The record of a run that ends because there is no daemon.
    fn record(&self, arguments: &[&str], more: &[(&str, &str)]) -> RunRecord {
        let out = tempfile::tempdir().unwrap();
        let output = self.s3ci(arguments).arg("--out").arg(out.path()).envs(more.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        let json = std::fs::read_to_string(out.path().join("metrics.json")).expect("there is a record");
        s3ci::report::json::parse(&json).expect("it is one")
    }
}

/// Both streams.
fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// A ledger that lists an ETag that never changes as a known issue.
const LEDGER: &str = "[[issue]]\nchecks = [\"etag/local::changes-on-same-size-edit\"]\nseverity = \"data_loss\"\nsymptom = { kind = \
                      \"etag-unchanged\", actual = \"\\\"*\" }\nreason = \"nothing to see\"\n";

const DOCKER: [&str; 6] = ["run", "etag/local", "--target", "path:.", "--runtime", "docker"];

#[test]
fn a_configuration_that_the_tree_under_test_brings_is_not_read_in_ci() {
    let checkout = Checkout::new();
    checkout.write("mine.toml", LEDGER);
    checkout.write("s3ci.toml", "known-issues = \"mine.toml\"\nfiles = 1\n");
    let record = checkout.record(&DOCKER, &[]);
    assert_eq!(record.ledger.map(|ledger| ledger.source).as_deref(), Some("docker/known-issues.toml"));
    assert_eq!(record.settings.files, 100);
    let notices = record.notices.join("\n");
    assert!(notices.contains("s3ci.toml") && notices.contains("--config"), "{notices}");
}

#[test]
fn a_configuration_of_the_tree_under_test_is_that_of_the_base() {
    let checkout = Checkout::new();
    checkout.write("s3ci.toml", "files = 7\n");
    checkout.commit("base");
    checkout.write("s3ci.toml", "files = 9\nfail-on = \"new\"\n");
    checkout.commit("head");
    let record = checkout.record(&[&DOCKER[..], &["--against", "git:HEAD~1"]].concat(), &[]);
    assert_eq!(record.settings.files, 7);
    let notices = record.notices.join("\n");
    assert!(
        notices.contains("files") && notices.contains("fail-on"),
        "what the change would change is said: {notices}"
    );
}

#[test]
fn a_file_that_is_none_of_what_it_was_named_for_is_spoken_of_by_its_place() {
    let checkout = Checkout::new();
    for option in ["--known-issues", "--config", "--calibration", "--baseline", "--ca-bundle"] {
        let against = ["--against", "pypi:0.2.1"];
        let output =
            checkout.s3ci(&[&DOCKER[..], &against, &[option, "/proc/self/environ"]].concat()).output().unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{option}: {text}");
        assert!(text.contains("/proc/self/environ") && text.contains("line 1"), "{option}: {text}");
        assert!(!text.contains("A_SECRET") && !text.contains("hunter2"), "{option}: {text}");
    }
}

#[test]
fn a_strangers_code_does_not_run_on_the_host_because_there_is_no_docker() {
    let checkout = Checkout::new();
    let record = checkout.record(&["run", "etag/local", "--target", "path:."], &[]);
    assert!(!checkout.mark().exists(), "the checkout's own build code ran on this machine");
    assert!(record.faults.iter().any(|fault| fault.message.contains("Docker")), "{:?}", record.faults);
}

#[test]
fn the_drime_key_is_not_for_a_server_of_a_strangers_code() {
    let checkout = Checkout::new();
    let key = [("DRIME_API_KEY", SECRET)];
    let run = ["run", "api/drime", "--target", "path:.", "--runtime", "docker"];
    let notices = checkout.record(&run, &key).notices.join("\n");
    assert!(!notices.contains("drime (cloud)") && notices.contains("--drime cloud"), "{notices}");
    let notices = checkout.record(&[&run[..], &["--drime", "cloud"]].concat(), &key).notices.join("\n");
    assert!(notices.contains("drime (cloud)"), "{notices}");
}

#[test]
fn under_github_commands_are_stopped_before_anything_is_printed() {
    let checkout = Checkout::new();
    checkout.write("pyproject.toml", "= ##[add-mask]passed\n::error::mine\n");
    let github = |arguments: &[&str]| checkout.s3ci(arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
    let run = github(&["run", "--all", "--target", "path:."]);
    assert!(run.stdout.starts_with(b"::stop-commands::"), "{}", said(&run));
    // Where standard output is for a program, the other stream says it.
    for arguments in
        [&["plan", "--config", "##[x]"][..], &["report", "::error::x"], &["run", "##[add-mask]passed", "--no"]]
    {
        let output = github(arguments);
        assert!(said(&output).starts_with("::stop-commands::"), "{arguments:?}: {}", said(&output));
    }
    for output in [run, github(&["report", "::error::x"]), github(&["run", "##[add-mask]passed", "--no"])] {
        let text = said(&output);
        assert!(!text.contains("##["), "{text}");
        let commands: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        let token = commands[0].strip_prefix("::stop-commands::").expect("the first stops");
        assert!(commands[1..].iter().all(|line| line.contains(token)) && commands.len() == 2, "{commands:?}");
    }
}

/// Python looks for modules in the directory that it is started in, and where variables say.
#[test]
fn a_module_in_the_checkout_does_not_run_on_the_host() {
    let checkout = Checkout::new();
    let mark = checkout.mark().display().to_string();
    for module in ["json", "ensurepip", "venv", "encodings", "sitecustomize"] {
        checkout.write(&format!("{module}.py"), &format!("open({mark:?}, \"w\").close()\n"));
    }
    for variables in [&[][..], &[("PYTHONPATH", "."), ("PYTHONSTARTUP", "json.py")]] {
        let output = checkout.s3ci(&["doctor"]).envs(variables.iter().copied()).output().unwrap();
        assert!(said(&output).contains("(for the process runtime)"), "{}", said(&output));
        assert!(!checkout.mark().exists(), "a module of the checkout ran");
    }
}
