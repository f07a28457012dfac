//! Runs the steps of the action as GitHub's runner does: expressions, environment files, commands, masks, failure and cancellation.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions" and "Workflow cancellation reference". Of foreign actions only those
//! that the action uses are known, and they are stood in: a cache that keeps a directory under a key, and an upload that copies one.

pub(crate) mod action;
pub(crate) mod expression;
mod step;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::log::Log;
use action::{Action, Step};
use expression::{Context, evaluate, is_true, substitute};

/// A job on a machine of its own, as far as files and environment go.
pub(crate) struct Job {
    /// `RUNNER_TEMP`, the environment files and the artifacts.
    pub(crate) home: tempfile::TempDir,
    /// What jobs pass to later ones, by key; nothing is kept if there is none.
    cache: Option<PathBuf>,
    /// The checkout.
    pub(crate) workspace: PathBuf,
    /// Where the action's files lie.
    pub(crate) action: PathBuf,
    inputs: BTreeMap<String, String>,
    contexts: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    secrets: Vec<String>,
    cancel: Option<Cancel>,
}

/// When a job is cancelled, and how long a step has after each signal.
pub(crate) struct Cancel {
    /// Waits for the moment; asked in a loop while the step runs.
    pub(crate) when: Box<dyn Fn() -> bool>,
    /// From SIGINT to SIGTERM; the runner has 7.5 s.
    pub(crate) patience: Duration,
}

/// What became of a job.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whether every step that counts went well.
    pub(crate) success: bool,
    pub(crate) cancelled: bool,
    /// What a person reads, with secrets masked.
    pub(crate) log: String,
    /// Commands that the runner took, such as `::error …`; masks left out.
    pub(crate) commands: Vec<String>,
    /// Whether a mask was asked for.
    pub(crate) masked: Vec<String>,
    pub(crate) summary: String,
    /// Outputs of the action.
    pub(crate) outputs: BTreeMap<String, String>,
    /// Exit codes of the steps that ran, by id.
    pub(crate) codes: BTreeMap<String, i32>,
    /// Keys that the cache was asked for.
    pub(crate) cache_keys: Vec<String>,
    /// Outputs of each step, as `steps.ID.outputs.NAME`.
    pub(crate) values: BTreeMap<String, String>,
}

impl Job {
    /// A job in a workspace, with the inputs that a workflow gives.
    pub(crate) fn new(workspace: &Path, inputs: &[(&str, &str)]) -> Self {
        let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let home = tempfile::tempdir().expect("a directory");
        for name in ["temp", "tmp", "artifacts"] {
            std::fs::create_dir(home.path().join(name)).expect("a directory");
        }
        Self {
            home,
            cache: None,
            workspace: workspace.to_owned(),
            action: action::directory(),
            inputs,
            contexts: BTreeMap::new(),
            environment: BTreeMap::new(),
            secrets: Vec::new(),
            cancel: None,
        }
    }

    /// A value of the context, such as `github.event_name`.
    pub(crate) fn context(mut self, path: &str, value: &str) -> Self {
        self.contexts.insert(path.to_owned(), value.to_owned());
        self
    }

    /// A pull request's job, by the event's word for the base.
    pub(crate) fn pull_request(self, base: &str) -> Self {
        self.context("github.event_name", "pull_request").context("github.event.pull_request.base.sha", base)
    }

    /// A variable of the job.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Where earlier jobs left what they kept.
    pub(crate) fn cache(mut self, directory: &Path) -> Self {
        self.cache = Some(directory.to_owned());
        self
    }

    /// A secret that the runner knows of.
    pub(crate) fn secret(mut self, value: &str) -> Self {
        self.secrets.push(value.to_owned());
        self
    }

    /// Cancels the job while its step `run` is under way.
    pub(crate) fn cancelled(mut self, cancel: Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// What was uploaded under a name.
    pub(crate) fn artifact(&self, name: &str) -> PathBuf {
        self.home.path().join("artifacts").join(name)
    }

    /// The directory for temporary files of the steps.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.home.path().join("tmp")
    }

    /// Runs the action.
    pub(crate) fn run(&self) -> Ended {
        let action = action::read();
        for name in self.inputs.keys() {
            assert!(action.inputs.contains_key(name), "the action has an input {name}");
        }
        let mut state = State { job: self, action: &action, ended: Ended::new(), log: Log::new(&self.secrets) };
        for (number, step) in action.runs.steps.iter().enumerate() {
            state.step(number, step);
        }
        let mut ended = state.ended;
        (ended.log, ended.commands, ended.masked) = state.log.read();
        let summary = std::fs::read_to_string(self.home.path().join("summary")).unwrap_or_default();
        ended.summary = summary;
        for (name, output) in &action.outputs {
            let scope = Scope { job: self, action: &action, ended: &ended };
            let value = substitute(&output.value, &scope);
            ended.outputs.insert(name.clone(), value);
        }
        ended
    }
}

