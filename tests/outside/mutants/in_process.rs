//! Runs in this process: suites against a server of the tests' own, without the program, its reports and its watchdog.

use std::collections::BTreeSet;

use s3ci::config::options::{Place, Said, TABLE, Word};
use s3ci::config::{Config, Surroundings};
use s3ci::plan::{Filter, Plan, Selection};
use s3ci::record::{CheckRecord, RunRecord};
use s3ci::run::{Run, Stopper};
use s3ci::server::{Credentials, DrimeSettings};

use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};

/// Little data, and nothing from the environment of the person who runs the tests.
const OPTIONS: [(&str, &str); 3] = [("files", "12"), ("max-size", "90000"), ("jobs", "1")];

pub(crate) fn config(endpoint: &str) -> Config {
    let word = |key: &str, text: String| Word {
        row: TABLE.iter().find(|row| row.key == key).expect("an option"),
        place: Place::Flag,
        text: text.into(),
    };
    let mut words: Vec<Word> = OPTIONS.iter().map(|(key, text)| word(key, (*text).to_owned())).collect();
    words.push(word("target", format!("endpoint:{endpoint}")));
    Config::new(&Said(words), Surroundings { is_ci: false, is_attended: false }).expect("a configuration")
}

/// The record of suites and checks, by their names.
pub(super) fn run(server: &TestServer, names: &[String]) -> RunRecord {
    let config = config(&server.endpoint());
    let plan = Plan::new(&Selection::Named(names.to_vec()), Filter::NONE).expect("a plan");
    let run = Run {
        plan: &plan,
        config: &config,
        ledger: None,
        baseline: None,
        run_id: format!("{:08x}", rand::random::<u32>()),
        external_credentials: Some(Credentials {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }),
        drime: DrimeSettings::default(),
        notices: Vec::new(),
        watchdog: false,
        stopper: Stopper::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run.execute(|_, _| {}))
}

/// The ids of the checks that are red. None of them may be one that s3ci could not judge.
pub(super) fn red(record: &RunRecord) -> BTreeSet<String> {
    let ids = |wanted: fn(&CheckRecord) -> bool| {
        let checks = record.suites.iter().flat_map(|suite| &suite.checks).filter(|check| wanted(check));
        checks.map(|check| check.id.to_string()).collect::<BTreeSet<String>>()
    };
    assert_eq!(ids(|check| check.outcome.is_not_judged()), BTreeSet::new(), "nothing here keeps s3ci from judging");
    assert!(record.faults.is_empty(), "{:?}", record.faults);
    ids(|check| check.outcome.is_failed())
}