impl Ended {
    /// The errors that were annotated.
    pub(crate) fn errors(&self) -> Vec<&String> {
        self.commands.iter().filter(|command| command.starts_with("::error")).collect()
    }

    fn new() -> Self {
        Self {
            success: true,
            cancelled: false,
            log: String::new(),
            commands: Vec::new(),
            masked: Vec::new(),
            summary: String::new(),
            outputs: BTreeMap::new(),
            codes: BTreeMap::new(),
            cache_keys: Vec::new(),
            values: BTreeMap::new(),
        }
    }
}

struct State<'a> {
    job: &'a Job,
    action: &'a Action,
    ended: Ended,
    log: Log,
}

impl State<'_> {
    fn step(&mut self, number: usize, step: &Step) {
        let scope = Scope { job: self.job, action: self.action, ended: &self.ended };
        // A condition that asks for no status holds only while all went well.
        let condition = step.r#if.as_deref().unwrap_or("success()");
        let asks = ["always()", "failure()", "cancelled()", "success()"].iter().any(|word| condition.contains(word));
        if !(asks || scope.status("success")) || !is_true(&evaluate(condition, &scope)) {
            return;
        }
        let texts = |from: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            from.iter().map(|(name, text)| (name.clone(), substitute(text, &scope))).collect()
        };
        let (environment, with) = (texts(&step.env), texts(&step.with));
        if let Some(uses) = &step.uses {
            self.foreign(uses, &with);
            return;
        }
        let script = self.job.home.path().join(format!("step-{number}.sh"));
        let text = substitute(step.run.as_deref().expect("a step runs something"), &scope);
        std::fs::write(&script, text).expect("a script");
        assert_eq!(step.shell.as_deref(), Some("bash"));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script).envs(&environment);
        let code = self.execute(&step.id, command);
        self.ended.codes.insert(step.id.clone(), code);
        self.ended.success &= code == 0 || step.continue_on_error;
    }

    /// Stands in for an action that somebody else wrote.
    fn foreign(&mut self, uses: &str, with: &BTreeMap<String, String>) {
        let (name, pin) = uses.split_once('@').expect("a version");
        assert!(
            pin.len() == 40 && pin.chars().all(|digit| digit.is_ascii_hexdigit()),
            "{uses} is pinned by its commit"
        );
        let path = PathBuf::from(&with["path"]);
        match name {
            "actions/cache/restore" => {
                self.ended.cache_keys.push(with["key"].clone());
                if let Some(kept) = self.kept(&with["key"]).filter(|kept| kept.is_dir()) {
                    copy(&kept, &path);
                }
            }
            "actions/cache/save" => {
                // A key that is there keeps what it has.
                if let Some(kept) = self.kept(&with["key"]).filter(|kept| !kept.exists()) {
                    copy(&path, &kept);
                }
            }
            "actions/upload-artifact" => {
                let to = self.job.artifact(&with["name"]);
                assert!(!to.exists(), "an artifact's name is used once");
                if path.is_dir() {
                    copy(&path, &to);
                }
            }
            other => panic!("{other} is not stood in"),
        }
    }

    fn kept(&self, key: &str) -> Option<PathBuf> {
        self.job.cache.as_ref().map(|cache| cache.join(key))
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status().expect("cp");
    assert!(copied.success());
}

struct Scope<'a> {
    job: &'a Job,
    action: &'a Action,
    ended: &'a Ended,
}

impl Context for Scope<'_> {
    fn look_up(&self, path: &str) -> String {
        if let Some(name) = path.strip_prefix("inputs.") {
            let input = self.action.inputs.get(name).unwrap_or_else(|| panic!("the action declares {path}"));
            assert!(!input.required || self.job.inputs.contains_key(name), "{name} is required");
            return self.job.inputs.get(name).unwrap_or(&input.default).clone();
        }
        if path.starts_with("steps.") {
            return self.ended.values.get(path).cloned().unwrap_or_default();
        }
        let known = ["github.", "runner.", "strategy."];
        assert!(known.iter().any(|context| path.starts_with(context)), "{path} is a context");
        self.job.contexts.get(path).cloned().unwrap_or_default()
    }

    fn status(&self, function: &str) -> bool {
        match function {
            "always" => true,
            "success" => self.ended.success && !self.ended.cancelled,
            "failure" => !self.ended.success && !self.ended.cancelled,
            "cancelled" => self.ended.cancelled,
            other => panic!("{other}() is a status function"),
        }
    }
}
